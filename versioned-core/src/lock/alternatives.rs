//! Comparing schemas that allow several shapes: which shape is which.
//!
//! Layer: core, feature `schema`.

use serde_json::{Map, Value};

use super::{
    change::{
        ChangeKind,
        Compatibility::{Breaking, Compatible},
    },
    compare::{Comparison, Place, type_names},
    describe::{constant, describe, tagged},
};

const KEYWORDS: [&str; 2] = ["anyOf", "oneOf"];

/// Whether a schema allows several shapes.
pub(super) fn are_in(schema: &Value) -> bool {
    KEYWORDS.iter().any(|keyword| schema.get(keyword).is_some())
}

/// A schema as what all of its shapes have in common, and the shapes.
fn split(schema: &Value) -> (Value, Vec<Value>) {
    let mut common = schema.as_object().cloned().unwrap_or_default();
    let mut lists = KEYWORDS.iter().filter_map(|keyword| {
        let list = common.remove(*keyword)?;
        list.as_array().cloned()
    });
    match (lists.next(), lists.next()) {
        (Some(shapes), None) => {
            drop(lists);
            (Value::Object(common), shapes)
        }
        // Without a list it is the one shape; with two of them they are compared as a whole.
        _ => (Value::Object(Map::new()), vec![schema.clone()]),
    }
}

pub(super) fn alternatives(
    comparison: &mut Comparison<'_>,
    old: &Value,
    new: &Value,
    place: &Place,
) {
    let ((old_common, mut old_shapes), (new_common, mut new_shapes)) = (split(old), split(new));
    let is_one = |shapes: &[Value]| shapes.len() == 1;
    if is_one(&old_shapes) && is_one(&new_shapes) && old != new {
        // No list to compare by: both have several, or one has them and the other has none.
        return comparison.retyped(old, new, true, place);
    }
    comparison.plain(&old_common, &new_common, place);
    drop_equal(&mut old_shapes, &mut new_shapes);
    for by in [tag, kind] {
        for (old, new) in pairs(&mut old_shapes, &mut new_shapes, by) {
            let case = case(&old).or_else(|| case(&new));
            let place = case.map_or_else(|| place.clone(), |case| place.in_case(case));
            comparison.schemas(&old, &new, &place);
        }
    }
    for schema in old_shapes {
        comparison.note(place, ChangeKind::ShapeRemoved { schema }, Breaking);
    }
    for schema in new_shapes {
        comparison.note(place, ChangeKind::ShapeAdded { schema }, Compatible);
    }
}

/// Drops shapes that both sides have; a reference may stand for another shape on the other side.
fn drop_equal(old: &mut Vec<Value>, new: &mut Vec<Value>) {
    let is_reference = |shape: &Value| shape.to_string().contains("\"$ref\"");
    old.retain(|shape| {
        let same = new.iter().position(|other| other == shape && !is_reference(shape));
        same.map(|index| new.remove(index)).is_none()
    });
}

/// Takes out the shapes that one of the old and one of the new ones alone have the same mark of.
fn pairs(
    old: &mut Vec<Value>,
    new: &mut Vec<Value>,
    mark: fn(&Value) -> Option<String>,
) -> Vec<(Value, Value)> {
    let mut pairs = Vec::new();
    let marks: Vec<String> = old.iter().filter_map(mark).collect();
    for wanted in &marks {
        let at = |shapes: &[Value]| {
            let mut found =
                (0..shapes.len()).filter(|index| mark(&shapes[*index]).as_ref() == Some(wanted));
            found.next().filter(|_| found.next().is_none())
        };
        if let (Some(from), Some(to)) = (at(old), at(new)) {
            pairs.push((old.remove(from), new.remove(to)));
        }
    }
    pairs
}

/// By what an object is told apart, such as its member `type`.
fn tag(shape: &Value) -> Option<String> {
    tagged(shape.get("properties")?.as_object()?)
}

/// The type of a shape. One with another tag is another shape, whatever its type.
fn kind(shape: &Value) -> Option<String> {
    let shape = shape.as_object()?;
    let properties = shape.get("properties").and_then(Value::as_object);
    if properties.is_some_and(|properties| constant(properties).is_some()) {
        return None;
    }
    if shape.contains_key("$ref") {
        return Some("$ref".to_owned());
    }
    if shape.contains_key("enum") || shape.contains_key("const") {
        return Some("enum".to_owned());
    }
    type_names(shape).map(|names| names.join(" "))
}

/// How a shape is called where it differs.
fn case(shape: &Value) -> Option<String> {
    tag(shape).map(|tag| format!("object with {tag}")).or_else(|| {
        let is_told = kind(shape).is_some_and(|kind| kind != "enum" && kind != "$ref");
        is_told.then(|| describe(shape))
    })
}
