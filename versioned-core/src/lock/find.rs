//! Finding drift: what the program declares against what the lock has.
//!
//! Layer: core, feature `schema`.

use super::{
    Change, Drift, DriftPlace, Lock, LockedSchema, NextStep, SchemaOrigin, changes,
    next_step::function,
};
use crate::{Declaration, Registry, SchemaVersion, VersionedAttribute};

pub(super) fn drift(lock: &Lock, registry: &Registry) -> Vec<Drift> {
    let mut drifts = Vec::new();
    for declaration in registry.declarations() {
        for attribute in declaration.versioned {
            latest(lock, registry, declaration, attribute, &mut drifts);
            steps(lock, registry, declaration, attribute, &mut drifts);
        }
    }
    sections(lock, registry, &mut drifts);
    drifts.sort_by(|one, other| key(one).cmp(&key(other)));
    drifts
}

fn key(drift: &Drift) -> (&str, &str, SchemaVersion) {
    let DriftPlace { entity, field, version, .. } = drift.place();
    (entity, field, *version)
}

fn at(entity: &str, field: &str, version: SchemaVersion, line: Option<usize>) -> DriftPlace {
    DriftPlace { entity: entity.to_owned(), field: field.to_owned(), version, line }
}

fn place(section: &LockedSchema) -> DriftPlace {
    at(section.entity(), section.field(), section.version(), section.line())
}

/// The Rust type against the section of the latest version.
fn latest(
    lock: &Lock,
    registry: &Registry,
    declaration: &Declaration,
    attribute: &VersionedAttribute,
    drifts: &mut Vec<Drift>,
) {
    let (entity, field, max) = (declaration.entity, attribute.field, attribute.max);
    let locked = lock.schema(entity, field, max);
    let blessed = locked.filter(|section| section.origin().is_blessed());
    match (registry.field_schema(entity, field), blessed) {
        (Some(schema), Some(section)) => {
            let changes = changes(section.schema(), &schema);
            if !changes.is_empty() {
                let next = NextStep::of(registry, declaration, attribute);
                drifts.push(Drift::Changed { place: place(section), changes, next });
            }
        }
        (Some(_), None) => {
            let blessed = lock.of_field(entity, field).filter(|section| section.version() < max);
            let latest = blessed.filter(|section| section.origin() == SchemaOrigin::Type).last();
            let place = at(entity, field, max, locked.and_then(LockedSchema::line));
            let latest = latest.map(LockedSchema::version);
            drifts.push(Drift::NotBlessed { place, origin: SchemaOrigin::Type, latest });
        }
        (None, Some(section)) if section.origin() == SchemaOrigin::Type => {
            drifts.push(Drift::NoSchema { place: place(section) });
        }
        (None, _) => {}
    }
}

/// What typed steps take against the sections of older versions.
fn steps(
    lock: &Lock,
    registry: &Registry,
    declaration: &Declaration,
    attribute: &VersionedAttribute,
    drifts: &mut Vec<Drift>,
) {
    let (entity, field) = (declaration.entity, attribute.field);
    for version in attribute.min.get()..attribute.max.get() {
        let version = SchemaVersion::new(version);
        let locked = lock.schema(entity, field, version);
        let Some((schema, is_input)) = registry.step_side(entity, field, version) else { continue };
        let blessed = locked.filter(|section| section.origin().is_blessed());
        let Some(section) = blessed else {
            let place = at(entity, field, version, locked.and_then(LockedSchema::line));
            drifts.push(Drift::NotBlessed { place, origin: SchemaOrigin::Step, latest: None });
            continue;
        };
        let (changes, origin) = (changes(section.schema(), &schema), section.origin());
        let is_drift = match origin {
            SchemaOrigin::Step => !changes.is_empty(),
            // A step may take more than the version was, and return less.
            _ => is_input && changes.iter().any(Change::is_breaking),
        };
        if is_drift {
            let owner = registry.chain_owner(entity, field);
            let owned = owner.map_or_else(|| field.to_owned(), |(_, field)| field);
            let from = version.get() - u32::from(!is_input);
            let function = function(&owned, SchemaVersion::new(from));
            let place = place(section);
            drifts.push(Drift::StepChanged { place, function, is_input, origin, changes });
        }
    }
}

/// Sections that nothing is declared for, and those that are not finished.
fn sections(lock: &Lock, registry: &Registry, drifts: &mut Vec<Drift>) {
    let mut undeclared: Option<(&str, &str)> = None;
    for section in lock.schemas() {
        let (entity, field) = (section.entity(), section.field());
        let declaration = registry.get(entity);
        let attribute = declaration.and_then(|declaration| {
            declaration.versioned.iter().find(|attribute| attribute.field == field)
        });
        match attribute {
            // One word for all versions of a field, and for all fields of an entity.
            None => {
                let is_entity_known = declaration.is_some();
                let group = (entity, if is_entity_known { field } else { "" });
                if undeclared.replace(group) != Some(group) {
                    drifts.push(Drift::NotDeclared { place: place(section), is_entity_known });
                }
            }
            Some(attribute) if section.version() > attribute.max => {
                drifts.push(Drift::AboveMax { place: place(section), max: attribute.max });
            }
            Some(_) if !section.is_sealed() => {
                drifts.push(Drift::NotSealed { place: place(section) });
            }
            Some(_) => {}
        }
    }
}
