//~ `states` and `rules` have one version field, `states_schema_version`, and declare 41..=41 and 40..=41

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41)]
    pub states: Value,
    pub states_schema_version: u32,
    #[versioned(version_field = "states_schema_version", min = 40, max = 41)]
    pub rules: Value,
}

impl Exploration {
    fn _convert_rules_v40_to_v41(states: Value) -> Value {
        states
    }
}

fn main() {}
