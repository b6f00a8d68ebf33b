//! Notebooks: an application that keeps Jupyter notebooks of formats 2.0 to 4.5 in SQLite, and
//! brings them all to 4.5.
//!
//! ```text
//! cargo run --release --example notebooks
//!     the story, on notebooks of its own
//! cargo run --release --example notebooks -- report FOLDER..
//!     what becomes of your notebooks; the files stay as they are
//! cargo run --release --example notebooks -- --database FILE import FOLDER
//! cargo run --release --example notebooks -- --database FILE census
//!     your notebooks in a database; likewise audit, migrate, entities, check
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `notebook/` | the domain object, its conversions, and how formats map to versions |
//! | `job.rs` | the job: domain object and storage model |
//! | `story.rs`, `report.rs`, `import.rs` | own verbs, beside those of `versioned-cli` |
//! | `folder.rs`, `database.rs` | files below a folder; the database |

mod database;
mod folder;
mod import;
mod job;
mod notebook;
mod report;
mod story;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{Arg, ArgAction, Command, value_parser};
use versioned_cli::App;

fn main() -> ExitCode {
    let arguments = with_defaults(std::env::args_os().collect());
    // Any other verb on a mistyped file should say so instead of creating it.
    let may_create = arguments
        .iter()
        .any(|argument| [import::VERB, report::VERB, story::VERB].iter().any(|it| argument == it));
    App::new("notebooks")
        .about("Keeps Jupyter notebooks of formats 2.0 to 4.5 and brings them to 4.5")
        .job::<job::MigrateNotebookJob>()
        .verb(
            Command::new(import::VERB)
                .about("Store every .ipynb file below a folder; files that have a row are left out")
                .arg(folders().num_args(1)),
            import::run,
        )
        .verb(
            Command::new(report::VERB)
                .about("Say what becomes of the .ipynb files below some folders; the files stay")
                .arg(folders().num_args(1..)),
            report::run,
        )
        .verb(Command::new(story::VERB).about("Tell the story (the default)"), story::run)
        .main_with(arguments, async |url| database::open(url.as_str(), may_create).await)
}

fn folders() -> Arg {
    Arg::new("folder")
        .value_name("FOLDER")
        .required(true)
        .action(ArgAction::Append)
        .value_parser(value_parser!(PathBuf))
}

/// Without a verb the story is told; story and report need no database of the user's.
fn with_defaults(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let given: Vec<&str> = arguments.iter().skip(1).map(|it| it.to_str().unwrap_or("")).collect();
    let names_database = given.iter().any(|it| it.split('=').next() == Some("--database"));
    let is_story = match given[..] {
        [] | ["--database", _] => true,
        [only] => only.starts_with("--database="),
        _ => false,
    };
    let needs_none = given.iter().any(|it| [report::VERB, story::VERB].contains(it));
    if is_story {
        arguments.push(story::VERB.into());
    }
    if !names_database && (is_story || needs_none) {
        arguments.extend(["--database".into(), database::PRIVATE.into()]);
    }
    arguments
}
