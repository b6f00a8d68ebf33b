//! A command line that an application embeds: it declares its jobs, and gets `entities`, `check`, `census`, `audit`
//! and `migrate`.
//!
//! Layer: cli. Sees the jobs, the ports and the core; the store comes from the application. Invariant: a mistake on
//! the command line is reported before a database is touched.
//!
//! # Output
//!
//! Results go to standard output, errors and the progress bar to standard error. With `--json` every line of standard
//! output is one JSON object with a `type`:
//!
//! | `type` | from | other members |
//! |---|---|---|
//! | `entity` | `entities` | `entity`, `type_name`, `tables`, `versioned`, `others` |
//! | `problem` | `check` | `entity`, `causes`, `help` |
//! | `check` | `check`, last | `entities`, `tables`, `tables_checked`, `problems` |
//! | `census` | `census` | those of [`CensusReport`](versioned_jobs::CensusReport) |
//! | `failure` | `audit`, `migrate` | those of [`EntityFailure`](versioned_jobs::EntityFailure) |
//! | `report` | `audit`, `migrate`, `quarantine replay` | those of [`JobReport`](versioned_jobs::JobReport), its failures left out |
//! | `run` | `runs` | `run`, `entity`, `kind`, `target`, `state`, `who`, `at_ms`, counts, `kept_rows`, `kept_bytes` |
//! | `quarantined` | `quarantine list`, `show`, `export` | `entity`, `id`, `key`, `field`, `step`, `pointer`, `causes`, `help`, `content_hash`, `run` |
//! | `undo` | `undo` | those of [`UndoReport`](versioned_jobs::UndoReport) |
//! | `golden` | `golden record` | `file`, `entity`, `versions`, `state`, `refused` |
//! | `golden_summary` | `golden record`, last | counts of documents that were recorded, known and left out |
//! | `forget` | `forget` | as for `run`; what was kept before |
//! | `schema` | `schema status` | `entity`, `field`, `min`, `max`, `typed`, and `versions` with `version`, `origin`, `documents` |
//! | `drift` | `schema status`, `commit` | `drift`, `entity`, `field`, `version`, `line`, `summary`, `changes`, `help` |
//! | `schema_status` | `schema status`, last | `lock`, `exists`, `versions`, `unknown`, `drifts` |
//! | `blessed` | `schema commit` | `entity`, `field`, `version`, `origin`, `replaced` |
//! | `schema_commit` | `schema commit`, last | `lock`, `written`, `blessed`, `versions`, `drifts` |
//! | `schema_diff` | `schema diff` | `entity`, `field`, `from`, `to`, `changes` |
//! | `inferred` | `schema infer` | `entity`, `field`, `version`, `documents`, `kept` |
//! | `schema_infer` | `schema infer`, last | `lock`, `written`, `inferred`, `rows`, `refused`, `unreadable`, `versions` |
//! | `error` | any | `causes`, `help`, `exit_code` |
//!
//! Exit codes are those of [`exit_code`].
//!
//! # Examples
//!
//! ```no_run
//! # use versioned_cli::App;
//! # use versioned_store::MemoryStore;
//! fn main() -> std::process::ExitCode {
//!     // `.job::<MigrateNotebookJob>()` for every job; an adapter's store instead of the one in memory.
//!     App::new("notebooks")
//!         .about("Notebooks of every age")
//!         .main(async |_url| Ok(MemoryStore::new()))
//! }
//! ```

mod app;
mod args;
mod database_url;
mod error;
pub mod exit_code;
mod job;
mod output;
mod own_verb;
mod progress;
mod run;
mod signals;
mod skip_file;
mod suggest;
mod verbs;

pub use app::App;
/// The parser of the command line, for the verbs of the application's own.
pub use clap;
pub use database_url::DatabaseUrl;
pub use error::VerbError;
pub use output::Output;
pub use own_verb::VerbCall;
