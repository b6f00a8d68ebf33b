//! SQL stores for the migration engine: SQLite, over sqlx.
//!
//! Layer: adapters. Sees the ports of `versioned-store`; knows no job. Invariant: a table or column name enters SQL in one
//! place only, checked and quoted; values are always bound.
#![cfg_attr(feature = "sqlite", doc = "\nSee [`SqliteStore`].")]

#[cfg(feature = "sqlite")]
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

/// The version of sqlx whose pools [`SqliteStore::new`] takes.
#[cfg(feature = "sqlite")]
pub use sqlx;
