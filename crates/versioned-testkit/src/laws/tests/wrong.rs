//! Wrong chains, and the whole text of what is told of them.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU32, Ordering},
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue};

use super::check_told;
use crate::laws::{Law, Laws};

/// Declares a domain object with one field of two versions, and its step.
macro_rules! object {
    ($name:ident, $entity:literal, $type:ty, $(#[$attribute:meta])* $step:item) => {
        #[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
        #[versioned(entity = $entity)]
        struct $name {
            title: String,
            #[versioned(version_field = "version", min = 1, max = 2)]
            $(#[$attribute])*
            parts: $type,
            version: u32,
        }

        impl $name {
            $step
        }
    };
}

fn texts() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

#[test]
fn a_step_that_refuses_a_valid_value_is_found() {
    object!(
        Menu,
        "menu",
        Vec<String>,
        fn _convert_parts_v1_to_v2(parts: Value) -> Result<Value, ConversionError> {
            match parts.as_array().map(Vec::len) {
                Some(3..) => Err(ConversionError::new("too many parts").at("/2")),
                _ => Ok(parts),
            }
        }
    );
    let laws = Laws::for_entity::<Menu>().schema("parts", 1, texts());
    check_told(
        &laws,
        Law::Upgrades,
        &[
            "`menu.parts`, v1 to v2, at /2: the step refuses it: too many parts",
            "law: every valid document upgrades",
            "stored: version 1",
            "document: {\"parts\":[\"\",\"\",\"\"],\"title\":\"\",\"version\":1}",
            "what to do: let the step accept every value that the schema of its version allows; or, if no program ever stored such a value, narrow that schema, or say so with `valid_if`",
            "document 3 of 12, made simpler 2 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_step_whose_value_is_not_valid_at_the_next_version_is_found() {
    object!(
        Shelf,
        "shelf",
        Value,
        fn _convert_parts_v1_to_v2(mut parts: Value) -> Value {
            if let Some(parts) = parts.as_array_mut() {
                parts.push(1.into());
            }
            parts
        }
    );
    let laws = Laws::for_entity::<Shelf>().schema("parts", 1, texts()).schema("parts", 2, texts());
    check_told(
        &laws,
        Law::StepsAreValid,
        &[
            "`shelf.parts`, v1 to v2, at /0: what the step returned is not valid at v2: it is an integer, not a text",
            "law: what a step returns is valid at the next version",
            "stored: version 1",
            "document: {\"parts\":[],\"title\":\"\",\"version\":1}",
            "what stands there: 1",
            "what to do: return what the schema of v2 allows; if the schema is wrong, correct it where no document was stored by it",
            "document 1 of 12, made simpler 1 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_value_that_the_type_does_not_read_is_found() {
    object!(
        Crate,
        "crate",
        Vec<u8>,
        fn _convert_parts_v1_to_v2(parts: LazyValue<'_>) -> LazyValue<'_> {
            parts
        }
    );
    let numbers =
        json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 400}});
    let laws = Laws::for_entity::<Crate>().schema("parts", 1, numbers);
    check_told(
        &laws,
        Law::FitsType,
        &[
            "`crate.parts`, at /0: the type refuses it: invalid value: integer `256`, expected u8 at line 1 column 13",
            "law: the Rust type reads what was upgraded",
            "stored: version 1",
            "document: {\"parts\":[256],\"title\":\"\",\"version\":1}",
            "upgraded: {\"parts\":[256],\"title\":\"\",\"version\":2}",
            "what to do: let the last step return what the type reads, or the type read what the step returns",
            "document 1 of 12, made simpler 5 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_step_that_counts_its_runs_is_found() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    object!(
        Clock,
        "clock",
        Vec<u32>,
        fn _convert_parts_v1_to_v2(mut parts: Value) -> Value {
            let run = RUNS.fetch_add(1, Ordering::Relaxed);
            if let Some(parts) = parts.as_array_mut() {
                parts.push((run % 2).into());
            }
            parts
        }
    );
    let laws = Laws::for_entity::<Clock>().schema("parts", 1, json!({"const": []}));
    check_told(
        &laws,
        Law::Deterministic,
        &[
            "`clock.parts`, at /0: the second time, the same document gives other bytes",
            "law: the same document gives the same bytes",
            "stored: version 1",
            "document: {\"parts\":[],\"title\":\"\",\"version\":1}",
            "first: 0",
            "then: 1",
            "what to do: take what the conversion needs from its input and its context only: no clock, no randomness, no counter, no address, and no order of a hash map",
            "document 1 of 12, made simpler 1 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_step_that_knows_its_thread_is_found() {
    thread_local! {
        static IS_FIRST: RefCell<bool> = const { RefCell::new(false) };
    }
    object!(
        Thread,
        "thread",
        Vec<bool>,
        fn _convert_parts_v1_to_v2(_: Value) -> Value {
            json!([IS_FIRST.with_borrow(|is_first| *is_first)])
        }
    );
    IS_FIRST.set(true);
    let laws = Laws::for_entity::<Thread>().schema("parts", 1, json!({"const": []}));
    check_told(
        &laws,
        Law::Deterministic,
        &[
            "`thread.parts`, at /0: on another thread, the same document gives other bytes",
            "law: the same document gives the same bytes",
            "stored: version 1",
            "document: {\"parts\":[],\"title\":\"\",\"version\":1}",
            "first: true",
            "then: false",
            "what to do: take what the conversion needs from its input and its context only: no clock, no randomness, no counter, no address, and no order of a hash map",
            "document 1 of 12, made simpler 1 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn a_step_that_drops_in_silence_is_found() {
    object!(
        Basket,
        "basket",
        Vec<String>,
        fn _convert_parts_v1_to_v2(mut parts: Value) -> Value {
            parts.as_array_mut().map(Vec::pop);
            parts
        }
    );
    let laws = Laws::for_entity::<Basket>().schema("parts", 1, texts());
    check_told(
        &laws,
        Law::NothingIsLost,
        &[
            "`basket.parts`, v1 to v2, at /0: \"\" is not in what the step returned",
            "law: nothing is lost without being declared",
            "stored: version 1",
            "document: {\"parts\":[\"\"],\"title\":\"\",\"version\":1}",
            "what to do: keep it; or declare it on the field, with `*` for any key or index, such as `loss(step = 1, path = \"/*\")`, or with `moved(step = .., from = .., to = ..)` where it is put elsewhere",
            "document 1 of 12, made simpler 2 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}
