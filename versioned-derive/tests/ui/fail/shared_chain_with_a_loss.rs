//~ `Question.states` shares a chain, whose owner declares what its steps lose and move

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
    #[versioned(
        version_field = "states_schema_version", chain = Exploration,
        loss(step = 41, path = "/*/rules")
    )]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
