//! The stores over which the stories run, and what another program does to their tables.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use versioned_sql::{
    SqliteStore,
    sqlx::{self, AssertSqlSafe, SqlitePool},
};
use versioned_store::{
    ColumnKind, ColumnValue, EntityKey, EntityTable, HistoryStore, IdColumn, IdKind, MemoryStore,
    Row,
};
use versioned_testkit::conformance::StoreFixture;

pub(crate) use crate::store::{
    mariadb::fixture::MariaDbFixture, postgres::fixture::PostgresFixture,
};

/// A kind of store; each story gets a new one.
pub(crate) trait Backend: StoreFixture<Store: HistoryStore> + Send + Sync + 'static {
    fn open() -> impl Future<Output = Self> + Send;
}

impl Backend for MemoryStore {
    async fn open() -> Self {
        Self::new()
    }
}

impl Backend for PostgresFixture {
    async fn open() -> Self {
        Self::new("TEXT").await
    }
}

impl Backend for MariaDbFixture {
    async fn open() -> Self {
        Self::new().await
    }
}

/// A database file with the connections of a job and, apart from them, those of another program.
#[derive(Debug)]
pub(crate) struct SqliteFile {
    job: SqliteStore,
    other: SqliteStore,
    folder: PathBuf,
}

impl SqliteFile {
    /// The connections of the other program.
    pub(crate) fn other(&self) -> &SqlitePool {
        self.other.pool()
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> String {
        self.folder.join("school.db").to_str().unwrap().to_owned()
    }

    /// Runs SQL in the other program.
    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.other()).await.unwrap();
    }
}

impl Backend for SqliteFile {
    async fn open() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("versioned-jobs-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let path = folder.join("school.db");
        let path = path.to_str().unwrap();
        let other = SqliteStore::connect_or_create(path).await.unwrap();
        let job = SqliteStore::connect(path).await.unwrap();
        Self { job, other, folder }
    }
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        // What is left behind in a temporary folder is no reason to fail a test.
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

impl StoreFixture for SqliteFile {
    type Store = SqliteStore;

    fn store(&self) -> &SqliteStore {
        &self.job
    }

    async fn create_table(&self, table: &EntityTable) {
        let own = [table.model_version(), table.deleted()].into_iter().flatten();
        let own = own.map(|name| format!("{name} INTEGER"));
        let fields = table.columns().iter().filter(|column| column.key_part.is_none());
        let fields = fields.map(|column| match column.kind {
            ColumnKind::Version { .. } => format!("{} INTEGER", column.name),
            ColumnKind::Json { .. } => format!("{} TEXT", column.name),
            _ => column.name.clone(),
        });
        let ids = table.id().iter().map(|id| match id.kind() {
            IdKind::Integer => format!("{} INTEGER NOT NULL", id.name()),
            _ => format!("{} TEXT NOT NULL", id.name()),
        });
        let key: Vec<&str> = table.id().iter().map(IdColumn::name).collect();
        let key = format!("PRIMARY KEY ({})", key.join(", "));
        let columns: Vec<String> = ids.chain(own).chain(fields).chain([key]).collect();
        self.execute(&format!("CREATE TABLE {} ({})", table.name(), columns.join(", "))).await;
    }

    async fn put(&self, table: &EntityTable, row: Row) {
        let ids = table.id().iter().zip(row.key.parts());
        let mut values: Vec<_> = ids.map(|(id, part)| (id.name(), part.to_value())).collect();
        if let (Some(column), Some(version)) = (table.model_version(), row.model_version) {
            values.push((column, ColumnValue::Integer(version)));
        }
        if let Some(column) = table.deleted() {
            values.push((column, ColumnValue::Integer(row.deleted.into())));
        }
        for (column, value) in table.columns().iter().zip(row.values) {
            if let (None, Some(value)) = (column.key_part, value) {
                values.push((column.name.as_str(), value));
            }
        }
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let (names, marks) = (names.join(", "), vec!["?"; values.len()].join(", "));
        let sql = format!("INSERT OR REPLACE INTO {} ({names}) VALUES ({marks})", table.name());
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (name, value) in values {
            query = match value {
                ColumnValue::Null => query.bind(None::<i64>),
                ColumnValue::Integer(number) => query.bind(number),
                ColumnValue::Text(text) => query.bind(text),
                ColumnValue::Bytes(bytes) => query.bind(bytes),
                other => panic!("no story stores {other:?} in `{name}`"),
            };
        }
        query.execute(self.other()).await.unwrap();
    }

    async fn delete(&self, table: &EntityTable, key: &EntityKey) {
        let sql = format!("DELETE FROM {} WHERE {} = ?", table.name(), table.id()[0].name());
        let query = sqlx::query(AssertSqlSafe(sql)).bind(key.to_string());
        assert_eq!(query.execute(self.other()).await.unwrap().rows_affected(), 1);
    }
}

/// Tests of stories: each runs over every store, in every layout.
///
/// A story is a function `fn story<B: Backend>(layout: Layout)`.
macro_rules! stories {
    ($($story:ident)*) => {
        stories! { any type in any column: $($story)* }
        stories! { @over postgres_columns, $crate::jobs::backend::PostgresFixture,
            Columns: $($story)* }
        stories! { @over postgres_documents, $crate::jobs::backend::PostgresFixture,
            Document: $($story)* }
        stories! { @over mariadb_columns, $crate::jobs::backend::MariaDbFixture,
            Columns: $($story)* }
        stories! { @over mariadb_documents, $crate::jobs::backend::MariaDbFixture,
            Document: $($story)* }
    };
    // Of values that columns with types of their own cannot hold.
    (any type in any column: $($story:ident)*) => {
        stories! { @over memory_columns, versioned_store::MemoryStore, Columns: $($story)* }
        stories! { @over memory_documents, versioned_store::MemoryStore, Document: $($story)* }
        stories! { @over sqlite_columns, $crate::jobs::backend::SqliteFile, Columns: $($story)* }
        stories! { @over sqlite_documents, $crate::jobs::backend::SqliteFile, Document: $($story)* }
    };
    (@over $module:ident, $backend:ty, $layout:ident: $($story:ident)*) => {
        mod $module {
            $(
                #[test]
                fn $story() {
                    super::$story::<$backend>($crate::jobs::lesson::Layout::$layout);
                }
            )*
        }
    };
}
pub(crate) use stories;
