//~ chains wait for each other: `states` reads `rules` reads `states`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 41,
        context(rules(version = 3))
    )]
    pub states: Value,
    pub states_schema_version: u32,
    #[versioned(version_field = "rules_version", min = 1, max = 3, context(states(version = 41)))]
    pub rules: Value,
    pub rules_version: u32,
}

impl Exploration {
    fn _convert_rules_v1_to_v2(rules: Value, _: &ExplorationRulesContext<'_>) -> Value {
        rules
    }
    fn _convert_rules_v2_to_v3(rules: Value) -> Value {
        rules
    }
}

fn main() {}
