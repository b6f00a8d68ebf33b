//~ returns `Vec<u8>`, but the elements of `Exploration.states` are `u8`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42, each)]
    pub states: Vec<u8>,
    pub states_schema_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> Vec<u8> {
        states.to_string().into_bytes()
    }
}

fn main() {}
