//! What stores find wrong by themselves, in words that all stores share.
//!
//! Layer: store.

use crate::{EntityKey, ModelVersion, RunId, StoreError, StoreErrorKind};

/// What a store found wrong by itself; the source of a [`StoreError`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreProblem {
    /// The store has no table of this name.
    #[error("there is no such table")]
    TableUnknown,

    /// The table lacks a column that the storage model names.
    #[error("the table has no column `{column}`")]
    ColumnUnknown {
        /// Name of the column.
        column: Box<str>,
    },

    /// The database stores texts in an encoding that the store cannot read.
    #[error("the database stores texts in another encoding than UTF-8")]
    EncodingUnsupported,

    /// The storage model names a row stamp, and the database has no such column.
    #[error(
        "column `{column}` cannot be a row stamp: this database has no column that every change \
         of a row alters by itself, and a time of the last update misses two changes within one \
        tick"
    )]
    RowStampUnsupported {
        /// Name of the column.
        column: Box<str>,
    },

    /// A key does not have the parts of the table's id columns.
    #[error("key `{key}` does not fit the id columns")]
    KeyMismatch {
        /// The key.
        key: EntityKey,
    },

    /// A write does not have the columns of the table.
    #[error("the write of row `{key}` does not fit the columns: {reason}")]
    WriteMismatch {
        /// Key of the row.
        key: EntityKey,
        /// What does not fit.
        reason: &'static str,
    },

    /// A row with this key exists already.
    #[error("a row with key `{key}` exists already")]
    KeyExists {
        /// The key.
        key: EntityKey,
    },

    /// Several rows have one key.
    #[error("more than one row has the key `{key}`")]
    KeyNotUnique {
        /// The key.
        key: EntityKey,
    },

    /// An id column holds what the storage model says it does not.
    #[error("id column `{column}` holds {found} in {place}")]
    KeyMalformed {
        /// Name of the id column.
        column: Box<str>,
        /// What it holds.
        found: &'static str,
        /// Where: such as "the row after `abc`".
        place: Box<str>,
    },

    /// The column of the model version or of the deleted flag holds what it cannot.
    #[error("column `{column}` of row `{key}` holds {found}, where {expected} belongs")]
    ColumnMalformed {
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
        /// What it holds.
        found: &'static str,
        /// What belongs there.
        expected: &'static str,
    },

    /// The model version cannot rise any more.
    #[error("the model version of row `{key}` is the largest that there is")]
    ModelVersionExhausted {
        /// Key of the row.
        key: EntityKey,
    },

    /// The column would store another value than the one that was set.
    #[error(
        "column `{column}` of row `{key}` would store the new value as {stored} instead of {set}, \
         because of the type that the column was declared with"
    )]
    ValueAltered {
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
        /// The type that was set.
        set: &'static str,
        /// The type that the column would store.
        stored: Box<str>,
    },

    /// A text has U+0000, which the database cannot store in the column.
    #[error("the new value of column `{column}` of row `{key}` has U+0000, which it cannot store")]
    ZeroUnsupported {
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
    },

    /// A document has an escape that is half of a character, which the database cannot store in the column.
    #[error(
        "the new value of column `{column}` of row `{key}` has an escape of half a character \
         (a surrogate without the other one), which it cannot store"
    )]
    SurrogateUnsupported {
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
    },

    /// The server would store other values than those that were set, and call it a warning.
    #[error(
        "the sessions of the pool are not in strict mode, so values could be cut off in silence"
    )]
    StrictModeMissing,

    /// The ledger was written by a later version of the store.
    #[error("the ledger has version {found}, and this program knows versions up to {known}")]
    LedgerTooNew {
        /// Version of the ledger.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },

    /// The ledger holds what no version of the store writes there.
    #[error("the ledger holds {found} as {what}")]
    LedgerMalformed {
        /// What it is said to be.
        what: &'static str,
        /// What it holds.
        found: Box<str>,
    },

    /// The ledger has no such run.
    #[error("the ledger has no run {run}")]
    RunUnknown {
        /// Number of the run.
        run: RunId,
    },

    /// The run has come further, or is over, since it was read.
    #[error("run {run} is {state} at checkpoint {found}, so checkpoint {number} cannot follow")]
    RunMoved {
        /// Number of the run.
        run: RunId,
        /// The state that it has.
        state: &'static str,
        /// Its checkpoint.
        found: u64,
        /// The checkpoint that was to follow.
        number: u64,
    },

    /// Somebody else works on the run.
    #[error("run {run} is held by {owner}, since {since} and until {until}")]
    RunHeld {
        /// Number of the run.
        run: RunId,
        /// Who works.
        owner: Box<str>,
        /// Since when.
        since: Box<str>,
        /// Until when, unless the owner puts it off.
        until: Box<str>,
    },

    /// Somebody else has taken the run over.
    #[error(
        "run {run} was taken over by {owner} at {since}, so nothing more is written for it here"
    )]
    LeaseLost {
        /// Number of the run.
        run: RunId,
        /// Who works now.
        owner: Box<str>,
        /// Since when.
        since: Box<str>,
    },

    /// The run is all or nothing, and has come neither to its end nor back to its start.
    #[error(
        "run {run} is all or nothing and was interrupted after it had written, so no run with other \
         settings can take its place"
    )]
    RunMustFinish {
        /// Number of the run.
        run: RunId,
    },

    /// The run has another state than was thought, or may not come into the new one.
    #[error("run {run} is {state} and cannot become {to}")]
    TransitionIllegal {
        /// Number of the run.
        run: RunId,
        /// The state that it has.
        state: &'static str,
        /// The state that it was to get.
        to: &'static str,
    },

    /// The storage model has no history.
    #[error("the storage model has no history")]
    HistoryMissing,

    /// A table of the history is not there.
    #[error("there is no table `{table}`, which the history needs")]
    HistoryTableUnknown {
        /// Name of the table.
        table: Box<str>,
    },

    /// A table of the history lacks a column.
    #[error("table `{table}` of the history has no column `{column}`")]
    HistoryColumnUnknown {
        /// Name of the table.
        table: Box<str>,
        /// Name of the column.
        column: Box<str>,
    },

    /// The history has a commit with this model version already.
    #[error(
        "table `{table}` has model version {version} of `{key}` already, and history is never \
         written over"
    )]
    HistoryExists {
        /// Name of the table.
        table: Box<str>,
        /// Key of the model.
        key: EntityKey,
        /// The model version.
        version: ModelVersion,
    },

    /// A commit holds what no store writes there.
    #[error("commit {number} in table `{table}` holds {found} as {what}")]
    HistoryMalformed {
        /// Name of the table.
        table: Box<str>,
        /// Number of the commit.
        number: i64,
        /// What it is said to be.
        what: &'static str,
        /// What it holds.
        found: Box<str>,
    },

    /// A version column has more values than versions ever have.
    #[error(
        "column `{column}` has more than {limit} different values, so it holds no schema versions"
    )]
    TooManyVersions {
        /// Name of the column.
        column: Box<str>,
        /// Most values that are counted.
        limit: u32,
    },
}

impl StoreProblem {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        match self {
            Self::TableUnknown
            | Self::ColumnUnknown { .. }
            | Self::RowStampUnsupported { .. }
            | Self::KeyMismatch { .. }
            | Self::WriteMismatch { .. }
            | Self::KeyNotUnique { .. }
            | Self::ValueAltered { .. }
            | Self::HistoryMissing
            | Self::HistoryTableUnknown { .. }
            | Self::HistoryColumnUnknown { .. }
            | Self::StrictModeMissing
            | Self::TooManyVersions { .. } => StoreErrorKind::Misconfigured,
            Self::EncodingUnsupported | Self::LedgerTooNew { .. } => StoreErrorKind::Unsupported,
            Self::KeyExists { .. }
            | Self::RunMoved { .. }
            | Self::RunHeld { .. }
            | Self::LeaseLost { .. }
            | Self::TransitionIllegal { .. } => StoreErrorKind::Conflict,
            Self::RunUnknown { .. } | Self::RunMustFinish { .. } => StoreErrorKind::Misconfigured,
            // One row that cannot be stored, or one model whose history runs ahead of it, must not stop the others.
            Self::ZeroUnsupported { .. }
            | Self::SurrogateUnsupported { .. }
            | Self::HistoryExists { .. } => StoreErrorKind::Rejected,
            Self::KeyMalformed { .. }
            | Self::LedgerMalformed { .. }
            | Self::HistoryMalformed { .. }
            | Self::ColumnMalformed { .. }
            | Self::ModelVersionExhausted { .. } => StoreErrorKind::Corrupt,
        }
    }

    /// What the operator can do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::TableUnknown => {
                "check that the database is the right one and that its tables were created; a \
                 developer names the table in `StorageModel::columns(..)` or `document(..)`"
            }
            Self::ColumnUnknown { .. } => {
                "name the column as the database does, in `.column(\"..\", \"..\")`, or add it \
                 to the table"
            }
            Self::EncodingUnsupported => "copy it into one with `PRAGMA encoding = 'UTF-8'`",
            Self::RowStampUnsupported { .. } => {
                "remove `.row_stamp(..)`: the write compares the model version and all that was \
                 read anyway"
            }
            Self::KeyMismatch { .. } => "use keys of the table that the storage model describes",
            Self::WriteMismatch { .. } => "write what was read through the same `EntityTable`",
            Self::ZeroUnsupported { .. } | Self::SurrogateUnsupported { .. } => {
                "take the character out in a conversion, or declare the column as `json` instead of \
                 `jsonb`, or as bytes"
            }
            Self::StrictModeMissing => "add STRICT_TRANS_TABLES to `sql_mode`",
            Self::LedgerTooNew { .. } => "run the program that wrote the ledger, or a later one",
            Self::LedgerMalformed { .. } => {
                "restore the tables whose names begin with `versioned_` from a backup"
            }
            Self::RunUnknown { .. } => "see `runs` for the numbers of runs",
            Self::RunHeld { .. } => {
                "let it finish; if that process is gone, wait until then, or take the run over at \
                 once with `--take-over`"
            }
            Self::LeaseLost { .. } => "let the other process finish; `runs` says where it is",
            Self::RunMustFinish { .. } => {
                "run again with the same options, or `cancel` it, which keeps what it has written, \
                 and then `undo` it"
            }
            Self::RunMoved { .. } => "let the other process finish, or end it; then run again",
            Self::TransitionIllegal { .. } => "see `runs` for the states of runs",
            Self::KeyExists { .. } => "replace the row, or choose another key",
            Self::KeyNotUnique { .. } => {
                "name all columns of the primary key, in its order: `.id(..).id(..)`"
            }
            Self::KeyMalformed { .. } => {
                "name the id column with its kind, such as `.id(IdColumn::integer(..))`, or \
                 repair the row"
            }
            Self::ColumnMalformed { .. } => {
                "name the right column in the storage model, or repair the row"
            }
            Self::ModelVersionExhausted { .. } => "repair the model version of the row",
            Self::ValueAltered { .. } => {
                "declare the column as TEXT for JSON text, INTEGER for versions and numbers, \
                 REAL for fractions"
            }
            Self::TooManyVersions { .. } => {
                "name the column of the schema version: `.column(\"..\", \"..\")`"
            }
            Self::HistoryMissing
            | Self::HistoryTableUnknown { .. }
            | Self::HistoryColumnUnknown { .. }
            | Self::HistoryExists { .. }
            | Self::HistoryMalformed { .. } => self.help_with_history(),
        }
    }

    fn help_with_history(&self) -> &'static str {
        match self {
            Self::HistoryMissing => {
                "add `.history(History::tables(\"..\", \"..\"))` to the storage model"
            }
            Self::HistoryTableUnknown { .. } => {
                "create it, as the store's `create_history_tables` does"
            }
            Self::HistoryColumnUnknown { .. } => {
                "name the content column in `.content_column(\"..\")`, or give the table the \
                 columns that the store's `create_history_tables` gives it"
            }
            Self::HistoryExists { .. } => {
                "find out why the model is behind its history: it may have been put back from a \
                 copy; then set its model version to the last one of its history"
            }
            _ => "run the program that wrote the commit, or repair it",
        }
    }

    /// The error of `operation` on `table`.
    #[must_use]
    pub fn into_error(self, operation: &'static str, table: &str) -> StoreError {
        let help = self.help();
        StoreError::new(self.kind(), operation, table, self).with_help(help)
    }
}
