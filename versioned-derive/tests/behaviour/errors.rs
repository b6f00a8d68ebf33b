use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{
    __private::ChainErrorCause, BaseVersionedDomainObject, ConversionError, LazyValue,
};

use super::{run, told};

#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    html: String,
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Exploration {
    #[versioned(version_field = "version", min = 1, max = 5)]
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) version: u32,
}

type States = BTreeMap<String, State>;
/// Keys that JSON cannot write.
type Unwritable = BTreeMap<Vec<u8>, u8>;

impl Exploration {
    fn _convert_states_v1_to_v2(states: Value) -> Result<Value, ConversionError> {
        if states.is_null() {
            return Err(ConversionError::new("a lesson needs states").at("/"));
        }
        Ok(states)
    }

    fn _convert_states_v2_to_v3(states: States) -> States {
        states
    }

    fn _convert_states_v3_to_v4(_: Value) -> Unwritable {
        BTreeMap::from([(vec![1], 1)])
    }

    fn _convert_states_v4_to_v5(states: Value) -> Value {
        states
    }
}

#[test]
fn a_refusal_names_the_step_and_its_own_place() {
    assert_eq!(
        told(run::<Exploration>("states", "null", (1, 2))),
        (1, ChainErrorCause::Refused, "/".to_owned(), "a lesson needs states".to_owned())
    );
}

#[test]
fn text_that_a_typed_step_does_not_take_names_the_place() {
    let (step, cause, place, message) =
        told(run::<Exploration>("states", r#"{"a": {"html": "x"}, "b": {"html": 1}}"#, (2, 3)));
    assert_eq!((step, cause, place.as_str()), (2, ChainErrorCause::Input, "/b/html"));
    assert!(message.starts_with("invalid type: integer `1`, expected a string"), "{message}");
}

#[test]
fn a_document_that_the_next_step_does_not_take_names_the_place() {
    let (step, cause, place, message) =
        told(run::<Exploration>("states", r#"{"a/b": {"html": []}}"#, (1, 3)));
    assert_eq!((step, cause, place.as_str()), (2, ChainErrorCause::Input, "/a~1b/html"));
    assert!(message.starts_with("invalid type: sequence, expected a string"), "{message}");
}

/// Without this, serde_json would keep one of the two in silence.
#[test]
fn a_duplicate_key_is_an_error_where_a_step_takes_a_document() {
    let (step, cause, place, _) =
        told(run::<Exploration>("states", r#"{"a": {"b": 1, "b": 2}}"#, (1, 2)));
    assert_eq!((step, cause, place.as_str()), (1, ChainErrorCause::Input, "/a/b"));
}

#[test]
fn a_value_that_json_cannot_write_is_the_fault_of_its_step() {
    for to in [4, 5] {
        let (step, cause, _, message) = told(run::<Exploration>("states", "{}", (3, to)));
        assert_eq!((step, cause), (3, ChainErrorCause::Output));
        assert_eq!(message, "key must be a string");
    }
}

#[test]
fn versions_outside_the_chain_are_an_error_and_no_panic() {
    for versions in [(0, 3), (5, 6), (4, 9), (9, 9)] {
        let (step, cause, _, message) = told(run::<Exploration>("states", "{}", versions));
        assert_eq!((step, cause), (versions.0, ChainErrorCause::Input));
        assert!(message.starts_with("the chain has no steps from version"), "{message}");
    }
    let object: Exploration = serde_json::from_value(json!({"states": {}, "version": 5})).unwrap();
    assert_eq!((object.states.len(), object.version), (0, 5));
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Measurement {
    #[versioned(
        version_field = "version", min = 1, max = 5,
        side_output(step = 4, field = sums)
    )]
    pub(crate) rates: Vec<f64>,
    pub(crate) version: u32,
    pub(crate) sums: Vec<f64>,
}

impl Measurement {
    fn _convert_rates_v1_to_v2(rates: Vec<f64>) -> Vec<f64> {
        rates.into_iter().map(|rate| 1.0 / rate).collect()
    }

    fn _convert_rates_v2_to_v3(rates: Value) -> Vec<f64> {
        rates.as_array().map_or(vec![], |rates| vec![0.5, 1.0 / rates.len() as f64])
    }

    fn _convert_rates_v3_to_v4(rates: LazyValue<'_>) -> LazyValue<'_> {
        rates
    }

    fn _convert_rates_v4_to_v5(rates: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
        let sum = rates.iter().sum::<f64>();
        (rates, vec![sum, sum.sqrt()])
    }
}

/// It would be stored as `null` otherwise.
#[test]
fn a_number_that_json_does_not_have_is_an_error_of_the_step_that_returned_it() {
    let check = |json: &str, versions: (u32, u32), expect: (u32, &str, &str)| {
        let (step, cause, place, message) = told(run::<Measurement>("rates", json, versions));
        assert_eq!((step, place.as_str(), message.as_str()), expect, "{versions:?}");
        assert_eq!(cause, ChainErrorCause::Output);
    };
    // As text, as a `Value` and as a `LazyValue`.
    check("[1, 0]", (1, 2), (1, "/1", "a number that JSON does not have: inf"));
    check("[1, 0]", (1, 3), (1, "/1", "a number that JSON does not have: inf"));
    check("[]", (2, 4), (2, "/1", "a number that JSON does not have: inf"));
    let sums = "side output `sums` at /1: a number that JSON does not have: NaN";
    check("[-1]", (4, 5), (4, "nowhere", sums));
    assert_eq!(run::<Measurement>("rates", "[4]", (1, 2)).unwrap().json, "[0.25]");
    let object: Measurement =
        serde_json::from_str(r#"{"rates": [], "version": 5, "sums": []}"#).unwrap();
    assert_eq!((object.rates.len(), object.version, object.sums.len()), (0, 5, 0));
}
