//~ `language` cannot be a constant of `Question.state`

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(version_field = "version", min = 1, max = 2, each, context(language, key))]
    pub states: Vec<Value>,
    pub version: u32,
    pub language: String,
}

impl Exploration {
    fn _convert_states_v1_to_v2(state: Value, _: &ExplorationStatesContext<'_>) -> Value {
        state
    }
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(
        version_field = "version",
        chain = Exploration::states,
        context(language(constant = "en"), key)
    )]
    pub state: Value,
    pub version: u32,
    pub language: String,
}

fn main() {}
