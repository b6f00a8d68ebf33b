//! Why a job or a read ended early.
//!
//! Layer: jobs. Invariant: an error of a run carries the report of the batches that were done before it.

use versioned_core::MigrationError;
use versioned_store::{EntityKey, StorageModelError, StoreError};

use crate::{EntityError, JobReport};

/// Why a run, or a census, ended before its last row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The storage model does not fit the declaration. Nothing was read.
    #[error("the storage model of `{entity}` does not fit its declaration")]
    #[non_exhaustive]
    StorageModel {
        /// Name of the entity kind.
        entity: &'static str,
        /// Which column, and why.
        source: StorageModelError,
    },

    /// The store failed. Batches before that are written.
    #[error("the run over `{entity}` ended after {}: the store failed", done(.report))]
    #[non_exhaustive]
    Store {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// What the store says.
        source: StoreError,
    },

    /// The store failed while versions were counted.
    #[error("the census of `{entity}` ended early: the store failed")]
    #[non_exhaustive]
    Census {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the store says.
        source: StoreError,
    },

    /// A stop was asked for. Batches before that are written.
    #[error("the run over `{entity}` was stopped after {}", done(.report))]
    #[non_exhaustive]
    Stopped {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
    },

    /// The store broke its contract, so that going on could skip rows or never end.
    #[error("the store broke its contract on table `{table}` of `{entity}`: {broken}")]
    #[non_exhaustive]
    BrokenStore {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: String,
        /// What it did.
        broken: &'static str,
        /// What was done before.
        report: Option<Box<JobReport>>,
    },
}

impl JobError {
    /// What was done before the run ended; `None` where nothing was.
    #[must_use]
    pub fn report(&self) -> Option<&JobReport> {
        match self {
            Self::Store { report, .. } | Self::Stopped { report, .. } => Some(report),
            Self::BrokenStore { report, .. } => report.as_deref(),
            Self::StorageModel { .. } | Self::Census { .. } => None,
        }
    }

    /// Whether the same call may succeed later. It goes on where this one ended: what is written is current.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { source, .. } | Self::Census { source, .. } => source.is_retryable(),
            Self::Stopped { .. } => true,
            Self::StorageModel { .. } | Self::BrokenStore { .. } => false,
        }
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::StorageModel { .. } => {
                Some("change the storage model of the job as the cause says")
            }
            Self::Store { source, .. } | Self::Census { source, .. } => source.help(),
            Self::Stopped { .. } => Some("run it again: it goes on where it ended"),
            Self::BrokenStore { .. } => Some("report this to the maintainers of the store"),
        }
    }
}

fn done(report: &JobReport) -> String {
    match report.counts().scanned {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

/// Why one entity could not be read at its latest versions.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The storage model does not fit the declaration.
    #[error("the storage model of `{entity}` does not fit its declaration")]
    #[non_exhaustive]
    StorageModel {
        /// Name of the entity kind.
        entity: &'static str,
        /// Which column, and why.
        source: StorageModelError,
    },

    /// The store failed.
    #[error("`{entity}` of `{key}` could not be read")]
    #[non_exhaustive]
    Store {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
        /// What the store says.
        source: StoreError,
    },

    /// The store failed while it read many entities.
    #[error("{keys} entities `{entity}` could not be read")]
    #[non_exhaustive]
    StoreMany {
        /// Name of the entity kind.
        entity: &'static str,
        /// How many were asked for.
        keys: usize,
        /// What the store says.
        source: StoreError,
    },

    /// The store broke its contract, so that nobody knows which row belongs to which key.
    #[error(
        "the store broke its contract on table `{table}` of `{entity}`: it did not say of every \
         key whether there is a row"
    )]
    #[non_exhaustive]
    BrokenStore {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: String,
    },

    /// The entity is there, and cannot be brought to its latest versions.
    #[error(transparent)]
    Entity {
        /// Which field, which step, and why.
        error: EntityError,
    },
}

impl FetchError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { source, .. } | Self::StoreMany { source, .. } => source.is_retryable(),
            Self::StorageModel { .. } | Self::BrokenStore { .. } | Self::Entity { .. } => false,
        }
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::StorageModel { .. } => {
                Some("change the storage model of the job as the cause says")
            }
            Self::Store { source, .. } | Self::StoreMany { source, .. } => source.help(),
            Self::BrokenStore { .. } => Some("report this to the maintainers of the store"),
            Self::Entity { error } => error.help(),
        }
    }
}

impl From<MigrationError> for EntityError {
    fn from(error: MigrationError) -> Self {
        Self::Migration { error: Box::new(error) }
    }
}
