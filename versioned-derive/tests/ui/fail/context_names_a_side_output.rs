//~ `next` cannot be context of `Exploration.states`: the chain of `rules` sets it

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 41, context(next))]
    pub states: Value,
    pub states_schema_version: u32,
    #[versioned(
        version_field = "rules_version",
        min = 1,
        max = 2,
        side_output(step = 1, field = next)
    )]
    pub rules: Value,
    pub rules_version: u32,
    pub next: u32,
}

impl Exploration {
    fn _convert_rules_v1_to_v2(rules: Value) -> (Value, u32) {
        (rules, 1)
    }
}

fn main() {}
