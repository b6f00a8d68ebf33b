//~ `Exploration.states` is versioned and needs the same key for reading and writing

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, serde::Serialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    #[serde(rename(serialize = "scenes", deserialize = "states"))]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
