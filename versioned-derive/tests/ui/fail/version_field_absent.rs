//~ `Exploration` has no field `state_schema_version`, which `Exploration.states` names as its version field; did you mean `states_schema_version`?

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "state_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
