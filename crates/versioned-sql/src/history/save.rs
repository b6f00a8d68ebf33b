//! Saves: models with their commits, dependent rows and messages in one transaction.
//!
//! Layer: adapters.

use std::borrow::Cow;

use versioned_store::{
    ColumnValue, EntityTable, ModelChange, ModelCommit, ModelVersion, NewModel, OutboxWrite,
    StoreProblem, WriteOutcome,
};

use super::append::{Entry, append_entries};
use crate::{
    connection::{Database, Transaction},
    error::Fault,
    insert::{self, NewRow},
    keys, ledger,
    schema::View,
    statement::Statement,
    write::{self, Change, Set},
};

pub(super) async fn commit_models(
    database: &Database,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> Result<Vec<WriteOutcome>, Fault> {
    let versions = commits.iter().map(|commit| table.check_commit(commit));
    let versions: Vec<Option<ModelVersion>> = versions.collect::<Result<_, StoreProblem>>()?;
    if commits.iter().any(|commit| !commit.outbox.is_empty()) {
        ledger::tables::create_before(database).await?;
    }
    match commit_checked(database, table, commits, &versions).await {
        // Where a database locks rows and not the whole of it, somebody else may have created one of them just now.
        Err(fault) if fault.is_duplicate() => {
            created_meanwhile(database, table, commits).await?.ok_or(fault)
        }
        other => other,
    }
}

/// The outcomes where rows exist by now that were to be created; `None` if none does.
async fn created_meanwhile(
    database: &Database,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> Result<Option<Vec<WriteOutcome>>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let mut outcomes = vec![WriteOutcome::Written; commits.len()];
    for (commit, outcome) in commits.iter().zip(&mut outcomes) {
        if let ModelChange::Create(model) = &commit.change
            && exists(&mut transaction, &view, model).await?
        {
            *outcome = WriteOutcome::Conflict;
        }
    }
    transaction.commit().await?;
    let is_one = outcomes.contains(&WriteOutcome::Conflict);
    Ok(is_one.then(|| WriteOutcome::all_or_none(outcomes)))
}

async fn commit_checked(
    database: &Database,
    table: &EntityTable,
    commits: &[ModelCommit],
    versions: &[Option<ModelVersion>],
) -> Result<Vec<WriteOutcome>, Fault> {
    let mut transaction = database.writing().await?;
    let view = View::read(&mut transaction, table).await?;
    let mut outcomes = Vec::with_capacity(commits.len());
    for (commit, version) in commits.iter().zip(versions) {
        let number = version.map(ModelVersion::number);
        outcomes.push(change(&mut transaction, &view, &commit.change, number).await?);
    }
    let outcomes = WriteOutcome::all_or_none(outcomes);
    if outcomes.iter().any(|outcome| *outcome != WriteOutcome::Written) {
        transaction.rollback().await?;
        return Ok(outcomes);
    }
    follow(&mut transaction, &view, commits, versions).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// Writes what goes with models that were changed.
async fn follow(
    transaction: &mut Transaction,
    view: &View<'_>,
    commits: &[ModelCommit],
    versions: &[Option<ModelVersion>],
) -> Result<(), Fault> {
    if view.table.history().is_some() && !commits.is_empty() {
        let entries = commits.iter().zip(versions).map(|(commit, version)| {
            let ModelCommit { change, snapshot, record, .. } = commit;
            let version = version.ok_or(StoreProblem::HistoryMissing)?;
            Ok(Entry { key: change.key(), version, snapshot, record })
        });
        let entries: Vec<Entry<'_>> = entries.collect::<Result<_, StoreProblem>>()?;
        append_entries(transaction, view, &entries).await?;
    }
    let mut columns = ledger::dependents::Columns::default();
    for row in commits.iter().flat_map(|commit| &commit.dependents) {
        ledger::dependents::set(transaction, &mut columns, row).await?;
    }
    let message = |commit: &ModelCommit| {
        let of = commit.change.key().clone();
        let messages = commit.outbox.iter().cloned();
        messages.map(|message| OutboxWrite { of: of.clone(), message }).collect::<Vec<_>>()
    };
    let messages: Vec<OutboxWrite> = commits.iter().flat_map(message).collect();
    if !messages.is_empty() {
        ledger::tables::create(transaction).await?;
        ledger::outbox::put(transaction, None, &messages).await?;
    }
    Ok(())
}

/// Changes one model, if it is what it was.
async fn change(
    transaction: &mut Transaction,
    view: &View<'_>,
    change: &ModelChange,
    version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    let table = view.table;
    let change = match change {
        ModelChange::Create(model) => return create(transaction, view, model, version).await,
        ModelChange::Update(write) => write::change(table, write, version),
        ModelChange::MarkDeleted(expected) => {
            let deleted = table.deleted().map(|name| (name, ColumnValue::Boolean(true)));
            let version = version.map(ColumnValue::Integer);
            let set = deleted.into_iter().chain(table.model_version().zip(version));
            let set: Vec<Set<'_>> = set.map(|(name, value)| (name, Cow::Owned(value))).collect();
            Change { expected, set }
        }
        other => {
            let (key, reason) = (other.key().clone(), "the store does not know the change");
            return Err(StoreProblem::WriteMismatch { key, reason }.into());
        }
    };
    let outcomes = write::set_where_same(transaction, view, &[change]).await?;
    Ok(outcomes.first().copied().unwrap_or(WriteOutcome::Conflict))
}

async fn create(
    transaction: &mut Transaction,
    view: &View<'_>,
    model: &NewModel,
    version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    // Other unique columns than the key are refused by the database, which knows which one it was.
    if exists(transaction, view, model).await? {
        return Ok(WriteOutcome::Conflict);
    }
    let table = view.table;
    let ids = table.id().iter().map(|id| id.name());
    let mut columns: Vec<_> = ids.zip(table.stored_key(&model.key)?).collect();
    let of_key = columns.len();
    columns.extend(values(table, model, version));
    let row = NewRow { key: &model.key, columns, of_key };
    insert::insert(transaction, table.name(), &view.schema, &[row]).await?;
    Ok(WriteOutcome::Written)
}

async fn exists(
    transaction: &mut Transaction,
    view: &View<'_>,
    model: &NewModel,
) -> Result<bool, Fault> {
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT 1 FROM ").table(view.table.name()).text(" WHERE ");
    keys::equal(&mut statement, view, &model.key)?;
    statement.sql.text(" LIMIT 1");
    Ok(transaction.first(statement).await?.is_some())
}

/// The columns of a new model besides its key; each once, though a field may share that of the version or of the flag.
fn values<'m>(
    table: &'m EntityTable,
    model: &'m NewModel,
    version: Option<i64>,
) -> Vec<(&'m str, ColumnValue)> {
    let own = (table.model_version().zip(version.map(ColumnValue::Integer)).into_iter())
        .chain(table.deleted().map(|name| (name, ColumnValue::Boolean(false))));
    let mut set: Vec<(&str, ColumnValue)> = own.collect();
    let own = set.len();
    for (column, value) in table.columns().iter().zip(&model.values) {
        let name = column.name.as_str();
        let is_own = set[..own].iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if column.key_part.is_none() && !is_own {
            set.push((name, value.clone()));
        }
    }
    set
}
