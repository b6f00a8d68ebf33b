//~ `language` cannot be a constant of `Question.state`, which has a chain of its own

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "version", min = 1, max = 2, context(language(constant = "en")))]
    pub state: Value,
    pub version: u32,
}

impl Question {
    fn _convert_state_v1_to_v2(state: Value) -> Value {
        state
    }
}

fn main() {}
