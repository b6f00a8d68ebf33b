//~ `max` 41 of `Exploration.states` is not what `CURRENT_STATES_VERSION` says

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

const CURRENT_STATES_VERSION: u16 = 42;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 41,
        assert_max = CURRENT_STATES_VERSION
    )]
    pub states: Value,
    pub states_schema_version: u32,
}

fn main() {}
