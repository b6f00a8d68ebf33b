#![doc = include_str!("../README.md")]
//!
//! # Where to read on
//!
//! - The attributes of the declaration: [the derive macro](derive@BaseVersionedDomainObject).
//! - What the derive implements: [the trait](trait@BaseVersionedDomainObject).
//! - The type that conversions are normally written on: [`LazyValue`].
//! - Both layouts, one document and a column per field: [`document`].
//! - All domain objects of a program: [`Registry`].

mod chain;
mod declaration;
pub mod document;
mod domain_object;
mod engine;
mod entity_kind;
mod error;
pub mod json;
mod lazy;
#[cfg(feature = "schema")]
pub mod lock;
mod loss;
mod options;
mod plain;
mod registry;
#[cfg(feature = "schema")]
mod schema;
mod version;

pub use declaration::{
    ConstantAttribute, ContextAttribute, Declaration, FetchedAttribute, LossAttribute,
    MoveAttribute, OtherAttribute, OtherKind, Scope, SideOutputAttribute, VersionedAttribute,
};
pub use document::{FieldChange, Migrated};
pub use domain_object::BaseVersionedDomainObject;
pub use entity_kind::{EntityKind, MigratedDocument};
pub use error::{ConversionError, ConversionFailure, EntityId, FieldPlace, MigrationError};
pub use lazy::{
    Entry, Kind, LazyElements, LazyMembers, LazyObject, LazyRef, LazyValue, OccupiedEntry,
    VacantEntry,
};
pub use loss::{Loss, PathPattern};
pub use options::MigrationOptions;
pub use plain::PlainField;
pub use registry::{Registry, RegistryProblem};
pub use version::SchemaVersion;
#[cfg(feature = "derive")]
pub use versioned_derive::BaseVersionedDomainObject;

#[doc(hidden)]
pub mod __private;
