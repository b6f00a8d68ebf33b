//! The history of models in SQLite: a table of snapshots and one of commits per entity.
//!
//! Layer: adapters. Invariant: a commit, its snapshot and the row are one transaction; what exists is never written over.

mod append;
mod log;
mod save;
mod tables;

pub(super) use append::append;
use versioned_store::{
    CommitEntry, CommitsRequest, EntityKey, EntityTable, HistoryStore, ModelCommit, ModelVersion,
    Snapshot, StoreError, WriteOutcome,
};

use super::{SqliteStore, keys, supported};
use crate::sql::Sql;

impl SqliteStore {
    /// Creates the tables of a history, where they do not exist yet; nothing for a table without one.
    ///
    /// For a model with the text id `id`, the model version `version` and the history
    /// `History::tables("exploration_snapshots", "exploration_commits")` they are:
    ///
    /// ```sql
    /// CREATE TABLE IF NOT EXISTS "exploration_snapshots" (
    ///     "id" TEXT NOT NULL,
    ///     "version" INTEGER NOT NULL,
    ///     "content" TEXT NOT NULL,
    ///     PRIMARY KEY ("id", "version")
    /// );
    /// CREATE TABLE IF NOT EXISTS "exploration_commits" (
    ///     "number" INTEGER PRIMARY KEY AUTOINCREMENT,
    ///     "id" TEXT NOT NULL,
    ///     "version" INTEGER NOT NULL,
    ///     "kind" TEXT NOT NULL,
    ///     "committer" TEXT NOT NULL,
    ///     "message" TEXT NOT NULL,
    ///     "commands" TEXT NOT NULL,
    ///     "at_ms" INTEGER NOT NULL,
    ///     UNIQUE ("id", "version")
    /// );
    /// CREATE INDEX IF NOT EXISTS "exploration_commits_of_model" ON "exploration_commits" ("id", "number");
    /// ```
    ///
    /// An integer id is an `INTEGER`, a UUID a `BLOB`, a UUID as text a `TEXT`. An application may create them itself, with
    /// columns of its own besides, as long as those have defaults.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database refuses; nothing is created then.
    pub async fn create_history_tables(&self, table: &EntityTable) -> Result<(), StoreError> {
        let created = tables::create(&self.pool, table).await;
        created.map_err(|fault| fault.named("create_history_tables", table))
    }
}

impl HistoryStore for SqliteStore {
    async fn commit_models(
        &self,
        table: &EntityTable,
        commits: &[ModelCommit],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        supported(table).map_err(|problem| problem.into_error("commit_models", table.name()))?;
        let saved = save::commit_models(&self.pool, table, commits).await;
        saved.map_err(|fault| fault.named("commit_models", table))
    }

    async fn snapshot(
        &self,
        table: &EntityTable,
        key: &EntityKey,
        version: ModelVersion,
    ) -> Result<Option<Snapshot>, StoreError> {
        let read = log::snapshot(&self.pool, table, key, version).await;
        read.map_err(|fault| fault.named("snapshot", table))
    }

    async fn commits(
        &self,
        table: &EntityTable,
        request: &CommitsRequest,
    ) -> Result<Vec<CommitEntry>, StoreError> {
        let read = log::commits(&self.pool, table, request).await;
        read.map_err(|fault| fault.named("commits", table))
    }
}

/// For snapshots that count as deleted with their model: the condition, as 0 or 1, that there is no such model that is not
/// deleted. Adds nothing, and says so, for other tables.
pub(super) fn is_orphan(sql: &mut Sql, table: &EntityTable) -> bool {
    let Some(parent) = table.parent() else { return false };
    let (_, ids) = table.id().split_last().expect("a snapshot's key has the model version");
    sql.text("NOT EXISTS (SELECT 1 FROM ").name(parent.table()).text(" WHERE ");
    sql.join(" AND ", ids, |sql, id| {
        // In the collation of the model's column, so that its index finds the row, and by bytes.
        sql.name(parent.table()).text(".").name(id.name()).text(" = ");
        keys::column(sql, table, id.name());
        sql.text(" AND ").name(parent.table()).text(".").name(id.name()).text(" COLLATE BINARY = ");
        keys::column(sql, table, id.name());
    });
    if let Some(column) = parent.deleted() {
        sql.text(" AND coalesce(").name(parent.table()).text(".").name(column);
        sql.text(" <> 0, 0) = 0");
    }
    sql.text(")");
    true
}
