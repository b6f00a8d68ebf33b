//! PostgreSQL: how its connections are opened.
//!
//! Layer: adapters.

use std::str::FromStr as _;

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use versioned_store::StoreError;

use crate::{dialect::Dialect, error, store::Store};

/// A store in a PostgreSQL database.
///
/// - **Names** may have a schema in front: `school.lessons`. Each part is quoted, so upper and lower case count.
/// - **Documents** lie in `json`, `jsonb`, `text`, `varchar` or `bytea`. In `jsonb` the server has its own form of a document
///   (order of keys, spaces, the spelling of numbers); what is read, compared and counted is that form as text. U+0000 and
///   half of a character (an escape such as `\ud83d` alone), which `jsonb` cannot hold, are errors of their row before they
///   reach the server.
/// - **Keys** are `smallint`, `integer`, `bigint`, `text`, `varchar`, `uuid`, or several of them. Text keys are ordered by their
///   bytes. Where the collation of the id column orders by bytes too (`C`, `POSIX`, `ucs_basic`, those of the server's own
///   provider, or the database's default if it is one of these), pages are read by the column's index. Otherwise, up to 50 000
///   keys are sorted and read ahead by one statement, which reads the whole table, and pages are read by their keys. Rows that are
///   inserted meanwhile among keys that were read ahead are seen by the next scan; such keys are used for 5 seconds
///   and 20 times the time that reading them took, and then read again.
/// - **Other types** (times, `numeric`, enumerations) come as texts, and are written as such.
/// - **Writes** are one statement per batch, at `READ COMMITTED`: a row is locked when it is compared and written. A row that a
///   scan has read is the same if the same transaction has written it (`xmin`) and it lies in the same place (`ctid`); where it
///   does not, because it was moved or columns have changed that were not read, all that was read is compared with what is
///   there then. In views, foreign tables, and tables with children that are no partitions, it is compared at once.
/// - **Batches** of a run are written side by side, as many as the `writers` of its options: rows of one batch may stay
///   locked while the batch before it is being written.
///   Where a trigger writes the same row for all of them, they wait for each other until a lock times out; from then on they are
///   written one by one.
/// - **Pages** of `json` and `jsonb` end where their documents have reached the bytes of a batch, or before that where what is
///   stored of them has.
/// - **Transactions** that the server undoes for a deadlock, or to keep transactions serializable, or whose connection is lost,
///   are tried again a few times; how long they wait for locks is said by [`Timeouts`](crate::Timeouts), for the transaction alone.
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), versioned_store::StoreError> {
/// use versioned_sql::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://app@localhost/school").await?;
/// # Ok(())
/// # }
/// ```
pub type PostgresStore = Store<PgPool>;

/// Connections of a pool that this crate opens.
const CONNECTIONS_MAX: u32 = 8;

impl Store<PgPool> {
    /// Connects to a database, given by its `postgres:` URL.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the URL, the database or the password is wrong, `Transient` if the server cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let refused = |cause| {
            let help = "check the address, the name of the database, and the rights of the user";
            error::connect(Dialect::Postgres, &error::without_password(url), cause, help)
        };
        let options = PgConnectOptions::from_str(url).map_err(refused)?;
        error::reach(&options).await.map_err(refused)?;
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX);
        Ok(Self::new(pool.connect_lazy_with(options)))
    }
}
