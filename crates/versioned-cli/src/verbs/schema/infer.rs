//! `schema infer`: the schemas of older versions, from the documents that have them.
//!
//! Layer: cli. Invariant: what is blessed stays; memory does not grow with the tables. What conversions refuse is no example of a
//! version, so it is left out, and counted.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use versioned_core::{
    Declaration, Registry, SchemaVersion, Scope,
    document::{FoundVersion, assemble, stored_versions},
    lock::{Inference, LockedSchema, SchemaOrigin},
};
use versioned_store::{
    BatchLimits, Bodies, EntityTable, ModelStore, Row, ScanRequest, TableLayout,
};

use super::{file::LockFile, lines::count};
use crate::{Output, VerbError, exit_code, job::AnyJob};

#[derive(Serialize)]
struct InferredLine<'a> {
    entity: &'a str,
    field: &'a str,
    version: SchemaVersion,
    documents: u64,
    /// Why the lock keeps what it has; `None` where this schema is in it now.
    kept: Option<String>,
}

#[derive(Serialize)]
struct InferLine {
    lock: String,
    written: bool,
    inferred: usize,
    rows: u64,
    refused: u64,
    unreadable: u64,
    versions: usize,
}

/// What was seen of each entity, field and version.
#[derive(Default)]
struct Seen {
    rows: u64,
    refused: u64,
    unreadable: u64,
    versions: BTreeMap<(&'static str, &'static str, SchemaVersion), Inference>,
}

pub(super) async fn infer<S: ModelStore>(
    mut file: LockFile,
    registry: &Registry,
    jobs: &[&dyn AnyJob<S>],
    store: &S,
    output: &Output,
) -> Result<u8, VerbError> {
    let mut seen = Seen::default();
    for job in jobs {
        scan(store, *job, &mut seen).await?;
    }
    let mut inferred = 0;
    for ((entity, field, version), inference) in &seen.versions {
        let Some(documents) = inference.documents() else { continue };
        let kept = kept(&file, registry, (entity, field), *version);
        if kept.is_none() {
            let origin = SchemaOrigin::Inferred { documents };
            let latest = registry.field_schema(entity, field);
            let schema = inference.schema_like(latest.as_ref());
            let section = LockedSchema::new(*entity, *field, *version, &schema, origin);
            drop(file.lock.insert(section));
            inferred += 1;
        }
        let documents = documents.get();
        let line = InferredLine { entity, field, version: *version, documents, kept };
        show(&line, output);
    }
    let written = inferred > 0 && file.write()?;
    let (lock, versions) = (file.name(), file.lock.schemas().count());
    let Seen { rows, refused, unreadable, .. } = seen;
    conclude(&InferLine { lock, written, inferred, rows, refused, unreadable, versions }, output);
    Ok(exit_code::DONE)
}

/// Why the lock does not take what was inferred.
fn kept(
    file: &LockFile,
    registry: &Registry,
    (entity, field): (&str, &str),
    version: SchemaVersion,
) -> Option<String> {
    let locked = file.lock.schema(entity, field, version);
    if let Some(section) = locked.filter(|section| section.origin().is_blessed()) {
        return Some(format!("it is in the lock from its {}", section.origin()));
    }
    let declaration = registry.get(entity)?;
    let attribute = declaration.versioned.iter().find(|known| known.field == field)?;
    if version > attribute.max {
        return Some("this program does not know the version".to_owned());
    }
    let is_latest = version == attribute.max && registry.field_schema(entity, field).is_some();
    let is_typed = is_latest || registry.step_schema(entity, field, version).is_some();
    is_typed.then(|| "`schema commit` knows it from a type".to_owned())
}

async fn scan<S: ModelStore>(
    store: &S,
    job: &dyn AnyJob<S>,
    seen: &mut Seen,
) -> Result<(), VerbError> {
    let table = &job.table()?;
    let mut after = None;
    loop {
        let limits = BatchLimits::default();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
        let page = store.scan(table, &request).await?;
        for row in page.rows.iter().filter(|row| !row.deleted) {
            seen.rows += 1;
            match document(table, row) {
                Some(document) if job.refuses(&document) => seen.refused += 1,
                Some(document) => seen.add(table.declaration(), &document),
                None => seen.unreadable += 1,
            }
        }
        match page.rows.last() {
            Some(last) if !page.is_last => after = Some(last.key.clone()),
            _ => return Ok(()),
        }
    }
}

impl Seen {
    fn add(&mut self, declaration: &'static Declaration, text: &[u8]) {
        let versions = stored_versions(declaration, text);
        let (Ok(versions), Ok(document)) = (versions, serde_json::from_slice::<Value>(text)) else {
            self.unreadable += 1;
            return;
        };
        for (attribute, stored) in declaration.versioned.iter().zip(versions) {
            let version = match stored.found {
                FoundVersion::Number(version) => Some(version),
                FoundVersion::Missing => attribute.missing_version,
                _ => None,
            };
            let value = match attribute.scope {
                Scope::Document => Some(&document),
                _ => document.get(attribute.key),
            };
            if let (Some(version), Some(value)) = (version, value) {
                let key = (declaration.entity, attribute.field, version);
                self.versions.entry(key).or_default().observe(value);
            }
        }
    }
}

/// The whole entity as JSON.
fn document(table: &EntityTable, row: &Row) -> Option<Vec<u8>> {
    let declaration: &Declaration = table.declaration();
    match table.layout() {
        TableLayout::Document => Some(table.document(row).ok()??.to_vec()),
        _ => {
            let members = table.members(row).ok()?;
            Some(assemble(declaration.entity, &members, &[]).ok()?.into_bytes())
        }
    }
}

fn show(line: &InferredLine<'_>, output: &Output) {
    if output.is_json() {
        output.json_line("inferred", line);
        return;
    }
    let InferredLine { entity, field, version, documents, kept } = line;
    let documents = usize::try_from(*documents).unwrap_or(usize::MAX);
    let documents = count(documents, "document", "documents");
    match kept {
        None => output.line(format!("{entity}.{field} v{version}: inferred from {documents}")),
        Some(why) => output.line(format!("{entity}.{field} v{version}: {documents}; {why}")),
    }
}

fn conclude(line: &InferLine, output: &Output) {
    if output.is_json() {
        output.json_line("schema_infer", line);
        return;
    }
    let InferLine { lock, inferred, rows, versions, .. } = line;
    let left_out = match line.refused + line.unreadable {
        0 => String::new(),
        number => format!(", {number} left out, which cannot be read or converted"),
    };
    let inferred = count(*inferred, "version", "versions");
    output.line(format!(
        "{lock}: {inferred} inferred, {versions} in it; looked at {rows} rows{left_out}"
    ));
}
