//! Comparing two schemas: what changed, where, and whether documents of the old one are still understood.
//!
//! Layer: core, feature `schema`. Invariant: two schemas without a change have the same canonical form, but for the names of
//! what contains itself; a keyword that is not known here is compared as it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    alternatives::{self, alternatives},
    change::{Change, ChangeKind, Compatibility},
    keyword,
};
use crate::schema::canonical;

/// Changes that are listed; what differs more is another shape.
const CHANGES_MAX: usize = 1_000;

/// Compares two schemas, the older one first.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use versioned_core::lock::{Compatibility, changes};
///
/// let old = json!({ "type": "object", "properties": { "size": { "type": "integer" } } });
/// let new = json!({ "type": "object", "properties": { "size": { "type": "string" } } });
/// let changes = changes(&old, &new);
/// assert_eq!(changes[0].to_string(), "/size: was integer, is string");
/// assert_eq!(changes[0].compatibility(), Compatibility::Breaking);
/// ```
#[must_use]
pub fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let (old, new) = (canonical(old), canonical(new));
    if old == new {
        return Vec::new();
    }
    let mut comparison =
        Comparison { old: &old, new: &new, seen: BTreeSet::new(), changes: Vec::new() };
    comparison.schemas(&old, &new, &Place::default());
    let mut changes = comparison.changes;
    // What breaks comes first, and in the order of documents.
    changes.sort_by(|one, other| {
        let key =
            |change: &Change| (std::cmp::Reverse(change.compatibility), change.pointer.clone());
        key(one).cmp(&key(other))
    });
    changes
}

/// Where in documents a comparison is.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) pointer: String,
    pub(super) case: Option<String>,
}

impl Place {
    pub(super) fn member(&self, name: &str) -> Self {
        // A star stands for every element, so it has an escape too.
        let name = name.replace('~', "~0").replace('/', "~1").replace('*', "~2");
        Self { pointer: format!("{}/{name}", self.pointer), case: self.case.clone() }
    }

    pub(super) fn elements(&self) -> Self {
        Self { pointer: format!("{}/*", self.pointer), case: self.case.clone() }
    }

    pub(super) fn in_case(&self, case: String) -> Self {
        Self { pointer: self.pointer.clone(), case: Some(case) }
    }
}

pub(super) struct Comparison<'s> {
    old: &'s Value,
    new: &'s Value,
    /// Pairs of references that are compared already, or just now.
    seen: BTreeSet<(String, String)>,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    pub(super) fn note(&mut self, place: &Place, kind: ChangeKind, compatibility: Compatibility) {
        if self.changes.len() < CHANGES_MAX {
            let Place { pointer, case } = place.clone();
            self.changes.push(Change { pointer, case, kind, compatibility });
        }
    }

    /// Compares what stands at one place.
    pub(super) fn schemas(&mut self, old: &Value, new: &Value, place: &Place) {
        let references = (reference(old), reference(new));
        if let (Some(old), Some(new)) = references
            && !self.seen.insert((old.to_owned(), new.to_owned()))
        {
            return;
        }
        // Where one side alone contains itself, the nesting of the other one ends.
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        if alternatives::are_in(&old) || alternatives::are_in(&new) {
            alternatives(self, &old, &new, place);
        } else {
            self.plain(&old, &new, place);
        }
    }

    /// Compares schemas that allow one shape each, or what several shapes have in common.
    pub(super) fn plain(&mut self, old: &Value, new: &Value, place: &Place) {
        let empty = Map::new();
        let members = |schema: &'_ Value| schema.as_object().cloned();
        let (old_map, new_map) = match (old, new) {
            (Value::Bool(old), Value::Bool(new)) if old == new => return,
            (Value::Bool(false), _) | (_, Value::Bool(false)) => {
                return self.retyped(old, new, new == &Value::Bool(false), place);
            }
            _ => (
                members(old).unwrap_or_else(|| empty.clone()),
                members(new).unwrap_or_else(|| empty.clone()),
            ),
        };
        if !self.types(&old_map, &new_map, place) {
            return;
        }
        let names: BTreeSet<&String> = old_map.keys().chain(new_map.keys()).collect();
        for name in names {
            let pair = (old_map.get(name), new_map.get(name));
            if pair.0 == pair.1 && !has_references(pair.0) {
                continue;
            }
            keyword::compare(self, name, (&old_map, &new_map), place);
        }
    }

    /// Compares types and listed values, and says whether there is more to compare.
    fn types(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, place: &Place) -> bool {
        let whole = |schema: &Map<String, Value>| match schema.is_empty() {
            true => Value::Bool(true),
            false => Value::Object(schema.clone()),
        };
        match (values(old), values(new)) {
            (Some(old), Some(new)) => {
                self.values(&old, &new, place);
                return true;
            }
            (None, None) => {}
            (old_values, new_values) => {
                let fits = old_values.is_some_and(|values| {
                    let new = type_names(new);
                    new.is_none_or(|names| values.iter().all(|value| has_type(value, &names)))
                });
                debug_assert!(!(fits && new_values.is_some()), "both were handled");
                self.retyped(&whole(old), &whole(new), !fits, place);
                return false;
            }
        }
        let (old_names, new_names) = (type_names(old), type_names(new));
        let (breaks, goes_on) = match (&old_names, &new_names) {
            (None, None) => return true,
            (old, new) if old == new => return true,
            (None, Some(_)) => (true, false),
            (Some(_), None) => (false, false),
            (Some(old), Some(new)) => {
                let accepted = |name: &&&str| {
                    new.contains(*name) || **name == "integer" && new.contains(&"number")
                };
                let breaks = !old.iter().all(|name| accepted(&name));
                let goes_on = old.iter().any(|name| *name != "null" && new.contains(name));
                (breaks, goes_on)
            }
        };
        self.retyped(&whole(old), &whole(new), breaks, place);
        goes_on
    }

    fn values(&mut self, old: &[Value], new: &[Value], place: &Place) {
        for value in old.iter().filter(|value| !new.contains(value)) {
            let kind = ChangeKind::ValueRemoved { value: value.clone() };
            self.note(place, kind, Compatibility::Breaking);
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            let kind = ChangeKind::ValueAdded { value: value.clone() };
            self.note(place, kind, Compatibility::Compatible);
        }
    }

    pub(super) fn retyped(&mut self, old: &Value, new: &Value, breaks: bool, place: &Place) {
        let kind = ChangeKind::Retyped { from: old.clone(), to: new.clone() };
        self.note(place, kind, breaking_if(breaks));
    }
}

pub(super) fn breaking_if(breaks: bool) -> Compatibility {
    if breaks { Compatibility::Breaking } else { Compatibility::Compatible }
}

/// The names of types that a schema allows; `None` if it does not restrict them.
pub(super) fn type_names(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(name) => Some(vec![name]),
        Value::Array(names) => names.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn values(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(value), None) => Some(vec![value.clone()]),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        _ => None,
    }
}

fn has_type(value: &Value, names: &[&str]) -> bool {
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    names.contains(&own) || own == "integer" && names.contains(&"number")
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()
}

/// What a reference leads to, with what stands beside it.
fn resolved(root: &Value, schema: &Value) -> Value {
    let mut found = schema.clone();
    // A reference that leads to nothing but a reference is followed; canonical ones end at once.
    for _ in 0..8 {
        let Some(reference) = reference(&found).map(str::to_owned) else { break };
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        let Some(target) = target else { break };
        let beside = found.as_object().cloned().unwrap_or_default();
        found = target.clone();
        if let Some(members) = found.as_object_mut() {
            members.remove("$defs");
            let beside = beside.into_iter().filter(|(keyword, _)| keyword != "$ref");
            for (keyword, value) in beside {
                members.entry(keyword).or_insert(value);
            }
        }
    }
    if let Some(members) = found.as_object_mut() {
        members.remove("$defs");
    }
    found
}

pub(super) fn has_references(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| match schema {
        Value::Object(members) => {
            members.contains_key("$ref") || members.values().any(|part| has_references(Some(part)))
        }
        Value::Array(parts) => parts.iter().any(|part| has_references(Some(part))),
        _ => false,
    })
}
