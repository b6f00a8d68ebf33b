//! How an entity lies in a table: a storage model that was checked against a declaration.
//!
//! Layer: store. Invariant: every field of the declaration has a column, and no column that a migration writes has a
//! second use.

use versioned_core::{Declaration, SchemaVersion};

use crate::{
    Bodies, ColumnValue, EntityKey, IdColumn, Parent, Place, Row, RowWrite, StorageModel,
    StorageModelError, StoreProblem, check, history,
};

/// The columns in which an entity lies: a [`StorageModel`] after it was checked against a [`Declaration`].
#[derive(Debug, Clone)]
pub struct EntityTable {
    pub(crate) declaration: &'static Declaration,
    pub(crate) model: StorageModel,
    pub(crate) layout: TableLayout,
    pub(crate) columns: Vec<TableColumn>,
    pub(crate) place: Place,
    pub(crate) snapshots: Option<Box<EntityTable>>,
    pub(crate) parent: Option<Parent>,
}

/// How the fields of an entity are spread over columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableLayout {
    /// A column per field, and an integer column per schema version.
    Columns,
    /// One column with the whole document; `columns()` holds just that one.
    Document,
}

/// A column besides the id, the model version and the deleted flag.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableColumn {
    /// Name of the column.
    pub name: String,
    /// JSON key of the field that lies in it; empty for the column of a whole document.
    pub key: &'static str,
    /// What lies in it.
    pub kind: ColumnKind,
    /// For a column that is an id column too: its index in [`EntityTable::id`]. Its value is that part of the key, as
    /// [`KeyPart::to_value`](crate::KeyPart::to_value) gives it, so a store neither reads nor compares it again.
    pub key_part: Option<usize>,
}

/// What lies in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// A schema version; `max` is the latest one.
    Version {
        /// The latest version of the fields that share the column.
        max: SchemaVersion,
    },
    /// JSON text of a field, or of the whole document.
    Json {
        /// Whether a migration needs it: a versioned field, its context or a side output.
        migrates: bool,
    },
    /// A value of the database's own type: an integer, a text that is itself the value.
    Plain {
        /// Whether a migration needs it: as context or as a side output.
        migrates: bool,
    },
}

impl ColumnKind {
    /// Whether a schema version lies in the column; a scan reads those of every row.
    #[must_use]
    pub fn is_version(self) -> bool {
        matches!(self, Self::Version { .. })
    }

    /// Whether a migration needs the column: a version, a versioned field, its context or a side output.
    #[must_use]
    pub fn migrates(self) -> bool {
        match self {
            Self::Version { .. } => true,
            Self::Json { migrates } | Self::Plain { migrates } => migrates,
        }
    }
}

impl EntityTable {
    /// Checks a storage model against a declaration.
    ///
    /// A field may share its column with the id, the model version or the deleted flag as long as no migration writes
    /// it.
    ///
    /// # Errors
    ///
    /// [`StorageModelError`] names the table, the column and the fix.
    pub fn new(
        declaration: &'static Declaration,
        model: StorageModel,
    ) -> Result<Self, StorageModelError> {
        let columns = check::columns(declaration, &model)?;
        let layout = match model.document_column() {
            Some(_) => TableLayout::Document,
            None => TableLayout::Columns,
        };
        let snapshots = history::snapshots(declaration, &model)?.map(Box::new);
        let (place, parent) = (Place::Model, None);
        Ok(Self { declaration, model, layout, columns, place, snapshots, parent })
    }

    /// The declaration of the entity.
    #[must_use]
    pub fn declaration(&self) -> &'static Declaration {
        self.declaration
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> &str {
        self.model.table()
    }

    /// How the fields are spread over columns.
    #[must_use]
    pub fn layout(&self) -> TableLayout {
        self.layout
    }

    /// The id columns; at least one.
    #[must_use]
    pub fn id(&self) -> &[IdColumn] {
        self.model.id_columns()
    }

    /// Name of the column of the model version.
    #[must_use]
    pub fn model_version(&self) -> Option<&str> {
        self.model.model_version_column()
    }

    /// Name of the column that marks a row as deleted (true, or a number other than 0).
    #[must_use]
    pub fn deleted(&self) -> Option<&str> {
        self.model.deleted_column()
    }

    /// The columns that hold the entity: versions first, then fields, in order of declaration.
    #[must_use]
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// Name of the server's column that every change of a row alters.
    #[must_use]
    pub fn row_stamp(&self) -> Option<&str> {
        self.model.row_stamp_column()
    }

    /// The storage model.
    #[must_use]
    pub fn model(&self) -> &StorageModel {
        &self.model
    }

    /// Whether a row with these versions has one that is not the latest. `values` is parallel to
    /// [`columns`](Self::columns); always in [`TableLayout::Document`], where versions cannot be seen.
    #[must_use]
    pub fn is_stale(&self, values: &[Option<ColumnValue>]) -> bool {
        let mut columns = self.columns.iter().zip(values);
        self.layout == TableLayout::Document
            || columns.any(|(column, value)| match column.kind {
                ColumnKind::Version { max } => *value != Some(ColumnValue::Integer(max.into())),
                ColumnKind::Json { .. } | ColumnKind::Plain { .. } => false,
            })
    }

    /// Whether a scan reads a column at all; for [`Bodies::Stale`], of a row that is stale and not deleted.
    #[must_use]
    pub fn is_read(&self, column: usize, bodies: Bodies) -> bool {
        bodies == Bodies::All || self.columns[column].kind.migrates()
    }

    /// What the id columns hold for a key.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::KeyMismatch`] if the key has other parts than the id columns.
    pub fn stored_key(&self, key: &EntityKey) -> Result<Vec<ColumnValue>, StoreProblem> {
        let parts = self.id().iter().zip(key.parts());
        let stored: Option<Vec<_>> = parts.map(|(id, part)| part.to_stored(id.kind())).collect();
        match stored {
            Some(stored) if key.parts().len() == self.id().len() => Ok(stored),
            _ => Err(StoreProblem::KeyMismatch { key: key.clone() }),
        }
    }

    /// Checks that a row has the shape of the table.
    ///
    /// # Errors
    ///
    /// [`StoreProblem`] names the row and what does not fit.
    pub fn check_row(&self, row: &Row) -> Result<(), StoreProblem> {
        self.stored_key(&row.key)?;
        if row.values.len() != self.columns.len() {
            let reason = "the row has another number of values";
            return Err(StoreProblem::WriteMismatch { key: row.key.clone(), reason });
        }
        Ok(())
    }

    /// Checks that a write has the shape of the table, and gives the model version to write.
    ///
    /// # Errors
    ///
    /// [`StoreProblem`] names the row and what does not fit.
    pub fn check_write(&self, write: &RowWrite) -> Result<Option<i64>, StoreProblem> {
        let RowWrite { expected, set } = write;
        let mismatch =
            |reason| Err(StoreProblem::WriteMismatch { key: expected.key.clone(), reason });
        self.check_row(expected)?;
        if set.is_empty() {
            return mismatch("no column is set");
        }
        for (place, (index, _)) in set.iter().enumerate() {
            match self.columns.get(*index) {
                None => return mismatch("a column that is set does not exist"),
                Some(column) if column.key_part.is_some() => {
                    return mismatch("a column that is set is part of the key");
                }
                Some(_) if set[..place].iter().any(|(earlier, _)| earlier == index) => {
                    return mismatch("a column is set twice");
                }
                Some(_) => {}
            }
        }
        self.next_version(expected)
    }

    /// The model version after that of a row.
    pub(crate) fn next_version(&self, expected: &Row) -> Result<Option<i64>, StoreProblem> {
        match (self.model_version(), expected.model_version) {
            (Some(_), Some(version)) => match version.checked_add(1) {
                Some(next) => Ok(Some(next)),
                None => Err(StoreProblem::ModelVersionExhausted { key: expected.key.clone() }),
            },
            (None, _) | (_, None) => Ok(None),
        }
    }
}
