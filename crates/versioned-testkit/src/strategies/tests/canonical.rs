//! The canonical form of a schema against the schema: the same documents, in both directions.

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde_json::Value;
use versioned_core::lock::{canonical, changes};

use super::{cases, schemas, types};
use crate::strategies::SchemaStrategy;

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .unwrap()
}

/// Documents of the one are valid by the other; gives how many there were.
fn check(from: &Value, to: &Value, documents: usize) -> usize {
    let Ok(strategy) = SchemaStrategy::new(from) else { return 0 };
    let validator = validator(to);
    let mut runner = TestRunner::deterministic();
    let mut checked = 0;
    for _ in 0..documents {
        let Ok(tree) = strategy.new_tree(&mut runner) else { continue };
        let document = tree.current();
        let valid = validator.validate(&document);
        assert!(valid.is_ok(), "{valid:?}\n  document: {document}\n  of: {from}\n  by: {to}");
        checked += 1;
    }
    checked
}

fn both_ways(schema: &Value, documents: usize) -> usize {
    let form = canonical(schema);
    assert_eq!(canonical(&form), form, "of {schema}");
    assert!(changes(schema, &form).is_empty(), "of {schema}");
    check(schema, &form, documents) + check(&form, schema, documents)
}

// A lock whose schema says something else than the type would call a change none, or the other way about.
#[test]
fn canonical_forms_accept_the_same_documents() {
    let by_hand: usize = cases::cases().iter().map(|(_, schema)| both_ways(schema, 40)).sum();
    let of_types: usize = types::cases().iter().map(|case| both_ways(&case.schema, 40)).sum();
    let mut runner = TestRunner::deterministic();
    let schemas = schemas::schemas();
    let at_random: usize =
        (0..150).map(|_| both_ways(&schemas.new_tree(&mut runner).unwrap().current(), 8)).sum();
    println!("documents by hand {by_hand}, of types {of_types}, at random {at_random}");
    assert!(by_hand > 3_000 && of_types > 1_000 && at_random > 1_200);
}
