//! Stored documents: what goes into a migration and what comes out of it.
//!
//! Layer: core. Two layouts: one text with all members ([`StoredDocument`]), or a column per field ([`Member`]).
//! Invariant: what no conversion touched comes out as the bytes that went in.

mod members;
mod text;

pub use members::{
    ConvertedField, Member, MemberValue, MemberWrite, MigratedMembers, WriteValue, assemble,
};
pub use text::{Migrated, StoredDocument};

use crate::SchemaVersion;
pub use crate::{
    chain::buffer::recycle,
    engine::{FoundVersion, StoredVersion, stored_versions},
};

/// A field that a migration brought to its latest version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct FieldChange {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version that was stored, or the declared `missing_version`.
    pub from: SchemaVersion,
    /// The latest version; equal to `from` where only the missing version member was added.
    pub to: SchemaVersion,
}

/// An object that was read, and what was upgraded for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadObject<T> {
    /// The object at its latest versions.
    pub object: T,
    /// The fields that were not at their latest version, in order of declaration.
    pub changes: Vec<FieldChange>,
}
