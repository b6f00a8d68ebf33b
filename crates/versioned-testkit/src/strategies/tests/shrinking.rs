//! What failing properties shrink to.

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use serde_json::{Value, json};

use crate::strategies::SchemaStrategy;

/// Runs a property that some document must fail, and compares the simplest one that was found.
fn check(schema: &Value, fails: impl Fn(&Value) -> bool, expect: &Value) {
    let strategy = SchemaStrategy::new(schema).unwrap();
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 2000, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let found = runner.run(&strategy, |document| match fails(&document) {
        true => Err(TestCaseError::fail("seeded")),
        false => Ok(()),
    });
    match found {
        Err(TestError::Fail(_, document)) => assert_eq!(document, *expect, "{schema}"),
        other => panic!("{schema}: {other:?}"),
    }
}

#[test]
fn numbers_shrink_towards_zero_within_their_bounds() {
    let schema = json!({"type": "integer"});
    check(&schema, |it| it.as_i64() > Some(417), &json!(418));
    check(&schema, |it| it.as_i64() < Some(-5), &json!(-6));
    check(&json!({"type": "integer", "minimum": 10}), |_| true, &json!(10));
    check(&json!({"type": "integer", "maximum": -10}), |_| true, &json!(-10));
    let sevens = json!({"type": "integer", "multipleOf": 7});
    check(&sevens, |it| it.as_i64() > Some(100), &json!(105));
    check(&json!({"type": "number"}), |it| it.as_f64() > Some(2.5), &json!(3));
    let wide = json!({"type": "integer", "format": "uint64"});
    check(&wide, |it| it.as_u64() > Some(1 << 40), &json!((1_u64 << 40) + 1));
}

#[test]
fn texts_shrink_to_few_plain_characters() {
    let schema = json!({"type": "string"});
    check(&schema, |it| it.as_str().is_some_and(|it| it.chars().count() > 3), &json!("aaaa"));
    check(&schema, |it| it.as_str().is_some_and(|it| it.contains('ß')), &json!("ß"));
    check(&json!({"type": "string", "minLength": 2}), |_| true, &json!("aa"));
    check(&json!({"pattern": "^[x-z]\\d{2,}$", "type": "string"}), |_| true, &json!("z00"));
}

#[test]
fn values_of_an_enum_shrink_to_the_first_that_fails() {
    let schema = json!({"enum": ["red", "green", "blue", "grey"]});
    check(&schema, |_| true, &json!("red"));
    check(&schema, |it| it.as_str() > Some("gr"), &json!("red"));
    let four = json!({"type": "array", "items": schema, "minItems": 4, "maxItems": 4});
    let has_no_red = |it: &Value| it.as_array().is_some_and(|it| it.iter().all(|it| it != "red"));
    check(&four, has_no_red, &json!(["green", "green", "green", "green"]));
}

#[test]
fn arrays_and_maps_shrink_to_what_matters() {
    let list = json!({"type": "array", "items": {"type": "integer"}});
    let has_large =
        |it: &Value| it.as_array().is_some_and(|it| it.iter().any(|it| it.as_i64() > Some(50)));
    check(&list, has_large, &json!([51]));
    let pair = |it: &Value| it.as_array().is_some_and(|it| it.len() > 1 && it[0] != it[1]);
    check(&list, pair, &json!([0, 1]));
    let map = json!({"type": "object", "additionalProperties": {"type": "boolean"}});
    let has_true = |it: &Value| it.as_object().is_some_and(|it| it.values().any(|it| *it == true));
    check(&map, has_true, &json!({"": true}));
    let set = json!({"type": "array", "items": {"type": "integer"}, "uniqueItems": true});
    check(&set, |it| it.as_array().is_some_and(|it| it.len() > 2), &json!([0, 1, 2]));
}

// A counterexample of a law is read by people: all that does not matter must be gone.
#[test]
fn a_document_shrinks_to_the_members_that_matter() {
    let schema = json!({
        "type": "object",
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "title": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "note": {"type": "string"},
            "states": {"type": "object", "additionalProperties": {"$ref": "#/$defs/State"}}
        },
        "required": ["id", "title", "states"],
        "$defs": {"State": {"type": "object", "properties": {
            "content": {"type": "string"},
            "kind": {"enum": ["text", "image", "sound"]},
            "answers": {"type": "array", "items": {"type": "integer"}}
        }, "required": ["content", "kind"]}}
    });
    let has_sound = |document: &Value| {
        document["states"].as_object().is_some_and(|states| {
            states.values().any(|state| {
                state["kind"] == "sound"
                    && state["answers"].as_array().is_some_and(|answers| !answers.is_empty())
            })
        })
    };
    let expect = json!({"id": "a", "title": null,
        "states": {"": {"content": "", "kind": "sound", "answers": [0]}}});
    check(&schema, has_sound, &expect);
    check(&schema, |_| true, &json!({"id": "a", "title": null, "states": {}}));
}

#[test]
fn trees_shrink_to_the_part_that_matters() {
    let tree = json!({"type": "object", "properties": {"value": {"type": "integer"},
        "children": {"type": "array", "items": {"$ref": "#"}}}, "required": ["value", "children"]});
    fn has_large(tree: &Value) -> bool {
        tree["value"].as_i64() > Some(99)
            || tree["children"].as_array().is_some_and(|it| it.iter().any(has_large))
    }
    check(&tree, has_large, &json!({"value": 100, "children": []}));
}
