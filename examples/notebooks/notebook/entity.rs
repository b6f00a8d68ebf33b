//! What is stored of a notebook, and in which versions.

use serde::Deserialize;
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::NotebookDocument;

/// A notebook as the application stores it: one row, with the whole `.ipynb` document in one
/// column.
///
/// The conversions are in the files named after them.
#[derive(Debug, Clone, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "notebook")]
pub(crate) struct Notebook {
    /// Path of the file, relative to the imported folder: the id.
    pub(crate) file: String,
    /// The document.
    #[versioned(version_field = "notebook_schema_version", min = 2, max = 5)]
    pub(crate) notebook: NotebookDocument,
    /// Which shape the document has.
    pub(crate) notebook_schema_version: SchemaVersion,
}
