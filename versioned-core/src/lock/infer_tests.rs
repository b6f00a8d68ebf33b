//! What is inferred of documents, and that it holds for them.

use serde_json::{Value, json};

use super::Inference;

fn infer(documents: impl IntoIterator<Item = Value>) -> Value {
    let mut inference = Inference::default();
    documents.into_iter().for_each(|document| inference.observe(&document));
    inference.schema()
}

#[test]
fn members_are_required_where_they_always_are() {
    let schema =
        infer([json!({ "a": 1, "b": null }), json!({ "a": 2.5 }), json!({ "a": 3, "b": "x" })]);
    let expect = json!({
        "type": "object",
        "properties": { "a": { "type": "number" }, "b": { "type": ["null", "string"] } },
        "required": ["a"],
        "additionalProperties": false,
    });
    assert_eq!(schema, expect);
}

#[test]
fn integers_have_the_bounds_of_their_size() {
    let bounds = |numbers: &[i64]| infer(numbers.iter().map(|number| json!(number)));
    let of = |low: i64, high: i64| json!({ "type": "integer", "minimum": low, "maximum": high });
    assert_eq!(bounds(&[0, 7]), of(0, i32::MAX.into()));
    assert_eq!(bounds(&[-1, 7]), of(i32::MIN.into(), i32::MAX.into()));
    assert_eq!(bounds(&[1 << 40]), of(0, i64::MAX));
}

/// A text that happens to be the same in three documents is no enum.
#[test]
fn few_values_in_many_documents_are_an_enum() {
    let documents = |count: usize| (0..count).map(|number| json!(["Easy", "Hard"][number % 2]));
    assert_eq!(infer(documents(19)), json!({ "type": "string" }));
    assert_eq!(infer(documents(20)), json!({ "enum": ["Easy", "Hard"] }));
    let or_null = documents(40).chain([Value::Null]);
    assert_eq!(infer(or_null), json!({ "enum": ["Easy", "Hard", null] }));
    let many = (0..400).map(|number| json!(format!("name {}", number % 30)));
    assert_eq!(infer(many), json!({ "type": "string" }));
    let long =
        (0..400).map(|_| json!("a text that is longer than anybody would write into a program"));
    assert_eq!(infer(long), json!({ "type": "string" }));
}

#[test]
fn keys_that_are_data_make_a_map() {
    let state = json!({ "html": "", "size": 1 });
    let of_state = infer([state.clone()]);
    let map = json!({ "type": "object", "additionalProperties": of_state });
    // No name has a blank in it.
    assert_eq!(infer([json!({ "The End": state, "Intro": state })]), map);
    // Many keys, each in few of the objects.
    let sparse = (0..20).map(|number| json!({ format!("k{number}"): state }));
    assert_eq!(infer(sparse), map);
    // More keys than any struct has.
    let members = (0..300).map(|number| (format!("k{number}"), state.clone()));
    assert_eq!(infer([Value::Object(members.collect())]), map);
    // Few keys, or values that are not alike, are members.
    let schema = infer([json!({ "a": state, "b": state })]);
    assert!(schema["properties"]["a"].is_object());
    let schema = infer((0..20).map(|number| json!({ format!("k{number}"): state, "id": 1 })));
    assert!(schema["properties"]["id"].is_object());
}

/// One document with one key says nothing by itself.
#[test]
fn another_version_says_what_is_a_map() {
    let mut inference = Inference::default();
    inference.observe(&json!({ "Intro": { "size": 1 } }));
    let state = json!({ "type": "object", "properties": { "other": {} } });
    let map = json!({ "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/shape1" }], "$defs": {
        "shape1": { "type": "object", "additionalProperties": state },
    } });
    let schema = inference.schema_like(Some(&map));
    assert!(schema["additionalProperties"]["properties"]["size"].is_object(), "{schema}");
    let schema = inference.schema_like(Some(&state));
    assert!(schema["properties"]["Intro"].is_object(), "{schema}");
    assert_eq!(inference.schema_like(Some(&json!(true))), inference.schema());
}

#[test]
fn empty_containers_stay_empty() {
    assert_eq!(infer([json!([])]), json!({ "type": "array", "maxItems": 0 }));
    let empty = json!({ "type": "object", "additionalProperties": false });
    assert_eq!(infer([json!({})]), empty);
}

/// Stored data may have any keys, so memory may not grow with them.
#[test]
fn what_is_told_apart_is_bounded() {
    let mut inference = Inference::default();
    for number in 0..3_000 {
        let members = (0..20).map(|key| (format!("k{number}_{key}"), json!(1)));
        let inner: serde_json::Map<_, _> = members.collect();
        inference.observe(&json!({ format!("m{}", number % 200): inner, "other": "text" }));
    }
    let text = inference.schema().to_string();
    assert!(text.len() < 2_000_000, "{}", text.len());
    assert_eq!(inference.documents().map(|documents| documents.get()), Some(3_000));
}
