//! What another version of a field says of a place: whether the keys of an object are names or data.
//!
//! Layer: core, feature `schema`.

use serde_json::Value;

/// References and alternatives followed at one place.
const STEPS_MAX: usize = 16;

/// A place in a canonical schema, or none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hint<'s> {
    root: Option<&'s Value>,
    at: Option<&'s Value>,
}

impl<'s> Hint<'s> {
    pub(super) fn of(schema: Option<&'s Value>) -> Self {
        Self { root: schema, at: schema }
    }

    /// Whether an object here is a map; `None` where the schema says neither.
    pub(super) fn is_map(self) -> Option<bool> {
        let object = self.object()?;
        match (object.get("properties"), object.get("additionalProperties")) {
            (Some(_), _) => Some(false),
            (None, Some(Value::Object(_))) => Some(true),
            _ => None,
        }
    }

    pub(super) fn member(self, key: &str) -> Self {
        let object = self.object();
        self.to(object.and_then(|object| object.get("properties")?.get(key)))
    }

    /// The elements of a list, or the values of a map.
    pub(super) fn elements(self) -> Self {
        let keywords = ["items", "additionalProperties"];
        let of = |schema: &'s Value| keywords.iter().find_map(|keyword| schema.get(keyword));
        self.to(self.resolved().find_map(of))
    }

    fn to(self, at: Option<&'s Value>) -> Self {
        Self { root: self.root, at }
    }

    /// What says something of objects here.
    fn object(self) -> Option<&'s Value> {
        self.resolved().find(|schema| {
            schema.get("properties").is_some() || schema.get("additionalProperties").is_some()
        })
    }

    /// The schema here, what its references lead to, and its alternatives.
    fn resolved(self) -> impl Iterator<Item = &'s Value> {
        let mut open: Vec<&Value> = self.at.into_iter().collect();
        let mut steps = 0;
        std::iter::from_fn(move || {
            let schema = open.pop().filter(|_| steps < STEPS_MAX)?;
            steps += 1;
            let target = schema.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|target| self.root?.pointer(target.strip_prefix('#')?));
            open.extend(target);
            for keyword in ["allOf", "anyOf", "oneOf"] {
                open.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
            }
            Some(schema)
        })
    }
}
