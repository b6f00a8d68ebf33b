//~ `Exploration.states` does not say which field holds its version: add `version_field = "states_schema_version"`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
