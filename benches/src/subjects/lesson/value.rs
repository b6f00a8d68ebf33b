//! The same steps on serde_json's tree.

use serde_json::{Map, Value, json};

use super::{INSERT, INSERT_BELOW, LATEST, PERIOD, REMOVE, RENAME, SET};

/// Runs the steps from a version to the latest one.
pub(super) fn convert(mut states: Value, version: u32) -> Value {
    for from in version..LATEST {
        let step = match from % PERIOD {
            INSERT => insert,
            INSERT_BELOW => insert_below,
            RENAME => rename,
            SET => set,
            REMOVE => remove,
            _ => continue,
        };
        states = step(states);
    }
    states
}

fn each_state(mut states: Value, change: impl Fn(&mut Map<String, Value>)) -> Value {
    if let Value::Object(states) = &mut states {
        for state in states.values_mut() {
            if let Value::Object(state) = state {
                change(state);
            }
        }
    }
    states
}

fn insert(states: Value) -> Value {
    each_state(states, |state| {
        state.insert("linked_skill_id".to_owned(), Value::Null);
    })
}

fn insert_below(states: Value) -> Value {
    each_state(states, |state| {
        if let Some(interaction) = state.get_mut("interaction")
            && let Some(Value::Object(arguments)) = interaction.get_mut("customization_args")
        {
            arguments.insert("use_fractions".to_owned(), json!({ "value": true }));
        }
    })
}

fn rename(states: Value) -> Value {
    each_state(states, |state| {
        if let Some(content) = state.remove("content") {
            state.insert("text".to_owned(), content);
        } else if let Some(text) = state.remove("text") {
            state.insert("content".to_owned(), text);
        }
    })
}

fn set(states: Value) -> Value {
    each_state(states, |state| {
        let id = state.get("interaction").and_then(|interaction| interaction.get("id"));
        let is_fraction = id.and_then(Value::as_str) == Some("FractionInput");
        state.insert("is_fraction".to_owned(), is_fraction.into());
    })
}

fn remove(states: Value) -> Value {
    each_state(states, |state| {
        state.remove("linked_skill_id");
    })
}
