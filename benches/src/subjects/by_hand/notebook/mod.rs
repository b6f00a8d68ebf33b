//! Notebooks from text to text on serde_json's tree, without the library.

mod parts;
mod text;
mod v2_to_v3;
mod v3_outputs;
mod v3_to_v4;
mod v4_to_v5;

use versioned_core::ConversionError;

/// Parses, runs the steps from `version` to 5, and writes.
pub(crate) fn convert(notebook: &str, version: u32) -> Result<String, ConversionError> {
    let mut notebook = serde_json::from_str(notebook)?;
    if version <= 2 {
        notebook = v2_to_v3::v2_to_v3(notebook)?;
    }
    if version <= 3 {
        notebook = v3_to_v4::v3_to_v4(notebook)?;
    }
    if version <= 4 {
        notebook = v4_to_v5::v4_to_v5(notebook)?;
    }
    Ok(serde_json::to_string(&notebook)?)
}
