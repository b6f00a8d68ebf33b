//! Blessing: what the program knows and the lock does not is put into it.
//!
//! Layer: core, feature `schema`. Invariant: what is blessed is never replaced.

use std::fmt;

use super::{Lock, LockedSchema, SchemaOrigin};
use crate::{Registry, SchemaVersion};

/// What blessing has put in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Blessed {
    /// The entity kind.
    pub entity: String,
    /// Rust name of the field.
    pub field: String,
    /// The schema version.
    pub version: SchemaVersion,
    /// Where the schema comes from.
    pub origin: SchemaOrigin,
    /// Where the schema that it replaces came from.
    pub replaced: Option<SchemaOrigin>,
}

impl fmt::Display for Blessed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, field, version, origin, replaced } = self;
        write!(formatter, "{entity}.{field} v{version}: ")?;
        match (origin, replaced) {
            (SchemaOrigin::Written, _) => formatter.write_str("sealed, as written"),
            (origin, None) => write!(formatter, "blessed, from its {origin}"),
            (origin, Some(replaced)) => {
                write!(formatter, "blessed, from its {origin}; it was {replaced}")
            }
        }
    }
}

pub(super) fn bless(lock: &mut Lock, registry: &Registry) -> Vec<Blessed> {
    let mut blessed = Vec::new();
    for declaration in registry.declarations() {
        let entity = declaration.entity;
        for attribute in declaration.versioned {
            let field = attribute.field;
            for version in attribute.min.get()..attribute.max.get() {
                let version = SchemaVersion::new(version);
                let schema = registry.step_schema(entity, field, version);
                let schema = schema.map(|schema| {
                    LockedSchema::new(entity, field, version, &schema, SchemaOrigin::Step)
                });
                blessed.extend(schema.and_then(|schema| put(lock, schema)));
            }
            let schema = registry.field_schema(entity, field).map(|schema| {
                LockedSchema::new(entity, field, attribute.max, &schema, SchemaOrigin::Type)
            });
            blessed.extend(schema.and_then(|schema| put(lock, schema)));
        }
    }
    blessed.extend(seal(lock));
    blessed
}

/// Puts in a schema, unless there is a blessed one.
fn put(lock: &mut Lock, section: LockedSchema) -> Option<Blessed> {
    let known = lock.schema(section.entity(), section.field(), section.version());
    if known.is_some_and(|known| known.origin().is_blessed()) {
        return None;
    }
    let (origin, version) = (section.origin(), section.version());
    let (entity, field) = (section.entity().to_owned(), section.field().to_owned());
    let replaced = lock.insert(section).map(|replaced| replaced.origin());
    Some(Blessed { entity, field, version, origin, replaced })
}

/// Seals what was written by hand.
fn seal(lock: &mut Lock) -> Vec<Blessed> {
    let open: Vec<LockedSchema> =
        lock.schemas().filter(|section| !section.is_sealed()).cloned().collect();
    let sealed = |section: LockedSchema| {
        let blessed = Blessed {
            entity: section.entity().to_owned(),
            field: section.field().to_owned(),
            version: section.version(),
            origin: section.origin(),
            replaced: None,
        };
        let replaced = lock.insert(section.sealed());
        debug_assert!(replaced.is_some(), "a section that was there");
        blessed
    };
    open.into_iter().map(sealed).collect()
}
