//! The entity kind, which says how notebooks are stored, and the job over it.

use versioned_jobs::{BaseMigrateVersionedModelJob, VersionedModel};
use versioned_store::StorageModel;

use crate::notebook::Notebook;

/// The stored notebooks.
pub(crate) struct Notebooks;

impl VersionedModel for Notebooks {
    type DomainObject = Notebook;

    fn storage_model() -> StorageModel {
        StorageModel::columns("notebooks").id("file").model_version("version")
    }
}

/// Brings every stored notebook to format 4.5.
pub(crate) struct MigrateNotebookJob;

impl BaseMigrateVersionedModelJob for MigrateNotebookJob {
    type Model = Notebooks;
}
