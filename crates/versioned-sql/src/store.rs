//! The store, whichever database it is over.
//!
//! Layer: adapters. Invariant: what a call reads comes from one snapshot, and what it writes is one transaction.

use std::fmt;

use versioned_store::{
    EntityKey, EntityTable, ModelStore, Page, Row, RowWrite, ScanRequest, StoreError, StoreProblem,
    VersionCount, WriteOutcome,
};

use crate::{
    ahead::Ahead,
    connection::{Database, Pool, Timeouts},
    count,
    error::{repeated, retried},
    scan, write,
};

/// A store in a database, over a pool of connections.
///
/// It has a name for each database: `SqliteStore`, `PostgresStore`, `MySqlStore`; and `SqlStore` for one that is chosen by
/// its address. It is cheap to clone: clones share the pool.
#[derive(Debug, Clone)]
pub struct Store<P> {
    pub(crate) pool: P,
    pub(crate) timeouts: Timeouts,
    pub(crate) ahead: Ahead,
    #[cfg(feature = "sqlite")]
    pub(crate) returns: crate::dialect::sqlite_held::Returns,
}

/// A pool that a [`Store`] can be over; nothing outside of this crate implements it.
pub trait Connect: private::Sealed + fmt::Debug + Clone + Send + Sync + 'static {}

pub(crate) mod private {
    use super::Pool;

    /// What only this crate implements.
    pub trait Sealed {
        /// The same pool, as the functions of this crate see it.
        #[expect(private_interfaces, reason = "nobody outside can name the trait")]
        fn pool(&self) -> Pool;
    }
}

macro_rules! connect {
    ($feature:literal, $pool:ty, $variant:ident) => {
        #[cfg(feature = $feature)]
        impl private::Sealed for $pool {
            #[expect(private_interfaces, reason = "nobody outside can name the trait")]
            fn pool(&self) -> Pool {
                Pool::$variant(self.clone())
            }
        }

        #[cfg(feature = $feature)]
        impl Connect for $pool {}
    };
}

connect!("sqlite", sqlx::SqlitePool, Sqlite);
connect!("postgres", sqlx::PgPool, Postgres);
connect!("mysql", sqlx::MySqlPool, MySql);

impl<P: Connect> Store<P> {
    /// A store over the application's own pool, whose settings are left alone.
    ///
    /// For SQLite, the pool decides how long a write waits for another writer, and what a committed batch survives. It must
    /// not be one of databases in memory, unless it has one connection that is never closed.
    #[must_use]
    pub fn new(pool: P) -> Self {
        Self {
            pool,
            timeouts: Timeouts::default(),
            ahead: Ahead::default(),
            #[cfg(feature = "sqlite")]
            returns: crate::dialect::sqlite_held::Returns::default(),
        }
    }

    /// The same store with other timeouts of locks and statements; SQLite has none of them.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// The pool.
    #[must_use]
    pub fn pool(&self) -> &P {
        &self.pool
    }

    pub(crate) fn database(&self) -> Database {
        Database {
            pool: self.pool.pool(),
            timeouts: self.timeouts,
            ahead: self.ahead.clone(),
            #[cfg(feature = "sqlite")]
            returns: self.returns.clone(),
        }
    }
}

impl<P: Connect> ModelStore for Store<P> {
    async fn scan(&self, table: &EntityTable, request: &ScanRequest) -> Result<Page, StoreError> {
        supported(table).map_err(|problem| problem.into_error("scan", table.name()))?;
        let database = self.database();
        let page = repeated(|| scan::scan(&database, table, request)).await;
        page.map_err(|fault| fault.named("scan", table))
    }

    async fn write_batch(
        &self,
        table: &EntityTable,
        writes: &[RowWrite],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("write_batch", table.name()))?;
        let database = self.database();
        let written = retried(|| write::write_batch(&database, table, writes)).await;
        written.map_err(|fault| fault.named("write_batch", table))
    }

    async fn get(&self, table: &EntityTable, key: &EntityKey) -> Result<Option<Row>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("get", table.name()))?;
        let database = self.database();
        let row = repeated(|| scan::get(&database, table, key)).await;
        row.map_err(|fault| fault.named("get", table))
    }

    async fn get_many(
        &self,
        table: &EntityTable,
        keys: &[EntityKey],
    ) -> Result<Vec<Option<Row>>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("get_many", table.name()))?;
        let database = self.database();
        let rows = repeated(|| scan::get_many(&database, table, keys)).await;
        rows.map_err(|fault| fault.named("get_many", table))
    }

    async fn count(&self, table: &EntityTable) -> Result<u64, StoreError> {
        supported(table).map_err(|problem| problem.into_error("count", table.name()))?;
        let database = self.database();
        let count = repeated(|| count::count(&database, table)).await;
        count.map_err(|fault| fault.named("count", table))
    }

    async fn version_counts(&self, table: &EntityTable) -> Result<Vec<VersionCount>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("version_counts", table.name()))?;
        let database = self.database();
        let counts = repeated(|| count::version_counts(&database, table)).await;
        counts.map_err(|fault| fault.named("version_counts", table))
    }
}

pub(crate) fn supported(table: &EntityTable) -> Result<(), StoreProblem> {
    match table.row_stamp() {
        Some(column) => Err(StoreProblem::RowStampUnsupported { column: column.into() }),
        None => Ok(()),
    }
}
