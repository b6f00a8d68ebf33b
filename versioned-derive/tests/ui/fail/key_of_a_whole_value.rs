//~ the conversions of `Question.state` take the whole value, which has no key

use serde::Deserialize;
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    #[versioned(version_field = "version", min = 1, max = 2, context(key))]
    pub state: Value,
    pub version: u32,
}

impl Question {
    fn _convert_state_v1_to_v2(state: Value, _: &QuestionStateContext<'_>) -> Value {
        state
    }
}

fn main() {}
