//! A strategy for schemas themselves.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Schemas with three definitions, which they refer to from members and elements.
pub(super) fn schemas() -> impl Strategy<Value = Value> {
    let definition = || part().prop_recursive(3, 12, 3, |inner| composite(&inner));
    (definition(), [definition(), definition(), definition()]).prop_map(|(root, parts)| {
        let mut schema = match root {
            Value::Object(schema) => schema,
            other => json!({"allOf": [other]}).as_object().cloned().unwrap_or_default(),
        };
        let names = ["a", "b", "c"].map(str::to_owned);
        let definitions: Map<String, Value> = names.into_iter().zip(parts).collect();
        schema.insert("$defs".to_owned(), Value::Object(definitions));
        Value::Object(schema)
    })
}

fn part() -> BoxedStrategy<Value> {
    let scalar = prop_oneof![
        Just(json!(true)),
        Just(json!({"type": "null"})),
        Just(json!({"type": "boolean"})),
        (-20..20_i64, 0..40_i64).prop_map(
            |(low, more)| json!({"type": "integer", "minimum": low, "maximum": low + more})
        ),
        (1..9_i64).prop_map(|unit| json!({"type": "integer", "multipleOf": unit})),
        (-4..4_i64, 1..9_i64).prop_map(|(low, more)| {
            json!({"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + more})
        }),
        (0..4_usize, 0..5_usize).prop_map(
            |(low, more)| json!({"type": "string", "minLength": low, "maxLength": low + more})
        ),
        prop::sample::select(vec!["^[a-f]+$", "x", "^\\d{2,4}$", "^(ab|c)*$"])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        prop::sample::select(vec!["date", "time", "date-time", "uuid", "uri", "email", "ipv4"])
            .prop_map(|format| json!({"type": "string", "format": format})),
        prop::collection::vec(prop::sample::select(vec![json!(1), json!("a"), json!(null)]), 1..3)
            .prop_map(|values| json!({"enum": values})),
        (0..3_i64).prop_map(|value| json!({"const": value})),
        Just(json!({"type": ["string", "integer", "null"]})),
    ];
    scalar.boxed()
}

fn composite(inner: &BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let below = prop_oneof![
        4 => inner.clone(),
        1 => prop::sample::select(vec!["#/$defs/a", "#/$defs/b", "#/$defs/c"])
            .prop_map(|target| json!({"$ref": target})),
    ];
    let below = below.boxed();
    let list = || prop::collection::vec(inner.clone(), 1..4);
    prop_oneof![
        6 => objects(below.clone()),
        3 => arrays(below.clone()),
        2 => list().prop_map(|branches| json!({"anyOf": branches})),
        2 => list().prop_map(|branches| json!({"oneOf": branches})),
        1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| json!({"allOf": [a, b]})),
        1 => (inner.clone(), inner.clone())
            .prop_map(|(a, b)| json!({"anyOf": [a, {"type": "boolean"}], "not": b})),
        1 => (objects(below.clone()), objects(below.clone()), objects(below))
            .prop_map(|(a, b, c)| json!({"type": "object", "if": a, "then": b, "else": c})),
    ]
    .boxed()
}

fn objects(member: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    let names = prop::sample::subsequence(vec!["k", "l", "m", "n_1"], 0..=4);
    let members = prop::collection::vec(member.clone(), 4);
    let additional = prop_oneof![
        2 => Just(None),
        1 => Just(Some(json!(false))),
        1 => member.clone().prop_map(Some),
    ];
    (names, members, prop::collection::vec(any::<bool>(), 4), additional, member, 0..12_u8)
        .prop_map(|(names, members, required, additional, other, extra)| {
            let needed: Vec<&str> = names
                .iter()
                .zip(&required)
                .filter(|(_, flag)| **flag)
                .map(|(name, _)| *name)
                .collect();
            let mut schema = json!({"type": "object", "required": needed});
            let properties: Map<String, Value> =
                names.iter().map(|name| (*name).to_owned()).zip(members).collect();
            schema["properties"] = Value::Object(properties);
            if let Some(additional) = additional {
                schema["additionalProperties"] = additional;
            }
            match extra {
                0 => schema["patternProperties"] = json!({"^n_": other}),
                1 => schema["propertyNames"] = json!({"maxLength": 3}),
                2 => schema["minProperties"] = json!(2),
                3 => schema["maxProperties"] = json!(3),
                4 => schema["unevaluatedProperties"] = json!(false),
                5 => schema["unevaluatedProperties"] = other,
                _ => {}
            }
            schema
        })
        .boxed()
}

fn arrays(element: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (element.clone(), element, 0..3_usize, 0..8_u8)
        .prop_map(|(items, other, low, extra)| {
            let mut schema = json!({"type": "array", "items": items, "minItems": low});
            match extra {
                0 => schema["uniqueItems"] = json!(true),
                1 => schema["prefixItems"] = json!([other]),
                2 => schema["contains"] = other,
                3 => {
                    schema["contains"] = other;
                    schema["minContains"] = json!(0);
                    schema["maxContains"] = json!(2);
                }
                4 => schema["maxItems"] = json!(low + 2),
                _ => {}
            }
            schema
        })
        .boxed()
}
