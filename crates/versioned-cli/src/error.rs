//! Why a verb could not do its work.
//!
//! Layer: cli.

use std::{borrow::Cow, error::Error, fmt};

use versioned_jobs::{FetchError, JobError, SaveError};
use versioned_store::StoreError;

use crate::{DatabaseUrl, exit_code, verbs::schema::SchemaError};

/// Why a verb of the application's could not do its work; any error becomes one by `?`.
///
/// The exit code is 1, or what a [`StoreError`], a [`JobError`], a [`FetchError`] or a [`SaveError`] asks for.
///
/// # Examples
///
/// ```
/// use versioned_cli::{VerbError, exit_code};
///
/// fn import(folder: &str) -> Result<u8, VerbError> {
///     std::fs::read_dir(folder)?;
///     Ok(exit_code::DONE)
/// }
/// let error = import("/no/such/folder").unwrap_err().with_help("name a folder that exists");
/// assert_eq!(error.exit_code(), exit_code::USAGE);
/// ```
pub struct VerbError {
    error: Box<dyn Error + Send + Sync>,
    help: Option<Cow<'static, str>>,
    exit_code: u8,
}

impl VerbError {
    /// Replaces the exit code.
    #[must_use]
    pub fn with_exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    /// Says what the operator can do next.
    #[must_use]
    pub fn with_help(self, help: impl Into<Cow<'static, str>>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    pub(crate) fn error(&self) -> &(dyn Error + 'static) {
        self.error.as_ref()
    }

    pub(crate) fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for VerbError {
    fn from(error: E) -> Self {
        let error: Box<dyn Error + Send + Sync> = Box::new(error);
        let (exit_code, help) = if let Some(store) = error.downcast_ref::<StoreError>() {
            (exit_code::of_store_error(store), store.help().map(str::to_owned))
        } else if let Some(job) = error.downcast_ref::<JobError>() {
            (exit_code::of_job_error(job), job.help().map(str::to_owned))
        } else if let Some(fetch) = error.downcast_ref::<FetchError>() {
            (exit_code::of_fetch_error(fetch), fetch.help().map(str::to_owned))
        } else if let Some(save) = error.downcast_ref::<SaveError>() {
            (exit_code::of_save_error(save), save.help().map(str::to_owned))
        } else if let Some(connect) = error.downcast_ref::<ConnectError>() {
            (exit_code::of_store_error(&connect.error), connect.error.help().map(str::to_owned))
        } else if let Some(usage) = error.downcast_ref::<UsageError>() {
            (exit_code::USAGE, Some(usage.help()))
        } else if let Some(schema) = error.downcast_ref::<SchemaError>() {
            (schema.exit_code(), Some(schema.help()))
        } else {
            (exit_code::USAGE, None)
        };
        Self { error, help: help.map(Cow::Owned), exit_code }
    }
}

impl fmt::Debug for VerbError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerbError")
            .field("error", &self.error)
            .field("help", &self.help)
            .field("exit_code", &self.exit_code)
            .finish()
    }
}

/// A command line that parses and still makes no sense.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("`{verb}` needs a database")]
    DatabaseMissing { verb: String },

    #[error("no entity is called `{name}`")]
    EntityUnknown { name: String, nearest: Option<&'static str>, known: Vec<&'static str> },

    #[error("entity `{name}` is declared, but this program has no job for it")]
    JobMissing { name: &'static str, known: Vec<&'static str> },

    #[error("`migrate` writes, so it does not choose among several entities")]
    EntityNotChosen { known: Vec<&'static str> },

    #[error("this program has no jobs")]
    NoJobs,

    #[error("`{id}` is no id of `{entity}`")]
    IdMalformed { entity: &'static str, id: String },

    #[error("there is no history of `{entity}` with the id `{id}`")]
    HistoryEmpty { entity: &'static str, id: String },

    #[error("`{name}` is a place of old snapshots, which are not put back")]
    NotOfModels { name: &'static str, entity: &'static str },

    #[error("the ledger has no run {run}")]
    RunUnknown { run: i64 },

    #[error("run {run} is of `{entity}` in table `{table}`, for which this program has no job")]
    RunOfNoJob { run: i64, entity: String, table: String },

    #[error("run {run} is not finished")]
    RunUnfinished { run: i64 },

    #[error("no entity `{id}` is in quarantine")]
    NotQuarantined { id: String },

    #[error("the list of entities to skip, `{path}`, cannot be read")]
    SkipFileUnreadable { path: String, source: std::io::Error },

    #[error("line {line} of the list of entities to skip, `{path}`, is no id, tab and reason")]
    SkipFileMalformed { path: String, line: usize },
}

impl UsageError {
    fn help(&self) -> String {
        match self {
            Self::DatabaseMissing { .. } => "add `--database URL`".to_owned(),
            Self::EntityUnknown { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?")
            }
            Self::EntityUnknown { nearest: None, known, .. } | Self::JobMissing { known, .. } => {
                format!("there are jobs for: {}", known.join(", "))
            }
            Self::EntityNotChosen { known } => {
                format!("name some of {}, or add `--all`", known.join(", "))
            }
            Self::IdMalformed { .. } => {
                "write the parts of the key in the order of its columns, joined by `/`".to_owned()
            }
            Self::HistoryEmpty { .. } => {
                "check the id; what was saved before there was a history is not in it".to_owned()
            }
            Self::NotOfModels { entity, .. } => {
                format!("name the entity: `revert {entity} ID --to VERSION`")
            }
            Self::RunUnknown { .. } => "see `runs` for the numbers of runs".to_owned(),
            Self::RunOfNoJob { .. } => "use the program that has the job".to_owned(),
            Self::RunUnfinished { .. } => "let it finish, or cancel it first".to_owned(),
            Self::NotQuarantined { .. } => "see `quarantine list` for the ids".to_owned(),
            Self::SkipFileUnreadable { .. } => "check the path".to_owned(),
            Self::SkipFileMalformed { .. } => "write `id<TAB>reason`, one per line".to_owned(),
            Self::NoJobs => "add `.job::<..>()` to the `App`".to_owned(),
        }
    }
}

/// The database could not be opened.
#[derive(Debug)]
pub(crate) struct ConnectError {
    pub(crate) url: DatabaseUrl,
    pub(crate) error: StoreError,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "database `{}` cannot be opened", self.url)
    }
}

impl Error for ConnectError {
    /// What the store gives as its reason: its own words would only say the same again, and the address with its
    /// password.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

/// The results could not be written.
#[derive(Debug, thiserror::Error)]
#[error("not all results could be written to standard output")]
pub(crate) struct OutputError {
    pub(crate) source: std::io::Error,
}
