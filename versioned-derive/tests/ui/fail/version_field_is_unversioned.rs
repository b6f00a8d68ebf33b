//~ is declared `unversioned`; remove that, a version field needs no declaration

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    #[versioned(unversioned)]
    pub states_schema_version: u32,
}

fn main() {}
