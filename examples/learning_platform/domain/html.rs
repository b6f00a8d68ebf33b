//! HTML that has an id, under which translations and voiceovers find it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// HTML with its content id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SubtitledHtml {
    pub(crate) content_id: String,
    pub(crate) html: String,
}
