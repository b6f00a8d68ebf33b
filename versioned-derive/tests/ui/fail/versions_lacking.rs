//~ `Exploration.states` lacks its versions: add `min = 1, max = 1`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version")]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
