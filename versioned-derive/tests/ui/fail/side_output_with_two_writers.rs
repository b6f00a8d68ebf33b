//~ `next` is a side output of `states` and of `rules`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 42,
        side_output(step = 41, field = next)
    )]
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
    fn _convert_states_v41_to_v42(states: Value) -> (Value, u32) {
        (states, 1)
    }
    fn _convert_rules_v1_to_v2(rules: Value) -> (Value, u32) {
        (rules, 1)
    }
}

fn main() {}
