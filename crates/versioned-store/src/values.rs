//! Whole documents as the values of a row: what a save of an application writes.
//!
//! Layer: store. Invariant: a column whose value stays the same keeps the bytes that it had.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};
use versioned_core::json::value_from_str;

use crate::{ColumnKind, ColumnValue, EntityKey, EntityTable, Row, RowError, TableLayout};

impl EntityTable {
    /// The values of all columns for a document at its latest versions; a member that is absent is `NULL`.
    ///
    /// # Errors
    ///
    /// [`RowError::Unwritable`] if the document is no object, or a column cannot hold its member unchanged.
    pub fn values_of(&self, key: &EntityKey, document: &str) -> Result<Vec<ColumnValue>, RowError> {
        if self.layout == TableLayout::Document {
            return Ok(vec![ColumnValue::Text(document.to_owned())]);
        }
        let unwritable = |index: usize, reason| RowError::Unwritable {
            table: self.name().into(),
            column: self.columns[index].name.as_str().into(),
            key: key.clone(),
            field: self.columns[index].key,
            reason,
        };
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(document)
            .map_err(|_| unwritable(0, "the document is no object"))?;
        let value = |index: usize| {
            let column = &self.columns[index];
            let member = members.get(column.key);
            if let Some(part) = column.key_part {
                let part = key.parts()[part].to_value();
                let scalar = member.map(|json| crate::members::scalar_value(json.get()));
                return match scalar {
                    Some(Ok(scalar)) if !scalar.is_same(&part) => {
                        Err(unwritable(index, "it is not that of the key"))
                    }
                    _ => Ok(part),
                };
            }
            match member {
                None => Ok(ColumnValue::Null),
                Some(json) => match column.kind {
                    ColumnKind::Json { .. } => Ok(ColumnValue::Text(json.get().to_owned())),
                    ColumnKind::Plain { .. } | ColumnKind::Version { .. } => {
                        crate::members::scalar_value(json.get())
                            .map_err(|reason| unwritable(index, reason))
                    }
                },
            }
        };
        (0..self.columns.len()).map(value).collect()
    }

    /// What a save sets: the values that differ from those of the row as it was read with all its columns, in the types in
    /// which it had them; at least one.
    ///
    /// JSON that is the same value in other bytes is not set, so that what nobody changed stays as it is. In
    /// [`TableLayout::Document`] members that the declaration does not know stay in the document.
    #[must_use]
    pub fn changed_values(&self, row: &Row, values: Vec<ColumnValue>) -> Vec<(usize, ColumnValue)> {
        let mut set = Vec::new();
        let mut unchanged = None;
        for (index, new) in values.into_iter().enumerate() {
            let column = &self.columns[index];
            if column.key_part.is_some() || self.has_own_use(&column.name) {
                continue;
            }
            let old = row.values.get(index).and_then(Option::as_ref);
            let new = match (old, new) {
                (Some(old), ColumnValue::Text(new)) if self.is_json(index) => {
                    match self.merged_json(old, new) {
                        Some(new) => in_type_of(old, new),
                        None => old.clone(),
                    }
                }
                (Some(ColumnValue::Integer(_)), ColumnValue::Boolean(truth)) => {
                    ColumnValue::Integer(truth.into())
                }
                (_, new) => new,
            };
            match old {
                Some(old) if old.is_same(&new) => unchanged = unchanged.or(Some((index, new))),
                _ => set.push((index, new)),
            }
        }
        if set.is_empty() {
            set.extend(unchanged);
        }
        set
    }

    fn is_json(&self, index: usize) -> bool {
        matches!(self.columns[index].kind, ColumnKind::Json { .. })
    }

    /// Whether a column of a field is the model version or the deleted flag too, which the store sets.
    fn has_own_use(&self, column: &str) -> bool {
        let own = [self.model_version(), self.deleted()];
        own.into_iter().flatten().any(|own| own.eq_ignore_ascii_case(column))
    }

    /// The JSON to store in place of `old`, or `None` where it is the same value.
    fn merged_json(&self, old: &ColumnValue, new: String) -> Option<String> {
        let old = text_of(old).unwrap_or_default();
        match self.layout {
            TableLayout::Document => self.merged_document(old, &new).unwrap_or(Some(new)),
            TableLayout::Columns => (!is_same_json(old, &new)).then_some(new),
        }
    }

    /// The document with its old order, old bytes of equal members, and members that the declaration does not know.
    ///
    /// `None` if one of them is no object; `Some(None)` if nothing differs.
    fn merged_document(&self, old: &str, new: &str) -> Option<Option<String>> {
        let old_members = members_in_order(old)?;
        let mut new_members: Vec<(String, &RawValue)> = members_in_order(new)?;
        let (mut merged, mut differs) = (Vec::new(), false);
        for (key, json) in old_members {
            match new_members.iter().position(|(known, _)| *known == key) {
                Some(index) => {
                    let (key, new) = new_members.remove(index);
                    let is_same = is_same_json(json.get(), new.get());
                    differs |= !is_same;
                    merged.push((key, if is_same { json } else { new }));
                }
                None if self.is_declared(&key) => differs = true,
                None => merged.push((key, json)),
            }
        }
        differs |= !new_members.is_empty();
        merged.extend(new_members);
        let member =
            |(key, json): &(String, &RawValue)| format!("{}:{json}", Value::from(key.as_str()));
        let merged: Vec<String> = merged.iter().map(member).collect();
        Some(differs.then(|| format!("{{{}}}", merged.join(","))))
    }

    fn is_declared(&self, key: &str) -> bool {
        let declaration = self.declaration;
        declaration.versioned.iter().any(|it| it.key == key || it.version_key == key)
            || declaration.others.iter().any(|it| it.key == key)
    }
}

/// The members of an object in their order, each key once.
fn members_in_order(document: &str) -> Option<Vec<(String, &RawValue)>> {
    struct Members;

    impl<'de> serde::de::Visitor<'de> for Members {
        type Value = Vec<(String, &'de RawValue)>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<Self::Value, A::Error> {
            let mut members: Vec<(String, &RawValue)> = Vec::new();
            while let Some((key, json)) = map.next_entry::<String, &RawValue>()? {
                match members.iter_mut().find(|(known, _)| *known == key) {
                    // The last one is what readers see.
                    Some(known) => known.1 = json,
                    None => members.push((key, json)),
                }
            }
            Ok(members)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(document);
    serde::Deserializer::deserialize_map(&mut reader, Members).ok()
}

fn text_of(value: &ColumnValue) -> Option<&str> {
    match value {
        ColumnValue::Text(text) => Some(text),
        ColumnValue::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

fn in_type_of(old: &ColumnValue, json: String) -> ColumnValue {
    match old {
        ColumnValue::Bytes(_) => ColumnValue::Bytes(json.into_bytes()),
        _ => ColumnValue::Text(json),
    }
}

/// Whether two texts are the same JSON value.
fn is_same_json(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    // What the strict reader refuses, such as a number beyond 64 bits, could not be told from another value.
    match (value_from_str(one), value_from_str(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
