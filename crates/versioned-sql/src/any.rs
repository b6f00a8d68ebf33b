//! The store over a database that is chosen by its address.
//!
//! Layer: adapters.

use versioned_store::{StoreError, StoreErrorKind};

use crate::{
    connection::Pool,
    error::CONNECT,
    store::{Connect, Store, private},
};

/// A store in whichever database an address names, of those that the crate was built for.
///
/// | address | database | feature |
/// |---|---|---|
/// | `sqlite:..`, or a path | SQLite | `sqlite` |
/// | `postgres://..`, `postgresql://..` | PostgreSQL | `postgres` |
/// | `mysql://..`, `mariadb://..` | MariaDB, MySQL | `mysql` |
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), versioned_store::StoreError> {
/// use versioned_sql::SqlStore;
///
/// let store = SqlStore::connect("postgres://app@localhost/school").await?;
/// # Ok(())
/// # }
/// ```
pub type SqlStore = Store<AnyPool>;

/// The pool of one of the databases.
#[derive(Debug, Clone)]
pub struct AnyPool(Pool);

impl private::Sealed for AnyPool {
    #[expect(private_interfaces, reason = "nobody outside can name the trait")]
    fn pool(&self) -> Pool {
        self.0.clone()
    }
}

impl Connect for AnyPool {}

impl AnyPool {
    /// The pool, if it is of SQLite.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn as_sqlite(&self) -> Option<&sqlx::SqlitePool> {
        match &self.0 {
            Pool::Sqlite(pool) => Some(pool),
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            _ => None,
        }
    }

    /// The pool, if it is of PostgreSQL.
    #[cfg(feature = "postgres")]
    #[must_use]
    pub fn as_postgres(&self) -> Option<&sqlx::PgPool> {
        match &self.0 {
            Pool::Postgres(pool) => Some(pool),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => None,
        }
    }

    /// The pool, if it is of MariaDB or MySQL.
    #[cfg(feature = "mysql")]
    #[must_use]
    pub fn as_mysql(&self) -> Option<&sqlx::MySqlPool> {
        match &self.0 {
            Pool::MySql(pool) => Some(pool),
            #[cfg(any(feature = "sqlite", feature = "postgres"))]
            _ => None,
        }
    }
}

impl<P: Connect> Store<P> {
    /// The same store, as one over whichever database.
    #[must_use]
    pub fn into_any(self) -> SqlStore {
        Store {
            pool: AnyPool(self.pool.pool()),
            timeouts: self.timeouts,
            ahead: self.ahead,
            #[cfg(feature = "sqlite")]
            returns: self.returns,
        }
    }
}

impl Store<AnyPool> {
    /// Connects to an existing database, given by its URL, or by the path of its file for SQLite.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the address is of no database, `Unsupported` if the crate was built without the store for it;
    /// otherwise those of the store's `connect`.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once(':').unwrap_or_default();
        let has_authority = rest.starts_with("//");
        match scheme {
            "postgres" | "postgresql" if has_authority => postgres(url).await,
            "mysql" | "mariadb" if has_authority => mysql(url).await,
            "postgres" | "postgresql" | "mysql" | "mariadb" => Err(mistyped(AddressProblem::Host)),
            "" | "sqlite" => sqlite(url).await,
            // A path may have a colon in it.
            _ if !has_authority => sqlite(url).await,
            _ => Err(mistyped(AddressProblem::Scheme { scheme: scheme.to_owned() })),
        }
    }
}

/// Why an address names no database.
#[derive(Debug, thiserror::Error)]
enum AddressProblem {
    #[error("no `//` follows the first colon of the address, so it names no server")]
    Host,
    #[error("no database is called `{scheme}`")]
    Scheme { scheme: String },
}

/// Does not repeat the address, because nobody knows where its password is.
fn mistyped(problem: AddressProblem) -> StoreError {
    StoreError::new(StoreErrorKind::Misconfigured, CONNECT, "the address that was given", problem)
        .with_help(
            "write `postgres://user@host/database`, `mysql://user@host/database`, or the path of an SQLite file",
        )
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str) -> Result<SqlStore, StoreError> {
    Ok(crate::PostgresStore::connect(url).await?.into_any())
}

#[cfg(not(feature = "postgres"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn postgres(url: &str) -> Result<SqlStore, StoreError> {
    Err(left_out(url, "postgres"))
}

#[cfg(feature = "mysql")]
async fn mysql(url: &str) -> Result<SqlStore, StoreError> {
    Ok(crate::MySqlStore::connect(url).await?.into_any())
}

#[cfg(not(feature = "mysql"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn mysql(url: &str) -> Result<SqlStore, StoreError> {
    Err(left_out(url, "mysql"))
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str) -> Result<SqlStore, StoreError> {
    Ok(crate::SqliteStore::connect(url).await?.into_any())
}

#[cfg(not(feature = "sqlite"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn sqlite(url: &str) -> Result<SqlStore, StoreError> {
    Err(left_out(url, "sqlite"))
}

/// An address names a database for which the crate was not built.
#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
#[derive(Debug, thiserror::Error)]
#[error("this program was built without feature `{feature}` of versioned-sql")]
struct LeftOut {
    feature: &'static str,
}

#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
fn left_out(url: &str, feature: &'static str) -> StoreError {
    let (kind, cause) = (StoreErrorKind::Unsupported, LeftOut { feature });
    let target = crate::error::without_password(url);
    StoreError::new(kind, CONNECT, target, cause)
        .with_help("build it with that feature, or name another database")
}
