//~ `Exploration` has no field `init_state`, named as context of `Exploration.states`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41, context(init_state))]
    pub states: Value,
    pub states_schema_version: u32,
    pub init_state_name: String,
}

fn main() {}
