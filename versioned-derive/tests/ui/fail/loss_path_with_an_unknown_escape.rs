//~ `~3` is no escape; `~0` is `~`, `~1` is `/` and `~2` is `*` in a key

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 42,
        loss(step = 41, path = "/*/a~3b")
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
}

impl Exploration {
    fn _convert_states_v41_to_v42(states: Value) -> Value {
        states
    }
}

fn main() {}
