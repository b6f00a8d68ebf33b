//! Stores: the rules of every store, and what is particular to one.
//!
//! The part of a test's name that says which server it needs begins with `postgres` or `mariadb`: by that it is left out
//! where the server is.

mod history;
pub(crate) mod mariadb;
mod memory;
pub(crate) mod postgres;
pub(crate) mod reading_ahead;
pub(crate) mod sqlite;
mod table;
mod typed;
