//! The schema of each field at each version.

use serde_json::{Value, json};
use versioned_core::SchemaVersion;

use super::domain::registry;

#[track_caller]
fn check(entity: &str, field: &str, version: Option<u32>, expect: &Value) {
    let registry = registry();
    let found = match version {
        None => registry.field_schema(entity, field),
        Some(version) => registry.step_schema(entity, field, SchemaVersion::new(version)),
    };
    assert_eq!(found.unwrap_or_default(), *expect);
}

#[test]
fn the_schema_of_a_field_is_its_part_of_the_object() {
    let body = json!({
        "type": "object",
        "properties": {
            "html": { "type": "string" },
            "tone": { "enum": ["plain", "warm", null] },
        },
        "required": ["html"],
    });
    check("lock_page", "body", None, &body);
}

#[test]
fn what_contains_itself_stands_alone_too() {
    let card = json!({
        "type": "object",
        "properties": {
            "title": { "type": "string" },
            "below": { "type": "array", "items": { "$ref": "#/$defs/shape1" } },
        },
        "required": ["below", "title"],
    });
    let cards = json!({
        "type": "object",
        "additionalProperties": { "$ref": "#/$defs/shape1" },
        "$defs": { "shape1": card },
    });
    check("lock_page", "cards", None, &cards);
    // The same type is an optional field of a type that has no schema itself.
    let one = json!({ "$ref": "#/$defs/shape1", "$defs": { "shape1": card } });
    check("lock_leaf", "card", None, &one);
    let optional = json!({
        "anyOf": [{ "$ref": "#/$defs/shape1" }, { "type": "null" }],
        "$defs": { "shape1": card },
    });
    check("lock_bare", "card", None, &optional);
    check("lock_bare", "other", None, &Value::Null);
}

#[test]
fn a_document_with_one_version_has_the_schema_of_its_type() {
    let note = json!({
        "type": "object",
        "properties": {
            "format": { "type": "integer", "format": "uint64", "minimum": 0 },
            "text": true,
        },
        "required": ["format", "text"],
    });
    check("lock_note", "document", None, &note);
    check("lock_note", "document", Some(3), &Value::Null);
}

#[test]
fn typed_steps_say_what_older_versions_are() {
    let html = json!({
        "type": "object",
        "properties": { "html": { "type": "string" } },
        "required": ["html"],
    });
    // What a step takes, and what the step before returns; a `Value` says nothing.
    check("lock_page", "body", Some(1), &Value::Null);
    check("lock_page", "body", Some(2), &html);
    check("lock_page", "body", Some(3), &html);
    check("lock_page", "body", Some(4), &Value::Null);
}

#[test]
fn a_step_over_elements_says_what_the_whole_field_is() {
    let card = json!({
        "type": "object",
        "properties": { "title": { "type": "string" } },
        "required": ["title"],
    });
    let cards = json!({ "type": "object", "additionalProperties": card });
    check("lock_page", "cards", Some(1), &Value::Null);
    check("lock_page", "cards", Some(2), &cards);
    // The chain of the cards is shared by a field with one card.
    check("lock_leaf", "card", Some(2), &card);
}
