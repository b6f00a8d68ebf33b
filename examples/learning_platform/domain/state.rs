//! One state of an exploration, which is also what a question consists of.
//!
//! The steps from 41 to 45 are those of `examples/explorations`; the one to 46 is here.

#[path = "../../explorations/state_steps.rs"]
mod steps_to_45;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub(super) use steps_to_45::{
    leave_without_skill, mark_checkpoint, name_choices_by_content_id, say_how_divisions_are_shown,
};
use versioned_core::{ConversionError, LazyObject};

use super::html::SubtitledHtml;

/// One state at version 46: a page with one question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) content: SubtitledHtml,
    pub(crate) interaction: Interaction,
    pub(crate) param_changes: Vec<Value>,
    pub(crate) classifier_model_id: Option<String>,
    pub(crate) recorded_voiceovers: Value,
    pub(crate) written_translations: Value,
    pub(crate) solicit_answer_details: bool,
    pub(crate) card_is_checkpoint: bool,
    pub(crate) linked_skill_id: Option<String>,
}

/// What a learner does in a state, and how answers are judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Interaction {
    pub(crate) id: Option<String>,
    pub(crate) customization_args: Value,
    pub(crate) answer_groups: Vec<Value>,
    pub(crate) solution: Value,
}

impl State {
    /// Whether an exploration ends here.
    pub(crate) fn is_terminal(&self) -> bool {
        self.interaction.id.as_deref() == Some("EndExploration")
    }
}

/// Version 45 to 46: content ids are made of what they name and are counted no more. A state that does
/// not count was never saved by a program of version 45.
pub(super) fn stop_counting(state: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    state.try_get("next_content_id_index")?.try_u64()?;
    state.remove("next_content_id_index");
    Ok(())
}
