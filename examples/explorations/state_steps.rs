//! What each step does to one state of an exploration, or of any other kind that has states.

use serde::Deserialize;
use versioned_core::{ConversionError, Kind, LazyObject, LazyValue, lazy};

/// Version 41 to 42: rules and solutions name a choice by its content id, no longer by its HTML.
pub(crate) fn name_choices_by_content_id(
    state: &mut LazyObject<'_>,
) -> Result<(), ConversionError> {
    match has_interaction(state, &["DragAndDropSortInput", "ItemSelectionInput"]) {
        true => name_choices_of(state.try_get_mut("interaction")?),
        false => Ok(()),
    }
}

/// Version 42 to 43: mathematical inputs say whether a division is shown as a fraction.
pub(crate) fn say_how_divisions_are_shown(
    state: &mut LazyObject<'_>,
) -> Result<(), ConversionError> {
    const MATHEMATICAL: [&str; 3] =
        ["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"];
    if has_interaction(state, &MATHEMATICAL) {
        let arguments = state.try_get_mut("interaction")?.try_get_mut("customization_args")?;
        arguments.try_insert("useFractionForDivision", lazy!({ "value": true }))?;
    }
    Ok(())
}

/// Version 43 to 44: a state says whether it is a checkpoint.
pub(crate) fn mark_checkpoint(state: &mut LazyObject<'_>, is_checkpoint: bool) {
    state.insert("card_is_checkpoint", is_checkpoint);
}

/// Version 44 to 45: a state may belong to a skill.
pub(crate) fn leave_without_skill(state: &mut LazyObject<'_>) {
    state.insert("linked_skill_id", LazyValue::null());
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

fn name_choices_of(interaction: &mut LazyValue<'_>) -> Result<(), ConversionError> {
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
