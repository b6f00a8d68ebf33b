//! An entity that was opened for a save.
//!
//! Layer: jobs. Invariant: it carries the row as it was read, so a save notices every change since.

use std::ops::{Deref, DerefMut};

use versioned_core::FieldChange;
use versioned_store::{EntityKey, ModelVersion, Row};

/// An entity at its latest schema versions, with the row from which it was read; it is used as the object itself.
#[derive(Debug, Clone)]
pub struct Stored<D> {
    pub(crate) object: D,
    pub(crate) row: Row,
    /// What was brought to its latest version when it was read.
    pub(crate) changes: Vec<FieldChange>,
}

impl<D> Stored<D> {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> &EntityKey {
        &self.row.key
    }

    /// The model version that was read; `None` in a table without them.
    #[must_use]
    pub fn model_version(&self) -> Option<ModelVersion> {
        self.row.model_version.map(ModelVersion::new)
    }

    /// The fields that were brought to their latest schema versions when it was read.
    #[must_use]
    pub fn upgraded(&self) -> &[FieldChange] {
        &self.changes
    }

    /// The object alone.
    #[must_use]
    pub fn into_object(self) -> D {
        self.object
    }
}

impl<D> Deref for Stored<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.object
    }
}

impl<D> DerefMut for Stored<D> {
    fn deref_mut(&mut self) -> &mut D {
        &mut self.object
    }
}
