//~ `Question.states` shares a chain, whose owner declares what is fetched for it

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42, context(fetched(sizes: u32)))]
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
        context(fetched(sizes: u32))
    )]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
