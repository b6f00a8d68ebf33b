//! Databases: a file that the user names, or a private one that is gone at the end.

use versioned_sql::{
    SqliteStore,
    sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use versioned_store::{StoreError, StoreErrorKind};

/// The address of a private database: that of a file without a name.
pub(crate) const PRIVATE: &str = "";

/// Opens the database at `url`; a file that is not there is created only where the caller says so.
pub(crate) async fn open(url: &str, may_create: bool) -> Result<SqliteStore, StoreError> {
    match (url, may_create) {
        (PRIVATE, _) => private().await,
        (url, true) => SqliteStore::connect_or_create(url).await,
        (url, false) => SqliteStore::connect(url).await,
    }
}

/// A database without a name: SQLite keeps it in memory while it is small, and in a file without a
/// name when it grows.
///
/// It lives as long as its connection, so the pool has exactly one and never replaces it.
async fn private() -> Result<SqliteStore, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(SqliteConnectOptions::new().filename(PRIVATE))
        .await
        .map_err(|error| {
            StoreError::new(StoreErrorKind::Other, "connect", "a private database", error)
                .with_help("make room in the folder for temporary files")
        })?;
    Ok(SqliteStore::new(pool))
}
