//! What is converted: the examples' domain objects, generated lessons and profiles, and the same by hand.

pub(crate) mod by_hand;
pub(crate) mod corpus;
#[path = "../../../examples/explorations/exploration.rs"]
pub(crate) mod exploration;
pub(crate) mod lesson;
pub(crate) mod note;
#[expect(dead_code, unused_imports, reason = "the typed view is the example's alone")]
#[path = "../../../examples/notebooks/notebook/mod.rs"]
pub(crate) mod notebook;
pub(crate) mod opened;
pub(crate) mod profile;
pub(crate) mod sheet;
