//~ `missing_version` of `Exploration.states` is 40, outside its versions 41..=41

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41, missing_version = 40)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
