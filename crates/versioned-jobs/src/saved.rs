//! What a hook sees: an entity that is about to be written, and why it is.
//!
//! Layer: jobs.

use versioned_store::{EntityKey, ModelVersion};

/// An entity that is about to be written, at its latest versions.
#[derive(Debug)]
#[non_exhaustive]
pub struct Saved<'s, D> {
    /// The entity.
    pub object: &'s D,
    /// Its key.
    pub key: &'s EntityKey,
    /// The model version that is written; `None` in a table without them.
    pub model_version: Option<ModelVersion>,
    /// Why it is written.
    pub reason: Reason,
}

/// Why an entity is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The application saves it.
    Save,
    /// A migration brings it to its latest schema versions.
    Migrate,
    /// An old model version is brought back.
    Revert,
    /// It is marked as deleted; the object is what it was.
    Delete,
}

impl<'s, D> Saved<'s, D> {
    /// An entity that is about to be written; hooks are tested with it.
    #[must_use]
    pub fn new(
        object: &'s D,
        key: &'s EntityKey,
        model_version: Option<ModelVersion>,
        reason: Reason,
    ) -> Self {
        Self { object, key, model_version, reason }
    }
}

impl<D> Clone for Saved<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Saved<'_, D> {}
