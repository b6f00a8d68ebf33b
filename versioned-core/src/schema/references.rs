//! References within a schema: what they lead to, and which ones come back to themselves.
//!
//! Layer: core, feature `schema`. Invariant: a walk ends on any document, however its references lead.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::keywords::{Holds, holds};

/// Calls `visit` with every schema that lies directly in this one.
pub(crate) fn for_each_part<'s>(schema: &'s Value, visit: &mut dyn FnMut(&'s Value)) {
    let Some(members) = schema.as_object() else { return };
    for (keyword, value) in members {
        match (holds(keyword), value) {
            (Holds::Schema, Value::Array(parts)) | (Holds::List, Value::Array(parts)) => {
                parts.iter().for_each(&mut *visit);
            }
            (Holds::Schema, part) => visit(part),
            (Holds::Named, Value::Object(parts)) => parts.values().for_each(&mut *visit),
            _ => {}
        }
    }
}

/// What a reference leads to; `None` where that is not within the root.
pub(crate) fn target<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    let fragment = reference.strip_prefix('#')?;
    root.pointer(&decoded(fragment))
}

/// A fragment of a URI without its percent signs.
fn decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = || u8::from_str_radix(std::str::from_utf8(after.get(..2)?).ok()?, 16).ok();
        match (first, code()) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The references that come back to themselves, among those that a schema leads to.
pub(crate) fn recursive<'s>(root: &'s Value, start: &'s Value) -> BTreeSet<&'s str> {
    let leads_to = graph(root, start);
    let comes_back = |reference: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = leads_to[reference].iter().copied().collect();
        while let Some(next) = open.pop() {
            if next == reference {
                return true;
            }
            if seen.insert(next) {
                open.extend(leads_to[next].iter().copied());
            }
        }
        false
    };
    leads_to.keys().copied().filter(|reference| comes_back(reference)).collect()
}

/// Whether a schema, or what it leads to, has keywords about what others have left over.
pub(crate) fn looks_around(root: &Value, start: &Value) -> bool {
    let graph = graph(root, start);
    let mut open: Vec<&Value> = graph.keys().filter_map(|next| target(root, next)).collect();
    open.push(start);
    while let Some(schema) = open.pop() {
        let keywords = ["unevaluatedProperties", "unevaluatedItems"];
        if keywords.iter().any(|keyword| schema.get(keyword).is_some()) {
            return true;
        }
        for_each_part(schema, &mut |part| open.push(part));
    }
    false
}

/// All references that a schema leads to, and where each of them leads.
fn graph<'s>(root: &'s Value, start: &'s Value) -> BTreeMap<&'s str, BTreeSet<&'s str>> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut open: Vec<&str> = direct(start).into_iter().collect();
    while let Some(reference) = open.pop() {
        if graph.contains_key(reference) {
            continue;
        }
        let next = target(root, reference).map(direct).unwrap_or_default();
        open.extend(next.iter().copied());
        graph.insert(reference, next);
    }
    graph
}

/// The references in a schema, not following them.
fn direct(schema: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        found.extend(schema.get("$ref").and_then(Value::as_str));
        for_each_part(schema, &mut |part| open.push(part));
    }
    found
}
