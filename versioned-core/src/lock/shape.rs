//! What was seen at one place of documents.
//!
//! Layer: core, feature `schema`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::hint::Hint;

/// Different texts that are remembered at one place.
const TEXTS_MAX: usize = 12;

/// Texts longer than this are no values of an enum.
const TEXT_BYTES_MAX: usize = 40;

/// Times that each value of an enum was seen, on average.
const TIMES_PER_VALUE: u64 = 10;

/// Different keys at one place, beyond which it is a map.
const KEYS_MAX: usize = 256;

/// Fewest different keys of a map whose keys are names like those of members.
const KEYS_OF_MAP: usize = 6;

/// What was seen at one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    has_null: bool,
    has_boolean: bool,
    integers: Option<(i128, i128)>,
    has_float: bool,
    texts: Option<Texts>,
    lists: Option<Box<Shape>>,
    objects: Option<Objects>,
    /// There was no room to tell what was here.
    is_unknown: bool,
}

#[derive(Debug, Clone, Default)]
struct Texts {
    seen: u64,
    /// `None` once there were too many, or a long one.
    values: Option<BTreeMap<String, u64>>,
}

#[derive(Debug, Clone, Default)]
struct Objects {
    seen: u64,
    members: BTreeMap<String, Member>,
    /// All members alike, once there were too many keys.
    of_map: Option<Box<Shape>>,
}

#[derive(Debug, Clone, Default)]
struct Member {
    seen: u64,
    shape: Shape,
}

impl Shape {
    /// `room` is how many members can still be added.
    pub(super) fn observe(&mut self, value: &Value, room: &mut usize) {
        match value {
            Value::Null => self.has_null = true,
            Value::Bool(_) => self.has_boolean = true,
            Value::Number(number) => match number.as_i128() {
                Some(number) => {
                    let (low, high) = self.integers.unwrap_or((number, number));
                    self.integers = Some((low.min(number), high.max(number)));
                }
                None => self.has_float = true,
            },
            Value::String(text) => self.texts.get_or_insert_default().observe(text),
            Value::Array(elements) => {
                let shape = self.lists.get_or_insert_default();
                elements.iter().for_each(|element| shape.observe(element, room));
            }
            Value::Object(members) => self.objects.get_or_insert_default().observe(members, room),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.has_null |= other.has_null;
        self.has_boolean |= other.has_boolean;
        self.has_float |= other.has_float;
        self.is_unknown |= other.is_unknown;
        self.integers = match (self.integers, other.integers) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
        if let Some(texts) = &other.texts {
            self.texts.get_or_insert_default().merge(texts);
        }
        if let Some(shape) = &other.lists {
            self.lists.get_or_insert_default().merge(shape);
        }
        if let Some(objects) = &other.objects {
            self.objects.get_or_insert_default().merge(objects);
        }
    }

    /// The schema of what was seen; `hint` is what stands at this place at another version.
    pub(super) fn schema(&self, hint: Hint<'_>) -> Value {
        if self.is_unknown {
            return Value::Bool(true);
        }
        let mut types = Vec::new();
        let mut schema = Map::new();
        if self.has_null {
            types.push("null");
        }
        if self.has_boolean {
            types.push("boolean");
        }
        match (self.has_float, self.integers) {
            (true, _) => types.push("number"),
            (false, Some(range)) => {
                types.push("integer");
                schema.extend(bounds(range));
            }
            (false, None) => {}
        }
        if let Some(texts) = &self.texts {
            types.push("string");
            let only_texts = types.iter().all(|name| matches!(*name, "null" | "string"));
            let only_texts = only_texts && self.lists.is_none() && self.objects.is_none();
            if let Some(values) = texts.values_of_enum().filter(|_| only_texts) {
                let null = self.has_null.then_some(Value::Null);
                return json!({ "enum": values.chain(null).collect::<Vec<_>>() });
            }
        }
        if let Some(shape) = &self.lists {
            types.push("array");
            // Lists that were all empty have no elements that anybody knows.
            match shape.is_empty() {
                true => schema.insert("maxItems".to_owned(), 0.into()),
                false => schema.insert("items".to_owned(), shape.schema(hint.elements())),
            };
        }
        if let Some(objects) = &self.objects {
            types.push("object");
            schema.extend(objects.keywords(hint));
        }
        schema.insert("type".to_owned(), types.into());
        Value::Object(schema)
    }

    fn is_empty(&self) -> bool {
        !self.has_null && !self.is_unknown && self.kinds() == [false; 5]
    }

    /// The types that were seen here, `null` left out, as a mark to compare by.
    fn kinds(&self) -> [bool; 5] {
        [
            self.has_boolean,
            self.has_float || self.integers.is_some(),
            self.texts.is_some(),
            self.lists.is_some(),
            self.objects.is_some(),
        ]
    }
}

/// The bounds of the integers of 32 or 64 bits that hold what was seen, without those below zero if there were none.
fn bounds((low, high): (i128, i128)) -> Vec<(String, Value)> {
    let mut bounds = Vec::new();
    if low >= 0 {
        bounds.push(("minimum".to_owned(), 0.into()));
    } else if low >= i32::MIN.into() {
        bounds.push(("minimum".to_owned(), i32::MIN.into()));
    }
    if high <= i32::MAX.into() {
        bounds.push(("maximum".to_owned(), i32::MAX.into()));
    } else if high <= i64::MAX.into() {
        bounds.push(("maximum".to_owned(), i64::MAX.into()));
    }
    bounds
}

impl Texts {
    fn observe(&mut self, text: &str) {
        self.add(text, 1);
    }

    fn add(&mut self, text: &str, times: u64) {
        let is_first = self.seen == 0;
        self.seen += times;
        if is_first {
            self.values = Some(BTreeMap::new());
        }
        let Some(values) = &mut self.values else { return };
        *values.entry(text.to_owned()).or_default() += times;
        if values.len() > TEXTS_MAX || text.len() > TEXT_BYTES_MAX {
            self.values = None;
        }
    }

    fn merge(&mut self, other: &Self) {
        match &other.values {
            Some(values) => values.iter().for_each(|(text, times)| self.add(text, *times)),
            None => {
                self.seen += other.seen;
                self.values = None;
            }
        }
    }

    /// The values, if they look like a list that somebody chose from.
    fn values_of_enum(&self) -> Option<impl Iterator<Item = Value>> {
        let values = self.values.as_ref()?;
        let wanted = TIMES_PER_VALUE * u64::try_from(values.len()).ok()?;
        // One text alone is what all of these happen to have.
        (values.len() > 1 && self.seen >= wanted)
            .then(|| values.keys().map(|text| Value::from(text.as_str())))
    }
}

impl Objects {
    fn observe(&mut self, members: &Map<String, Value>, room: &mut usize) {
        self.seen += 1;
        for (key, value) in members {
            if let Some(shape) = &mut self.of_map {
                shape.observe(value, room);
                continue;
            }
            if !self.members.contains_key(key) {
                if *room == 0 {
                    self.of_map = Some(Box::new(Shape { is_unknown: true, ..Shape::default() }));
                    self.members.clear();
                    continue;
                }
                *room -= 1;
            }
            let member = self.members.entry(key.clone()).or_default();
            member.seen += 1;
            member.shape.observe(value, room);
            if self.members.len() > KEYS_MAX {
                self.of_map = Some(Box::new(self.all_members()));
                self.members.clear();
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.seen += other.seen;
        if self.of_map.is_some() || other.of_map.is_some() {
            let mut all = self.all_members();
            all.merge(&other.all_members());
            self.of_map = Some(Box::new(all));
            self.members.clear();
            return;
        }
        for (key, member) in &other.members {
            let own = self.members.entry(key.clone()).or_default();
            own.seen += member.seen;
            own.shape.merge(&member.shape);
        }
    }

    fn all_members(&self) -> Shape {
        let mut all = self.of_map.as_deref().cloned().unwrap_or_default();
        self.members.values().for_each(|member| all.merge(&member.shape));
        all
    }

    /// Whether the keys are data: there are many, each in few of the objects, or they are no names; and what they lead to
    /// is alike.
    fn is_map(&self) -> bool {
        let kinds = self.members.values().map(|member| member.shape.kinds());
        let mut kinds = kinds.filter(|kinds| kinds.contains(&true));
        let first = kinds.next();
        if first.is_none() || kinds.any(|kinds| Some(kinds) != first) {
            return false;
        }
        let times: u64 = self.members.values().map(|member| member.seen).sum();
        let keys = u64::try_from(self.members.len()).unwrap_or(u64::MAX);
        let is_sparse = self.members.len() >= KEYS_OF_MAP && times * 2 < self.seen * keys;
        is_sparse || self.members.keys().any(|key| !is_name(key))
    }

    fn keywords(&self, hint: Hint<'_>) -> Vec<(String, Value)> {
        let is_map = self.of_map.is_some() || hint.is_map().unwrap_or_else(|| self.is_map());
        if is_map {
            let all = self.all_members();
            return match all.is_empty() {
                true => vec![("maxProperties".to_owned(), 0.into())],
                false => vec![("additionalProperties".to_owned(), all.schema(hint.elements()))],
            };
        }
        let member = |(key, member): (&String, &Member)| {
            (key.clone(), member.shape.schema(hint.member(key)))
        };
        let properties: Map<String, Value> = self.members.iter().map(member).collect();
        let always = self.members.iter().filter(|(_, member)| member.seen == self.seen);
        let required: Vec<&str> = always.map(|(key, _)| key.as_str()).collect();
        vec![
            ("properties".to_owned(), properties.into()),
            ("required".to_owned(), required.into()),
            ("additionalProperties".to_owned(), false.into()),
        ]
    }
}

/// Whether a key is what a program would call a member: a letter or `_` first, then letters, digits, `_`, `-`, `.` or `$`.
fn is_name(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, '_' | '$'))
        && letters
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '$'))
}
