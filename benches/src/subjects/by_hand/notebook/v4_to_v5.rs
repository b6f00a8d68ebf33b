//! Version 4 to 5: formats 4.0 to 4.4 to 4.5.

use std::collections::BTreeSet;

use serde_json::Value;
use versioned_core::ConversionError;

use super::parts::{Object, as_object, in_element, into_object, list, object, wrong_kind};

/// Gives every cell an `id`, and keeps the old minor in the metadata.
pub(super) fn v4_to_v5(notebook: Value) -> Result<Value, ConversionError> {
    let mut notebook = into_object(notebook)?;
    let minor = notebook.insert("nbformat_minor".to_owned(), 5.into()).unwrap_or_default();
    if minor.as_u64().is_none_or(|minor| minor >= 5) {
        return Err(wrong_kind("nbformat_minor", &minor, "one of 0 to 4"));
    }
    object(&mut notebook, "metadata")?.insert("orig_nbformat_minor".to_owned(), minor);

    let cells = list(&mut notebook, "cells")?;
    let mut taken = BTreeSet::new();
    for (index, cell) in cells.iter_mut().enumerate() {
        as_object(cell)
            .and_then(|cell| stored_id(cell, &mut taken))
            .map_err(in_element("cells", index))?;
    }
    for (index, cell) in cells.iter_mut().enumerate() {
        let cell = as_object(cell)?;
        if !cell.contains_key("id") {
            cell.insert("id".to_owned(), new_id(index, &taken).into());
        }
    }
    Ok(Value::Object(notebook))
}

/// Notes the id of a cell that has one already: it is kept, so it must be a text, and no other
/// cell's.
fn stored_id(cell: &Object, taken: &mut BTreeSet<String>) -> Result<(), ConversionError> {
    match cell.get("id") {
        None => Ok(()),
        Some(Value::String(id)) if taken.insert(id.clone()) => Ok(()),
        Some(Value::String(id)) => {
            Err(ConversionError::new(format!("id `{id}` is another cell's already")).at("/id"))
        }
        Some(other) => Err(wrong_kind("id", other, "a text")),
    }
}

/// An id from nothing but the cell's position, so that every conversion of a document makes the
/// same ones.
fn new_id(index: usize, taken: &BTreeSet<String>) -> String {
    let mut id = format!("cell-{index}");
    let mut suffix = 0_usize;
    while taken.contains(&id) {
        suffix += 1;
        id = format!("cell-{index}-{suffix}");
    }
    id
}
