//! A learning platform: six kinds of entities, whose shapes have changed for years.
//!
//! ```text
//! cargo run --release --example learning_platform
//!     the story, on a private database
//! cargo run --release --example learning_platform -- --database x.db
//!     the same on a file, or on a database of a server: `postgres://user@host/db`, or
//!     `mysql://user@host/db`, which the other verbs then open:
//! cargo run --release --example learning_platform -- --database x.db census
//!     likewise entities, audit, migrate, quarantine, runs, undo, `history exploration fractions`,
//!     and `revert exploration fractions --to 1 --who ana`
//! cargo run --release --example learning_platform -- schema status --lock examples/learning_platform/versioned.lock
//!     whether a shape that was released has changed; `seed` makes a database for `schema infer` and `golden record`
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `domain/` | the six kinds: declarations, conversions, and when an entity is valid |
//! | `models.rs` | each kind as it is stored, and its two jobs |
//! | `hooks.rs` | what follows from saves and migrations alike |
//! | `prefetch.rs` | what stories need from elsewhere: sizes of files, and their topic |
//! | `summary.rs`, `statistics.rs` | what is written to other tables with an entity |
//! | `files.rs` | a store outside of the database, whose answers conversions need |
//! | `schema.rs`, `schema.sql`, `seeds/` | the database as older programs have left it |
//! | `golden/` | stored documents of all versions, with what their chains make of them |
//! | `../database/` | how databases are opened, and the application's own SQL in each |
//! | `story/` | the story |
//! | `versioned.lock` | the schema of every version of every field |

#[path = "../database/mod.rs"]
mod database;
mod domain;
mod files;
mod hooks;
mod models;
mod prefetch;
mod schema;
mod seeds;
mod statistics;
mod story;
mod summary;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use versioned_cli::{App, clap::Command, exit_code};
use versioned_sql::SqlStore;

use crate::models::{
    MigrateCollectionJob, MigrateCollectionSnapshotsJob, MigrateExplorationJob,
    MigrateExplorationSnapshotsJob, MigrateQuestionJob, MigrateQuestionSnapshotsJob,
    MigrateSkillJob, MigrateSkillSnapshotsJob, MigrateStoryJob, MigrateStorySnapshotsJob,
    MigrateTopicJob, MigrateTopicSnapshotsJob,
};

fn main() -> ExitCode {
    app().main(database::open)
}

fn app() -> App<SqlStore> {
    App::new("learning_platform")
        .about("Keeps what learners learn, and brings it to its latest versions")
        .job::<MigrateExplorationJob>()
        .snapshots_job::<MigrateExplorationSnapshotsJob>()
        .job::<MigrateQuestionJob>()
        .snapshots_job::<MigrateQuestionSnapshotsJob>()
        .job::<MigrateSkillJob>()
        .snapshots_job::<MigrateSkillSnapshotsJob>()
        .job::<MigrateStoryJob>()
        .snapshots_job::<MigrateStorySnapshotsJob>()
        .job::<MigrateTopicJob>()
        .snapshots_job::<MigrateTopicSnapshotsJob>()
        .job::<MigrateCollectionJob>()
        .snapshots_job::<MigrateCollectionSnapshotsJob>()
        .unconnected_verb(
            Command::new(story::VERB).about("Tell the story (the default)"),
            story::run,
        )
        .unconnected_verb(
            Command::new("seed").about("Fill a new database as older programs have left it"),
            async |call| {
                schema::create(&call.open(database::open_or_create).await?).await?;
                Ok(exit_code::DONE)
            },
        )
        .default_verb(story::VERB)
}
