//! JSON for people: what fits on a line stands on one, so that a change of one member changes one line.
//!
//! Layer: core, feature `schema`.

use serde_json::Value;

use super::canonical::by_key;

/// Columns that a line takes at most, if it can be broken.
const WIDTH: usize = 96;

/// The text of a schema as a lock has it: keys sorted, and what fits on a line on one.
#[must_use]
pub fn to_text(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text
}

/// `before` is what stands on the line already, after its indentation.
fn write(value: &Value, depth: usize, before: usize, text: &mut String) {
    let start = text.len();
    let room = WIDTH.saturating_sub(2 * depth + before);
    if push_line(value, start + room, text) {
        return;
    }
    text.truncate(start);
    let indentation = "  ".repeat(depth + 1);
    let mut separator = "\n";
    let close = match value {
        Value::Array(elements) => {
            text.push('[');
            for element in elements {
                text.push_str(&format!("{separator}{indentation}"));
                write(element, depth + 1, 0, text);
                separator = ",\n";
            }
            ']'
        }
        Value::Object(members) => {
            text.push('{');
            for (key, member) in by_key(members) {
                let key = format!("{}: ", Value::from(key.as_str()));
                text.push_str(&format!("{separator}{indentation}{key}"));
                write(member, depth + 1, key.len(), text);
                separator = ",\n";
            }
            '}'
        }
        scalar => {
            text.push_str(&scalar.to_string());
            return;
        }
    };
    text.push_str(&format!("\n{}{close}", "  ".repeat(depth)));
}

/// The text of a value on one line.
pub(crate) fn on_one_line(value: &Value) -> String {
    let mut text = String::new();
    push_line(value, usize::MAX, &mut text);
    text
}

/// Adds a value on one line, and says whether the text is no longer than it may be; stops where it is.
fn push_line(value: &Value, end: usize, text: &mut String) -> bool {
    match value {
        Value::Array(elements) => {
            text.push('[');
            for (index, element) in elements.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                if !push_line(element, end, text) {
                    return false;
                }
            }
            text.push(']');
        }
        Value::Object(members) if members.is_empty() => text.push_str("{}"),
        Value::Object(members) => {
            text.push_str("{ ");
            for (index, (key, member)) in by_key(members).into_iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                text.push_str(&format!("{comma}{}: ", Value::from(key.as_str())));
                if !push_line(member, end, text) {
                    return false;
                }
            }
            text.push_str(" }");
        }
        scalar => text.push_str(&scalar.to_string()),
    }
    text.len() <= end
}
