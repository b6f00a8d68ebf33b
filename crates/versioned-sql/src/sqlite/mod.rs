//! SQLite: the store, and how its connections are opened.
//!
//! Layer: adapters. Invariant: what a call reads comes from one snapshot, and what it writes is one transaction.

mod count;
mod error;
mod history;
mod keys;
mod ledger;
mod scan;
mod schema;
mod statement;
mod transaction;
mod value;
mod write;

use std::{str::FromStr, time::Duration};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use versioned_store::{
    EntityKey, EntityTable, ModelStore, Page, Row, RowWrite, ScanRequest, StoreError,
    StoreErrorKind, StoreProblem, VersionCount, WriteOutcome,
};

/// A store in an SQLite database.
///
/// Values keep the type that SQLite stored them in (`NULL`, integer, real, text, blob), whatever the column was declared
/// as, with one exception: 0 and 1 in a column declared `BOOLEAN` or `BOOL` are truth values. A write compares types and bytes,
/// whatever the column's collation.
///
/// Text keys are ordered by their bytes. Where the id column has another collation than `BINARY`, SQLite cannot use its
/// index for that order and sorts the table for every page; an index over `id COLLATE BINARY` helps.
///
/// It is cheap to clone: clones share the pool.
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), versioned_store::StoreError> {
/// use versioned_sql::SqliteStore;
///
/// let store = SqliteStore::connect("var/app.db").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

/// Connections of a pool that this crate opens: one that writes, some that read.
const CONNECTIONS_MAX: u32 = 8;

/// Rows that a connection's thread reads ahead. A page is measured before it is read, so many rows are no more memory.
const ROW_BUFFER: usize = 1000;

/// Memory for pages of the file per connection, as `PRAGMA cache_size` takes it: 16 MiB. A page of rows is measured and then
/// read, which should go to the file once.
const CACHE_KIB: &str = "-16384";

/// How long a connection waits for another one that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

impl SqliteStore {
    /// Opens an existing database, given by its path or by an `sqlite:` URL.
    ///
    /// The database is put into WAL mode, which stays with the file, so that the application reads on while a batch is
    /// written (a URL with `mode=ro` leaves the file as it is). Connections wait 5 seconds for another writer, and a batch is flushed to the disk before it
    /// counts as written (`synchronous = FULL`), so neither a killed process nor a power cut loses it.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the file cannot be opened, `Unsupported` for a database in memory, `Transient` if it is busy.
    pub async fn connect(url_or_path: &str) -> Result<Self, StoreError> {
        Self::open(url_or_path, false).await
    }

    /// The same as [`connect`](Self::connect), for a database that may not exist yet: an empty one is created then.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    pub async fn connect_or_create(url_or_path: &str) -> Result<Self, StoreError> {
        Self::open(url_or_path, true).await
    }

    /// A store over the application's own pool, whose settings are left alone.
    ///
    /// The pool decides how long a write waits for another writer, and what a committed batch survives. It must not be one of databases in memory, unless it has one connection that is never closed.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    async fn open(url_or_path: &str, create: bool) -> Result<Self, StoreError> {
        const OPERATION: &str = "connect";
        if url_or_path.contains(":memory:") || url_or_path.contains("mode=memory") {
            let cause = InMemory;
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                OPERATION,
                url_or_path,
                cause,
            )
            .with_help("name a file"));
        }
        let mut options = match url_or_path.starts_with("sqlite:") {
            true => SqliteConnectOptions::from_str(url_or_path)
                .map_err(|cause| error::connect(OPERATION, url_or_path, None, cause))?,
            false => SqliteConnectOptions::new().filename(url_or_path),
        };
        options = options
            .busy_timeout(BUSY_TIMEOUT)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", CACHE_KIB)
            .row_buffer_size(ROW_BUFFER);
        if create {
            options = options.create_if_missing(true);
        }
        if !is_read_only(url_or_path) {
            options = options.journal_mode(SqliteJournalMode::Wal);
        }
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX);
        let path = options.get_filename().to_owned();
        let pool = pool.connect_with(options).await;
        let pool =
            pool.map_err(|cause| error::connect(OPERATION, url_or_path, Some(&path), cause))?;
        Ok(Self { pool })
    }
}

impl ModelStore for SqliteStore {
    async fn scan(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreError> {
        supported(table).map_err(|problem| problem.into_error("scan", table.name()))?;
        scan::scan(&self.pool, table, request).await.map_err(|fault| fault.named("scan", table))
    }

    async fn write_batch(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("write_batch", table.name()))?;
        let written = write::write_batch(&self.pool, table, writes).await;
        written.map_err(|fault| fault.named("write_batch", table))
    }

    async fn get(&self, table: &EntityTable, key: &EntityKey) -> Result<Option<Row>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("get", table.name()))?;
        scan::get(&self.pool, table, key).await.map_err(|fault| fault.named("get", table))
    }

    async fn get_many(
        &self,
        table: &EntityTable,
        keys: &[EntityKey],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("get_many", table.name()))?;
        let rows = scan::get_many(&self.pool, table, keys).await;
        rows.map_err(|fault| fault.named("get_many", table))
    }

    async fn count(&self, table: &EntityTable) -> Result<u64, StoreError> {
        supported(table).map_err(|problem| problem.into_error("count", table.name()))?;
        count::count(&self.pool, table).await.map_err(|fault| fault.named("count", table))
    }

    async fn version_counts(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("version_counts", table.name()))?;
        let counts = count::version_counts(&self.pool, table).await;
        counts.map_err(|fault| fault.named("version_counts", table))
    }
}

/// Why a pool cannot be opened on a database in memory.
#[derive(Debug, thiserror::Error)]
#[error("every connection of a pool would have a database in memory of its own")]
struct InMemory;

fn supported(table: &EntityTable) -> Result<(), StoreProblem> {
    match table.row_stamp() {
        Some(column) => Err(StoreProblem::RowStampUnsupported { column: column.into() }),
        None => Ok(()),
    }
}

fn is_read_only(url: &str) -> bool {
    let parameters = url.strip_prefix("sqlite:").and_then(|url| url.split_once('?'));
    parameters.is_some_and(|(_, all)| all.split('&').any(|one| one == "mode=ro"))
}
