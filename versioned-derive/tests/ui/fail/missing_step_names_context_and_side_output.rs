//~ fn _convert_states_v41_to_v42<'a>(value: LazyValue<'a>, context: &ExplorationStatesContext<'_>) -> Result<(LazyValue<'a>, u32), ConversionError>

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version", min = 41, max = 42,
        context(init_state_name), side_output(step = 41, field = next_index)
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub init_state_name: String,
    pub next_index: u32,
}

fn main() {}
