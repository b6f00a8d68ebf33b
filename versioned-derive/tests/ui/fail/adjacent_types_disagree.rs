//~ `Exploration::_convert_states_v41_to_v42` returns `Vec<u8>`, but `Exploration::_convert_states_v42_to_v43` takes `BTreeMap<u32, u8>`

use serde::Deserialize;
use std::collections::BTreeMap;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 43)]
    pub states: BTreeMap<u32, u8>,
    pub states_schema_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> Vec<u8> {
        states.to_string().into_bytes()
    }
    fn _convert_states_v42_to_v43(states: BTreeMap<u32, u8>) -> BTreeMap<u32, u8> {
        states
    }
}

fn main() {}
