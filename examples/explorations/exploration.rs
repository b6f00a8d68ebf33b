//! The domain object `Exploration`: what is stored, in which versions, and how an older version
//! becomes the next one.
//!
//! `states` is a JSON field with a schema version of its own. A step raises `max` and adds one
//! function; what is missing, left over or of the wrong shape does not compile.
//!
//! The conversions work on the stored text. `get` and `pointer` read it; `get_mut` and its like
//! open a part to change it; what no conversion opens is stored again byte for byte. A method that
//! begins with `try_` fails where the value is not what it should be; its error says where that is.
//!
//! What a step does to one state is in `state_steps.rs`, so that other kinds with states can share it.

#[path = "state_steps.rs"]
mod state_steps;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, SchemaVersion};

/// A learning exploration: states that a learner walks through.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "exploration")]
pub(crate) struct Exploration {
    pub(crate) id: String,
    pub(crate) init_state_name: String,
    pub(crate) language_code: String,
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 45,
        context(init_state_name)
    )]
    pub(crate) states: BTreeMap<String, State>,
    pub(crate) states_schema_version: SchemaVersion,
}

/// One state at version 45: a page with one question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct State {
    pub(crate) content: Value,
    pub(crate) interaction: Value,
    pub(crate) param_changes: Vec<Value>,
    pub(crate) classifier_model_id: Option<String>,
    pub(crate) recorded_voiceovers: Value,
    pub(crate) written_translations: Value,
    pub(crate) solicit_answer_details: bool,
    pub(crate) next_content_id_index: u64,
    pub(crate) card_is_checkpoint: bool,
    pub(crate) linked_skill_id: Option<String>,
}

impl Exploration {
    /// Rules and solutions name a choice by its content id, no longer by its HTML.
    fn _convert_states_v41_to_v42(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state_steps::name_choices_by_content_id(state)?;
        }
        Ok(states)
    }

    /// Mathematical inputs say whether a division is shown as a fraction.
    fn _convert_states_v42_to_v43(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state_steps::say_how_divisions_are_shown(state)?;
        }
        Ok(states)
    }

    /// The first state is a checkpoint. Which one that is stands in a sibling field: the context.
    fn _convert_states_v43_to_v44<'a>(
        mut states: LazyValue<'a>,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        for (name, state) in states.try_object_members_mut()? {
            state_steps::mark_checkpoint(state, name == context.init_state_name);
        }
        Ok(states)
    }

    /// A state may belong to a skill.
    fn _convert_states_v44_to_v45(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state_steps::leave_without_skill(state);
        }
        Ok(states)
    }
}
