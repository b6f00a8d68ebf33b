//! Why an entity could not be read.
//!
//! Layer: jobs.

use versioned_store::{EntityKey, ModelVersion, StorageModelError, StoreError};

use crate::{EntityError, HookError};

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

    /// There is no such entity, or it is marked as deleted.
    #[error("there is no `{entity}` with the id `{key}`")]
    #[non_exhaustive]
    Absent {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
    },

    /// There is no snapshot of the entity as of this model version.
    #[error("`{entity}` of `{key}` has no model version {version}")]
    #[non_exhaustive]
    VersionAbsent {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
        /// The model version.
        version: ModelVersion,
    },

    /// The storage model has no history, so there are no model versions to read.
    #[error("the storage model of `{entity}` has no history")]
    #[non_exhaustive]
    HistoryMissing {
        /// Name of the entity kind.
        entity: &'static str,
    },

    /// What conversions or a check need from elsewhere could not be fetched.
    #[error("what conversions or checks of `{entity}` need could not be fetched")]
    #[non_exhaustive]
    Prefetch {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the hook says.
        source: HookError,
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

    /// The store failed while it read a page.
    #[error("a page of `{entity}` could not be read")]
    #[non_exhaustive]
    List {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the store says.
        source: StoreError,
    },

    /// The store broke its contract, so that nobody knows which row belongs to which key.
    #[error(
        "the store broke its contract on table `{table}` of `{entity}`: it did not say of every \
         key whether there is a row, or gave a page that leads nowhere"
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
            Self::Store { source, .. }
            | Self::StoreMany { source, .. }
            | Self::List { source, .. } => source.is_retryable(),
            Self::Prefetch { .. } => true,
            Self::StorageModel { .. }
            | Self::Absent { .. }
            | Self::VersionAbsent { .. }
            | Self::HistoryMissing { .. }
            | Self::BrokenStore { .. }
            | Self::Entity { .. } => false,
        }
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::StorageModel { .. } => Some("change the storage model as the cause says"),
            Self::Store { source, .. }
            | Self::StoreMany { source, .. }
            | Self::List { source, .. } => source.help(),
            Self::BrokenStore { .. } => Some("report this to the maintainers of the store"),
            Self::Prefetch { .. } => Some("see the cause, and try again"),
            Self::VersionAbsent { .. } => Some("see the history of the entity for its versions"),
            Self::HistoryMissing { .. } => Some("say where it lies: `StorageModel::history(..)`"),
            Self::Absent { .. } => {
                Some("check the id; where it may be absent, read it with `find`")
            }
            Self::Entity { error } => error.help(),
        }
    }
}
