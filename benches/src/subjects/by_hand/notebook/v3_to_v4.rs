//! Version 3 to 4: format 3.x to 4.0.

use serde_json::Value;
use versioned_core::ConversionError;

use super::{
    parts::{
        Object, as_object, in_element, into_object, list, object, object_or_empty, take_list, text,
        wrong_kind,
    },
    text::{end_lines, join, on_one_line},
    v3_outputs::convert_output,
};

/// Deepest heading that markdown has.
const HEADING_LEVEL_MAX: u64 = 6;

/// Puts the cells of all worksheets into one list, and brings each of them to format 4.
pub(super) fn v3_to_v4(notebook: Value) -> Result<Value, ConversionError> {
    let mut notebook = into_object(notebook)?;
    let came_from_v2 = notebook.remove("orig_nbformat") == Some(Value::from(2));
    notebook.remove("orig_nbformat_minor");

    let metadata = object(&mut notebook, "metadata")?;
    metadata.remove("name");
    metadata.remove("signature");
    metadata.insert("orig_nbformat".to_owned(), if came_from_v2 { 2 } else { 3 }.into());
    metadata.insert("orig_nbformat_minor".to_owned(), 0.into());

    let mut cells = Vec::new();
    for (index, worksheet) in take_list(&mut notebook, "worksheets")?.into_iter().enumerate() {
        append_cells(&mut cells, worksheet).map_err(in_element("worksheets", index))?;
    }
    notebook.remove("worksheets");
    notebook.insert("cells".to_owned(), cells.into());
    notebook.insert("nbformat".to_owned(), 4.into());
    notebook.insert("nbformat_minor".to_owned(), 0.into());
    Ok(Value::Object(notebook))
}

fn append_cells(cells: &mut Vec<Value>, worksheet: Value) -> Result<(), ConversionError> {
    let mut worksheet = into_object(worksheet)?;
    for (index, mut cell) in take_list(&mut worksheet, "cells")?.into_iter().enumerate() {
        as_object(&mut cell).and_then(convert_cell).map_err(in_element("cells", index))?;
        cells.push(cell);
    }
    Ok(())
}

fn convert_cell(cell: &mut Object) -> Result<(), ConversionError> {
    object_or_empty(cell, "metadata")?;
    match text(cell, "cell_type")? {
        "code" => convert_code(cell)?,
        "heading" => convert_heading(cell)?,
        "html" => set_cell_type(cell, "markdown"),
        _ => {}
    }
    for key in ["source", "rendered"] {
        if let Some(text) = cell.get_mut(key) {
            end_lines(text);
        }
    }
    Ok(())
}

fn convert_code(cell: &mut Object) -> Result<(), ConversionError> {
    cell.remove("language");
    if let Some(collapsed) = cell.remove("collapsed") {
        object_or_empty(cell, "metadata")?.insert("collapsed".to_owned(), collapsed);
    }
    let source = cell.remove("input").unwrap_or_else(|| String::new().into());
    cell.insert("source".to_owned(), source);
    let count = cell.remove("prompt_number").unwrap_or_default();
    cell.insert("execution_count".to_owned(), count);
    for (index, output) in list(cell, "outputs")?.iter_mut().enumerate() {
        as_object(output).and_then(convert_output).map_err(in_element("outputs", index))?;
    }
    Ok(())
}

/// Writes a heading cell as the markdown heading of its level, on one line.
fn convert_heading(cell: &mut Object) -> Result<(), ConversionError> {
    let level = match cell.remove("level") {
        None => 1,
        Some(level) => {
            level.as_u64().filter(|level| (1..=HEADING_LEVEL_MAX).contains(level)).ok_or_else(
                || wrong_kind("level", &level, &format!("one of 1 to {HEADING_LEVEL_MAX}")),
            )?
        }
    };
    let mut source = cell.remove("source").unwrap_or_else(|| String::new().into());
    end_lines(&mut source);
    let source = join(source).map_err(|error| error.within(&"/source".into()))?;
    let marks = &"######"[..usize::try_from(level).unwrap_or_default()];
    let heading = format!("{marks} {}", on_one_line(&source));
    cell.insert("source".to_owned(), heading.into());
    set_cell_type(cell, "markdown");
    Ok(())
}

fn set_cell_type(cell: &mut Object, cell_type: &str) {
    cell.insert("cell_type".to_owned(), cell_type.into());
}
