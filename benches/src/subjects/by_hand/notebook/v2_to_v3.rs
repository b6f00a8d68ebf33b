//! Version 2 to 3: format 2.0 to 3.0.

use serde_json::Value;
use versioned_core::ConversionError;

use super::parts::{as_object, in_element, into_object, list, object_or_empty};

/// Gives every cell its `metadata`, and keeps in `orig_nbformat` where the document came from.
pub(super) fn v2_to_v3(notebook: Value) -> Result<Value, ConversionError> {
    let mut notebook = into_object(notebook)?;
    for (index, worksheet) in list(&mut notebook, "worksheets")?.iter_mut().enumerate() {
        add_cell_metadata(worksheet).map_err(in_element("worksheets", index))?;
    }
    notebook.insert("orig_nbformat".to_owned(), 2.into());
    notebook.insert("nbformat".to_owned(), 3.into());
    notebook.insert("nbformat_minor".to_owned(), 0.into());
    Ok(Value::Object(notebook))
}

fn add_cell_metadata(worksheet: &mut Value) -> Result<(), ConversionError> {
    for (index, cell) in list(as_object(worksheet)?, "cells")?.iter_mut().enumerate() {
        as_object(cell)
            .and_then(|cell| object_or_empty(cell, "metadata"))
            .map_err(in_element("cells", index))?;
    }
    Ok(())
}
