//~ `Exploration.states` declares versions 1..=2000, which is more than 1000 steps

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 1, max = 2000)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
