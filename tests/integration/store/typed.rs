//! What fixtures of databases with typed columns share.

use versioned_store::{ColumnKind, ColumnValue, EntityTable, IdKind, Row, TableColumn};

/// The types of the columns of a test's tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Types {
    pub(crate) integer: &'static str,
    pub(crate) text_key: &'static str,
    pub(crate) uuid_key: &'static str,
    pub(crate) json: &'static str,
    pub(crate) text: &'static str,
    pub(crate) quote: char,
}

impl Types {
    pub(crate) fn quoted(self, name: &str) -> String {
        let Self { quote, .. } = self;
        format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
    }

    /// The table with its id columns as the primary key.
    pub(crate) fn create_table(self, table: &EntityTable) -> String {
        let ids = table.id().iter().map(|id| {
            let kind = match id.kind() {
                IdKind::Integer => self.integer,
                IdKind::Uuid => self.uuid_key,
                _ => self.text_key,
            };
            format!("{} {kind} NOT NULL", self.quoted(id.name()))
        });
        let own = [table.model_version(), table.deleted()].into_iter().flatten();
        let own = own.map(|name| format!("{} {}", self.quoted(name), self.integer));
        let fields = table.columns().iter().filter(|column| column.key_part.is_none());
        let fields =
            fields.map(|column| format!("{} {}", self.quoted(&column.name), self.of(column)));
        let key: Vec<String> = table.id().iter().map(|id| self.quoted(id.name())).collect();
        let key = format!("PRIMARY KEY ({})", key.join(", "));
        let columns: Vec<String> = ids.chain(own).chain(fields).chain([key]).collect();
        format!("CREATE TABLE {} ({})", self.quoted(table.name()), columns.join(", "))
    }

    fn of(self, column: &TableColumn) -> &'static str {
        match column.kind {
            ColumnKind::Version { .. } => self.integer,
            ColumnKind::Json { .. } => self.json,
            _ if matches!(column.key, "nextIndex" | "next_index" | "pages" | "scenes") => {
                self.integer
            }
            _ => self.text,
        }
    }
}

/// The columns of a row and what they hold.
pub(crate) fn values(table: &EntityTable, row: Row) -> Vec<(&str, ColumnValue)> {
    let ids = table.id().iter().zip(row.key.parts());
    let ids = ids.map(|(id, part)| (id.name(), part.to_stored(id.kind()).unwrap()));
    let version = row.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
    let version = table.model_version().map(|name| (name, version));
    let deleted = ColumnValue::Integer(row.deleted.into());
    let deleted = table.deleted().map(|name| (name, deleted));
    let fields = table.columns().iter().zip(row.values);
    let fields = fields.filter(|(column, _)| column.key_part.is_none());
    let fields = fields.map(|(column, value)| (column.name.as_str(), value.unwrap()));
    ids.chain(version).chain(deleted).chain(fields).collect()
}
