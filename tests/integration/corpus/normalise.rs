//! What a notebook is compared without: spellings of multi-line text, and transient members.

use serde_json::{Map, Value};

/// Joins every list of strings that format 4 reads as one text.
pub(super) fn join_texts(notebook: &mut Value) {
    for cell in members(notebook.get_mut("cells")) {
        for key in ["source", "rendered"] {
            cell.get_mut(key).into_iter().for_each(join_text);
        }
        values(cell.get_mut("attachments")).for_each(join_data);
        for output in members(cell.get_mut("outputs")) {
            if output.get("output_type").is_some_and(|output_type| output_type == "stream") {
                output.get_mut("text").into_iter().for_each(join_text);
            }
            output.get_mut("data").into_iter().for_each(join_data);
        }
    }
}

/// Removes the transient members that stood in the file `input` from its converted form.
pub(super) fn remove_transient(converted: &mut Value, input: &Value) {
    for cell in members(converted.get_mut("cells")) {
        cell.remove("trusted");
        if let Some(Value::Object(metadata)) = cell.get_mut("metadata") {
            metadata.remove("trusted");
        }
    }
    if input.get("nbformat").is_some_and(|major| major == 4)
        && let (Some(Value::Object(stored)), Some(Value::Object(metadata))) =
            (input.get("metadata"), converted.get_mut("metadata"))
    {
        let is_recorded = input.get("nbformat_minor").is_some_and(|minor| minor != 5);
        for key in ["orig_nbformat", "orig_nbformat_minor", "signature"] {
            // From 4.0 to 4.4 the conversion itself sets the minor.
            let is_set_anew = is_recorded && key == "orig_nbformat_minor";
            if stored.contains_key(key) && !is_set_anew {
                metadata.remove(key);
            }
        }
    }
}

fn join_data(data: &mut Value) {
    if let Value::Object(data) = data {
        for (mime_type, value) in data {
            if !is_json(mime_type) {
                join_text(value);
            }
        }
    }
}

fn is_json(mime_type: &str) -> bool {
    mime_type == "application/json"
        || (mime_type.starts_with("application/") && mime_type.ends_with("+json"))
}

fn join_text(text: &mut Value) {
    let Value::Array(pieces) = &*text else { return };
    let pieces: Option<Vec<&str>> = pieces.iter().map(Value::as_str).collect();
    if let Some(pieces) = pieces {
        *text = Value::String(pieces.concat());
    }
}

fn members(list: Option<&mut Value>) -> impl Iterator<Item = &mut Map<String, Value>> {
    list.and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
}

fn values(object: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    object.and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_of_strings_become_one_text_and_json_stays() {
        let mut notebook = json!({"cells": [{
            "source": ["a\n", "b"],
            "attachments": {"x.txt": {"text/plain": ["c", "d"]}},
            "outputs": [
                {"output_type": "stream", "text": []},
                {"output_type": "display_data", "data": {
                    "text/html": ["<b>", "</b>"],
                    "application/json": ["e", "f"],
                    "application/x+json": ["g"],
                }},
                {"output_type": "error", "traceback": ["h", "i"]},
            ],
        }]});
        join_texts(&mut notebook);
        assert_eq!(
            notebook,
            json!({"cells": [{
                "source": "a\nb",
                "attachments": {"x.txt": {"text/plain": "cd"}},
                "outputs": [
                    {"output_type": "stream", "text": ""},
                    {"output_type": "display_data", "data": {
                        "text/html": "<b></b>",
                        "application/json": ["e", "f"],
                        "application/x+json": ["g"],
                    }},
                    {"output_type": "error", "traceback": ["h", "i"]},
                ],
            }]})
        );
    }

    #[test]
    fn what_the_conversion_records_is_not_transient() {
        let input = json!({"nbformat": 4, "nbformat_minor": 2, "metadata": {"orig_nbformat": 4}});
        let mut converted = json!({"metadata": {"orig_nbformat": 4, "orig_nbformat_minor": 2}});
        remove_transient(&mut converted, &input);
        assert_eq!(converted, json!({"metadata": {"orig_nbformat_minor": 2}}));
    }
}
