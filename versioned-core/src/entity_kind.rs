//! A kind of entities without its Rust type.
//!
//! Layer: core. The testkit checks laws on every kind that is registered, whose types it cannot name.

use crate::{
    BaseVersionedDomainObject, Declaration, FieldChange, MigrationError, MigrationOptions, engine,
};

/// A kind of entities whose Rust type is not named: its declaration, and what can be done with a stored document of it.
///
/// # Examples
///
/// ```
/// use versioned_core::{MigrationOptions, Registry};
///
/// for kind in Registry::collect().kinds() {
///     let options = MigrationOptions::new();
///     println!("{}: {:?}", kind.declaration().entity, kind.migrate("{}", &options));
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct EntityKind {
    declaration: fn() -> &'static Declaration,
    read: fn(&str, &MigrationOptions<'_>) -> Result<(), MigrationError>,
    fits: fn(&str) -> Result<(), MigrationError>,
}

/// A document at its latest versions.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigratedDocument {
    /// The JSON text.
    pub document: String,
    /// The fields that were stale, in order of declaration; empty if the document was current.
    pub changes: Vec<FieldChange>,
}

impl EntityKind {
    /// The kind of a domain object.
    #[must_use]
    pub const fn of<D: BaseVersionedDomainObject>() -> Self {
        Self { declaration: D::schema_versioned_attributes, read: read::<D>, fits: fits::<D> }
    }

    /// The declaration.
    #[must_use]
    pub fn declaration(&self) -> &'static Declaration {
        (self.declaration)()
    }

    /// Brings a stored document to the latest schema version of every field.
    ///
    /// # Errors
    ///
    /// As for [`migrate_to_latest_schema_versions`](BaseVersionedDomainObject::migrate_to_latest_schema_versions).
    pub fn migrate(
        &self,
        document: &str,
        options: &MigrationOptions<'_>,
    ) -> Result<MigratedDocument, MigrationError> {
        let declaration = self.declaration();
        let migrated = engine::migrate_document_with(declaration, document.into(), options)?;
        Ok(MigratedDocument { document: migrated.text.into_owned(), changes: migrated.changes })
    }

    /// Reads a stored document as the domain object, which is dropped.
    ///
    /// # Errors
    ///
    /// As for [`from_stored_document`](BaseVersionedDomainObject::from_stored_document).
    pub fn read(
        &self,
        document: &str,
        options: &MigrationOptions<'_>,
    ) -> Result<(), MigrationError> {
        (self.read)(document, options)
    }

    /// Checks that the Rust type accepts a document at its latest versions.
    ///
    /// # Errors
    ///
    /// [`MigrationError::ObjectMismatch`] with a JSON pointer.
    pub fn fits(&self, document: &str) -> Result<(), MigrationError> {
        (self.fits)(document)
    }
}

fn read<D: BaseVersionedDomainObject>(
    document: &str,
    options: &MigrationOptions<'_>,
) -> Result<(), MigrationError> {
    D::from_stored_document_with(document, options).map(|_| ())
}

fn fits<D: BaseVersionedDomainObject>(document: &str) -> Result<(), MigrationError> {
    engine::object_from_json::<D>(D::schema_versioned_attributes(), document).map(|_| ())
}
