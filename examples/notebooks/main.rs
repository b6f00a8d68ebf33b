//! Notebooks: an application that keeps Jupyter notebooks of formats 2.0 to 4.5 in SQLite,
//! PostgreSQL or MariaDB, and brings them all to 4.5.
//!
//! ```text
//! cargo run --release --example notebooks
//!     the story, on notebooks of its own
//! cargo run --release --example notebooks -- report FOLDER..
//!     what becomes of your notebooks; the files stay as they are
//! cargo run --release --example notebooks -- --database URL import FOLDER
//! cargo run --release --example notebooks -- --database URL census
//!     your notebooks in a database, which is a file or one of a server, such as
//!     `postgres://user@host/db` or `mysql://user@host/db`; likewise audit, migrate, entities, check
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `notebook/` | the domain object, its conversions, and how formats map to versions |
//! | `job.rs` | the job: domain object and storage model |
//! | `story.rs`, `report.rs`, `import.rs` | own verbs, beside those of `versioned-cli` |
//! | `folder.rs`, `../database/` | files below a folder; the database |

#[path = "../database/mod.rs"]
#[expect(dead_code, reason = "the examples share it")]
mod database;
mod folder;
mod import;
mod job;
mod notebook;
mod report;
mod story;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, process::ExitCode};

use versioned_cli::{
    App,
    clap::{Arg, ArgAction, Command, value_parser},
};
use versioned_sql::SqlStore;

fn main() -> ExitCode {
    app().main(database::open)
}

fn app() -> App<SqlStore> {
    App::new("notebooks")
        .about("Keeps Jupyter notebooks of formats 2.0 to 4.5 and brings them to 4.5")
        .job::<job::MigrateNotebookJob>()
        .unconnected_verb(
            Command::new(import::VERB)
                .about("Store every .ipynb file below a folder; files that have a row are left out")
                .arg(folder().help("Where the files are, in it or further below")),
            import::run,
        )
        .unconnected_verb(
            Command::new(report::VERB)
                .about("Say what becomes of the .ipynb files below some folders; the files stay")
                .arg(
                    folder()
                        .action(ArgAction::Append)
                        .num_args(1..)
                        .help("Where the files are, in them or further below"),
                ),
            report::run,
        )
        .unconnected_verb(
            Command::new(story::VERB).about("Tell the story (the default)"),
            story::run,
        )
        .default_verb(story::VERB)
}

fn folder() -> Arg {
    Arg::new("folder").value_name("FOLDER").required(true).value_parser(value_parser!(PathBuf))
}
