//! The canonical form: what is one, what is dropped, and that nothing else is.

#![expect(clippy::needless_pass_by_value, reason = "cases read better without references")]

use serde_json::{Value, json};

use super::{canonical, to_text};

#[track_caller]
fn check(schema: Value, expect: Value) {
    let found = canonical(&schema);
    assert_eq!(found, expect, "of {schema}");
    assert_eq!(canonical(&found), found, "the canonical form of the canonical form");
}

/// If one of these came out in two forms, an upgrade of schemars would be drift in every lock.
#[test]
fn spellings_of_the_same_have_one_form() {
    let string_or_null = json!({ "type": ["null", "string"] });
    check(json!({ "type": ["string", "null"] }), string_or_null.clone());
    check(json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] }), string_or_null.clone());
    check(json!({ "oneOf": [{ "const": null }, { "type": "string" }] }), string_or_null);

    let red = json!({ "const": "red" });
    check(json!({ "type": "string", "enum": ["red"] }), red.clone());
    check(json!({ "oneOf": [{ "type": "string", "const": "red" }] }), red);

    let colours = json!({ "enum": ["blue", "red"] });
    check(json!({ "type": "string", "enum": ["red", "blue", "red"] }), colours.clone());
    check(
        json!({ "oneOf": [
            { "type": "string", "enum": ["red"] },
            { "type": "string", "const": "blue", "description": "As the sky." },
        ] }),
        colours,
    );
    check(
        json!({ "anyOf": [{ "type": "string", "enum": ["a", "b"] }, { "type": "null" }] }),
        json!({ "enum": ["a", "b", null] }),
    );
    check(json!({ "enum": [true, false] }), json!({ "type": "boolean" }));

    let small = json!({ "type": "integer", "minimum": 0 });
    check(json!({ "type": ["integer"], "minimum": 0.0, "title": "Small" }), small.clone());
    check(json!({ "allOf": [{ "type": "integer" }], "minimum": 0 }), small);
}

#[test]
fn what_restricts_nothing_is_dropped() {
    check(json!({}), json!(true));
    check(json!({ "title": "Any", "description": "Anything.", "examples": [1] }), json!(true));
    check(json!({ "not": {} }), json!(false));
    let object = json!({ "type": "object" });
    check(
        json!({ "type": "object", "additionalProperties": true, "required": [] }),
        object.clone(),
    );
    check(json!({ "type": "object", "properties": {}, "minProperties": 0 }), object);
    check(json!({ "anyOf": [true, { "type": "string" }] }), json!(true));
    check(json!({ "anyOf": [false, { "type": "string" }] }), json!({ "type": "string" }));
}

/// A property may be called like a keyword, and what an absent one is read as is data.
#[test]
fn names_and_values_of_the_application_stay() {
    let schema = json!({
        "type": "object",
        "properties": {
            "title": { "type": "string", "default": "none" },
            "description": { "const": { "title": 1, "$comment": 2 } },
        },
        "required": ["title"],
    });
    check(schema.clone(), schema);
}

#[test]
fn references_are_replaced_by_what_they_lead_to() {
    check(
        json!({
            "properties": {
                "a": { "$ref": "#/$defs/Size", "description": "How large." },
                "b": { "$ref": "#/$defs/Size", "default": 1 },
                "c": { "allOf": [{ "$ref": "#/$defs/Size" }] },
                "d/e": { "$ref": "#/$defs/Odd~1Name%20here" },
            },
            "$defs": {
                "Size": { "title": "Size", "$ref": "#/$defs/Number" },
                "Number": { "type": "integer" },
                "Odd/Name here": { "type": "string" },
            },
        }),
        json!({ "properties": {
            "a": { "type": "integer" },
            "b": { "type": "integer", "default": 1 },
            "c": { "type": "integer" },
            "d/e": { "type": "string" },
        } }),
    );
}

/// A renamed Rust type is no other shape.
#[test]
fn what_contains_itself_has_a_name_of_its_own() {
    let named = |name: &str| {
        json!({
            "type": "array",
            "items": { "$ref": format!("#/$defs/{name}") },
            "$defs": { name: {
                "title": name,
                "type": "object",
                "properties": {
                    "below": { "type": "array", "items": { "$ref": format!("#/$defs/{name}") } },
                },
            } },
        })
    };
    check(
        named("Node"),
        named("shape1")
            .clone()
            .as_object_mut()
            .map(|whole| {
                whole["$defs"]["shape1"].as_object_mut().unwrap().remove("title");
                Value::Object(whole.clone())
            })
            .unwrap(),
    );
    assert_eq!(canonical(&named("Node")), canonical(&named("Tree")));
    let itself = json!({ "properties": { "below": { "$ref": "#" } } });
    check(
        itself,
        json!({
            "properties": { "below": { "$ref": "#/$defs/shape1" } },
            "$defs": { "shape1": { "properties": { "below": { "$ref": "#/$defs/shape1" } } } },
        }),
    );
}

/// Types that use each other many times over would else be written out without end.
#[test]
fn what_would_grow_too_large_stays_in_definitions() {
    let mut definitions = serde_json::Map::new();
    for level in 0..40 {
        let below = json!({ "$ref": format!("#/$defs/L{}", level + 1) });
        definitions
            .insert(format!("L{level}"), json!({ "properties": { "one": below, "other": below } }));
    }
    definitions.insert("L40".to_owned(), json!({ "type": "string" }));
    let schema = json!({ "$ref": "#/$defs/L0", "$defs": definitions });
    let text = to_text(&canonical(&schema));
    assert!(text.len() < 10_000_000, "{}", text.len());
    assert!(serde_json::from_str::<Value>(&text).is_ok());
}

#[test]
fn what_is_short_stands_on_one_line() {
    let long = vec!["a rather long text that takes its room"; 3];
    let text = to_text(&json!({ "b": { "type": "string" }, "a": long, "c": [], "d": {} }));
    let line = "    \"a rather long text that takes its room\"";
    let expect = format!(
        "{{\n  \"a\": [\n{line},\n{line},\n{line}\n  ],\n  \"b\": {{ \"type\": \"string\" }},\n  \
         \"c\": [],\n  \"d\": {{}}\n}}"
    );
    assert_eq!(text, expect);
}
