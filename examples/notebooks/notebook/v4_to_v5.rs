//! Version 4 to 5: formats 4.0 to 4.4 to 4.5.

use std::collections::BTreeSet;

use versioned_core::{ConversionError, LazyObject, LazyValue};

use super::Notebook;

impl Notebook {
    /// Gives every cell an `id`, and keeps the old minor in the metadata.
    pub(super) fn _convert_notebook_v4_to_v5(
        mut notebook: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        let minor = notebook.try_get("nbformat_minor")?.try_u64()?;
        if minor >= 5 {
            let error = ConversionError::new(format!("minor {minor} is not one of 0 to 4"));
            return Err(error.at("/nbformat_minor"));
        }
        notebook.insert("nbformat_minor", 5);
        notebook.try_get_mut("metadata")?.try_insert("orig_nbformat_minor", minor)?;

        let cells = notebook.try_get_mut("cells")?;
        let mut opened: Vec<_> = cells.try_object_elements_mut()?.collect();
        let taken = stored_ids(&opened)?;
        for (index, cell) in opened.iter_mut().enumerate() {
            cell.entry("id").or_insert_with(|| new_id(index, &taken));
        }
        Ok(notebook)
    }
}

/// The ids of the cells that have one already: each is kept, so it must be a text, and no other
/// cell's.
fn stored_ids(cells: &[&mut LazyObject<'_>]) -> Result<BTreeSet<String>, ConversionError> {
    let mut taken = BTreeSet::new();
    for (index, cell) in cells.iter().enumerate() {
        let Some(id) = cell.get("id") else { continue };
        let id = id.try_str()?;
        if !taken.insert(id.to_string()) {
            let error = ConversionError::new(format!("id `{id}` is another cell's already"));
            return Err(error.at(format!("/cells/{index}/id")));
        }
    }
    Ok(taken)
}

/// An id from nothing but the cell's position, so that every conversion of a document makes the
/// same ones.
fn new_id(index: usize, taken: &BTreeSet<String>) -> LazyValue<'static> {
    let mut id = LazyValue::from(format_args!("cell-{index}"));
    let mut suffix = 0_usize;
    while id.as_str().is_some_and(|id| taken.contains(&*id)) {
        suffix += 1;
        id = format_args!("cell-{index}-{suffix}").into();
    }
    id
}
