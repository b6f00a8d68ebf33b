//! Multi-line text: a string, or a list of strings.
//!
//! The list means different texts in different formats: up to format 3 its strings are lines
//! (joined with newlines, unless the first one ends in one), from format 4 on they are pieces
//! (joined as they are). So a list that crosses from 3 to 4 gets the line ends that it only
//! implied.

use std::borrow::Cow;

use serde_json::Value;
use versioned_core::ConversionError;

/// Makes the implied line ends of a format 3 text explicit; every other value stays as it is.
pub(super) fn end_lines(text: &mut Value) {
    let Value::Array(lines) = text else { return };
    let Some(Value::String(first)) = lines.first() else { return };
    if first.ends_with(['\n', '\r']) || !lines.iter().all(Value::is_string) {
        return;
    }
    let last = lines.len() - 1;
    for line in &mut lines[..last] {
        if let Value::String(line) = line {
            line.push('\n');
        }
    }
}

/// The whole text of a value whose line ends are explicit.
pub(super) fn join(text: Value) -> Result<String, ConversionError> {
    match text {
        Value::String(text) => Ok(text),
        Value::Array(pieces) => {
            let mut joined = String::new();
            for (index, piece) in pieces.into_iter().enumerate() {
                match piece {
                    Value::String(piece) => joined.push_str(&piece),
                    _ => {
                        return Err(ConversionError::new("a line of text is no text")
                            .at(format!("/{index}")));
                    }
                }
            }
            Ok(joined)
        }
        _ => Err(ConversionError::new("neither a text nor a list of lines")),
    }
}

/// The lines of a text on one line, joined by blanks.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    text.split_terminator(['\n', '\r']).collect::<Vec<_>>().join(" ").into()
}
