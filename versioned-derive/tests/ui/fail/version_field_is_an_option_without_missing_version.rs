//~ `Exploration.states_schema_version` holds the version of `Exploration.states`, and its type is no integer

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: Option<u32>,
}

fn main() {}
