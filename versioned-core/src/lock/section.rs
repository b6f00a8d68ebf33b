//! One section of a lock: the schema of a field at a version, and where it comes from.
//!
//! Layer: core, feature `schema`.

use std::{fmt, num::NonZeroU64};

use serde_json::Value;

use super::Key;
use crate::{
    SchemaVersion,
    schema::{canonical, on_one_line, to_text},
};

/// The schema of a field at a version.
#[derive(Debug, Clone)]
pub struct LockedSchema {
    entity: String,
    field: String,
    version: SchemaVersion,
    schema: Value,
    origin: SchemaOrigin,
    is_sealed: bool,
    line: Option<usize>,
}

impl PartialEq for LockedSchema {
    fn eq(&self, other: &Self) -> bool {
        (self.key(), &self.schema, self.origin, self.is_sealed)
            == (other.key(), &other.schema, other.origin, other.is_sealed)
    }
}

/// Where a schema comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaOrigin {
    /// The Rust type, when the version was the latest one.
    Type,
    /// A typed step that starts from the version, or ends in it.
    Step,
    /// Stored documents.
    Inferred {
        /// How many had the version.
        documents: NonZeroU64,
    },
    /// Somebody who knew it.
    Written,
}

impl SchemaOrigin {
    /// Whether a change of the schema is drift: it was what a program of ours read and wrote.
    #[must_use]
    pub const fn is_blessed(self) -> bool {
        match self {
            Self::Type | Self::Step | Self::Written => true,
            Self::Inferred { .. } => false,
        }
    }
}

/// As in the header of a section.
impl fmt::Display for SchemaOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => formatter.write_str("type"),
            Self::Step => formatter.write_str("step"),
            Self::Inferred { documents } if documents.get() == 1 => {
                formatter.write_str("inferred from 1 document")
            }
            Self::Inferred { documents } => {
                write!(formatter, "inferred from {documents} documents")
            }
            Self::Written => formatter.write_str("written"),
        }
    }
}

impl LockedSchema {
    /// The schema of a field at a version, in its canonical form.
    #[must_use]
    pub fn new(
        entity: impl Into<String>,
        field: impl Into<String>,
        version: SchemaVersion,
        schema: &Value,
        origin: SchemaOrigin,
    ) -> Self {
        Self {
            entity: entity.into(),
            field: field.into(),
            version,
            schema: canonical(schema),
            origin,
            is_sealed: true,
            line: None,
        }
    }

    /// The same as it was read.
    pub(super) fn read(self, schema: Value, is_sealed: bool, line: usize) -> Self {
        Self { schema, is_sealed, line: Some(line), ..self }
    }

    pub(super) fn sealed(self) -> Self {
        Self { schema: canonical(&self.schema), is_sealed: true, ..self }
    }

    /// The entity kind.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// Rust name of the field; `document` where the whole document has one version.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The schema version.
    #[must_use]
    pub fn version(&self) -> SchemaVersion {
        self.version
    }

    /// The schema, which stands alone.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> SchemaOrigin {
        self.origin
    }

    /// Whether it has a hash; one written by hand has none until `schema commit` seals it.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// The line of its header in the text that it was read from.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// Its name, such as `exploration.states v45`.
    pub(super) fn name(&self) -> String {
        format!("{}.{} v{}", self.entity, self.field, self.version)
    }

    pub(super) fn key(&self) -> Key {
        (self.entity.clone(), self.field.clone(), self.version)
    }

    /// What guards the section against edits by hand: 64-bit FNV-1a of its header and schema, whichever white space
    /// its text has.
    pub(super) fn hash(&self) -> String {
        let sealed = format!("[{}] {}\n{}", self.name(), self.origin, on_one_line(&self.schema));
        let hash = sealed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{hash:016x}")
    }
}

/// The section as text.
impl fmt::Display for LockedSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}] {}", self.name(), self.origin)?;
        if self.is_sealed {
            write!(formatter, " {}", self.hash())?;
        }
        writeln!(formatter, "\n{}", to_text(&self.schema))
    }
}
