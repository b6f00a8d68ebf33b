//~ `Exploration.answers` declares `min` 2 above `max` 1
//~ conversion function `Exploration::_convert_states_v41_to_v42` is missing
//~ conversion function `Exploration::_convert_states_v43_to_v44` is left over
//~ is not a conversion function of `Exploration.states`
//~ field `Exploration.param_specs` is neither plain nor declared
//~ `Exploration.rules_version` holds the version of `Exploration.rules`, and its type is no integer

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 43)]
    pub states: Value,
    pub states_schema_version: u32,
    #[versioned(version_field = "rules_version", min = 1, max = 1)]
    pub rules: Value,
    pub rules_version: String,
    #[versioned(version_field = "states_schema_version", min = 2, max = 1)]
    pub answers: Value,
    pub param_specs: Value,
}

impl Exploration {
    fn _convert_states_v42_to_v43(states: Value, _: u8) -> Value {
        states
    }
    fn _convert_states_v43_to_v44(states: Value) -> Value {
        states
    }
}

fn main() {}
