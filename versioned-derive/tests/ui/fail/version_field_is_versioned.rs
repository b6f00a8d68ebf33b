//~ is versioned itself; a version is a plain integer

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    #[versioned(version_field = "other", min = 1, max = 1)]
    pub states_schema_version: u32,
    pub other: u32,
}

fn main() {}
