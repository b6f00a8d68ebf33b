//! Chains that change bytes or values that they do not convert.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue};

use super::check_told;
use crate::laws::{Law, Laws};

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "scale")]
struct Scale {
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    weights: Vec<Weight>,
    version: u32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Weight {
    amount: f64,
    unit: String,
}

impl Scale {
    /// Reads a number that it does not change.
    fn _convert_weights_v1_to_v2(
        mut weight: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        let amount = weight.try_get("amount")?.try_f64()?;
        weight.try_insert("amount", LazyValue::from_serialize(&amount)?)?;
        weight.try_insert("unit", "kg")?;
        Ok(weight)
    }
}

fn amounts() -> Value {
    json!({"type": "array", "items": {"type": "object", "properties":
        {"amount": {"type": "number", "minimum": 0.25, "maximum": 0.75}}, "required": ["amount"]}})
}

#[test]
fn a_number_that_goes_through_a_float_is_found() {
    let laws = Laws::for_entity::<Scale>().schema("weights", 1, amounts());
    assert_eq!(laws.check(Law::NothingIsLost), []);
    check_told(
        &laws,
        Law::BytesStay,
        &[
            "`scale.weights`, v1 to v2, at /0/amount: 0.12345678901234567890123 is changed in silence",
            "law: untouched bytes stay",
            "stored: version 1",
            "document: {\"version\":1,\"weights\":[{\"amount\":0.12345678901234567890123}]}",
            "what to do: let the step move values on, and not read them into a type that cannot hold them; or return an error for what it cannot hold",
            "document 1 of 12, made simpler 3 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "balance")]
struct Balance {
    #[versioned(version_field = "version", min = 1, max = 2, each)]
    weights: Vec<Weight>,
    version: u32,
}

impl Balance {
    fn _convert_weights_v1_to_v2(mut weight: Value) -> Result<Value, ConversionError> {
        let members = weight.as_object_mut();
        let members = members.ok_or_else(|| ConversionError::new("expected an object"))?;
        members.insert("unit".to_owned(), "kg".into());
        Ok(weight)
    }
}

#[test]
fn bytes_need_not_stay_in_a_field_that_is_opened_as_a_whole_unless_it_is_said() {
    let laws = || Laws::for_entity::<Balance>().schema("weights", 1, amounts());
    laws().assert_all();
    check_told(
        &laws().keeps_bytes("weights"),
        Law::BytesStay,
        &[
            "`balance.weights`, at /0/amount: what the chain does not change is written in another way",
            "law: untouched bytes stay",
            "stored: version 1",
            "document: {\"version\":1,\"weights\":[{\"amount\":0.500}]}",
            "was: 0.500",
            "becomes: 0.5",
            "what to do: change what the step converts with `LazyValue`, which leaves all else as it was written",
            "document 1 of 12, made simpler 2 times; VERSIONED_LAWS_SEED=0 makes the same ones",
        ],
    );
}

#[test]
fn what_was_read_is_used() {
    let weights = json!([{"amount": 0.5, "unit": "kg"}]);
    let scale: Scale = serde_json::from_value(json!({"weights": weights, "version": 2})).unwrap();
    let balance: Balance =
        serde_json::from_value(json!({"weights": weights, "version": 2})).unwrap();
    let [one, other] = [&scale.weights[0], &balance.weights[0]];
    assert_eq!((one.amount, &one.unit), (other.amount, &other.unit));
    assert_eq!(scale.version, balance.version);
}
