//! Outputs of code cells on their way from version 3 to 4: by MIME type instead of by short name.

use serde::Deserialize;
use serde_json::Value;
use versioned_core::{ConversionError, LazyObject, LazyValue, json::value_from_str};

use super::{
    parts::{ensure_metadata, rename_or},
    text::{WholeText, end_lines, end_lines_of},
};

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
    let mut data = LazyValue::from(output.extract(|key, _| !NO_DATA.contains(&key)));

    name_by_mime_type(output.try_get_mut("metadata")?);
    name_by_mime_type(&mut data);
    for (_, value) in data.members_mut() {
        end_lines(value)?;
    }
    if let Some(json) = data.get_mut(JSON) {
        let JsonInText(parsed) = json.parse()?;
        *json = parsed.into();
    }
    output.insert("data", data);
    Ok(())
}

/// Format 3 has short names for the MIME types that it knows.
fn name_by_mime_type(data: &mut LazyValue<'_>) {
    data.rename_each(|short_name| match short_name {
        "text" => Some("text/plain"),
        "html" => Some("text/html"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        "jpeg" => Some("image/jpeg"),
        "latex" => Some("text/latex"),
        "json" => Some(JSON),
        "javascript" => Some("application/javascript"),
        _ => None,
    });
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
