//! Outputs of code cells on their way from version 3 to 4: by MIME type instead of by short name.

use serde_json::Value;
use versioned_core::{ConversionError, json::value_from_str};

use super::{
    parts::{Object, object_or_empty, rename, text},
    text::{end_lines, join},
};

/// Short names of format 3 and their MIME types.
const MIME_TYPES: [(&str, &str); 8] = [
    ("text", "text/plain"),
    ("html", "text/html"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpeg", "image/jpeg"),
    ("latex", "text/latex"),
    ("json", JSON),
    ("javascript", "application/javascript"),
];

const JSON: &str = "application/json";

/// Members of a result that are no data.
const NO_DATA: [&str; 3] = ["output_type", "execution_count", "metadata"];

/// Brings one output of a code cell to format 4; output types that format 3 does not know stay as
/// they are.
pub(super) fn convert_output(output: &mut Object) -> Result<(), ConversionError> {
    match text(output, "output_type")? {
        "pyout" => {
            set_output_type(output, "execute_result");
            let count = output.remove("prompt_number").unwrap_or_default();
            output.insert("execution_count".to_owned(), count);
            convert_data(output)
        }
        "display_data" => convert_data(output),
        "pyerr" => {
            set_output_type(output, "error");
            Ok(())
        }
        "stream" => {
            let name = output.remove("stream").unwrap_or_else(|| "stdout".into());
            output.insert("name".to_owned(), name);
            if let Some(text) = output.get_mut("text") {
                end_lines(text);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Moves everything that is data under `data`.
fn convert_data(output: &mut Object) -> Result<(), ConversionError> {
    name_by_mime_type(object_or_empty(output, "metadata")?);

    let keys: Vec<String> =
        output.keys().filter(|key| !NO_DATA.contains(&key.as_str())).cloned().collect();
    let mut data = Object::new();
    for key in keys {
        if let Some(mut value) = output.remove(&key) {
            end_lines(&mut value);
            data.insert(key, value);
        }
    }
    name_by_mime_type(&mut data);
    if let Some(json) = data.get_mut(JSON) {
        // The error points at the member as the stored document has it.
        *json = parse(json.take()).map_err(|error| error.within(&"/json".into()))?;
    }
    output.insert("data".to_owned(), data.into());
    Ok(())
}

/// Parses JSON data, which format 3 kept as text.
fn parse(text: Value) -> Result<Value, ConversionError> {
    let text = join(text)?;
    value_from_str(&text)
        .map_err(|error| ConversionError::new(format!("JSON data cannot be read: {error}")))
}

fn name_by_mime_type(object: &mut Object) {
    for (short_name, mime_type) in MIME_TYPES {
        rename(object, short_name, mime_type);
    }
}

fn set_output_type(output: &mut Object, output_type: &str) {
    output.insert("output_type".to_owned(), output_type.into());
}
