//! Databases: one that the user names by its address, or a private one that is gone at the end.

pub(crate) mod sql;
#[cfg(test)]
pub(crate) mod told;

use versioned_cli::{DatabaseUrl, VerbCall, VerbError};
use versioned_sql::{
    SqlStore, SqliteStore,
    sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use versioned_store::{EntityTable, ModelStore, StoreError, StoreErrorKind, StoreProblem};

/// Opens a database that is there. A verb on a mistyped file says so instead of creating it.
pub(crate) async fn open(url: DatabaseUrl) -> Result<SqlStore, StoreError> {
    SqlStore::connect(url.as_str()).await
}

/// Opens a database; a file is created if it is not there, a database of a server is not.
pub(crate) async fn open_or_create(url: DatabaseUrl) -> Result<SqlStore, StoreError> {
    match url.as_str().split_once(':') {
        None | Some(("sqlite", _)) => {
            Ok(SqliteStore::connect_or_create(url.as_str()).await?.into_any())
        }
        Some(_) => open(url).await,
    }
}

/// Opens the database that the user names, or a private one.
pub(crate) async fn open_or_private(call: &VerbCall<'_, ()>) -> Result<SqlStore, VerbError> {
    match call.database {
        Some(_) => call.open(open_or_create).await,
        None => Ok(private().await?),
    }
}

/// Tells a table of this example from one of the same name that is another application's, before anything is written to it.
pub(crate) async fn check(store: &SqlStore, table: &EntityTable) -> Result<(), VerbError> {
    let Err(error) = store.count(table).await else { return Ok(()) };
    let is_of_another = matches!(error.problem(), Some(StoreProblem::ColumnUnknown { .. }));
    let error = VerbError::from(error);
    Err(match is_of_another {
        true => error.with_help("this table is another application's: name another database"),
        false => error,
    })
}

/// A database without a name: SQLite keeps it in memory while it is small, and in a file without a
/// name when it grows.
///
/// It lives as long as its connection, so the pool has exactly one and never replaces it.
pub(crate) async fn private() -> Result<SqlStore, StoreError> {
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
    Ok(SqliteStore::new(pool).into_any())
}
