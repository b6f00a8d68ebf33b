//! The domain object `Exploration`: what is stored, in which versions, and how an older version
//! becomes the next one.
//!
//! `states` is a JSON field with a schema version of its own. A step raises `max` and adds one
//! function; what is missing, left over or of the wrong shape does not compile.
//!
//! The conversions work on the stored text. `get` and `pointer` read it; `get_mut` and its like
//! open a part to change it; what no conversion opens is stored again byte for byte. A method that
//! begins with `try_` fails where the value is not what it should be; its error says where that is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, Kind, LazyObject, LazyValue, SchemaVersion, lazy,
};

/// A learning exploration: states that a learner walks through.
#[derive(Debug, Clone, Serialize, Deserialize, BaseVersionedDomainObject)]
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
#[derive(Debug, Clone, Serialize, Deserialize)]
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
            if has_interaction(state, &["DragAndDropSortInput", "ItemSelectionInput"]) {
                name_choices_by_content_id(state.try_get_mut("interaction")?)?;
            }
        }
        Ok(states)
    }

    /// Mathematical inputs say whether a division is shown as a fraction.
    fn _convert_states_v42_to_v43(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        const MATHEMATICAL: [&str; 3] =
            ["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"];
        for (_, state) in states.try_object_members_mut()? {
            if has_interaction(state, &MATHEMATICAL) {
                let interaction = state.try_get_mut("interaction")?;
                let arguments = interaction.try_get_mut("customization_args")?;
                arguments.try_insert("useFractionForDivision", lazy!({ "value": true }))?;
            }
        }
        Ok(states)
    }

    /// The first state is a checkpoint. Which one that is stands in a sibling field: the context.
    fn _convert_states_v43_to_v44<'a>(
        mut states: LazyValue<'a>,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        for (name, state) in states.try_object_members_mut()? {
            let is_first = name == context.init_state_name;
            state.insert("card_is_checkpoint", is_first);
        }
        Ok(states)
    }

    /// A state may belong to a skill.
    fn _convert_states_v44_to_v45(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_object_members_mut()? {
            state.insert("linked_skill_id", LazyValue::null());
        }
        Ok(states)
    }
}

fn has_interaction(state: &LazyObject<'_>, ids: &[&str]) -> bool {
    let id = state.get("interaction").and_then(|interaction| interaction.get("id"));
    id.is_some_and(|id| ids.iter().any(|wanted| id == *wanted))
}

/// An entry that a learner can choose.
#[derive(Deserialize)]
struct Choice {
    content_id: String,
    html: String,
}

fn name_choices_by_content_id(interaction: &mut LazyValue<'_>) -> Result<(), ConversionError> {
    let arguments = interaction.try_get("customization_args")?;
    let choices: Vec<Choice> = arguments.try_get("choices")?.try_get("value")?.parse()?;

    for group in interaction.try_get_mut("answer_groups")?.try_elements_mut()? {
        for rule in group.try_get_mut("rule_specs")?.try_elements_mut()? {
            let rule_type = rule.get("rule_type");
            let has_two_inputs = rule_type.is_some_and(|it| it == "HasElementXBeforeElementY");
            let inputs = rule.try_get_mut("inputs")?;
            replace_html(inputs.try_get_mut("x")?, &choices)?;
            if has_two_inputs {
                replace_html(inputs.try_get_mut("y")?, &choices)?;
            }
        }
    }
    let solution = interaction.try_get_mut("solution")?;
    if !solution.is_null() {
        replace_html(solution.try_get_mut("correct_answer")?, &choices)?;
    }
    Ok(())
}

/// Replaces every HTML text in a text, a list or a list of lists by the content id of the choice
/// that has it.
fn replace_html(value: &mut LazyValue<'_>, choices: &[Choice]) -> Result<(), ConversionError> {
    match value.kind() {
        Kind::List => {
            value.try_elements_mut()?.try_for_each(|element| replace_html(element, choices))?;
        }
        Kind::String => {
            let html = value.try_str()?;
            let choice = choices.iter().find(|choice| choice.html == html);
            let id = choice.map_or("invalid_content_id", |choice| &choice.content_id).to_owned();
            *value = id.into();
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::Object => {}
    }
    Ok(())
}
