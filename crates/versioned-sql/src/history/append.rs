//! Commits and snapshots of rows that were written, in the same transaction.
//!
//! Layer: adapters. Invariant: what exists is never written over, whether the tables forbid it or not. The row of a model
//! was written before in the same transaction, so nobody else appends to its history meanwhile.

use std::collections::BTreeSet;

use versioned_store::{
    ColumnValue, CommitCommand, CommitRecord, EntityKey, EntityTable, ModelVersion, NewCommit,
    StoreProblem,
};

use super::{
    present::Places,
    tables::{self, Tables},
};
use crate::{
    connection::Transaction,
    error::Fault,
    insert::{self, NewRow},
    schema::{Schema, View},
    statement::{number, text},
};

/// Most bytes of snapshots in one statement, unless there is one alone that has more.
const BYTES_MAX: usize = 4 << 20;

/// Appends the commits of a batch; `view` is the table as the rows were written to it.
///
/// As long as the transaction lasts, the database lets nobody change the columns of a table that it has written rows to.
pub(crate) async fn append(
    transaction: &mut Transaction,
    table: &EntityTable,
    view: Option<&View<'_>>,
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
    match view {
        Some(view) => append_entries(transaction, view, &entries).await,
        None => {
            let view = View::read(transaction, table).await?;
            append_entries(transaction, &view, &entries).await
        }
    }
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
    view: &View<'_>,
    entries: &[Entry<'_>],
) -> Result<(), Fault> {
    let Tables { history, version_column, snapshots, commits } =
        tables::checked(transaction, view.table).await?;
    check_once(history.snapshots_table(), entries)?;
    let mut rest = entries;
    while !rest.is_empty() {
        let (entries, after) = rest.split_at(together(rest, insert::rows_max(view.dialect)));
        rest = after;
        let content = |entry: &Entry<'_>| vec![(history.content(), text(entry.snapshot))];
        let place = Appended {
            view,
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

/// Refuses a commit that comes twice, which tables of the application's may not.
fn check_once(table: &str, entries: &[Entry<'_>]) -> Result<(), StoreProblem> {
    let mut seen = BTreeSet::new();
    match entries.iter().find(|entry| !seen.insert((entry.key, entry.version))) {
        Some(Entry { key, version, .. }) => {
            let (table, key, version) = (table.into(), (*key).clone(), *version);
            Err(StoreProblem::HistoryExists { table, key, version })
        }
        None => Ok(()),
    }
}

/// How many entries go into one statement.
fn together(entries: &[Entry<'_>], rows_max: usize) -> usize {
    let mut bytes = 0;
    let fits = |entry: &&Entry<'_>| {
        bytes += entry.snapshot.len();
        bytes <= BYTES_MAX
    };
    entries.iter().take(rows_max).take_while(fits).count().max(1)
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
        let places =
            Places { view: self.view, name: self.name, version_column: self.version_column };
        let keys: Vec<(&EntityKey, ModelVersion)> =
            entries.iter().map(|entry| (entry.key, entry.version)).collect();
        if let Some((key, version)) = places.first_present(transaction, &keys).await? {
            let table = self.name.into();
            return Err(StoreProblem::HistoryExists { table, key, version }.into());
        }
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
}
