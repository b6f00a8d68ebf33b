//! What a run works on: a table of one entity kind, and what follows from a write to it.
//!
//! Layer: jobs. Invariant: everything that a run knows of its job is in here, so there is one engine for all jobs.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

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
    Ok(Subject { name: entity, table, hooks: M::hooks().of_models() })
}

/// The snapshots of an entity kind.
pub(crate) fn snapshots<M: VersionedModel + ?Sized>() -> Result<Subject<M::DomainObject>, JobError>
{
    let models = models::<M>()?;
    let entity = models.name;
    let table = models.table.snapshots().ok_or(JobError::HistoryMissing { entity })?;
    Ok(Subject { name: snapshots_name(entity), table, hooks: M::hooks().of_snapshots() })
}

impl<D> Subject<D> {
    /// Whether what is planned for a row depends on all of its columns, or must be written with all of them.
    pub(crate) fn needs_all_columns(&self) -> bool {
        !self.hooks.is_empty() || self.table.history().is_some()
    }
}

/// What reports and ledger call the snapshots of an entity kind, so that they never mix with its models.
///
/// Names of entity kinds are literals, and reports keep them as such; these are made once per kind and kept.
pub(crate) fn snapshots_name(entity: &'static str) -> &'static str {
    static NAMES: Mutex<BTreeMap<&str, &str>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.entry(entity).or_insert_with(|| Box::leak(format!("{entity}/snapshots").into_boxed_str()))
}
