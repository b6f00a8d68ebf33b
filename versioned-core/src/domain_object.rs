//! The trait that a domain object implements, normally by its derive.
//!
//! Layer: core.

use serde::de::DeserializeOwned;

use crate::{
    Declaration, MigrationError, MigrationOptions,
    document::{Member, Migrated, MigratedMembers, ReadObject, StoredDocument},
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
    /// current is returned borrowed. A program that is done with one result before it asks for the next gives it back with
    /// [`recycle`](crate::document::recycle), which makes large documents faster.
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

    /// Reads a stored document as a typed object at the latest schema versions.
    ///
    /// The object is the one that [`migrate_to_latest_schema_versions`](Self::migrate_to_latest_schema_versions) and
    /// [`to_object`](Migrated::to_object) give, by a shorter way: what the last step of a chain returns becomes a part of
    /// the object without being written as JSON first. Where the type reads itself in a way of its own (a `Deserialize`
    /// by hand, `#[serde(flatten)]`), it takes the long way.
    ///
    /// A value that a typed last step returns is moved. So a type whose `Deserialize` does not give back what its
    /// `Serialize` was given (a skipped field, a time cut to seconds) is seen here as the step returned it.
    ///
    /// # Errors
    ///
    /// As for a migration; [`MigrationError::ObjectMismatch`] with a JSON pointer if the type does not accept the
    /// migrated document.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde::Deserialize;
    /// use versioned_core::{BaseVersionedDomainObject, LazyValue, SchemaVersion};
    ///
    /// #[derive(Deserialize, BaseVersionedDomainObject)]
    /// #[versioned(entity = "greeting")]
    /// struct Greeting {
    ///     id: String,
    ///     #[versioned(version_field = "words_version", min = 1, max = 2)]
    ///     words: Vec<String>,
    ///     words_version: SchemaVersion,
    /// }
    ///
    /// impl Greeting {
    ///     fn _convert_words_v1_to_v2(mut words: LazyValue<'_>) -> LazyValue<'_> {
    ///         if let Some(words) = words.as_list_mut() {
    ///             words.push("again".into());
    ///         }
    ///         words
    ///     }
    /// }
    ///
    /// let stored = r#"{"id":"a","words":["hello"],"words_version":1}"#;
    /// let greeting = Greeting::from_stored_document(stored)?;
    /// assert_eq!((greeting.id.as_str(), greeting.words_version.get()), ("a", 2));
    /// assert_eq!(greeting.words, ["hello", "again"]);
    /// # Ok::<(), versioned_core::MigrationError>(())
    /// ```
    fn from_stored_document<'a>(
        document: impl Into<StoredDocument<'a>>,
    ) -> Result<Self, MigrationError> {
        engine::from_document(document.into(), &MigrationOptions::new()).map(|read| read.object)
    }

    /// The same with values that were fetched for the conversions, and with what was brought to another version; losses
    /// are not counted.
    ///
    /// # Errors
    ///
    /// As for [`from_stored_document`](Self::from_stored_document).
    fn from_stored_document_with<'a>(
        document: impl Into<StoredDocument<'a>>,
        options: &MigrationOptions<'_>,
    ) -> Result<ReadObject<Self>, MigrationError> {
        engine::from_document(document.into(), options)
    }

    /// The same for an entity whose fields lie in columns of their own: `members` are all of its columns, under the JSON
    /// keys of their fields.
    ///
    /// # Errors
    ///
    /// As for [`from_stored_document`](Self::from_stored_document).
    fn from_stored_members(members: &[Member<'_>]) -> Result<Self, MigrationError> {
        engine::from_members(members, &MigrationOptions::new()).map(|read| read.object)
    }

    /// The same with values that were fetched for the conversions, and with what was brought to another version; losses
    /// are not counted.
    ///
    /// # Errors
    ///
    /// As for [`from_stored_document`](Self::from_stored_document).
    fn from_stored_members_with(
        members: &[Member<'_>],
        options: &MigrationOptions<'_>,
    ) -> Result<ReadObject<Self>, MigrationError> {
        engine::from_members(members, options)
    }

    /// How the derive puts objects together; no part of the public interface.
    #[doc(hidden)]
    #[must_use]
    fn __direct() -> Option<engine::Direct<Self>> {
        None
    }
}
