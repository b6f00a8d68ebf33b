//~ `Exploration.states_schema_version` is a version field and cannot be `flatten`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41, missing_version = 41)]
    pub states: Value,
    #[serde(flatten)]
    pub states_schema_version: Option<u32>,
}

fn main() {}
