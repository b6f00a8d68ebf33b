//! `entities`: what is declared.
//!
//! Layer: cli.

use serde::Serialize;
use versioned_core::{Declaration, OtherKind, Registry, SchemaVersion, Scope, VersionedAttribute};
use versioned_jobs::{Align, TextTable};

use crate::{Output, exit_code, job::AnyJob};

#[derive(Serialize)]
struct EntityLine {
    entity: &'static str,
    type_name: &'static str,
    tables: Vec<String>,
    versioned: Vec<VersionedLine>,
    others: Vec<OtherLine>,
}

#[derive(Serialize)]
struct VersionedLine {
    field: &'static str,
    version_field: &'static str,
    min: SchemaVersion,
    max: SchemaVersion,
    missing_version: Option<SchemaVersion>,
    scope: &'static str,
    optional: bool,
    context: Vec<&'static str>,
    side_outputs: Vec<&'static str>,
}

#[derive(Serialize)]
struct OtherLine {
    field: &'static str,
    kind: &'static str,
}

pub(crate) fn entities<S>(jobs: &[Box<dyn AnyJob<S>>], registry: &Registry, output: &Output) -> u8 {
    let lines = registry.declarations().iter().map(|declaration| EntityLine {
        entity: declaration.entity,
        type_name: declaration.type_name,
        tables: tables(jobs, declaration),
        versioned: declaration.versioned.iter().map(versioned).collect(),
        others: declaration
            .others
            .iter()
            .map(|other| OtherLine { field: other.field, kind: kind(other.kind) })
            .collect(),
    });
    if output.is_json() {
        lines.for_each(|line| output.json_line("entity", &line));
        return exit_code::DONE;
    }
    let mut table = TextTable::new(&[
        ("entity", Align::Left),
        ("field", Align::Left),
        ("versions", Align::Left),
        ("version field", Align::Left),
        ("table", Align::Left),
    ]);
    for line in lines {
        let tables = match line.tables.is_empty() {
            true => "(no job)".to_owned(),
            false => line.tables.join(", "),
        };
        if line.versioned.is_empty() {
            table.row([line.entity, "(none)", "", "", &tables]);
        }
        for field in line.versioned {
            let versions = format!("{} to {}", field.min, field.max);
            table.row([line.entity, field.field, &versions, field.version_field, &tables]);
        }
    }
    if table.is_empty() {
        output.line("no entities are declared in this program");
    } else {
        output.text(table);
    }
    exit_code::DONE
}

fn tables<S>(jobs: &[Box<dyn AnyJob<S>>], declaration: &Declaration) -> Vec<String> {
    let of_entity = jobs.iter().filter(|job| job.declaration().type_name == declaration.type_name);
    of_entity
        .map(|job| match job.table() {
            Ok(table) => table.name().to_owned(),
            Err(_) => "(see `check`)".to_owned(),
        })
        .collect()
}

fn versioned(attribute: &VersionedAttribute) -> VersionedLine {
    VersionedLine {
        field: attribute.field,
        version_field: attribute.version_field,
        min: attribute.min,
        max: attribute.max,
        missing_version: attribute.missing_version,
        scope: match attribute.scope {
            Scope::Field => "field",
            Scope::Each => "each",
            Scope::Document => "document",
            _ => "other",
        },
        optional: attribute.optional,
        context: attribute.context.iter().map(|sibling| sibling.field).collect(),
        side_outputs: attribute.side_outputs.iter().map(|sibling| sibling.field).collect(),
    }
}

fn kind(kind: OtherKind) -> &'static str {
    match kind {
        OtherKind::Version => "version",
        OtherKind::Unversioned => "unversioned",
        OtherKind::Plain => "plain",
        _ => "other",
    }
}
