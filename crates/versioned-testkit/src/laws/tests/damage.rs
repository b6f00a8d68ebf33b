//! Chains that panic: on damaged documents only, and on valid ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::BaseVersionedDomainObject;

use super::told;
use crate::laws::{Law, Laws};

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "queue")]
struct Queue {
    #[versioned(version_field = "version", min = 1, max = 2)]
    jobs: Value,
    version: u32,
}

impl Queue {
    fn _convert_jobs_v1_to_v2(mut jobs: Value) -> Value {
        let first = jobs["list"].as_array().unwrap()[0].clone();
        jobs["first"] = first;
        jobs
    }
}

fn laws(count_min: u32) -> Laws {
    let list = json!({"type": "array", "items": {"type": "integer"}, "minItems": count_min});
    let jobs = json!({"type": "object", "properties": {"list": list}, "required": ["list"]});
    Laws::for_entity::<Queue>().schema("jobs", 1, jobs)
}

/// Without the line of the panic, which moves with this file.
fn check(laws: &Laws, law: Law, expect: &[&str]) {
    let told = told(laws, law);
    let (before, rest) = told.split_once("damage.rs:").unwrap();
    let (_, after) = rest.split_once(": ").unwrap();
    let told = format!("{before}damage.rs: {after}");
    let lines: Vec<&str> = told.lines().map(str::trim_start).collect();
    assert_eq!(lines, expect, "{told}");
}

#[test]
fn a_panic_on_a_valid_document_is_found() {
    check(
        &laws(0),
        Law::Upgrades,
        &[
            "`queue.jobs`, v1 to v2: it panics at crates/versioned-testkit/src/laws/tests/damage.rs: index out of bounds: the len is 0 but the index is 0",
            "law: every valid document upgrades",
            "stored: version 1",
            "document: {\"jobs\":{\"list\":[]},\"version\":1}",
            "what to do: return an error instead of a panic",
            "document 2 of 12, made simpler 0 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_panic_on_a_damaged_document_is_found() {
    let laws = laws(1);
    assert_eq!(laws.check(Law::Upgrades), []);
    check(
        &laws,
        Law::ErrorsNotPanics,
        &[
            "`queue.jobs`, v1 to v2: it panics at crates/versioned-testkit/src/laws/tests/damage.rs: called `Option::unwrap()` on a `None` value",
            "law: damaged documents are errors and no panics",
            "stored: version 1",
            "document: {\"jobs\":null,\"version\":1}",
            "damage: null at /jobs",
            "what to do: return an error instead: `LazyValue` has a `try_` for every access, and a `Value` is asked with `get` and `as_..`, not indexed",
            "document 1 of 12, made simpler 1 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_panic_is_found_where_there_is_no_schema() {
    let laws = Laws::for_entity::<Queue>();
    let found = laws.check(Law::ErrorsNotPanics);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].field(), found[0].step()), (Some("jobs"), Some((1, 2))));
    let queue: Queue = serde_json::from_str(r#"{"jobs": 1, "version": 2}"#).unwrap();
    assert_eq!((queue.jobs, queue.version), (json!(1), 2));
}
