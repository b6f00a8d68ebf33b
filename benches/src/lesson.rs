//! The benchmarks' domain object: a generated lesson of about 40 KB, its states with a chain of
//! four steps.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, SchemaVersion};

/// A lesson: named states, each with a text, an interaction and hints.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "generated_lesson")]
pub(crate) struct Lesson {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) init_state_name: String,
    #[versioned(version_field = "states_schema_version", min = 1, max = 5)]
    pub(crate) states: Map<String, Value>,
    pub(crate) states_schema_version: SchemaVersion,
}

/// The conversions, as the chain runs them and as one would call them without it.
impl Lesson {
    /// Interactions get a flag.
    pub(crate) fn _convert_states_v1_to_v2(mut states: Value) -> Result<Value, ConversionError> {
        for_each_state(&mut states, |state| {
            if let Some(Value::Object(interaction)) = state.get_mut("interaction") {
                interaction.insert("use_fractions".to_owned(), Value::Bool(true));
            }
        })?;
        Ok(states)
    }

    /// Hints get ids.
    pub(crate) fn _convert_states_v2_to_v3(mut states: Value) -> Result<Value, ConversionError> {
        for_each_state(&mut states, |state| {
            if let Some(Value::Array(hints)) = state.get_mut("hints") {
                for (index, hint) in hints.iter_mut().enumerate() {
                    *hint = json!({"id": format!("hint_{index}"), "html": hint.take()});
                }
            }
        })?;
        Ok(states)
    }

    /// `content` is renamed to `text`.
    pub(crate) fn _convert_states_v3_to_v4(mut states: Value) -> Result<Value, ConversionError> {
        for_each_state(&mut states, |state| {
            if let Some(content) = state.remove("content") {
                state.insert("text".to_owned(), content);
            }
        })?;
        Ok(states)
    }

    /// Every state gets an empty skill.
    pub(crate) fn _convert_states_v4_to_v5(mut states: Value) -> Result<Value, ConversionError> {
        for_each_state(&mut states, |state| {
            state.insert("linked_skill_id".to_owned(), Value::Null);
        })?;
        Ok(states)
    }
}

fn for_each_state(
    states: &mut Value,
    mut change: impl FnMut(&mut Map<String, Value>),
) -> Result<(), ConversionError> {
    let Value::Object(states) = states else {
        return Err(ConversionError::new("`states` is not an object"));
    };
    for state in states.values_mut() {
        let Value::Object(state) = state else {
            return Err(ConversionError::new("a state is not an object"));
        };
        change(state);
    }
    Ok(())
}

/// A stored lesson at version 1, always the same.
pub(crate) fn stored() -> String {
    let states: Map<String, Value> =
        (0..STATES).map(|number| (state_name(number), state(number))).collect();
    json!({
        "id": "lesson-1",
        "title": "Fractions on the number line",
        "init_state_name": state_name(0),
        "states": states,
        "states_schema_version": 1,
    })
    .to_string()
}

const STATES: u32 = 40;

fn state_name(number: u32) -> String {
    format!("State {number}")
}

fn state(number: u32) -> Value {
    let sentence = format!("Mark {number}/7 on the line \u{2014} then \"compare\" it with 3/5. ");
    json!({
        "content": {"content_id": "content", "html": format!("<p>{}</p>", sentence.repeat(7))},
        "interaction": {
            "id": "FractionInput",
            "customization_args": {
                "placeholder": {"value": "Type a fraction"},
                "require_simplest_form": {"value": number.is_multiple_of(2)},
            },
            "answer_groups": [
                {
                    "rule": {"type": "IsExactlyEqualTo", "x": [number, 7]},
                    "outcome": {"dest": state_name(number + 1), "feedback": "<p>Right.</p>"},
                    "weight": 0.75,
                },
                {
                    "rule": {"type": "IsLessThan", "x": [number, 9]},
                    "outcome": {"dest": state_name(number), "feedback": "<p>Too small.</p>"},
                    "weight": 0.25,
                },
            ],
        },
        "hints": ["<p>Divide the line first.</p>", "<p>Count from the left.</p>"],
        "param_changes": [],
        "solution": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_lesson_has_the_size_of_a_real_one() {
        let length = stored().len();
        assert!((35_000..45_000).contains(&length), "{length} bytes");
    }
}
