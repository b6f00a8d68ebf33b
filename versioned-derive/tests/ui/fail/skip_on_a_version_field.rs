//~ `Exploration.states_schema_version` is a version field and cannot have `skip_deserializing`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    #[serde(skip_deserializing)]
    pub states_schema_version: u32,
}

fn main() {}
