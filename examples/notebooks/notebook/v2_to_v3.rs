//! Version 2 to 3: format 2.0 to 3.0.

use versioned_core::{ConversionError, LazyValue};

use super::{Notebook, parts::ensure_metadata};

impl Notebook {
    /// Gives every cell its `metadata`, and keeps in `orig_nbformat` where the document came from.
    pub(super) fn _convert_notebook_v2_to_v3(
        mut notebook: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for worksheet in notebook.try_get_mut("worksheets")?.try_elements_mut()? {
            let mut cells = worksheet.try_get_mut("cells")?.try_object_elements_mut()?;
            cells.try_for_each(ensure_metadata)?;
        }
        notebook.insert("orig_nbformat", 2);
        notebook.insert("nbformat", 3);
        notebook.insert("nbformat_minor", 0);
        Ok(notebook)
    }
}
