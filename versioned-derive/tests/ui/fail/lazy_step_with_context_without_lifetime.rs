//~ missing lifetime specifier

// The compiler's own words, since a macro cannot see them coming; what the compiler proposes is
// accepted (see `ui/pass/lazy_values.rs`).

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, LazyValue};

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "states_schema_version", min = 41, max = 42, context(title))]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
}

impl Exploration {
    fn _convert_states_v41_to_v42(
        states: LazyValue<'_>,
        _: &ExplorationStatesContext<'_>,
    ) -> LazyValue<'_> {
        states
    }
}

fn main() {}
