//! Storage models: what an application says of the table in which an entity lies.
//!
//! Layer: store. Invariant: the predicate of a write cannot be chosen; it is always the model version, where there is
//! one, and every value that was read.

use crate::History;

/// How an entity lies in a table: a column per field, or one column with the whole document.
///
/// It is checked against the declaration by [`EntityTable::new`](crate::EntityTable::new).
///
/// # Examples
///
/// ```
/// use versioned_store::{IdColumn, StorageModel};
///
/// let by_columns = StorageModel::columns("explorations")
///     .id(IdColumn::text("id"))
///     .model_version("version")
///     .deleted("deleted")
///     .column("states", "states_json");
/// assert_eq!(by_columns.table(), "explorations");
///
/// let by_document = StorageModel::document("notebooks", "body").id(IdColumn::integer("id"));
/// assert_eq!(by_document.document_column(), Some("body"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageModel {
    table: String,
    id: Vec<IdColumn>,
    model_version: Option<String>,
    deleted: Option<String>,
    row_stamp: Option<String>,
    document: Option<String>,
    overrides: Vec<(String, String)>,
    json: Vec<String>,
    history: Option<History>,
}

/// A column of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdColumn {
    name: String,
    kind: IdKind,
}

/// How the values of an id column are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdKind {
    /// An integer.
    Integer,
    /// A text, compared by its bytes.
    Text,
    /// A UUID in the database's own type; where it has none, the 16 bytes.
    Uuid,
    /// A UUID as canonical lower-case text with hyphens.
    UuidText,
}

impl StorageModel {
    /// Longest name of a table or column, in bytes; what every database takes.
    pub const NAME_BYTES_MAX: usize = 63;

    /// A table with a column per field and an integer column per schema version.
    ///
    /// A column has the name of its field's JSON key; see [`column`](Self::column).
    #[must_use]
    pub fn columns(table: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            id: Vec::new(),
            model_version: None,
            deleted: None,
            row_stamp: None,
            document: None,
            overrides: Vec::new(),
            json: Vec::new(),
            history: None,
        }
    }

    /// A table with the whole document, its versions included, in one text or byte column.
    #[must_use]
    pub fn document(table: impl Into<String>, column: impl Into<String>) -> Self {
        Self { document: Some(column.into()), ..Self::columns(table) }
    }

    /// Adds an id column; a name alone is a text id. Repeated for composite keys, in the order of the key.
    #[must_use]
    pub fn id(mut self, column: impl Into<IdColumn>) -> Self {
        self.id.push(column.into());
        self
    }

    /// Names the integer column of the model version, which rises by one with every write.
    #[must_use]
    pub fn model_version(mut self, column: impl Into<String>) -> Self {
        self.model_version = Some(column.into());
        self
    }

    /// Names the column that marks a row as deleted: true, or a number other than 0.
    #[must_use]
    pub fn deleted(mut self, column: impl Into<String>) -> Self {
        self.deleted = Some(column.into());
        self
    }

    /// Names a column of the server's own that every change of the row alters.
    ///
    /// A column that the application sets, such as the time of the last update, cannot stand for it: two changes within
    /// one tick leave the same value. A store whose database has no such column refuses it.
    #[must_use]
    pub fn row_stamp(mut self, column: impl Into<String>) -> Self {
        self.row_stamp = Some(column.into());
        self
    }

    /// Names the column of a field, given by its JSON key or its Rust name.
    #[must_use]
    pub fn column(mut self, field: impl Into<String>, column: impl Into<String>) -> Self {
        self.overrides.push((field.into(), column.into()));
        self
    }

    /// Says that a plain field, given by its JSON key or its Rust name, lies in its column as JSON text.
    ///
    /// Versioned and unversioned fields always do.
    #[must_use]
    pub fn json(mut self, field: impl Into<String>) -> Self {
        self.json.push(field.into());
        self
    }

    /// Says where the history of the models lies; needs a [model version](Self::model_version).
    #[must_use]
    pub fn history(mut self, history: History) -> Self {
        self.history = Some(history);
        self
    }

    /// Name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The id columns, in the order of the key.
    #[must_use]
    pub fn id_columns(&self) -> &[IdColumn] {
        &self.id
    }

    /// Name of the column of the model version.
    #[must_use]
    pub fn model_version_column(&self) -> Option<&str> {
        self.model_version.as_deref()
    }

    /// Name of the column that marks a row as deleted.
    #[must_use]
    pub fn deleted_column(&self) -> Option<&str> {
        self.deleted.as_deref()
    }

    /// Name of the server's column that every change of a row alters.
    #[must_use]
    pub fn row_stamp_column(&self) -> Option<&str> {
        self.row_stamp.as_deref()
    }

    /// Name of the column of the whole document, where there is one.
    #[must_use]
    pub fn document_column(&self) -> Option<&str> {
        self.document.as_deref()
    }

    /// Where the history of the models lies.
    #[must_use]
    pub fn history_tables(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// The columns that were named for fields: (field, column).
    pub(crate) fn overrides(&self) -> &[(String, String)] {
        &self.overrides
    }

    /// The plain fields that lie as JSON text.
    pub(crate) fn json_fields(&self) -> &[String] {
        &self.json
    }
}

impl IdColumn {
    /// An integer id.
    #[must_use]
    pub fn integer(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: IdKind::Integer }
    }

    /// A text id.
    #[must_use]
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: IdKind::Text }
    }

    /// A UUID in the database's own type; in SQLite a blob of 16 bytes.
    #[must_use]
    pub fn uuid(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: IdKind::Uuid }
    }

    /// A UUID as canonical text: lower-case, with hyphens. Any other spelling is refused when it is read.
    #[must_use]
    pub fn uuid_text(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: IdKind::UuidText }
    }

    /// Name of the column.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its values are stored.
    #[must_use]
    pub fn kind(&self) -> IdKind {
        self.kind
    }
}

impl From<&str> for IdColumn {
    fn from(name: &str) -> Self {
        Self::text(name)
    }
}

impl From<String> for IdColumn {
    fn from(name: String) -> Self {
        Self::text(name)
    }
}
