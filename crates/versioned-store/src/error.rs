//! Errors of stores and of storage models.
//!
//! Layer: store. Invariant: what a driver says is kept as the source and never shown twice.

use std::{error::Error, fmt};

use crate::StoreProblem;

/// Why a store could not do what it was asked for.
///
/// Made by stores, those of other crates included; the cause is the driver's error, or one of the store's own.
///
/// # Examples
///
/// ```
/// use versioned_store::{StoreError, StoreErrorKind};
///
/// let cause = std::io::Error::other("connection reset");
/// let error = StoreError::new(StoreErrorKind::Transient, "scan", "explorations", cause);
/// assert!(error.is_retryable());
/// assert_eq!(error.to_string(), "`scan` on `explorations` failed");
/// ```
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    operation: &'static str,
    target: Box<str>,
    help: Option<&'static str>,
    source: Box<dyn Error + Send + Sync>,
}

/// What kind of failure it was, which decides what can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The same call may succeed later: the database is busy, or the connection was lost.
    Transient,
    /// Somebody else has what the call needed: a key that exists already, a lost lease.
    Conflict,
    /// What is stored breaks a rule that the store relies on.
    Corrupt,
    /// The store cannot do this at all.
    Unsupported,
    /// The storage model or the connection does not fit the database.
    Misconfigured,
    /// The database refuses what one row holds: a constraint, a trigger, a limit of size. Other rows may pass.
    Rejected,
    /// Anything else.
    Other,
}

impl StoreError {
    /// The error of `operation` (the name of the method, such as `scan`) on `target` (normally the name of the table).
    #[must_use]
    pub fn new(
        kind: StoreErrorKind,
        operation: &'static str,
        target: impl Into<Box<str>>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        let (target, source) = (target.into(), source.into());
        Self { kind, operation, target, help: None, source }
    }

    /// Replaces the general help of the kind by one that knows more.
    #[must_use]
    pub fn with_help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Name of the method that failed.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// What the store found wrong by itself; `None` where the database or its driver failed.
    #[must_use]
    pub fn problem(&self) -> Option<&StoreProblem> {
        self.source.downcast_ref()
    }

    /// What it was applied to: normally the name of the table.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == StoreErrorKind::Transient
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        self.help.or(match self.kind {
            StoreErrorKind::Transient => Some("run again; finished batches are kept"),
            StoreErrorKind::Conflict => Some("see who else writes to the table, then run again"),
            StoreErrorKind::Corrupt => Some("repair the row that the cause names, then run again"),
            StoreErrorKind::Unsupported => Some("see the cause for what to use instead"),
            StoreErrorKind::Misconfigured => {
                Some("compare the storage model with the table in the database")
            }
            StoreErrorKind::Rejected => {
                Some("see the cause for the rule of the database that the row breaks")
            }
            StoreErrorKind::Other => None,
        })
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` on `{}` failed", self.operation, self.target)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Why a storage model does not fit a declaration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StorageModelError {
    /// The storage model names no id column.
    #[error(
        "the storage model of `{entity}` in table `{table}` has no id column: add `.id(\"..\")`"
    )]
    #[non_exhaustive]
    IdMissing {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
    },

    /// A name that no database takes.
    #[error(
        "`{name}` in the storage model of `{entity}` is no name of a table or column: \
         a name has 1 to {} bytes and no NUL",
        crate::StorageModel::NAME_BYTES_MAX
    )]
    #[non_exhaustive]
    NameInvalid {
        /// Name of the entity kind.
        entity: &'static str,
        /// The name, with escapes.
        name: Box<str>,
    },

    /// One column was given two uses that exclude each other.
    #[error(
        "column `{column}` of table `{table}` is used twice for `{entity}`, as {first} and as \
         {second}: give one of them another column"
    )]
    #[non_exhaustive]
    ColumnTwice {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
        /// Name of the column.
        column: Box<str>,
        /// The first use.
        first: Box<str>,
        /// The second use.
        second: Box<str>,
    },

    /// A column was named for a field that the declaration does not have.
    #[error(
        "the storage model of table `{table}` names field `{field}`, which `{entity}` does not \
         have: use the JSON key or the Rust name of a field"
    )]
    #[non_exhaustive]
    FieldUnknown {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
        /// The name that no field has.
        field: Box<str>,
    },

    /// `.json(..)` for a version field.
    #[error(
        "field `{field}` of `{entity}` holds a schema version, which lies in an integer column \
         of table `{table}`: remove `.json(\"{field}\")`"
    )]
    #[non_exhaustive]
    VersionAsJson {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
        /// Rust name of the field.
        field: &'static str,
    },

    /// The whole document has one version, but the storage model has a column per field.
    #[error(
        "`{entity}` has one version for the whole document, but the storage model of table \
         `{table}` has a column per field: use `StorageModel::document(\"{table}\", \"..\")`"
    )]
    #[non_exhaustive]
    DocumentNeeded {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
    },

    /// The storage model has a history, and no model version.
    #[error(
        "the storage model of `{entity}` in table `{table}` has a history, whose commits are \
         numbered by the model version, and no column for it: add `.model_version(\"..\")`"
    )]
    #[non_exhaustive]
    HistoryWithoutVersion {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
    },

    /// Models can be marked as deleted, and nothing says what becomes of their snapshots.
    #[error(
        "models of `{entity}` in table `{table}` can be marked as deleted, and their history does \
         not say what becomes of their snapshots: add `.snapshots_of_deleted(..)` to it, with \
         `DeletedModels::Migrate` or `DeletedModels::Skip`"
    )]
    #[non_exhaustive]
    DeletedUndecided {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
    },

    /// One table was named for two of models, snapshots and commits.
    #[error(
        "table `{table}` is named twice in the storage model of `{entity}`: models, snapshots and \
         commits need a table each"
    )]
    #[non_exhaustive]
    TableTwice {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
    },

    /// A column was named for a field, but the whole document lies in one column.
    #[error(
        "`{entity}` lies in one column of table `{table}`, so field `{field}` has none of its own: \
         remove the line, or use `StorageModel::columns(\"{table}\")`"
    )]
    #[non_exhaustive]
    FieldInDocument {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: Box<str>,
        /// The field that was named.
        field: Box<str>,
    },
}
