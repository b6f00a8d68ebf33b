//! The job: which domain object, and how it is stored.

use versioned_jobs::BaseMigrateVersionedModelJob;
use versioned_store::StorageModel;

use crate::notebook::Notebook;

/// Brings every stored notebook to format 4.5.
pub(crate) struct MigrateNotebookJob;

impl BaseMigrateVersionedModelJob for MigrateNotebookJob {
    type DomainObject = Notebook;

    fn storage_model() -> StorageModel {
        StorageModel::columns("notebooks").id("file").model_version("version")
    }
}
