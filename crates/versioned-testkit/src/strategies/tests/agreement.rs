//! Whether the check here and another validator agree, on documents that were made for other schemas too.

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use super::{cases, types};
use crate::strategies::SchemaStrategy;

/// Documents of every schema by hand and of every type, and what is left of them after small changes.
fn documents() -> Vec<Value> {
    let schemas = cases::cases().into_iter().map(|(_, schema)| schema);
    let schemas = schemas.chain(types::cases().into_iter().map(|case| case.schema));
    let mut documents = vec![json!({}), json!([]), json!(""), json!(0), json!(1.5)];
    let mut runner = TestRunner::deterministic();
    for schema in schemas {
        let strategy = SchemaStrategy::new(&schema).unwrap().with_values_max(30);
        for _ in 0..6 {
            let document = strategy.new_tree(&mut runner).unwrap().current();
            documents.extend(changed(&document));
            documents.push(document);
        }
    }
    documents
}

/// The document with one member or element more, less, or of another kind.
fn changed(document: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match document {
        Value::Object(members) => {
            for (name, member) in members {
                let mut less = members.clone();
                less.remove(name);
                found.push(Value::Object(less));
                let mut other = members.clone();
                other.insert(name.clone(), changed(member).pop().unwrap_or(json!([null])));
                found.push(Value::Object(other));
            }
            let mut more = members.clone();
            more.insert("more".to_owned(), json!(true));
            found.push(Value::Object(more));
        }
        Value::Array(elements) => {
            found.push(Value::Array(elements.iter().skip(1).cloned().collect()));
            let more = elements.iter().chain(elements.first());
            found.push(Value::Array(more.cloned().collect()));
        }
        Value::String(text) => found.push(json!(format!("{text}!"))),
        Value::Number(number) => found.push(json!(number.as_f64().unwrap_or_default() + 0.5)),
        Value::Null | Value::Bool(_) => found.push(json!("null")),
    }
    found
}

/// Formats of texts are told with certainty only where they are plain, and those of numbers are not asserted by others.
fn is_free_of_formats(schema: &Value) -> bool {
    !schema.to_string().contains("\"format\"")
}

// The same check decides on branches, on shrinking and on every document; an error in it would hide itself.
#[test]
fn what_is_accepted_is_valid_and_the_other_way_round() {
    let documents = documents();
    let (mut accepted, mut refused) = (0, 0);
    let by_hand = cases::cases().into_iter().map(|(_, schema)| schema);
    for schema in by_hand.chain(types::cases().into_iter().map(|case| case.schema)) {
        let strategy = SchemaStrategy::new(&schema).unwrap();
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        for document in &documents {
            let (is_accepted, is_valid) =
                (strategy.accepts(document), validator.is_valid(document));
            let agrees = is_accepted == is_valid || is_valid && !is_free_of_formats(&schema);
            assert!(agrees, "accepted: {is_accepted}\n{document}\n{schema}");
            *(if is_accepted { &mut accepted } else { &mut refused }) += 1;
        }
    }
    println!("{}", json!({"agreed": accepted + refused, "accepted": accepted}));
    assert!(accepted > 1000 && refused > 1000, "{accepted} accepted, {refused} refused");
}

// `schemars` gives most integers no bounds but their format; beyond them, no type reads the document.
#[test]
fn formats_of_integers_are_bounds() {
    let check = |format: &str, least: Value, below: Value, greatest: Value, above: Value| {
        let schema = json!({"type": "integer", "format": format});
        let strategy = SchemaStrategy::new(&schema).unwrap();
        for inside in [least, greatest] {
            assert!(strategy.accepts(&inside), "{format}: {inside}");
        }
        for outside in [below, above] {
            assert!(!strategy.accepts(&outside), "{format}: {outside}");
        }
    };
    check("int8", json!(-128), json!(-129), json!(127), json!(128));
    check("int16", json!(-32_768), json!(-32_769), json!(32_767), json!(32_768));
    check("int32", json!(i32::MIN), json!(-2_147_483_649_i64), json!(i32::MAX), json!(1_u64 << 31));
    check("uint8", json!(0), json!(-1), json!(255), json!(256));
    check("uint16", json!(0), json!(-1), json!(65_535), json!(65_536));
    check("uint32", json!(0), json!(-1), json!(u32::MAX), json!(1_u64 << 32));
    for format in ["int64", "int", "int128"] {
        check(format, json!(i64::MIN), json!(-1e19), json!(i64::MAX), json!(1_u64 << 63));
    }
    for format in ["uint64", "uint", "uint128"] {
        check(format, json!(0), json!(-1), json!(u64::MAX), json!(2e19));
    }
}
