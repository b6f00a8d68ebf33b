//~ `Question.states` shares the chain of `Exploration.states`, whose conversions end in another type than `Vec<u8>`

use serde::Deserialize;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42)]
    pub states: Vec<String>,
    pub states_schema_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Vec<String>) -> Vec<String> {
        states
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "states_schema_version", chain = Exploration)]
    pub states: Vec<u8>,
    pub states_schema_version: u32,
}

fn main() {}
