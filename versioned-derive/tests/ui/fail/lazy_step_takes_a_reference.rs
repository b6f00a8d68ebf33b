//~ a conversion function of `Exploration.states`, takes a type that serde cannot read: `&LazyValue<'_>`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, LazyValue};

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42)]
    pub states: Value,
    pub states_schema_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42<'a>(states: &LazyValue<'a>) -> LazyValue<'a> {
        states.clone()
    }
}

fn main() {}
