//! How databases are opened, and several connections at once.

use std::{error::Error, fs, time::Duration};

use versioned_sql::{
    SqliteStore,
    sqlx::{
        self, Row as _,
        sqlite::{SqliteConnectOptions, SqlitePoolOptions},
    },
};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, ModelStore, Page, RowWrite, ScanRequest,
    StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::fixture::{SqliteFixture, TemporaryFolder, block_on};

async fn filled(fixture: &SqliteFixture, rows: u32) -> EntityTable {
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    fixture.create_table(&table).await;
    for id in 0..rows {
        fixture.put(&table, Sample::stale(&*format!("{id:03}")).row).await;
    }
    table
}

async fn scan(store: &SqliteStore, table: &EntityTable) -> Page {
    let limits = BatchLimits::default();
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::Stale };
    store.scan(table, &request).await.unwrap()
}

fn migrations(page: Page, body: &str) -> Vec<RowWrite> {
    let set = vec![
        (SampleColumn::StatesVersion as usize, ColumnValue::Integer(3)),
        (SampleColumn::States as usize, ColumnValue::Text(body.to_owned())),
    ];
    page.rows.into_iter().map(|expected| RowWrite { expected, set: set.clone() }).collect()
}

#[test]
fn a_database_that_does_not_exist_is_not_created_in_passing() {
    block_on(async {
        let folder = TemporaryFolder::new();
        let path = folder.path().join("a b.db");
        let path = path.to_str().unwrap();
        let error = SqliteStore::connect(path).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{:?}", error.source());
        assert!(error.source().unwrap().to_string().ends_with("and none was created"));
        assert!(!fs::exists(path).unwrap());
        drop(SqliteStore::connect_or_create(path).await.unwrap());
        let store = SqliteStore::connect(&format!("sqlite:{path}")).await.unwrap();
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(store.pool()).await.unwrap();
        let level: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(store.pool()).await.unwrap();
        assert_eq!((mode.as_str(), level), ("wal", 2));
    });
}

#[test]
fn what_is_no_database_is_refused() {
    block_on(async {
        let folder = TemporaryFolder::new();
        let path = folder.path().join("text");
        fs::copy(file!(), &path).or_else(|_| fs::copy("Cargo.toml", &path)).unwrap();
        let error = SqliteStore::connect(path.to_str().unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{:?}", error.source());
        for memory in [":memory:", "sqlite::memory:", "sqlite:x?mode=memory"] {
            let error = SqliteStore::connect(memory).await.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Unsupported);
        }
    });
}

#[test]
fn a_database_opened_for_reading_is_read_only() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture, 2).await;
        let url = format!("sqlite:{}?mode=ro", fixture.path());
        let store = SqliteStore::connect(&url).await.unwrap();
        let page = scan(&store, &table).await;
        assert_eq!(page.rows.len(), 2);
        let error = store.write_batch(&table, &migrations(page, "1")).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{:?}", error.source());
        assert_eq!(error.help(), Some("open the database for writing"));
    });
}

/// sqlx reads the bytes of texts as UTF-8, whatever the database has.
#[test]
fn a_database_in_utf_16_is_refused() {
    block_on(async {
        let folder = TemporaryFolder::new();
        let path = folder.path().join("test.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .pragma("encoding", "'UTF-16le'");
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        sqlx::raw_sql("CREATE TABLE samples (id TEXT)").execute(&pool).await.unwrap();
        let store = SqliteStore::new(pool);
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let error = store.count(&table).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unsupported, "{:?}", error.source());
    });
}

#[test]
fn the_applications_own_pool_is_used_as_it_is() {
    block_on(async {
        let folder = TemporaryFolder::new();
        let path = folder.path().join("test.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let sql = "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted, statesVersion, \
                   notesVersion, states, notes, title, nextIndex, params, comment)";
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        let sql = "INSERT INTO samples (id, statesVersion, states) VALUES ('a', 1, '{}')";
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
        let store = SqliteStore::new(pool.clone());
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let writes = migrations(scan(&store, &table).await, "[]");
        // One connection must be enough for every call.
        assert_eq!(store.write_batch(&table, &writes).await.unwrap(), [WriteOutcome::Written]);
        assert_eq!(store.pool().size(), 1);
        let row =
            sqlx::query("SELECT states, version FROM samples").fetch_one(&pool).await.unwrap();
        assert_eq!(row.get::<&str, _>(0), "[]");
        assert_eq!(row.get::<Option<i64>, _>(1), None);
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.unwrap();
        assert_eq!(mode, "delete");
    });
}

#[test]
fn a_busy_database_is_worth_another_try() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture, 2).await;
        let options = SqliteConnectOptions::new().filename(fixture.path());
        let options = options.busy_timeout(Duration::ZERO);
        let pool = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        let impatient = SqliteStore::new(pool);
        let writes = migrations(scan(&impatient, &table).await, "1");

        let writer = fixture.sqlite().pool().begin_with("BEGIN IMMEDIATE").await.unwrap();
        let error = impatient.write_batch(&table, &writes).await.unwrap_err();
        assert!(error.is_retryable(), "{:?}", error.source());
        assert_eq!(scan(&impatient, &table).await.rows.len(), 2, "readers do not wait");
        writer.rollback().await.unwrap();
        let outcomes = impatient.write_batch(&table, &writes).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written; 2]);
    });
}

/// Two programs that migrate the same rows must not write one twice, nor fail because of each other.
#[test]
fn of_two_connections_that_write_a_row_one_wins() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture, 60).await;
        let first = scan(fixture.sqlite(), &table).await;
        let mut tasks = Vec::new();
        for body in ["\"one\"", "\"two\"", "\"three\""] {
            let store = SqliteStore::connect(&fixture.path()).await.unwrap();
            let (table, writes) = (table.clone(), migrations(first.clone(), body));
            tasks.push(tokio::spawn(async move {
                let mut written = 0;
                for batch in writes.chunks(4) {
                    let outcomes = store.write_batch(&table, batch).await.unwrap();
                    let is_written = |one: &&WriteOutcome| **one == WriteOutcome::Written;
                    written += outcomes.iter().filter(is_written).count();
                }
                written
            }));
        }
        let mut written = 0;
        for task in tasks {
            written += task.await.unwrap();
        }
        assert_eq!(written, 60);
        let rows = fixture.query("SELECT 1 FROM samples WHERE version = 8").await;
        assert_eq!(rows.len(), 60, "every model version rose by one");
    });
}
