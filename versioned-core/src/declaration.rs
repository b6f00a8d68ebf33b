//! The declaration as data: what a domain object says of each of its fields.
//!
//! Layer: core. The derive builds these as constants, so they hold no allocation. Jobs, stores, the command line and
//! the testkit read them and know no Rust type of the application's.

use crate::{
    SchemaVersion,
    chain::{CheckType, RunChain},
};

/// Everything that a domain object declares.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// Name of the entity kind, such as `exploration`; unique in a program.
    pub entity: &'static str,
    /// Name of the Rust type with its module path, for messages.
    pub type_name: &'static str,
    /// The versioned fields in order of declaration; for one version over the whole document, one entry whose
    /// `scope` is [`Scope::Document`].
    pub versioned: &'static [VersionedAttribute],
    /// All other fields in order of declaration, version fields included.
    pub others: &'static [OtherAttribute],
}

/// A field with a schema version of its own, and the chain that upgrades it.
#[derive(Debug, Clone, Copy)]
pub struct VersionedAttribute {
    /// Rust name of the field, as in function names; `document` where the whole document has one version.
    pub field: &'static str,
    /// Key of the JSON member, as serde names it; empty for [`Scope::Document`].
    pub key: &'static str,
    /// Rust name of the field that holds the version.
    pub version_field: &'static str,
    /// Key of the JSON member that holds the version.
    pub version_key: &'static str,
    /// The oldest version that the chain accepts.
    pub min: SchemaVersion,
    /// The latest version, in which the chain ends.
    pub max: SchemaVersion,
    /// The version of documents that have no version member; `None` makes that an error.
    pub missing_version: Option<SchemaVersion>,
    /// What the conversions of the chain are applied to.
    pub scope: Scope,
    /// Whether the field may be absent (an `Option`, or a serde default); an absent field has nothing to convert.
    pub optional: bool,
    /// Siblings that the conversions read.
    pub context: &'static [ContextAttribute],
    /// What stands for siblings that the owner of a shared chain reads and this entity does not have.
    pub constants: &'static [ConstantAttribute],
    /// Whether the conversions read the key of the element; there is none in a list, and none for a single value.
    pub element_key: bool,
    /// Siblings that steps set.
    pub side_outputs: &'static [SideOutputAttribute],
    /// Values that the conversions read and the caller fetches before, in order of declaration.
    pub fetched: &'static [FetchedAttribute],
    /// What steps drop, in the order of the steps; for a shared chain, what its owner declares.
    pub losses: &'static [LossAttribute],
    /// What steps put elsewhere, in the order of the steps; for a shared chain, what its owner declares.
    pub moves: &'static [MoveAttribute],
    /// Runs the steps from one version to another on the JSON of one value.
    #[doc(hidden)]
    pub run: RunChain,
    /// Checks that JSON text deserialises as the Rust type of the field (of one element, for [`Scope::Each`]); `None`
    /// where serde is told another way to read the field (`with`, `deserialize_with`).
    #[doc(hidden)]
    pub check: Option<CheckType>,
}

/// What the conversions of a chain are applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The value of the field.
    Field,
    /// Each element of the list or map in the field.
    Each,
    /// The whole document.
    Document,
}

/// A sibling field that conversions read as context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextAttribute {
    /// Rust name of the sibling.
    pub field: &'static str,
    /// Key of its JSON member.
    pub key: &'static str,
    /// For a versioned sibling: the version in which the conversions see it.
    pub version: Option<SchemaVersion>,
}

/// What stands for a sibling that the owner of a shared chain reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConstantAttribute {
    /// Rust name of the sibling beside the owner.
    pub field: &'static str,
    /// For a versioned sibling: the version in which the conversions see it.
    pub version: Option<SchemaVersion>,
    /// JSON text of the value, the same for every entity.
    pub json: &'static str,
}

/// A sibling field that a step sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideOutputAttribute {
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// Rust name of the sibling.
    pub field: &'static str,
    /// Key of its JSON member.
    pub key: &'static str,
}

/// A value that conversions read as context and that no sibling holds: the caller fetches it for stale entities and
/// passes it with [`MigrationOptions::with_fetched`](crate::MigrationOptions::with_fetched).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchedAttribute {
    /// Its name, as in the context of the conversions.
    pub name: &'static str,
    /// The Rust type in which the conversions see it, as it was written; for messages.
    pub type_name: &'static str,
}

/// What a step drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LossAttribute {
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// Where it is in the input of the step; see [`PathPattern`](crate::PathPattern).
    pub path: &'static str,
}

/// What a step puts elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoveAttribute {
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// Where it is in the input of the step; see [`PathPattern`](crate::PathPattern).
    pub from: &'static str,
    /// Where it is in the output of the step.
    pub to: &'static str,
}

/// A field without a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherAttribute {
    /// Rust name of the field.
    pub field: &'static str,
    /// Key of the JSON member, as serde names it.
    pub key: &'static str,
    /// Why it needs no chain.
    pub kind: OtherKind,
}

/// Why a field needs no chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherKind {
    /// It holds the version of other fields.
    Version,
    /// It was declared `unversioned`.
    Unversioned,
    /// It is a number, a text, an id, a time, or a list or option of those.
    Plain,
}
