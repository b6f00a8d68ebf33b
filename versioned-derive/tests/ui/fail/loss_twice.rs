//~ the step from version 41 loses `/*/rules` twice; keep one

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 42,
        loss(step = 41, path = "/*/rules"),
        loss(step = 41, path = "/*/rules")
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> Value {
        states
    }
}

fn main() {}
