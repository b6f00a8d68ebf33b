//! What the verbs of `schema` write, as text and as JSON.
//!
//! Layer: cli.

use serde::Serialize;
use versioned_core::{
    SchemaVersion,
    lock::{Change, Drift, Drifts, SchemaOrigin},
};

use crate::Output;

/// A difference between schemas.
#[derive(Serialize)]
pub(super) struct ChangeLine {
    pointer: String,
    case: Option<String>,
    compatibility: String,
    change: String,
}

impl ChangeLine {
    pub(super) fn of(change: &Change) -> Self {
        Self {
            pointer: change.pointer().to_owned(),
            case: change.case().map(str::to_owned),
            compatibility: change.compatibility().to_string(),
            change: change.kind().to_string(),
        }
    }
}

/// A difference between the program and its lock.
#[derive(Serialize)]
struct DriftLine<'a> {
    drift: &'static str,
    entity: &'a str,
    field: &'a str,
    version: SchemaVersion,
    line: Option<usize>,
    summary: String,
    changes: Vec<ChangeLine>,
    help: Vec<String>,
}

/// As one text, or as a line of JSON each.
pub(super) fn show_drifts(drifts: &[Drift], output: &Output) {
    if output.is_json() {
        drifts.iter().for_each(|drift| json_line(drift, output));
    } else if !drifts.is_empty() {
        output.line(format!("{}\n", Drifts(drifts)));
    }
}

fn json_line(drift: &Drift, output: &Output) {
    let place = drift.place();
    output.json_line(
        "drift",
        &DriftLine {
            drift: drift.name(),
            entity: &place.entity,
            field: &place.field,
            version: place.version,
            line: place.line,
            summary: drift.summary(),
            changes: drift.changes().iter().map(ChangeLine::of).collect(),
            help: drift.help(),
        },
    );
}

/// The word for an origin, and how many documents it is from.
pub(super) fn origin(origin: SchemaOrigin) -> (&'static str, Option<u64>) {
    match origin {
        SchemaOrigin::Type => ("type", None),
        SchemaOrigin::Step => ("step", None),
        SchemaOrigin::Inferred { documents } => ("inferred", Some(documents.get())),
        SchemaOrigin::Written => ("written", None),
        _ => ("other", None),
    }
}

/// `1 version`, `2 versions`
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {many}"),
    }
}
