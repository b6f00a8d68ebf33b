//! Format 4.5 as a Rust type: what every reader of a notebook gets, whatever format was stored.
//!
//! This is a view for reading. It names what the application uses and checks what format 4.5
//! promises; members that it does not name stay in the stored JSON, which conversions and jobs work
//! on.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Format, text::WholeText};

/// A notebook of format 4.5.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Members")]
pub(crate) struct NotebookDocument {
    /// Kernel, language, and whatever tools have noted about the notebook.
    pub(crate) metadata: Map<String, Value>,
    /// The cells in order.
    pub(crate) cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Cell {
    /// The id, unique in the notebook as far as this application made it.
    pub(crate) id: String,
    /// `code`, `markdown`, `raw`, or a type of a tool's own.
    pub(crate) cell_type: String,
    /// What the author wrote.
    #[serde(deserialize_with = "multi_line_text")]
    pub(crate) source: String,
    /// Whatever tools have noted about the cell.
    pub(crate) metadata: Map<String, Value>,
    /// Results of a code cell; none for other cells.
    #[serde(default)]
    pub(crate) outputs: Vec<Output>,
}

/// One result of a code cell.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Output {
    /// `execute_result`, `display_data`, `stream` or `error`.
    pub(crate) output_type: String,
    /// Representations of a result by MIME type.
    #[serde(default)]
    pub(crate) data: Map<String, Value>,
}

/// The members of the document, before they are checked against each other.
#[derive(Deserialize)]
struct Members {
    nbformat: u32,
    nbformat_minor: u32,
    metadata: Map<String, Value>,
    cells: Vec<Cell>,
}

impl TryFrom<Members> for NotebookDocument {
    type Error = String;

    fn try_from(members: Members) -> Result<Self, String> {
        let format = Format { major: members.nbformat, minor: members.nbformat_minor };
        if format == Format::LATEST {
            Ok(Self { metadata: members.metadata, cells: members.cells })
        } else {
            Err(format!("the document says format {format}, not {}", Format::LATEST))
        }
    }
}

/// A text, stored as one string or as the list of its pieces.
fn multi_line_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    WholeText::deserialize(deserializer).map(|text| text.0)
}
