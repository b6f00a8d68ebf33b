//! A store in a database file of its own, removed in the end.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use versioned_sql::{
    SqliteStore,
    sqlx::{self, AssertSqlSafe, sqlite::SqliteRow},
};
use versioned_store::{ColumnKind, ColumnValue, EntityKey, EntityTable, IdKind, KeyPart, Row};
use versioned_testkit::conformance::StoreFixture;

/// Runs a future on a runtime of its own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A folder that is removed with everything in it.
#[derive(Debug)]
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("versioned-store-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What is left behind in a temporary folder is no reason to fail a test.
        let _removed = fs::remove_dir_all(&self.0);
    }
}

/// A store in a file.
#[derive(Debug)]
pub(crate) struct SqliteFixture {
    store: SqliteStore,
    folder: TemporaryFolder,
}

impl SqliteFixture {
    pub(crate) async fn new() -> Self {
        let folder = TemporaryFolder::new();
        let path = folder.path().join("test.db");
        let store = SqliteStore::connect_or_create(path.to_str().unwrap()).await.unwrap();
        Self { store, folder }
    }

    pub(crate) fn sqlite(&self) -> &SqliteStore {
        &self.store
    }

    pub(crate) fn path(&self) -> String {
        self.folder.path().join("test.db").to_str().unwrap().to_owned()
    }

    /// Runs SQL of a test.
    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.store.pool()).await.unwrap();
    }

    /// The rows of SQL of a test.
    pub(crate) async fn query(&self, sql: &str) -> Vec<SqliteRow> {
        sqlx::query(AssertSqlSafe(sql)).fetch_all(self.store.pool()).await.unwrap()
    }
}

impl StoreFixture for SqliteFixture {
    type Store = SqliteStore;

    fn store(&self) -> &SqliteStore {
        &self.store
    }

    async fn create_table(&self, table: &EntityTable) {
        let ids = table.id().iter().map(|id| {
            let kind = match id.kind() {
                IdKind::Integer => "INTEGER",
                IdKind::Uuid => "BLOB",
                _ => "TEXT",
            };
            format!("{} {kind} NOT NULL", quoted(id.name()))
        });
        let own = [table.model_version(), table.deleted()].into_iter().flatten();
        let own = own.map(|name| format!("{} INTEGER", quoted(name)));
        let fields = table.columns().iter().filter(|column| column.key_part.is_none());
        let fields = fields.map(|column| {
            let kind = match column.kind {
                ColumnKind::Version { .. } => "INTEGER",
                ColumnKind::Json { .. } => "TEXT",
                // Without a type SQLite converts nothing.
                _ => "",
            };
            format!("{} {kind}", quoted(&column.name))
        });
        let columns: Vec<String> = ids.chain(own).chain(fields).collect();
        let key: Vec<String> = table.id().iter().map(|id| quoted(id.name())).collect();
        let (name, columns, key) = (quoted(table.name()), columns.join(", "), key.join(", "));
        self.execute(&format!("CREATE TABLE {name} ({columns}, PRIMARY KEY ({key}))")).await;
    }

    async fn put(&self, table: &EntityTable, row: Row) {
        let ids = table.id().iter().zip(row.key.parts());
        let ids = ids.map(|(id, part)| (id.name(), part.to_stored(id.kind()).unwrap()));
        let version = row.model_version.map_or(ColumnValue::Null, ColumnValue::Integer);
        let version = table.model_version().map(|name| (name, version));
        let deleted = ColumnValue::Integer(row.deleted.into());
        let deleted = table.deleted().map(|name| (name, deleted));
        let fields = table.columns().iter().zip(row.values);
        let fields = fields.filter(|(column, _)| column.key_part.is_none());
        let fields = fields.map(|(column, value)| (column.name.as_str(), value.unwrap()));
        let all: Vec<_> = ids.chain(version).chain(deleted).chain(fields).collect();
        let names: Vec<String> = all.iter().map(|(name, _)| quoted(name)).collect();
        let (table, names) = (quoted(table.name()), names.join(", "));
        let marks = vec!["?"; all.len()].join(", ");
        let sql = format!("INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (_, value) in all {
            query = match value {
                ColumnValue::Integer(number) => query.bind(number),
                ColumnValue::Real(number) => query.bind(number),
                ColumnValue::Text(text) => query.bind(text),
                ColumnValue::Bytes(bytes) => query.bind(bytes),
                _ => query.bind(None::<i64>),
            };
        }
        query.execute(self.store.pool()).await.unwrap();
    }

    async fn delete(&self, table: &EntityTable, key: &EntityKey) {
        let (name, id) = (quoted(table.name()), quoted(table.id()[0].name()));
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {name} WHERE {id} = ?")));
        let query = match &key.parts()[0] {
            KeyPart::Text(text) => query.bind(text),
            other => panic!("no rule deletes by {other:?}"),
        };
        query.execute(self.store.pool()).await.unwrap();
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
