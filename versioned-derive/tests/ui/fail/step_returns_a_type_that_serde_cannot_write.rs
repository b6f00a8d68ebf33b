//~ a conversion function of `Exploration.states`, returns a type that serde cannot write: `Old`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 43)]
    pub states: Value,
    pub states_schema_version: u32,
}

#[derive(Deserialize)]
pub struct Old(pub u8);

impl Exploration {
    fn _convert_states_v41_to_v42(_states: Value) -> Old {
        Old(1)
    }
    fn _convert_states_v42_to_v43(states: Value) -> Value {
        states
    }
}

fn main() {}
