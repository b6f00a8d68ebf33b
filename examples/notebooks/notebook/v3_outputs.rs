//! Outputs of code cells on their way from version 3 to 4: by MIME type instead of by short name.

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{ConversionError, LazyObject, LazyValue, json::value_from_str};

use super::{
    parts::{ensure_metadata, rename_or},
    text::{WholeText, end_lines, end_lines_of},
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
pub(super) fn convert_output(output: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    // A copy, which shares the text: the output itself changes below.
    let output_type = LazyValue::from(output.try_get("output_type")?);
    match &*output_type.try_str()? {
        "pyout" => {
            output.insert("output_type", "execute_result");
            rename_or(output, "prompt_number", "execution_count", LazyValue::null());
            convert_data(output)
        }
        "display_data" => convert_data(output),
        "pyerr" => {
            output.insert("output_type", "error");
            Ok(())
        }
        "stream" => {
            rename_or(output, "stream", "name", "stdout");
            end_lines_of(output, "text")
        }
        _ => Ok(()),
    }
}

/// Moves everything that is data under `data`.
fn convert_data(output: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    ensure_metadata(output)?;
    let mut data = output.extract(|key, _| !NO_DATA.contains(&key));

    let metadata = output.try_get_mut("metadata")?;
    if !metadata.is_empty() {
        // As a value, which is opened only where there is something to rename.
        name_by_mime_type(|short_name, mime_type| metadata.rename(short_name, mime_type));
    }
    name_by_mime_type(|short_name, mime_type| data.rename(short_name, mime_type));
    for (_, value) in data.iter_mut() {
        end_lines(value)?;
    }
    if let Some(json) = data.get_mut(JSON) {
        let JsonInText(parsed) = json.parse()?;
        *json = parsed.into();
    }
    output.insert("data", data);
    Ok(())
}

fn name_by_mime_type(mut rename: impl FnMut(&str, &'static str) -> bool) {
    for (short_name, mime_type) in MIME_TYPES {
        rename(short_name, mime_type);
    }
}

/// JSON data, which format 3 kept as text.
#[derive(Deserialize)]
#[serde(try_from = "WholeText")]
struct JsonInText(Value);

impl TryFrom<WholeText> for JsonInText {
    type Error = String;

    fn try_from(text: WholeText) -> Result<Self, String> {
        let parsed = value_from_str(&text.0);
        parsed.map(Self).map_err(|error| format!("JSON data cannot be read: {error}"))
    }
}
