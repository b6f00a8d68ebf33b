//! The lock: the schema of every schema version, in one file that people read and version control keeps.
//!
//! Layer: core, feature `schema`. Pure: whoever has the file gives its text. Invariant: a blessed schema never changes; a
//! version without one gets it from `bless`, and from nothing else that this program knows by itself.
//!
//! The text has a section for each entity, field and version:
//!
//! ```text
//! [exploration.states v45] type 6b1f0a8e44c2d97b
//! {
//!   "additionalProperties": {
//!     "properties": { "content": { "type": "string" } },
//!     ..
//! ```
//!
//! # Examples
//!
//! ```
//! use versioned_core::{Registry, SchemaVersion, lock::Lock};
//!
//! let mut lock = Lock::default();
//! let registry = Registry::collect();
//! lock.bless(&registry);
//! assert!(lock.drift(&registry).is_empty());
//!
//! let read = Lock::parse(&lock.to_string())?;
//! assert_eq!(read, lock);
//! # Ok::<(), versioned_core::lock::LockError>(())
//! ```

mod alternatives;
mod bless;
mod change;
mod compare;
mod describe;
mod drift;
mod error;
mod find;
mod hint;
mod infer;
#[cfg(test)]
mod infer_tests;
mod keyword;
mod next_step;
mod parse;
mod section;
mod shape;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

pub use self::{
    bless::Blessed,
    change::{Change, ChangeKind, Compatibility},
    compare::changes,
    drift::{Drift, DriftPlace, Drifts},
    error::LockError,
    infer::Inference,
    next_step::NextStep,
    section::{LockedSchema, SchemaOrigin},
};
pub use crate::schema::{canonical, to_text as schema_text};
use crate::{Registry, SchemaVersion};

/// What the text begins with.
const PREAMBLE: &str = "\
# The JSON Schema of every schema version of every versioned field. A version in here never changes.
# Written by the verb `schema commit`; a hash seals every section. Commit this file with the code.
";

type Key = (String, String, SchemaVersion);

/// The schemas of schema versions.
#[derive(Debug, Clone, Default)]
pub struct Lock {
    sections: BTreeMap<Key, LockedSchema>,
}

/// Lines of a text are no part of it.
impl PartialEq for Lock {
    fn eq(&self, other: &Self) -> bool {
        self.sections == other.sections
    }
}

impl Lock {
    /// Reads the text of a lock.
    ///
    /// # Errors
    ///
    /// [`LockError`] with a line number: for a merge conflict, for a section that was edited or is there twice, and for what
    /// is no section.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        parse::parse(text)
    }

    /// The schema of a field at a version.
    #[must_use]
    pub fn schema(
        &self,
        entity: &str,
        field: &str,
        version: SchemaVersion,
    ) -> Option<&LockedSchema> {
        self.sections.get(&(entity.to_owned(), field.to_owned(), version))
    }

    /// All schemas, sorted by entity, field and version.
    pub fn schemas(&self) -> impl Iterator<Item = &LockedSchema> {
        self.sections.values()
    }

    /// The schemas of one field, oldest version first.
    pub fn of_field(&self, entity: &str, field: &str) -> impl Iterator<Item = &LockedSchema> {
        self.schemas().filter(move |section| section.entity() == entity && section.field() == field)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Puts in a schema, and gives back the one that it replaces.
    ///
    /// This is for tools that have schemas from elsewhere, such as `schema infer`. It replaces blessed schemas too:
    /// what must not be replaced is for the caller to know.
    pub fn insert(&mut self, section: LockedSchema) -> Option<LockedSchema> {
        self.sections.insert(section.key(), section)
    }

    /// Takes out a schema.
    pub fn remove(
        &mut self,
        entity: &str,
        field: &str,
        version: SchemaVersion,
    ) -> Option<LockedSchema> {
        self.sections.remove(&(entity.to_owned(), field.to_owned(), version))
    }

    /// How the program differs from the lock; empty if all is well.
    #[must_use]
    pub fn drift(&self, registry: &Registry) -> Vec<Drift> {
        find::drift(self, registry)
    }

    /// Puts in what the program knows and the lock does not, and says what that was.
    ///
    /// That is the schema of every field at its latest version, and at older versions those of typed steps. What is blessed stays as it is;
    /// what was inferred is replaced, and what was written by hand is sealed.
    pub fn bless(&mut self, registry: &Registry) -> Vec<Blessed> {
        bless::bless(self, registry)
    }
}

/// The canonical text.
impl fmt::Display for Lock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(PREAMBLE)?;
        self.schemas().try_for_each(|section| write!(formatter, "\n{section}"))
    }
}

/// Whether a value is a schema at all.
fn is_schema(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Object(_))
}
