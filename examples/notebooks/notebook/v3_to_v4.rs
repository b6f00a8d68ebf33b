//! Version 3 to 4: format 3.x to 4.0.

use versioned_core::{ConversionError, LazyObject, LazyValue};

use super::{
    Notebook,
    parts::{ensure_metadata, rename_or},
    text::{end_lines_of, on_one_line, whole_text},
    v3_outputs::convert_output,
};

impl Notebook {
    /// Puts the cells of all worksheets into one list, and brings each of them to format 4.
    pub(super) fn _convert_notebook_v3_to_v4(
        mut notebook: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        let origin = notebook.remove("orig_nbformat");
        let came_from_v2 = origin.is_some_and(|origin| origin.as_u64() == Some(2));
        notebook.remove("orig_nbformat_minor");

        let metadata = notebook.try_get_mut("metadata")?.try_object_mut()?;
        metadata.remove("name");
        metadata.remove("signature");
        metadata.insert("orig_nbformat", if came_from_v2 { 2 } else { 3 });
        metadata.insert("orig_nbformat_minor", 0);

        let mut cells = Vec::new();
        for worksheet in notebook.try_get_mut("worksheets")?.try_elements_mut()? {
            let cells_here = worksheet.try_get_mut("cells")?;
            cells_here.try_object_elements_mut()?.try_for_each(convert_cell)?;
            cells.append(cells_here.try_list_mut()?);
        }
        notebook.remove("worksheets");
        notebook.insert("cells", cells);
        notebook.insert("nbformat", 4);
        notebook.insert("nbformat_minor", 0);
        Ok(notebook)
    }
}

fn convert_cell(cell: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    ensure_metadata(cell)?;
    // A copy, which shares the text: the cell itself changes below.
    let cell_type = LazyValue::from(cell.try_get("cell_type")?);
    match &*cell_type.try_str()? {
        "code" => convert_code(cell)?,
        "heading" => convert_heading(cell)?,
        "html" => {
            cell.insert("cell_type", "markdown");
        }
        _ => {}
    }
    end_lines_of(cell, "source")?;
    end_lines_of(cell, "rendered")
}

fn convert_code(cell: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    cell.remove("language");
    if let Some(collapsed) = cell.remove("collapsed") {
        cell.try_get_mut("metadata")?.try_insert("collapsed", collapsed)?;
    }
    rename_or(cell, "input", "source", "");
    rename_or(cell, "prompt_number", "execution_count", LazyValue::null());
    cell.try_get_mut("outputs")?.try_object_elements_mut()?.try_for_each(convert_output)
}

/// Writes a heading cell as the markdown heading of its level, on one line.
fn convert_heading(cell: &mut LazyObject<'_>) -> Result<(), ConversionError> {
    let marks = match cell.get("level") {
        None => "#",
        Some(level) => match level.try_u64()? {
            1 => "#",
            2 => "##",
            3 => "###",
            4 => "####",
            5 => "#####",
            6 => "######",
            other => return Err(level.refuse(format!("level {other} is not one of 1 to 6"))),
        },
    };
    end_lines_of(cell, "source")?;
    let source = match cell.get("source") {
        Some(source) => format!("{marks} {}", on_one_line(&whole_text(source)?)),
        None => format!("{marks} "),
    };
    cell.insert("source", source);
    cell.remove("level");
    cell.insert("cell_type", "markdown");
    Ok(())
}
