#![deny(warnings)]

use std::{collections::BTreeMap, num::ParseIntError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, ConversionError};

type Outcome<T> = Result<T, ConversionError>;

#[derive(Serialize, Deserialize)]
pub struct Old {
    text: String,
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 1, max = 9, context(title))]
    pub states: BTreeMap<String, i64>,
    pub states_schema_version: u32,
    pub title: String,
}

type Context<'a> = ExplorationStatesContext<'a>;

impl Exploration {
    fn _convert_states_v1_to_v2(states: Value) -> Value {
        states
    }

    fn _convert_states_v2_to_v3(states: Value) -> Outcome<Value> {
        Ok(states)
    }

    fn _convert_states_v3_to_v4(states: Value, _: &Context<'_>) -> Result<Value, std::io::Error> {
        Ok(states)
    }

    fn _convert_states_v4_to_v5(old: Old, context: &Context) -> Old {
        Old { text: format!("{}{}", old.text, context.title) }
    }

    fn _convert_states_v5_to_v6(old: Old) -> Result<i64, ParseIntError> {
        old.text.parse()
    }

    fn _convert_states_v6_to_v7<'a>(number: i64, _: &'a ExplorationStatesContext<'a>) -> i64 {
        number
    }

    const fn _convert_states_v7_to_v8(number: i64) -> Option<i64> {
        Some(number)
    }

    pub(crate) fn _convert_states_v8_to_v9(number: Value) -> Value {
        serde_json::json!({ "number": number })
    }
}

fn main() {
    assert_eq!(Exploration::schema_versioned_attributes().versioned.len(), 1);
}
