//~ field `Exploration.param_specs` is neither plain nor declared

use serde::Deserialize;
use serde_json::{Map, Value};
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
    pub param_specs: Map<String, Value>,
}

fn main() {}
