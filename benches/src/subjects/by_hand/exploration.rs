//! Explorations from text to text on serde_json's tree, without the library.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use versioned_core::{ConversionError, json::Pointer};

/// Parses, runs the steps from `version` to 45, and writes.
pub(crate) fn convert(
    states: &str,
    version: i64,
    init_state_name: &str,
) -> Result<String, ConversionError> {
    let states = run(serde_json::from_str(states)?, version, init_state_name)?;
    Ok(serde_json::to_string(&states)?)
}

/// The same for a whole stored document.
pub(crate) fn convert_document(document: &str) -> Result<String, ConversionError> {
    let mut document: Value = serde_json::from_str(document)?;
    let version = document["states_schema_version"].as_i64().unwrap_or_default();
    let states = document["states"].take();
    let states = run(states, version, document["init_state_name"].as_str().unwrap_or_default())?;
    document["states"] = states;
    document["states_schema_version"] = 45.into();
    Ok(serde_json::to_string(&document)?)
}

fn run(mut states: Value, version: i64, init_state_name: &str) -> Result<Value, ConversionError> {
    if version <= 41 {
        states = v41_to_v42(states)?;
    }
    if version <= 42 {
        states = v42_to_v43(states)?;
    }
    if version <= 43 {
        states = v43_to_v44(states, init_state_name)?;
    }
    if version <= 44 {
        states = v44_to_v45(states)?;
    }
    Ok(states)
}

/// Rules and solutions name a choice by its content id, no longer by its HTML.
fn v41_to_v42(states: Value) -> Result<Value, ConversionError> {
    for_each_state(states, |_, state| {
        if has_interaction(state, &["DragAndDropSortInput", "ItemSelectionInput"]) {
            name_choices_by_content_id(state)?;
        }
        Ok(())
    })
}

/// Mathematical inputs say whether a division is shown as a fraction.
fn v42_to_v43(states: Value) -> Result<Value, ConversionError> {
    const MATHEMATICAL: [&str; 3] =
        ["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"];
    for_each_state(states, |_, state| {
        if has_interaction(state, &MATHEMATICAL) {
            object(state, "/interaction/customization_args")?
                .insert("useFractionForDivision".to_owned(), json!({ "value": true }));
        }
        Ok(())
    })
}

/// The first state is a checkpoint. Which one that is stands in a sibling field: the context.
fn v43_to_v44(states: Value, init_state_name: &str) -> Result<Value, ConversionError> {
    for_each_state(states, |name, state| {
        let is_first = *name == *init_state_name;
        object(state, "")?.insert("card_is_checkpoint".to_owned(), is_first.into());
        Ok(())
    })
}

/// A state may belong to a skill.
fn v44_to_v45(states: Value) -> Result<Value, ConversionError> {
    for_each_state(states, |_, state| {
        object(state, "")?.insert("linked_skill_id".to_owned(), Value::Null);
        Ok(())
    })
}

/// Applies a change to every state; an error says in which state it happened.
fn for_each_state(
    mut states: Value,
    change: impl Fn(&String, &mut Value) -> Result<(), ConversionError>,
) -> Result<Value, ConversionError> {
    for (name, state) in object(&mut states, "")? {
        change(name, state).map_err(|error| {
            let mut place = Pointer::root();
            place.push_key(name);
            error.within(&place)
        })?;
    }
    Ok(states)
}

fn has_interaction(state: &Value, ids: &[&str]) -> bool {
    let id = state.pointer("/interaction/id").and_then(Value::as_str);
    id.is_some_and(|id| ids.contains(&id))
}

/// An entry that a learner can choose.
#[derive(Deserialize)]
struct Choice {
    content_id: String,
    html: String,
}

fn name_choices_by_content_id(state: &mut Value) -> Result<(), ConversionError> {
    const CHOICES: &str = "/interaction/customization_args/choices/value";
    const GROUPS: &str = "/interaction/answer_groups";

    let choices = Vec::<Choice>::deserialize(&*part(state, CHOICES)?)
        .map_err(|error| ConversionError::from(error).at(CHOICES))?;
    for (group_index, group) in list(state, GROUPS)?.iter_mut().enumerate() {
        for (index, rule) in list(group, "/rule_specs")?.iter_mut().enumerate() {
            name_choices_in_rule(rule, &choices).map_err(|error| {
                let place = format!("{GROUPS}/{group_index}/rule_specs/{index}");
                error.within(&place.into())
            })?;
        }
    }
    if !part(state, "/interaction/solution")?.is_null() {
        replace_html(part(state, "/interaction/solution/correct_answer")?, &choices);
    }
    Ok(())
}

fn name_choices_in_rule(rule: &mut Value, choices: &[Choice]) -> Result<(), ConversionError> {
    replace_html(part(rule, "/inputs/x")?, choices);
    if rule["rule_type"] == "HasElementXBeforeElementY" {
        replace_html(part(rule, "/inputs/y")?, choices);
    }
    Ok(())
}

/// Replaces every HTML text in a text, a list or a list of lists by the content id of the choice
/// that has it.
fn replace_html(value: &mut Value, choices: &[Choice]) {
    match value {
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| replace_html(element, choices));
        }
        Value::String(html) => {
            let choice = choices.iter().find(|choice| choice.html == *html);
            *html = choice.map_or("invalid_content_id", |choice| &choice.content_id).to_owned();
        }
        _ => {}
    }
}

/// The part of a value that must be there.
fn part<'a>(value: &'a mut Value, pointer: &str) -> Result<&'a mut Value, ConversionError> {
    let missing = || ConversionError::new("a part of the state is missing").at(pointer);
    value.pointer_mut(pointer).ok_or_else(missing)
}

fn list<'a>(value: &'a mut Value, pointer: &str) -> Result<&'a mut Vec<Value>, ConversionError> {
    let wrong = || ConversionError::new("no list where one belongs").at(pointer);
    part(value, pointer)?.as_array_mut().ok_or_else(wrong)
}

fn object<'a>(
    value: &'a mut Value,
    pointer: &str,
) -> Result<&'a mut Map<String, Value>, ConversionError> {
    let wrong = || ConversionError::new("no object where one belongs").at(pointer);
    part(value, pointer)?.as_object_mut().ok_or_else(wrong)
}
