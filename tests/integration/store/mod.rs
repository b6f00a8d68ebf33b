//! Stores: the rules of every store, and what is particular to one.

mod history;
mod memory;
mod sqlite;
mod table;
