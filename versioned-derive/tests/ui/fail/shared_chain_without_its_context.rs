//~ `Question.states` shares the chain of `Exploration.states`, and declares other context

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 42,
        context(init_state_name)
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub init_state_name: String,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value, _: &ExplorationStatesContext<'_>) -> Value {
        states
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "states_schema_version", chain = Exploration)]
    pub states: Value,
    pub states_schema_version: u32,
    pub init_state_name: String,
}

fn main() {}
