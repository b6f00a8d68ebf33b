//! MariaDB and MySQL: how their connections are opened.
//!
//! Layer: adapters.

use std::str::FromStr as _;

use sqlx::{
    MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions},
};
use versioned_store::StoreError;

use crate::{dialect::Dialect, error, store::Store};

/// A store in a MariaDB or MySQL database.
///
/// - **Tables** must be of InnoDB, and the sessions of the pool in strict mode (`STRICT_TRANS_TABLES`), as both are by
///   default: otherwise values could be cut off in silence.
/// - **Names** may have a database in front: `school.lessons`.
/// - **Documents** lie in `longtext`, other texts, or blobs. MariaDB's `json` is a text, which keeps its bytes; MySQL's has a
///   form of its own, and what is read and compared is that form as text.
/// - **Keys** are integers, signed or not, up to 9 223 372 036 854 775 807; texts; `binary(16)` for a UUID; or several of them.
///   Text keys are ordered by their bytes: the server uses its index for that order where the collation of the id column
///   ends in `_bin`. Otherwise, up to 50 000 keys are sorted and read ahead by one statement, which reads the whole table, and
///   pages are read by their keys. Rows that are inserted meanwhile among keys that were read ahead are seen by the next
///   scan; such keys are used for 5 seconds and 20 times the time that reading them took, and then read again.
/// - **Other types** (times, `decimal`, enumerations) come as texts, and are written as such.
/// - **Writes** lock the rows of a batch, compare them as they are then with what was read, and set those that are the same, a
///   few statements per batch, at `READ COMMITTED`.
/// - **Batches** of a run are written side by side, as many as the `writers` of its options, where the id is the primary key of
///   the table: by it a statement finds its rows without locking others. Rows of one batch may stay locked while the batch
///   before it is being written. Where a trigger writes the same row for all of them, they wait for each other until a lock
///   times out; from then on they are written one by one. Where the id is not the primary key, a batch is read and converted
///   meanwhile, and writes its rows when it is its turn.
/// - **Transactions** that the server undoes for a deadlock, or whose connection is lost, are tried again a few times. [`Timeouts`](crate::Timeouts) are
///   settings of the session, and stay when the connection goes back to the pool.
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), versioned_store::StoreError> {
/// use versioned_sql::MySqlStore;
///
/// let store = MySqlStore::connect("mysql://app@localhost/school").await?;
/// # Ok(())
/// # }
/// ```
pub type MySqlStore = Store<MySqlPool>;

/// Connections of a pool that this crate opens.
const CONNECTIONS_MAX: u32 = 8;

impl Store<MySqlPool> {
    /// Connects to a database, given by its `mysql:` or `mariadb:` URL.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the URL, the database or the password is wrong, `Transient` if the server cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let refused = |cause| {
            let help = "check the address, the name of the database, and the rights of the user";
            error::connect(Dialect::MySql, &error::without_password(url), cause, help)
        };
        let options = MySqlConnectOptions::from_str(url).map_err(refused)?;
        error::reach(&options).await.map_err(refused)?;
        let pool = MySqlPoolOptions::new().max_connections(CONNECTIONS_MAX);
        Ok(Self::new(pool.connect_lazy_with(options)))
    }
}
