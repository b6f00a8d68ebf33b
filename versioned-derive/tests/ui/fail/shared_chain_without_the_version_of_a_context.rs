//~ `states` shares a chain that does not have version 43, in which the conversions of `Question.rules` want to see it

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42)]
    pub states: Value,
    pub states_schema_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> Value {
        states
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "states_schema_version", chain = Exploration)]
    pub states: Value,
    pub states_schema_version: u32,
    #[versioned(
        version_field = "rules_version",
        min = 1,
        max = 1,
        context(states(version = 43, as = Value))
    )]
    pub rules: Value,
    pub rules_version: u32,
}

fn main() {}
