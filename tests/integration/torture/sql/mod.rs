//! The SQL of the applications that own the tables.

pub(super) mod mariadb;
pub(super) mod postgres;
pub(super) mod sqlite;

/// The SQL of a subject over one database. Keys are bound as `?1`. A row keeps how often it was edited in a member that conversions leave
/// alone, and has a model version that every write raises by one.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) create_table: &'static str,
    /// Inserts a row with 0 edits at model version 1; by its kind.
    pub(super) insert: [&'static str; 4],
    /// (model version, edits)
    pub(super) read: &'static str,
    /// `?2` is the number of edits, `?3` the model version that was read.
    pub(super) edit: &'static str,
    /// `?2` is the model version that was read.
    pub(super) delete: &'static str,
    /// Puts old content into current rows: over SQLite into one in `?1` of them beginning with `?2`, and gives their keys;
    /// over a server into those whose number leaves `?2` when it is divided by `?1`, with the text `?3`.
    pub(super) make_stale: &'static str,
    /// Over a server: keys of rows that hold text like `?1`.
    pub(super) with_text: &'static str,
    /// (key, model version, edits), by key.
    pub(super) all: &'static str,
    /// Rows that are not at their latest versions.
    pub(super) stale_keys: &'static str,
}
