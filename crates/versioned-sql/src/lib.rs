//! SQL stores for the migration engine: SQLite, PostgreSQL, MariaDB and MySQL, over sqlx.
//!
//! Layer: adapters. Sees the ports of `versioned-store`; knows no job. Invariant: a table or column name enters SQL in one
//! place only, checked and quoted; values are always bound.
#![cfg_attr(feature = "sqlite", doc = "\nSee [`SqliteStore`].")]
#![cfg_attr(feature = "postgres", doc = "\nSee [`PostgresStore`].")]
#![cfg_attr(feature = "mysql", doc = "\nSee [`MySqlStore`].")]
#![cfg_attr(
    all(any(feature = "sqlite", feature = "mysql"), not(feature = "postgres")),
    expect(dead_code, reason = "what only PostgreSQL needs")
)]

macro_rules! with_a_database {
    ($($item:item)*) => {
        $(
            #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
            $item
        )*
    };
}

with_a_database! {
    mod ahead;
    mod any;
    mod columns;
    mod connection;
    mod count;
    mod dialect;
    mod error;
    mod found;
    mod history;
    mod insert;
    mod keys;
    mod ledger;
    mod scan;
    mod schema;
    mod sql;
    mod statement;
    mod store;
    mod write;

    pub use any::{AnyPool, SqlStore};
    pub use connection::Timeouts;
    pub use store::{Connect, Store};

    /// The version of sqlx whose pools [`Store::new`] takes.
    pub use sqlx;
}

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

#[cfg(feature = "mysql")]
pub use mysql::MySqlStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
