//! Reading the text of a lock.
//!
//! Layer: core, feature `schema`. White space and line ends are free, so that formatters and version control may have their way.

use std::num::NonZeroU64;

use serde_json::Value;

use super::{Lock, LockError, LockedSchema, SchemaOrigin, is_schema};
use crate::SchemaVersion;

/// What version control begins lines with that it could not merge.
const CONFLICT: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// A header, and the lines below it.
struct Section<'t> {
    header: Header,
    line: usize,
    body: Vec<&'t str>,
}

/// `[exploration.states v45] type 6b1f0a8e44c2d97b`
struct Header {
    section: LockedSchema,
    hash: Option<String>,
}

pub(super) fn parse(text: &str) -> Result<Lock, LockError> {
    let mut lock = Lock::default();
    let mut open: Option<Section<'_>> = None;
    for (index, text) in text.lines().enumerate() {
        let (line, text) = (index + 1, text.trim_end());
        if CONFLICT.iter().any(|marker| text.starts_with(marker)) {
            let section = open.map(|section| section.header.section.name());
            return Err(LockError::Conflict { line, section });
        }
        let header = header(text);
        if header.is_none() && is_meant_as_header(text) {
            return Err(LockError::Header { line, text: text.to_owned() });
        }
        if let Some(header) = header {
            let before = open.replace(Section { header, line, body: Vec::new() });
            before.map_or(Ok(()), |section| close(section, &mut lock))?;
        } else if let Some(section) = &mut open {
            // A comment stands after a schema. JSON has no line that begins like one.
            section.body.push(if text.starts_with('#') { "" } else { text });
        } else if !text.is_empty() && !text.starts_with('#') {
            return Err(LockError::OutsideSection { line, text: text.to_owned() });
        }
    }
    open.map_or(Ok(()), |section| close(section, &mut lock))?;
    Ok(lock)
}

/// A line of JSON may begin with `[` too, but then goes on with a value.
fn is_meant_as_header(line: &str) -> bool {
    let mut begin = line.bytes();
    begin.next() == Some(b'[')
        && begin.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn header(line: &str) -> Option<Header> {
    let (name, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (place, version) = name.rsplit_once(" v")?;
    let (entity, field) = place.split_once('.')?;
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    let version = SchemaVersion::new(version.parse().ok().filter(|_| is_number)?);
    let is_name = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
    if !is_name(entity) || !is_name(field) {
        return None;
    }
    let (origin, hash) = origin(rest)?;
    let section = LockedSchema::new(entity, field, version, &Value::Bool(true), origin);
    Some(Header { section, hash })
}

fn origin(text: &str) -> Option<(SchemaOrigin, Option<String>)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (origin, rest) = match words.as_slice() {
        ["type", rest @ ..] => (SchemaOrigin::Type, rest),
        ["step", rest @ ..] => (SchemaOrigin::Step, rest),
        ["written", rest @ ..] => (SchemaOrigin::Written, rest),
        ["inferred", "from", documents, "document" | "documents", rest @ ..] => {
            let documents: NonZeroU64 = documents.parse().ok()?;
            (SchemaOrigin::Inferred { documents }, rest)
        }
        _ => return None,
    };
    match rest {
        [] => Some((origin, None)),
        [hash] => Some((origin, Some((*hash).to_owned()))),
        _ => None,
    }
}

fn close(section: Section<'_>, lock: &mut Lock) -> Result<(), LockError> {
    let Section { header: Header { section, hash }, line, body } = section;
    let name = section.name();
    let schema: Value = serde_json::from_str(&body.join("\n")).map_err(|source| {
        LockError::Json { section: name.clone(), line: line + source.line().max(1), source }
    })?;
    if !is_schema(&schema) {
        return Err(LockError::NoSchema { section: name, line });
    }
    let section = section.read(schema, hash.is_some(), line);
    let fits = match hash {
        Some(hash) => hash == section.hash(),
        None => section.origin() == SchemaOrigin::Written,
    };
    if !fits {
        return Err(LockError::Edited { section: name, line });
    }
    match lock.insert(section) {
        Some(first) => Err(LockError::Duplicate {
            section: name,
            first: first.line().unwrap_or_default(),
            line,
        }),
        None => Ok(()),
    }
}
