//! Databases: a file that the user names, or a private one that is gone at the end.

use versioned_cli::{DatabaseUrl, VerbCall, VerbError};
use versioned_sql::{
    SqliteStore,
    sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use versioned_store::{StoreError, StoreErrorKind};

/// Opens a database that is there. A verb on a mistyped file says so instead of creating it.
pub(crate) async fn open(url: DatabaseUrl) -> Result<SqliteStore, StoreError> {
    SqliteStore::connect(url.as_str()).await
}

/// Opens a database, which is created if it is not there.
pub(crate) async fn open_or_create(url: DatabaseUrl) -> Result<SqliteStore, StoreError> {
    SqliteStore::connect_or_create(url.as_str()).await
}

/// Opens the database that the user names, or a private one.
pub(crate) async fn open_or_private(call: &VerbCall<'_, ()>) -> Result<SqliteStore, VerbError> {
    match call.database {
        Some(_) => call.open(open_or_create).await,
        None => Ok(private().await?),
    }
}

/// A database without a name: SQLite keeps it in memory while it is small, and in a file without a
/// name when it grows.
///
/// It lives as long as its connection, so the pool has exactly one and never replaces it.
pub(crate) async fn private() -> Result<SqliteStore, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(SqliteConnectOptions::new().filename(""))
        .await
        .map_err(|error| {
            StoreError::new(StoreErrorKind::Other, "connect", "a private database", error)
                .with_help("make room in the folder for temporary files")
        })?;
    Ok(SqliteStore::new(pool))
}
