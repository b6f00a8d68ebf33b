//! Questions: one state each, beside the skills that it tests.
//!
//! It shares the chain of the states of explorations: the same versions, and the same steps. Its one
//! state has no name, so no name of a first state fits it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::{
    exploration::Exploration,
    state::State,
    valid::{Invalid, Rules, Validate},
};

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "question")]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) language_code: String,
    #[versioned(version_field = "question_state_data_schema_version", chain = Exploration::states)]
    #[versioned(context(init_state_name(constant = ""), key))]
    pub(crate) question_state_data: State,
    pub(crate) question_state_data_schema_version: SchemaVersion,
    #[versioned(unversioned)]
    pub(crate) linked_skill_ids: Vec<String>,
}

impl Validate for Question {
    fn validate(&self, _strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "question", id: &self.id };
        let state = &self.question_state_data;
        let place = "question_state_data";
        rules.require(state.interaction.id.is_some(), place, "a question asks something")?;
        rules.require(!state.is_terminal(), place, "a question cannot be an end")?;
        rules.require(!state.card_is_checkpoint, place, "a question is no checkpoint")
    }
}
