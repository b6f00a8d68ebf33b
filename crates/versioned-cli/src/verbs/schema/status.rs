//! `schema status`: what the lock knows of each field, and what has drifted from it.
//!
//! Layer: cli.

use serde::Serialize;
use versioned_core::{
    Declaration, Registry, SchemaVersion, VersionedAttribute,
    lock::{Drift, Lock},
};
use versioned_jobs::{Align, TextTable};

use super::{
    file::{LockFile, fields},
    lines::{count, origin, show_drifts},
};
use crate::{Output, VerbError, exit_code};

#[derive(Serialize)]
struct FieldLine {
    entity: &'static str,
    field: &'static str,
    min: SchemaVersion,
    max: SchemaVersion,
    /// Whether the Rust type has a schema.
    typed: bool,
    versions: Vec<VersionLine>,
}

#[derive(Serialize)]
struct VersionLine {
    version: SchemaVersion,
    /// `None` for a supported version without a schema.
    origin: Option<&'static str>,
    documents: Option<u64>,
}

#[derive(Serialize)]
struct StatusLine {
    lock: String,
    exists: bool,
    versions: usize,
    unknown: usize,
    drifts: usize,
}

pub(super) fn status(
    file: &LockFile,
    registry: &Registry,
    output: &Output,
) -> Result<u8, VerbError> {
    let lines: Vec<FieldLine> = fields(registry)
        .map(|(declaration, attribute)| line(&file.lock, registry, declaration, attribute))
        .collect();
    let drifts = file.lock.drift(registry);
    let unknown = lines.iter().flat_map(|line| &line.versions);
    let summary = StatusLine {
        lock: file.name(),
        exists: file.exists(),
        versions: file.lock.schemas().count(),
        unknown: unknown.filter(|version| version.origin.is_none()).count(),
        drifts: drifts.len(),
    };
    if output.is_json() {
        lines.iter().for_each(|line| output.json_line("schema", line));
        show_drifts(&drifts, output);
        output.json_line("schema_status", &summary);
    } else {
        text(&lines, &drifts, &summary, output);
    }
    Ok(if drifts.is_empty() { exit_code::DONE } else { exit_code::FINDINGS })
}

fn line(
    lock: &Lock,
    registry: &Registry,
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
) -> FieldLine {
    let (entity, field) = (declaration.entity, attribute.field);
    let (min, max) = (attribute.min, attribute.max);
    let locked = |version| lock.schema(entity, field, version);
    // Those below `min` are history; those above `max` are drift.
    let history = lock.of_field(entity, field).map(|section| section.version());
    let history = history.filter(|version| *version < min);
    let supported = (min.get()..=max.get()).map(SchemaVersion::new);
    let versions = history.chain(supported).map(|version| {
        let known = locked(version).map(|section| origin(section.origin()));
        let (origin, documents) = known.map_or((None, None), |(word, count)| (Some(word), count));
        VersionLine { version, origin, documents }
    });
    let typed = registry.field_schema(entity, field).is_some();
    FieldLine { entity, field, min, max, typed, versions: versions.collect() }
}

fn text(lines: &[FieldLine], drifts: &[Drift], summary: &StatusLine, output: &Output) {
    let mut table = TextTable::new(&[
        ("field", Align::Left),
        ("versions", Align::Left),
        ("in the lock", Align::Left),
        ("not in it", Align::Left),
    ]);
    for line in lines {
        let name = format!("{}.{}", line.entity, line.field);
        let versions = format!("{} to {}", line.min, line.max);
        let known = line.versions.iter().filter_map(|one| Some((one.version, one.origin?)));
        let unknown = line.versions.iter().filter(|one| one.origin.is_none());
        let mut missing = ranges(unknown.map(|one| (one.version, "")));
        if !line.typed {
            let comma = if missing.is_empty() { "" } else { ": " };
            missing.push_str(&format!("{comma}its type has no `JsonSchema`"));
        }
        table.row([name.as_str(), &versions, &ranges(known), &missing]);
    }
    if !table.is_empty() {
        output.text(table);
        output.line("");
    }
    show_drifts(drifts, output);
    let versions = match summary.exists {
        true => count(summary.versions, "version", "versions"),
        false => "no such file".to_owned(),
    };
    let unknown = match summary.unknown {
        0 => String::new(),
        number => format!(", {number} not in it"),
    };
    let drifts = match summary.drifts {
        0 => "no drift".to_owned(),
        number => count(number, "finding", "findings"),
    };
    output.line(format!("{}: {versions}{unknown}; {drifts}", summary.lock));
}

/// Versions with a word each, as `1 to 3 inferred, 4 type`.
fn ranges(versions: impl Iterator<Item = (SchemaVersion, &'static str)>) -> String {
    let mut ranges: Vec<(SchemaVersion, SchemaVersion, &str)> = Vec::new();
    for (version, word) in versions {
        match ranges.last_mut() {
            Some((_, last, same)) if *same == word && last.next() == Some(version) => {
                *last = version;
            }
            _ => ranges.push((version, version, word)),
        }
    }
    let range = |(first, last, word): &(SchemaVersion, SchemaVersion, &str)| {
        let numbers = match first == last {
            true => first.to_string(),
            false => format!("{first} to {last}"),
        };
        format!("{numbers} {word}").trim_end().to_owned()
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}
