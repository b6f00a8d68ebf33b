//~ `#[serde(from)]` gives the JSON another shape than these fields

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[serde(from = "Value")]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

impl From<Value> for Exploration {
    fn from(states: Value) -> Self {
        Self { states, states_schema_version: 41 }
    }
}

fn main() {}
