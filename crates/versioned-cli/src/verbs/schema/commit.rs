//! `schema commit`: blesses what the program knows and the lock does not.
//!
//! Layer: cli. Invariant: while something that is blessed has drifted, nothing is written.

use serde::Serialize;
use versioned_core::{Registry, SchemaVersion, lock::Drift};

use super::{
    file::{LockFile, field},
    lines::{count, origin, show_drifts},
};
use crate::{Output, VerbError, exit_code};

#[derive(Serialize)]
struct BlessedLine<'a> {
    entity: &'a str,
    field: &'a str,
    version: SchemaVersion,
    origin: &'static str,
    replaced: Option<&'static str>,
}

#[derive(Serialize)]
struct CommitLine {
    lock: String,
    written: bool,
    blessed: usize,
    versions: usize,
    drifts: usize,
}

pub(super) fn commit(
    mut file: LockFile,
    registry: &Registry,
    replace: &[String],
    output: &Output,
) -> Result<u8, VerbError> {
    for name in replace {
        let (declaration, attribute) = field(registry, name)?;
        file.lock.remove(declaration.entity, attribute.field, attribute.max);
    }
    let drifts = file.lock.drift(registry);
    let drifts: Vec<Drift> =
        drifts.into_iter().filter(|drift| !drift.is_settled_by_blessing()).collect();
    if !drifts.is_empty() {
        show_drifts(&drifts, output);
        let (lock, versions) = (file.name(), file.lock.schemas().count());
        let (blessed, drifts) = (0, drifts.len());
        let line = CommitLine { lock, written: false, blessed, versions, drifts };
        conclude(&line, output);
        return Ok(exit_code::FINDINGS);
    }
    let blessed = file.lock.bless(registry);
    let written = file.write()?;
    for one in &blessed {
        if output.is_json() {
            let (word, _) = origin(one.origin);
            let replaced = one.replaced.map(|replaced| origin(replaced).0);
            let (entity, field, version) = (&one.entity, &one.field, one.version);
            let line = BlessedLine { entity, field, version, origin: word, replaced };
            output.json_line("blessed", &line);
        } else {
            output.line(one);
        }
    }
    let (versions, blessed) = (file.lock.schemas().count(), blessed.len());
    let line = CommitLine { lock: file.name(), written, blessed, versions, drifts: 0 };
    conclude(&line, output);
    Ok(exit_code::DONE)
}

fn conclude(line: &CommitLine, output: &Output) {
    if output.is_json() {
        output.json_line("schema_commit", line);
        return;
    }
    let CommitLine { lock, blessed, versions, .. } = line;
    match line.drifts {
        0 if *blessed == 0 => output.line(format!(
            "{lock}: nothing to bless, {} in it",
            count(*versions, "version", "versions")
        )),
        0 => output.line(format!(
            "{lock}: {} blessed, {versions} in it",
            count(*blessed, "version", "versions")
        )),
        drifts => output.line(format!(
            "{lock}: not written; {} above to settle first",
            count(drifts, "finding", "findings")
        )),
    }
}
