//! What is refused, with its place.

use serde_json::{Value, json};

use crate::strategies::{SchemaError, SchemaStrategy};

fn check(schema: &Value, expect: &str) {
    let error = SchemaStrategy::new(schema).map(drop).unwrap_err();
    assert_eq!(error.to_string(), expect, "{schema}");
    assert!(!error.help().is_empty());
}

// Passing over a keyword would make documents that the schema refuses.
#[test]
fn unknown_keywords_are_refused_with_their_place() {
    let within = |keyword: &str| json!({"properties": {"a/b": {keyword: {}}}});
    for keyword in [
        "$anchor",
        "$dynamicRef",
        "$id",
        "dependentRequired",
        "dependentSchemas",
        "unevaluatedItems",
        "discriminator",
    ] {
        let expect = format!("the keyword `{keyword}` at `#/properties/a~1b` is not supported");
        check(&within(keyword), &expect);
    }
}

#[test]
fn keywords_that_only_inform_are_known() {
    let schema = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x",
        "title": "T", "description": "d", "default": 1, "examples": [2], "deprecated": true,
        "readOnly": true, "writeOnly": false, "$comment": "c", "x-order": 1, "const": 3});
    assert!(SchemaStrategy::new(&schema).is_ok());
}

#[test]
fn malformed_keywords_are_refused_with_what_they_take() {
    check(&json!(3), "there is no schema at `#`");
    check(&json!({"items": [true]}), "there is no schema at `#/items`");
    check(&json!({"minimum": "1"}), "the keyword `minimum` at `#` is not a number");
    check(&json!({"maxItems": 1.5}), "the keyword `maxItems` at `#` is not a whole number from 0");
    check(
        &json!({"type": "int"}),
        "the keyword `type` at `#` is not a name of a type or a list of them",
    );
    check(&json!({"anyOf": []}), "the keyword `anyOf` at `#` is not a list with something in it");
    check(&json!({"multipleOf": 0}), "the keyword `multipleOf` at `#` is not a number above 0");
}

#[test]
fn references_that_lead_nowhere_or_back_are_refused() {
    let place = "leads to no place in this schema";
    for target in ["#/$defs/X", "other.json", "https://example.org/x", "#anchor"] {
        check(
            &json!({"items": {"$ref": target}}),
            &format!("the reference `{target}` at `#/items` {place}"),
        );
    }
    check(
        &json!({"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [true, {"$ref": "#/$defs/A"}]}}}),
        "the schema at `#` refers to itself in place",
    );
}

#[test]
fn patterns_that_cannot_be_generated_are_refused() {
    check(
        &json!({"properties": {"a": {"pattern": "^(?!x)"}}}),
        "the pattern `^(?!x)` at `#/properties/a` is not supported: it has a group other than `(..)` \
         and `(?:..)`",
    );
}

#[test]
fn schemas_without_documents_are_refused() {
    let expect = "no document was found for the schema at `#` in 9 attempts";
    check(&json!(false), expect);
    check(&json!({"type": "integer", "minimum": 3, "maximum": 2}), expect);
    check(&json!({"allOf": [{"type": "string"}, {"type": "null"}]}), expect);
    check(&json!({"not": {}}), expect);
    check(&json!({"enum": [1, 2], "not": {"type": "integer"}}), expect);
    // A type that contains itself has no finite document.
    check(
        &json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}),
        "no document was found for the schema at `#/properties/next` in 9 attempts",
    );
    // So does one that needs one of several members which all contain it.
    check(
        &json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}},
            "minProperties": 1, "additionalProperties": false}),
        expect,
    );
}

#[test]
fn the_needed_part_without_a_value_is_named() {
    let text = json!({"type": "string", "maxLength": 1, "minLength": 2});
    check(
        &json!({"type": "object", "properties": {"a": {"type": "array", "items": text,
            "minItems": 1}}, "required": ["a"]}),
        "no document was found for the schema at `#/properties/a/items` in 9 attempts",
    );
}

// A law that never sees a branch must not look as if it covered it.
#[test]
fn optional_parts_without_a_value_are_told() {
    let schema = json!({"type": "object", "properties": {
        "a": {"type": "string", "pattern": "^a$", "minLength": 2},
        "b": {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 2, "maximum": 1}]},
        "c": {"type": "string"}}, "additionalProperties": false});
    let strategy = SchemaStrategy::new(&schema).unwrap();
    let told: Vec<_> = strategy.parts_never_made().iter().collect();
    assert_eq!(told, ["/properties/a", "/properties/b/anyOf/1"]);
}

#[test]
fn schemas_beyond_the_limits_are_refused() {
    let mut schema = json!(true);
    for _ in 0..200 {
        schema = json!({"items": schema});
    }
    let error = SchemaStrategy::new(&schema).map(drop).unwrap_err();
    assert!(matches!(error, SchemaError::TooLarge { limit: 128, .. }), "{error}");
}

#[test]
fn unknown_formats_are_counted() {
    let schema = json!({"anyOf": [{"type": "string", "format": "iri"}, {"format": "iri"},
        {"format": "regex"}, {"format": "uuid"}]});
    let strategy = SchemaStrategy::new(&schema).unwrap();
    let counted: Vec<_> = strategy.ignored_formats().iter().collect();
    assert_eq!(counted, [(&"iri".to_owned(), &2), (&"regex".to_owned(), &1)]);
}
