//! Questions: one state each, beside the skills that it tests.
//!
//! The numbers of its versions are those of the states of explorations, and so is what its steps do.
//! They are steps of its own since the last one sets the counter of the question: a chain over single
//! states, which both kinds could share, has no side outputs.

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};

use super::{
    exploration::Exploration,
    state::{self, State},
    valid::{Invalid, Rules, Validate},
};

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "question")]
pub(crate) struct Question {
    pub(crate) id: String,
    pub(crate) language_code: String,
    #[versioned(version_field = "question_state_data_schema_version", min = 41, max = 46)]
    #[versioned(
        assert_min = Exploration::STATES_MIN_SCHEMA_VERSION,
        assert_max = Exploration::STATES_MAX_SCHEMA_VERSION,
    )]
    #[versioned(
        side_output(step = 45, field = next_content_id_index),
        loss(step = 41, path = "/interaction/answer_groups/*/rule_specs/*/inputs/x"),
        loss(step = 41, path = "/interaction/answer_groups/*/rule_specs/*/inputs/y"),
        loss(step = 41, path = "/interaction/solution/correct_answer"),
        loss(step = 45, path = "/next_content_id_index")
    )]
    pub(crate) question_state_data: State,
    pub(crate) question_state_data_schema_version: SchemaVersion,
    pub(crate) next_content_id_index: u64,
    #[versioned(unversioned)]
    pub(crate) linked_skill_ids: Vec<String>,
}

impl Question {
    fn _convert_question_state_data_v41_to_v42(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::name_choices_by_content_id(state.try_object_mut()?)?;
        Ok(state)
    }

    fn _convert_question_state_data_v42_to_v43(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::say_how_divisions_are_shown(state.try_object_mut()?)?;
        Ok(state)
    }

    /// No question is a checkpoint.
    fn _convert_question_state_data_v43_to_v44(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::mark_checkpoint(state.try_object_mut()?, false);
        Ok(state)
    }

    fn _convert_question_state_data_v44_to_v45(
        mut state: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        state::leave_without_skill(state.try_object_mut()?);
        Ok(state)
    }

    fn _convert_question_state_data_v45_to_v46(
        mut state: LazyValue<'_>,
    ) -> Result<(LazyValue<'_>, u64), ConversionError> {
        let next_index = state::take_content_id_index(state.try_object_mut()?)?;
        Ok((state, next_index))
    }
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
