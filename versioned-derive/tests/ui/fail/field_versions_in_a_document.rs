//~ `Exploration.states` belongs to the document, which has one version for the whole

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
#[versioned(document, version_field = "states_schema_version", min = 1, max = 1)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
