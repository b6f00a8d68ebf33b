//~ `Question.states` declares `max` 41, which is not the `max` of `Exploration.states`

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
    #[versioned(version_field = "states_schema_version", chain = Exploration, min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
