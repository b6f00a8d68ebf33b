//! A store in a database of its own on the private MariaDB server.

use std::time::Duration;

use versioned_sql::{
    MySqlStore, Timeouts,
    sqlx::{self, AssertSqlSafe, mysql::MySqlPoolOptions},
};
use versioned_store::{ColumnValue, EntityKey, EntityTable, Row};
use versioned_testkit::{
    conformance::{StoreFixture, history::HistoryFixture},
    servers::{MariaDb, PrivateServer},
};

use crate::store::typed::{Types, values};

/// Connections of a store under test.
const CONNECTIONS_MAX: u32 = 3;

/// The only collations that tell `a` from `a` and a space.
pub(crate) const TEXT_KEY: &str = "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";

#[derive(Debug)]
pub(crate) struct MariaDbFixture {
    store: MySqlStore,
    types: Types,
}

impl MariaDbFixture {
    pub(crate) async fn new() -> Self {
        Self::with_text_key(TEXT_KEY).await
    }

    /// With keys that are texts in columns of a type.
    pub(crate) async fn with_text_key(text_key: &'static str) -> Self {
        let server = PrivateServer::<MariaDb>::shared().unwrap();
        Self::at(&server.database("store").unwrap(), text_key).await
    }

    /// In the database at an address.
    pub(crate) async fn at(url: &str, text_key: &'static str) -> Self {
        let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS_MAX).connect(url).await;
        let types = Types {
            integer: "BIGINT",
            text_key,
            uuid_key: "BINARY(16)",
            json: "LONGTEXT CHARACTER SET utf8mb4",
            text: "LONGTEXT CHARACTER SET utf8mb4",
            quote: '`',
        };
        // On a busy machine tests take their time, and what they say of locks they set themselves.
        let timeouts = Timeouts { lock: Duration::from_secs(30), ..Timeouts::default() };
        Self { store: MySqlStore::new(pool.unwrap()).with_timeouts(timeouts), types }
    }

    /// Runs SQL of a test.
    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.store.pool()).await.unwrap();
    }
}

impl StoreFixture for MariaDbFixture {
    type Store = MySqlStore;

    fn store(&self) -> &MySqlStore {
        &self.store
    }

    async fn create_table(&self, table: &EntityTable) {
        self.execute(&self.types.create_table(table)).await;
    }

    async fn put(&self, table: &EntityTable, row: Row) {
        let all = values(table, row);
        let names: Vec<String> = all.iter().map(|(name, _)| self.types.quoted(name)).collect();
        let (table, names) = (self.types.quoted(table.name()), names.join(", "));
        let marks = vec!["?"; all.len()].join(", ");
        let sql = format!("REPLACE INTO {table} ({names}) VALUES ({marks})");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (name, value) in all {
            query = match value {
                ColumnValue::Null => query.bind(None::<String>),
                ColumnValue::Integer(number) => query.bind(number),
                ColumnValue::Text(text) => query.bind(text),
                ColumnValue::Bytes(bytes) => query.bind(bytes),
                other => panic!("no rule puts {other:?} into `{name}`"),
            };
        }
        query.execute(self.store.pool()).await.unwrap();
    }

    fn is_loosely_typed(&self) -> bool {
        false
    }

    async fn delete(&self, table: &EntityTable, key: &EntityKey) {
        let (name, id) = (self.types.quoted(table.name()), self.types.quoted(table.id()[0].name()));
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {name} WHERE {id} = ?")));
        query.bind(key.to_string()).execute(self.store.pool()).await.unwrap();
    }
}

impl HistoryFixture for MariaDbFixture {
    async fn create_history_tables(&self, table: &EntityTable) {
        self.store.create_history_tables(table).await.unwrap();
    }
}
