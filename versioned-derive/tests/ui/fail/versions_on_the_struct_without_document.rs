//~ versions on the struct are for the whole document: add `document`, or move them to a field

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(version_field = "states_schema_version", min = 41, max = 41)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
