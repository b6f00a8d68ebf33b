//! A store in a database of its own on the private PostgreSQL server.

use std::time::Duration;

use versioned_sql::{
    PostgresStore, Timeouts,
    sqlx::{self, AssertSqlSafe, postgres::PgPoolOptions, postgres::PgRow},
};
use versioned_store::{ColumnValue, EntityKey, EntityTable, KeyPart, Row};
use versioned_testkit::{
    conformance::{StoreFixture, history::HistoryFixture},
    servers::{Postgres, PrivateServer},
};

use crate::store::typed::{Types, values};

/// Connections of a store under test.
const CONNECTIONS_MAX: u32 = 3;

#[derive(Debug)]
pub(crate) struct PostgresFixture {
    store: PostgresStore,
    types: Types,
}

impl PostgresFixture {
    /// With JSON in columns of a type.
    pub(crate) async fn new(json: &'static str) -> Self {
        let server = PrivateServer::<Postgres>::shared().unwrap();
        Self::at(&server.database("store").unwrap(), json).await
    }

    /// In the database at an address.
    pub(crate) async fn at(url: &str, json: &'static str) -> Self {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).connect(url).await;
        let types = Types {
            integer: "BIGINT",
            text_key: "TEXT",
            uuid_key: "UUID",
            json,
            text: "TEXT",
            quote: '"',
        };
        // On a busy machine tests take their time, and what they say of locks they set themselves.
        let timeouts = Timeouts { lock: Duration::from_secs(30), ..Timeouts::default() };
        Self { store: PostgresStore::new(pool.unwrap()).with_timeouts(timeouts), types }
    }

    /// The same with keys that are texts in columns of a type.
    pub(crate) fn with_text_key(mut self, text_key: &'static str) -> Self {
        self.types.text_key = text_key;
        self
    }

    /// Runs SQL of a test.
    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(self.store.pool()).await.unwrap();
    }

    /// The rows of SQL of a test.
    pub(crate) async fn query(&self, sql: &str) -> Vec<PgRow> {
        sqlx::query(AssertSqlSafe(sql)).fetch_all(self.store.pool()).await.unwrap()
    }
}

impl StoreFixture for PostgresFixture {
    type Store = PostgresStore;

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    async fn create_table(&self, table: &EntityTable) {
        self.execute(&self.types.create_table(table)).await;
    }

    async fn put(&self, table: &EntityTable, row: Row) {
        let all = values(table, row);
        let ids: Vec<&str> = table.id().iter().map(|id| id.name()).collect();
        let names: Vec<String> = all.iter().map(|(name, _)| self.types.quoted(name)).collect();
        let key: Vec<String> = ids.iter().map(|name| self.types.quoted(name)).collect();
        let set: Vec<String> =
            names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let mut literals = Vec::with_capacity(all.len());
        for (index, (name, value)) in all.iter().enumerate() {
            let kind = match value {
                ColumnValue::Integer(_) => "int8",
                ColumnValue::Bytes(_) if ids.contains(name) => "uuid",
                ColumnValue::Bytes(_) => "bytea",
                _ => self.column_type(table, name),
            };
            literals.push(format!("${}::{kind}", index + 1));
        }
        let (table, names) = (self.types.quoted(table.name()), names.join(", "));
        let (literals, key, set) = (literals.join(", "), key.join(", "), set.join(", "));
        let sql = format!(
            "INSERT INTO {table} ({names}) VALUES ({literals}) ON CONFLICT ({key}) DO UPDATE SET {set}"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        for (name, value) in all {
            query = match value {
                ColumnValue::Null => query.bind(None::<String>),
                ColumnValue::Integer(number) => query.bind(number),
                ColumnValue::Text(text) => query.bind(text),
                ColumnValue::Bytes(bytes) if ids.contains(&name) => {
                    let key = KeyPart::Uuid(bytes.try_into().unwrap());
                    query.bind(key.to_string())
                }
                ColumnValue::Bytes(bytes) => query.bind(bytes),
                other => panic!("no rule puts {other:?} into `{name}`"),
            };
        }
        query.execute(self.store.pool()).await.unwrap();
    }

    fn is_loosely_typed(&self) -> bool {
        false
    }

    fn takes_zeros(&self) -> bool {
        false
    }

    async fn delete(&self, table: &EntityTable, key: &EntityKey) {
        let (name, id) = (self.types.quoted(table.name()), self.types.quoted(table.id()[0].name()));
        let query = sqlx::query(AssertSqlSafe(format!("DELETE FROM {name} WHERE {id} = $1")));
        query.bind(key.to_string()).execute(self.store.pool()).await.unwrap();
    }
}

impl PostgresFixture {
    /// The type through which a text, or `NULL`, becomes a value of a column.
    fn column_type(&self, table: &EntityTable, name: &str) -> &'static str {
        let column = table.columns().iter().find(|column| column.name == name);
        match column.map(|column| column.kind) {
            Some(versioned_store::ColumnKind::Json { .. }) if self.types.json != "BYTEA" => {
                match self.types.json {
                    "JSON" => "text::json",
                    "JSONB" => "text::jsonb",
                    _ => "text",
                }
            }
            Some(versioned_store::ColumnKind::Plain { .. }) if is_integer(column.unwrap().key) => {
                "text::int8"
            }
            Some(versioned_store::ColumnKind::Version { .. }) | None => {
                if table.id().iter().any(|id| id.name() == name) { "text" } else { "text::int8" }
            }
            _ => "text",
        }
    }
}

fn is_integer(key: &str) -> bool {
    matches!(key, "nextIndex" | "next_index" | "pages" | "scenes")
}

impl HistoryFixture for PostgresFixture {
    async fn create_history_tables(&self, table: &EntityTable) {
        self.store.create_history_tables(table).await.unwrap();
    }
}
