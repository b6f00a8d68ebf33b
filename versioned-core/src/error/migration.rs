//! Why a stored document could not be brought to its latest schema versions.

use std::fmt;

use super::ConversionFailure;
use crate::{
    SchemaVersion,
    json::{JsonError, Pointer},
};

/// The id of an entity as text, for messages and reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(Box<str>);

impl EntityId {
    /// The id with this text.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Which field of which entity; shown as "`exploration.states` of `abc`".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldPlace {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// Rust name of the field; `None` for the document as a whole.
    pub field: Option<&'static str>,
    /// The id, once [`MigrationError::of`] has named it.
    pub id: Option<EntityId>,
}

impl FieldPlace {
    pub(crate) fn field(entity: &'static str, field: &'static str) -> Self {
        Self { entity, field: Some(field), id: None }
    }

    pub(crate) fn document(entity: &'static str) -> Self {
        Self { entity, field: None, id: None }
    }
}

impl fmt::Display for FieldPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(formatter, "`{}.{field}`", self.entity)?,
            None => write!(formatter, "`{}`", self.entity)?,
        }
        match &self.id {
            Some(id) => write!(formatter, " of `{id}`"),
            None => Ok(()),
        }
    }
}

/// Why a stored document could not be brought to its latest schema versions.
///
/// Every variant has the `place`: entity kind, field, and the id once the caller has added it with
/// [`of`](MigrationError::of).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The text is not a JSON object, or breaks a limit.
    #[error("the stored document of {place} cannot be read")]
    #[non_exhaustive]
    Unreadable {
        /// Entity kind and id; the field where the text of a column cannot be read.
        place: FieldPlace,
        /// What is wrong, and at which byte.
        source: JsonError,
    },

    /// A member that the declaration names stands in the document more than once.
    #[error("member `{key}` stands more than once in the document of {place}")]
    #[non_exhaustive]
    DuplicateMember {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// Key of the member.
        key: &'static str,
    },

    /// The document has no version of the field.
    #[error("{place} has no schema version: member `{version_key}` is absent")]
    #[non_exhaustive]
    VersionMissing {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// Key of the member that should hold the version.
        version_key: &'static str,
    },

    /// What stands where the version should be is no version.
    #[error(
        "{place} has a malformed schema version: member `{version_key}` holds `{found}`, not an integer from 0 to 4294967295"
    )]
    #[non_exhaustive]
    VersionMalformed {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// Key of the member that holds it.
        version_key: &'static str,
        /// What stands there, cut after 40 characters.
        found: Box<str>,
    },

    /// The stored version is older than the oldest one that the chain accepts.
    #[error("{place} is at version {found}, older than the oldest supported version {min}")]
    #[non_exhaustive]
    TooOld {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// The stored version.
        found: SchemaVersion,
        /// The oldest version that the chain accepts.
        min: SchemaVersion,
    },

    /// The stored version is newer than this program knows.
    #[error("{place} is at version {found}, newer than the latest known version {max}")]
    #[non_exhaustive]
    TooNew {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// The stored version.
        found: SchemaVersion,
        /// The latest version that this program knows.
        max: SchemaVersion,
    },

    /// The document has a version but not the field itself.
    #[error("{place} is absent, though its schema version is stored: member `{key}` is missing")]
    #[non_exhaustive]
    FieldMissing {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// Key of the member that should hold the field.
        key: &'static str,
    },

    /// A conversion ran and refused the value.
    #[error("conversion of {place} from version {from} to {to} failed")]
    #[non_exhaustive]
    StepFailed {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// The version that the step starts from.
        from: SchemaVersion,
        /// The version that the step should have reached.
        to: SchemaVersion,
        /// The place in the field, where the conversion named one.
        pointer: Option<Pointer>,
        /// What the conversion returned.
        source: ConversionFailure,
    },

    /// A value does not have the type that a step takes, or holds what its type cannot.
    #[error("{place} at version {from} does not fit the input of its conversion to version {to}")]
    #[non_exhaustive]
    StepInput {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// The version that the step starts from.
        from: SchemaVersion,
        /// The version that the step leads to.
        to: SchemaVersion,
        /// The place in the field, where it is known.
        pointer: Option<Pointer>,
        /// What does not fit.
        source: ConversionFailure,
    },

    /// A value that a step returned cannot be written as JSON.
    #[error(
        "what the conversion of {place} from version {from} to {to} returned cannot be written as JSON"
    )]
    #[non_exhaustive]
    StepOutput {
        /// Entity kind, field and id.
        place: FieldPlace,
        /// The version that the step starts from.
        from: SchemaVersion,
        /// The version that the step leads to.
        to: SchemaVersion,
        /// What serde says.
        source: ConversionFailure,
    },

    /// A sibling that the chain reads as context is absent, of another type, or cannot be brought to its version.
    #[error("context `{sibling}` for the conversion of {place} from version {from} cannot be had")]
    #[non_exhaustive]
    ContextUnavailable {
        /// Entity kind, field and id of the field that is converted.
        place: FieldPlace,
        /// Rust name of the sibling.
        sibling: &'static str,
        /// The version that the chain started from.
        from: SchemaVersion,
        /// Why.
        source: ConversionFailure,
    },

    /// A value that the chain declares as fetched was not given.
    #[error("{place} at version {from} needs the fetched value `{name}`, which was not given")]
    #[non_exhaustive]
    NotFetched {
        /// Entity kind, field and id of the field that is converted.
        place: FieldPlace,
        /// Name of the value, as in `fetched(..)`.
        name: &'static str,
        /// The version that the chain starts from.
        from: SchemaVersion,
    },

    /// The declaration has one version for the whole document, so its fields cannot lie in columns.
    #[error("{place} has one version for the whole document and cannot be read from columns")]
    #[non_exhaustive]
    NotInColumns {
        /// Entity kind and id.
        place: FieldPlace,
    },

    /// The document is at its latest versions, yet the Rust type does not accept it.
    #[error("the stored document of {place} does not fit the type `{type_name}`")]
    #[non_exhaustive]
    ObjectMismatch {
        /// Entity kind and id.
        place: FieldPlace,
        /// Name of the Rust type.
        type_name: &'static str,
        /// The place in the document.
        pointer: Option<Pointer>,
        /// What serde says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl MigrationError {
    /// Names the entity that the document belongs to.
    #[must_use]
    pub fn of(mut self, id: EntityId) -> Self {
        self.place_mut().id = Some(id);
        self
    }

    /// Entity kind, field and id.
    #[must_use]
    pub fn place(&self) -> &FieldPlace {
        match self {
            Self::Unreadable { place, .. }
            | Self::DuplicateMember { place, .. }
            | Self::VersionMissing { place, .. }
            | Self::VersionMalformed { place, .. }
            | Self::TooOld { place, .. }
            | Self::TooNew { place, .. }
            | Self::FieldMissing { place, .. }
            | Self::StepFailed { place, .. }
            | Self::StepInput { place, .. }
            | Self::StepOutput { place, .. }
            | Self::ContextUnavailable { place, .. }
            | Self::NotFetched { place, .. }
            | Self::NotInColumns { place }
            | Self::ObjectMismatch { place, .. } => place,
        }
    }

    fn place_mut(&mut self) -> &mut FieldPlace {
        match self {
            Self::Unreadable { place, .. }
            | Self::DuplicateMember { place, .. }
            | Self::VersionMissing { place, .. }
            | Self::VersionMalformed { place, .. }
            | Self::TooOld { place, .. }
            | Self::TooNew { place, .. }
            | Self::FieldMissing { place, .. }
            | Self::StepFailed { place, .. }
            | Self::StepInput { place, .. }
            | Self::StepOutput { place, .. }
            | Self::ContextUnavailable { place, .. }
            | Self::NotFetched { place, .. }
            | Self::NotInColumns { place }
            | Self::ObjectMismatch { place, .. } => place,
        }
    }

    /// The step that failed, as (from, to), where one was running.
    #[must_use]
    pub fn step(&self) -> Option<(SchemaVersion, SchemaVersion)> {
        match self {
            Self::StepFailed { from, to, .. }
            | Self::StepInput { from, to, .. }
            | Self::StepOutput { from, to, .. } => Some((*from, *to)),
            _ => None,
        }
    }

    /// The place in the field (in the document, for [`ObjectMismatch`](Self::ObjectMismatch)), where it is known.
    #[must_use]
    pub fn pointer(&self) -> Option<&Pointer> {
        match self {
            Self::StepFailed { pointer, .. }
            | Self::StepInput { pointer, .. }
            | Self::ObjectMismatch { pointer, .. } => pointer.as_ref(),
            Self::Unreadable { source, .. } => source.pointer(),
            _ => None,
        }
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreadable { .. } => "repair the stored text, or restore it from a backup",
            Self::DuplicateMember { .. } => "decide which of the two is right and remove the other",
            Self::VersionMissing { .. } => {
                "if such documents are older than versions, declare `missing_version = ..` on the field"
            }
            Self::VersionMalformed { .. } => "store the version as an integer",
            Self::TooOld { .. } => {
                "migrate with a release that still has the conversions from this version, then with this one"
            }
            Self::TooNew { .. } => "deploy the program that wrote it, or a later one",
            Self::FieldMissing { .. } => {
                "if the field may be absent, declare it as an `Option` or with a serde default"
            }
            Self::StepFailed { .. } | Self::StepInput { .. } => {
                "repair the document, or the conversion; then run again"
            }
            Self::StepOutput { .. } => "repair the conversion; then run again",
            Self::ContextUnavailable { .. } => "repair the sibling field; then run again",
            Self::NotFetched { .. } => {
                "fetch it for entities whose field is stale, and pass it with `MigrationOptions::with_fetched`"
            }
            Self::NotInColumns { .. } => "store it as one document",
            Self::ObjectMismatch { .. } => {
                "the last conversion and the Rust type disagree: change one of them, and raise the version if data was written"
            }
        })
    }
}
