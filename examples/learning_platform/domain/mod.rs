//! The domain: six kinds of entities, what is stored of each, and how older versions become the
//! latest one.
//!
//! | kind | versioned fields | what is special |
//! |---|---|---|
//! | exploration | `states`, 41 to 46 | state by state, with a context |
//! | question | `question_state_data`, 41 to 46 | one state, which shares the chain of the states |
//! | skill | `skill_contents`, 1 to 4; `misconceptions`, `rubrics`, 1 to 3 | three versions; two lists element by element; a loss, and a side output |
//! | story | `story_contents`, 1 to 4 | needs what was fetched before; the order of a list is data |
//! | topic | `subtopics`, 1 to 4; two lists of story references, 1 to 3 | two fields under one version |
//! | collection | `collection_contents`, 1 to 4 | takes data from another field; a loss |
//!
//! Each file has the declaration, the Rust types of the latest version, the conversions, and what
//! makes an entity valid. A conversion works on whatever suits it: on the stored text where it
//! touches little, on a `Value` where it touches all, on structs where it moves things around.

mod collection;
mod collection_steps;
mod exploration;
mod html;
mod members;
mod question;
mod skill;
mod skill_steps;
mod state;
mod story;
mod story_steps;
mod topic;
mod topic_steps;
mod valid;

pub(crate) use collection::Collection;
pub(crate) use exploration::{Exploration, Publication};
pub(crate) use question::Question;
pub(crate) use skill::Skill;
pub(crate) use story::Story;
pub(crate) use topic::Topic;
#[cfg(test)]
pub(crate) use valid::Invalid;
pub(crate) use valid::Validate;
