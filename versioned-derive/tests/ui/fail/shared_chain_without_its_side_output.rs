//~ `Question.states` shares the chain of `Exploration.states`, and declares other side outputs

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 42,
        side_output(step = 41, field = next)
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub next: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> (Value, u32) {
        (states, 1)
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "states_schema_version", chain = Exploration)]
    pub states: Value,
    pub states_schema_version: u32,
    pub next: u32,
}

fn main() {}
