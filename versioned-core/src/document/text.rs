//! The one-document layout: a JSON object whose members are fields and their versions.

use std::{borrow::Cow, marker::PhantomData};

use crate::{
    BaseVersionedDomainObject, Loss, MigrationError,
    document::FieldChange,
    engine::{self, MigratedText},
    json::{JsonError, JsonErrorKind, Limits},
};

/// The text of a stored document, not yet looked at.
///
/// Made by `into()` from `&str`, `&String`, `&[u8]` or `&Vec<u8>`.
#[derive(Debug, Clone, Copy)]
pub struct StoredDocument<'a> {
    input: Input<'a>,
    pub(crate) limits: Limits,
}

#[derive(Debug, Clone, Copy)]
enum Input<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> StoredDocument<'a> {
    /// Replaces the default limits of size and nesting.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    pub(crate) fn utf8(&self) -> Result<&'a str, JsonError> {
        match self.input {
            Input::Text(text) => Ok(text),
            Input::Bytes(bytes) => std::str::from_utf8(bytes)
                .map_err(|error| JsonError::new(JsonErrorKind::InvalidUtf8, error.valid_up_to())),
        }
    }
}

impl<'a> From<&'a [u8]> for StoredDocument<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { input: Input::Bytes(bytes), limits: Limits::DEFAULT }
    }
}

impl<'a> From<&'a Vec<u8>> for StoredDocument<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl<'a> From<&'a str> for StoredDocument<'a> {
    fn from(text: &'a str) -> Self {
        Self { input: Input::Text(text), limits: Limits::DEFAULT }
    }
}

impl<'a> From<&'a String> for StoredDocument<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

/// A document at the latest schema version of every field, and what was changed to bring it there.
#[derive(Debug)]
pub struct Migrated<'a, T> {
    migrated: MigratedText<'a>,
    object: PhantomData<fn() -> T>,
}

impl<'a, T: BaseVersionedDomainObject> Migrated<'a, T> {
    pub(crate) fn new(migrated: MigratedText<'a>) -> Self {
        Self { migrated, object: PhantomData }
    }

    /// Whether every field was at its latest version already; the document is then the input itself.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.migrated.changes.is_empty()
    }

    /// The fields that were stale, in order of declaration.
    #[must_use]
    pub fn changes(&self) -> &[FieldChange] {
        &self.migrated.changes
    }

    /// Rust names of the siblings that steps have set, each once.
    #[must_use]
    pub fn side_outputs(&self) -> &[&'static str] {
        &self.migrated.side_outputs
    }

    /// What each declared loss of the steps that ran has dropped, by field and step; empty unless
    /// [`with_counted_losses`](crate::MigrationOptions::with_counted_losses) was asked for.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.migrated.losses
    }

    /// The JSON text.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.migrated.text
    }

    /// The JSON text, borrowed from the input where nothing was stale.
    #[must_use]
    pub fn into_document(self) -> Cow<'a, str> {
        self.migrated.text
    }

    /// The typed object.
    ///
    /// # Errors
    ///
    /// [`MigrationError::ObjectMismatch`] with a JSON pointer if the Rust type does not accept the document.
    pub fn to_object(&self) -> Result<T, MigrationError> {
        engine::object_from_json(T::schema_versioned_attributes(), &self.migrated.text)
    }
}
