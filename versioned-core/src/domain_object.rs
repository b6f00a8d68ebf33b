//! The trait that a domain object implements, normally by its derive.
//!
//! Layer: core.

use serde::de::DeserializeOwned;

use crate::{
    Declaration, MigrationError, MigrationOptions,
    document::{Member, Migrated, MigratedMembers, StoredDocument},
    engine,
};

/// A domain object whose stored fields have schema versions of their own.
///
/// Derive it: the derive checks at compile time that every field is declared and that every chain is complete.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no versioned domain object",
    label = "this type does not declare versioned fields",
    note = "add `#[derive(BaseVersionedDomainObject)]` to `{Self}`, or see the docs of `versioned_core::BaseVersionedDomainObject`"
)]
pub trait BaseVersionedDomainObject: DeserializeOwned + 'static {
    /// The whole declaration as data: every field, its versions, its context and its side outputs.
    fn schema_versioned_attributes() -> &'static Declaration;

    /// Brings a stored document to the latest schema version of every field.
    ///
    /// Only stale fields are parsed; the bytes of all others stay as they were. A document whose fields are all
    /// current is returned borrowed.
    ///
    /// # Errors
    ///
    /// [`MigrationError`] says which field of which entity kind, and why.
    fn migrate_to_latest_schema_versions<'a>(
        document: impl Into<StoredDocument<'a>>,
    ) -> Result<Migrated<'a, Self>, MigrationError> {
        engine::migrate_document(Self::schema_versioned_attributes(), document.into())
            .map(Migrated::new)
    }

    /// The same with values that were fetched for the conversions, or with losses counted.
    ///
    /// # Errors
    ///
    /// As for [`migrate_to_latest_schema_versions`](Self::migrate_to_latest_schema_versions).
    fn migrate_to_latest_schema_versions_with<'a>(
        document: impl Into<StoredDocument<'a>>,
        options: &MigrationOptions<'_>,
    ) -> Result<Migrated<'a, Self>, MigrationError> {
        let declaration = Self::schema_versioned_attributes();
        engine::migrate_document_with(declaration, document.into(), options).map(Migrated::new)
    }

    /// The same for an entity whose fields lie in columns of their own: `members` are the columns that were read, under
    /// the JSON keys of their fields.
    ///
    /// Columns that the declaration does not name are ignored. A current entity costs one integer comparison per version column; nothing
    /// is parsed or allocated, and the columns of current fields may be left out.
    ///
    /// # Errors
    ///
    /// As for [`migrate_to_latest_schema_versions`](Self::migrate_to_latest_schema_versions).
    fn migrate_members_to_latest_schema_versions(
        members: &[Member<'_>],
    ) -> Result<MigratedMembers, MigrationError> {
        engine::migrate_members(Self::schema_versioned_attributes(), members)
    }

    /// The same with values that were fetched for the conversions, or with losses counted.
    ///
    /// # Errors
    ///
    /// As for [`migrate_to_latest_schema_versions`](Self::migrate_to_latest_schema_versions).
    fn migrate_members_to_latest_schema_versions_with(
        members: &[Member<'_>],
        options: &MigrationOptions<'_>,
    ) -> Result<MigratedMembers, MigrationError> {
        engine::migrate_members_with(Self::schema_versioned_attributes(), members, options)
    }
}
