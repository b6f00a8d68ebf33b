//! Commits and snapshots of rows that were written, in the same transaction.
//!
//! Layer: adapters. Invariant: what exists is never written over, whether the tables forbid it or not. The row of a model
//! was written before in the same transaction, so nobody else appends to its history meanwhile.

use versioned_store::{
    ColumnValue, CommitCommand, CommitRecord, EntityKey, EntityTable, ModelVersion, NewCommit,
    StoreProblem,
};

use super::tables::{self, Tables};
use crate::{
    connection::Transaction,
    error::Fault,
    insert::{self, NewRow},
    keys,
    schema::{Schema, View},
    statement::{Statement, number, text},
};

/// Most commits of one statement.
const COMMITS_MAX: usize = 50;

/// Appends the commits of a batch.
pub(crate) async fn append(
    transaction: &mut Transaction,
    table: &EntityTable,
    commits: &[NewCommit],
) -> Result<(), Fault> {
    if commits.is_empty() {
        return Ok(());
    }
    for commit in commits {
        table.check_new_commit(commit)?;
    }
    let entries: Vec<Entry<'_>> = commits
        .iter()
        .map(|NewCommit { key, model_version, snapshot, record }| Entry {
            key,
            version: *model_version,
            snapshot,
            record,
        })
        .collect();
    append_entries(transaction, table, &entries).await
}

/// A commit and its snapshot, which were checked against the table.
pub(super) struct Entry<'e> {
    pub(super) key: &'e EntityKey,
    pub(super) version: ModelVersion,
    pub(super) snapshot: &'e str,
    pub(super) record: &'e CommitRecord,
}

pub(super) async fn append_entries(
    transaction: &mut Transaction,
    table: &EntityTable,
    entries: &[Entry<'_>],
) -> Result<(), Fault> {
    let view = View::read(transaction, table).await?;
    let Tables { history, version_column, snapshots, commits } =
        tables::checked(transaction, table).await?;
    for entries in entries.chunks(COMMITS_MAX) {
        let content = |entry: &Entry<'_>| vec![(history.content(), text(entry.snapshot))];
        let place = Appended {
            view: &view,
            name: history.snapshots_table(),
            version_column,
            schema: &snapshots,
        };
        place.append(transaction, entries, content).await?;
        let record = |Entry { record, .. }: &Entry<'_>| {
            vec![
                ("kind", text(record.kind.as_str())),
                ("committer", text(&record.committer)),
                ("message", text(&record.message)),
                ("commands", text(CommitCommand::list_to_text(&record.commands))),
                ("at_ms", number(record.at_ms)),
            ]
        };
        let place = Appended { name: history.commits_table(), schema: &commits, ..place };
        place.append(transaction, entries, record).await?;
    }
    Ok(())
}

/// One of the tables of a history.
struct Appended<'t> {
    view: &'t View<'t>,
    name: &'t str,
    version_column: &'t str,
    schema: &'t Schema,
}

impl Appended<'_> {
    /// Inserts a row for each entry, unless there is one with the same key and model version.
    async fn append<'e>(
        &self,
        transaction: &mut Transaction,
        entries: &'e [Entry<'e>],
        set: impl Fn(&'e Entry<'e>) -> Vec<(&'e str, ColumnValue)>,
    ) -> Result<(), Fault> {
        self.check_absent(transaction, entries).await?;
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            let ids = self.view.table.id().iter().map(|id| id.name());
            let mut columns: Vec<(&str, ColumnValue)> =
                ids.zip(self.view.table.stored_key(entry.key)?).collect();
            columns.push((self.version_column, number(entry.version.number())));
            let of_key = columns.len();
            columns.extend(set(entry));
            rows.push(NewRow { key: entry.key, columns, of_key });
        }
        insert::insert(transaction, self.name, self.schema, &rows).await
    }

    async fn check_absent(
        &self,
        transaction: &mut Transaction,
        entries: &[Entry<'_>],
    ) -> Result<(), Fault> {
        let (name, version_column) = (self.name, self.version_column);
        let mut statement = Statement::new(self.view.dialect);
        statement.sql.text("SELECT ");
        for id in self.view.table.id() {
            statement.sql.table(name).text(".").name(id.name()).text(", ");
        }
        statement.sql.table(name).text(".").name(version_column);
        statement.sql.text(" FROM ").table(name).text(" WHERE ");
        for (index, entry) in entries.iter().enumerate() {
            statement.sql.text(if index > 0 { " OR (" } else { "(" });
            keys::equal_in(&mut statement, name, self.view, entry.key)?;
            statement.sql.text(" AND ").table(name).text(".").name(version_column).text(" = ");
            statement.bind(&number(entry.version.number()))?.sql.text(")");
        }
        statement.sql.text(" LIMIT 1");
        let Some(mut found) = transaction.first(statement).await? else { return Ok(()) };
        let key = keys::read(&mut found, self.view, None)?;
        let version = ModelVersion::new(found.integer(self.view.table.id().len())?);
        Err(StoreProblem::HistoryExists { table: name.into(), key, version }.into())
    }
}
