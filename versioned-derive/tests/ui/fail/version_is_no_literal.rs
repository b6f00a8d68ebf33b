//~ `max` needs an integer literal from 0 to 4294967295

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

const MAX: u32 = 41;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = MAX)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
