//! Why a save, a deletion or a revert was refused.
//!
//! Layer: jobs. Invariant: whatever the reason, nothing was written.

use versioned_core::EntityId;
use versioned_store::{EntityKey, ModelVersion, StorageModelError, StoreError};

use crate::{EntityError, FetchError};

/// Why an entity was not saved. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The storage model does not fit the declaration.
    #[error("the storage model of `{entity}` does not fit its declaration")]
    #[non_exhaustive]
    StorageModel {
        /// Name of the entity kind.
        entity: &'static str,
        /// Which column, and why.
        source: StorageModelError,
    },

    /// It could not be read first.
    #[error(transparent)]
    Read {
        /// Why.
        error: FetchError,
    },

    /// The store failed.
    #[error("`{entity}` of `{key}` could not be saved")]
    #[non_exhaustive]
    Store {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
        /// What the store says.
        source: StoreError,
    },

    /// Somebody else has saved it since it was opened.
    #[error("`{entity}` of `{key}` has changed since it was opened{}", as_of(.opened))]
    #[non_exhaustive]
    Conflict {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
        /// The model version that was opened.
        opened: Option<ModelVersion>,
    },

    /// An entity with this key exists, or existed and is marked as deleted.
    #[error("there is an `{entity}` with the id `{key}` already")]
    #[non_exhaustive]
    Exists {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
    },

    /// It was deleted since it was opened.
    #[error("`{entity}` of `{key}` is gone")]
    #[non_exhaustive]
    Gone {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        key: EntityKey,
    },

    /// It is not valid, or does not fit its table.
    #[error(transparent)]
    Entity {
        /// Why.
        error: EntityError,
    },

    /// The object cannot be written as JSON.
    #[error("`{entity}` of `{id}` cannot be written as JSON")]
    #[non_exhaustive]
    Unwritable {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// What serde says.
        source: serde_json::Error,
    },

    /// A version field of the object does not have the latest version, which its value has.
    #[error("field `{field}` of `{entity}` of `{id}` says that it is not at its latest version")]
    #[non_exhaustive]
    NotCurrent {
        /// Name of the entity kind.
        entity: &'static str,
        /// The key.
        id: EntityId,
        /// Rust name of the field.
        field: &'static str,
    },

    /// The table cannot do this.
    #[error("`{entity}` cannot be {what}: its storage model has no {lacks}")]
    #[non_exhaustive]
    Unsupported {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was asked for.
        what: &'static str,
        /// What the storage model lacks.
        lacks: &'static str,
    },
}

impl SaveError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { source, .. } => source.is_retryable(),
            Self::Read { error } => error.is_retryable(),
            _ => false,
        }
    }

    /// What the caller can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::StorageModel { .. } => Some("change the storage model as the cause says"),
            Self::Read { error } => error.help(),
            Self::Store { source, .. } => source.help(),
            Self::Conflict { .. } => {
                Some("open it again, make the change again on what is there now, and save that")
            }
            Self::Exists { .. } => Some("choose another id, or open the one that exists"),
            Self::Gone { .. } => Some("create it anew under another id, if it is still wanted"),
            Self::Entity { error } => error.help(),
            Self::Unwritable { .. } => {
                Some("see the cause; maps need keys that are texts, and numbers must be finite")
            }
            Self::NotCurrent { .. } => Some(
                "leave the version fields as they were read; in a new object, give them the latest \
                 versions of the declaration",
            ),
            Self::Unsupported { .. } => Some("add it to the storage model and to the table"),
        }
    }
}

fn as_of(opened: &Option<ModelVersion>) -> String {
    opened.map_or_else(String::new, |version| format!(" at model version {version}"))
}

impl From<FetchError> for SaveError {
    fn from(error: FetchError) -> Self {
        Self::Read { error }
    }
}

impl From<EntityError> for SaveError {
    fn from(error: EntityError) -> Self {
        Self::Entity { error }
    }
}
