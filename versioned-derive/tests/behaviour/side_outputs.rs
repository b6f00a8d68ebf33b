use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use versioned_core::{__private::SideOutput, BaseVersionedDomainObject, ConversionError};

use super::run;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Exploration {
    #[versioned(
        version_field = "version",
        min = 52,
        max = 56,
        side_output(step = 53, field = next_index),
        side_output(step = 55, field = notes),
        side_output(step = 55, field = next_index)
    )]
    pub(crate) states: Value,
    pub(crate) version: u32,
    pub(crate) next_index: Option<u32>,
    #[versioned(unversioned)]
    pub(crate) notes: BTreeMap<String, Value>,
}

impl Exploration {
    fn _convert_states_v52_to_v53(states: Value) -> Value {
        states
    }

    fn _convert_states_v53_to_v54(
        states: Vec<u32>,
    ) -> Result<(Vec<u32>, Option<u32>), ConversionError> {
        let next = states.iter().max().map(|index| index + 1);
        Ok((states, next))
    }

    fn _convert_states_v54_to_v55(states: Vec<u32>) -> Vec<u32> {
        states
    }

    fn _convert_states_v55_to_v56(
        states: Vec<u32>,
    ) -> (Value, (BTreeMap<String, Value>, Option<u32>)) {
        (json!(states), (BTreeMap::from([("a".to_owned(), json!(1))]), None))
    }
}

fn check(versions: (u32, u32), expect: &[(&'static str, &str)]) {
    let output = run::<Exploration>("states", "[4, 7]", versions).unwrap();
    let expect: Vec<_> =
        expect.iter().map(|(field, json)| SideOutput { field, json: (*json).to_owned() }).collect();
    assert_eq!(output.side_outputs, expect, "{versions:?}");
    assert_eq!(output.json, "[4,7]");
}

#[test]
fn a_side_output_is_there_exactly_when_its_step_ran() {
    check((52, 53), &[]);
    check((52, 54), &[("next_index", "8")]);
    check((53, 55), &[("next_index", "8")]);
    check((54, 55), &[]);
}

#[test]
fn the_last_step_that_sets_a_sibling_wins() {
    check((52, 56), &[("notes", r#"{"a":1}"#), ("next_index", "null")]);
    check((55, 56), &[("notes", r#"{"a":1}"#), ("next_index", "null")]);
    let object: Exploration =
        serde_json::from_str(r#"{"states": [], "version": 56, "notes": {}}"#).unwrap();
    assert_eq!((object.states, object.version), (json!([]), 56));
    assert_eq!((object.next_index, object.notes.len()), (None, 0));
}
