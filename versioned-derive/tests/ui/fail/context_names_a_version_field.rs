//~ `states_schema_version` cannot be context of `Exploration.states`: it is a version field

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 41,
        context(states_schema_version)
    )]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
