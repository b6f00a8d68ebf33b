//~ `Exploration.states` cannot share its own chain

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", chain = Exploration)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
