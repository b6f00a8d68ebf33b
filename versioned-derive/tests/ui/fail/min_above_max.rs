//~ `Exploration.states` declares `min` 43 above `max` 41

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 43, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
