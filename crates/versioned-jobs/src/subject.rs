//! What a run works on: a table of one entity kind, and what follows from a write to it.
//!
//! Layer: jobs. Invariant: everything that a run knows of its job is in here, so there is one engine for all jobs.

use versioned_core::BaseVersionedDomainObject;
use versioned_store::EntityTable;

use crate::{Hooks, JobError, VersionedModel};

/// What a run works on.
#[derive(Debug)]
pub(crate) struct Subject<D> {
    /// What reports and ledger call it.
    pub(crate) name: &'static str,
    pub(crate) table: EntityTable,
    pub(crate) hooks: Hooks<D>,
}

impl<D> Clone for Subject<D> {
    fn clone(&self) -> Self {
        Self { name: self.name, table: self.table.clone(), hooks: self.hooks.clone() }
    }
}

/// The models of an entity kind.
pub(crate) fn models<M: VersionedModel + ?Sized>() -> Result<Subject<M::DomainObject>, JobError> {
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    let table = M::table().map_err(|source| JobError::StorageModel { entity, source })?;
    Ok(Subject { name: entity, table, hooks: M::hooks() })
}
