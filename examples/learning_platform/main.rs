//! A learning platform: six kinds of entities, whose shapes have changed for years.
//!
//! ```text
//! cargo run --release --example learning_platform
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `domain/` | the six kinds: declarations, conversions, and when an entity is valid |
//! | `summary.rs`, `statistics.rs` | what is written to other tables with an entity |
//! | `files.rs` | a store outside of the database, whose answers conversions need |
//! | `seeds/` | the entities and snapshots that the story starts from |
//! | `story.rs` | the story |

mod domain;
mod files;
mod seeds;
mod statistics;
mod story;
mod summary;
#[cfg(test)]
mod tests;

use std::{error::Error, io};

fn main() -> Result<(), Box<dyn Error>> {
    story::tell(&mut io::stdout().lock())
}
