//! Saves: models with their commits, dependent rows and messages in one transaction.
//!
//! Layer: adapters.

use std::borrow::Cow;

use sqlx::{SqliteConnection, SqlitePool};
use versioned_store::{
    ColumnValue, EntityTable, ModelChange, ModelCommit, ModelVersion, NewModel, OutboxWrite,
    StoreProblem, WriteOutcome,
};

use super::append::{Appender, Place};
use crate::sqlite::{
    error::Fault,
    keys, ledger,
    schema::Schema,
    statement::Statement,
    transaction::writing,
    write::{self, Set},
};

pub(super) async fn commit_models(
    pool: &SqlitePool,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> Result<Vec<WriteOutcome>, Fault> {
    let versions = commits.iter().map(|commit| table.check_commit(commit));
    let versions: Vec<Option<ModelVersion>> = versions.collect::<Result<_, StoreProblem>>()?;
    let mut transaction = writing(pool).await?;
    Schema::read(&mut transaction, table).await?;
    let mut outcomes = Vec::with_capacity(commits.len());
    for (commit, version) in commits.iter().zip(&versions) {
        let number = version.map(ModelVersion::number);
        outcomes.push(change(&mut transaction, table, &commit.change, number).await?);
    }
    let outcomes = WriteOutcome::all_or_none(outcomes);
    if outcomes.iter().any(|outcome| *outcome != WriteOutcome::Written) {
        transaction.rollback().await?;
        return Ok(outcomes);
    }
    follow(&mut transaction, table, commits, &versions).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// Writes what goes with models that were changed.
async fn follow(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    commits: &[ModelCommit],
    versions: &[Option<ModelVersion>],
) -> Result<(), Fault> {
    if table.history().is_some() && !commits.is_empty() {
        let appender = Appender::new(connection, table).await?;
        for (commit, version) in commits.iter().zip(versions) {
            let (key, missing) = (commit.change.key(), StoreProblem::HistoryMissing);
            let place = Place { key, version: version.ok_or(missing)? };
            appender.append(connection, &place, &commit.snapshot, &commit.record).await?;
        }
    }
    for row in commits.iter().flat_map(|commit| &commit.dependents) {
        ledger::dependents::set(connection, row).await?;
    }
    if commits.iter().any(|commit| !commit.outbox.is_empty()) {
        ledger::tables::create(connection).await?;
    }
    for commit in commits {
        for message in &commit.outbox {
            let (of, message) = (commit.change.key().clone(), message.clone());
            ledger::outbox::put(connection, None, &OutboxWrite { of, message }).await?;
        }
    }
    Ok(())
}

/// Changes one model, if it is what it was.
async fn change(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    change: &ModelChange,
    version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    match change {
        ModelChange::Create(model) => create(connection, table, model, version).await,
        ModelChange::Update(write) => write::write_row(connection, table, write, version).await,
        ModelChange::MarkDeleted(expected) => {
            let deleted = table.deleted().map(|name| (name, ColumnValue::Boolean(true)));
            let version = version.map(ColumnValue::Integer);
            let set = deleted.into_iter().chain(table.model_version().zip(version));
            let set: Vec<Set<'_>> = set.map(|(name, value)| (name, Cow::Owned(value))).collect();
            write::set_where_same(connection, table, expected, &set).await
        }
        other => {
            let (key, reason) = (other.key().clone(), "the store does not know the change");
            Err(StoreProblem::WriteMismatch { key, reason }.into())
        }
    }
}

async fn create(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    model: &NewModel,
    version: Option<i64>,
) -> Result<WriteOutcome, Fault> {
    // Other unique columns than the key are refused by the database, which knows which one it was.
    let mut statement = Statement::default();
    statement.sql.text("SELECT 1 FROM ").name(table.name()).text(" WHERE ");
    keys::equal(&mut statement, table, &model.key)?;
    statement.sql.text(" LIMIT 1");
    if !statement.all(connection).await?.is_empty() {
        return Ok(WriteOutcome::Conflict);
    }
    let set = values(table, model, version);
    let mut statement = Statement::default();
    statement.sql.text("INSERT INTO ").name(table.name()).text(" (");
    statement.sql.join(", ", table.id(), |sql, id| {
        sql.name(id.name());
    });
    for (name, _) in &set {
        statement.sql.text(", ").name(name);
    }
    statement.sql.text(") VALUES (");
    for (index, value) in table.stored_key(&model.key)?.iter().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind(value)?;
    }
    for (_, value) in &set {
        statement.sql.text(", ");
        statement.bind(value)?;
    }
    statement.sql.text(")");
    write::returning_types(&mut statement, table.name(), &set);
    if let Some(stored) = statement.all(connection).await?.first() {
        write::check_types(stored, &model.key, &set)?;
    }
    Ok(WriteOutcome::Written)
}

/// The columns of a new model besides its key; each once, though a field may share that of the version or of the flag.
fn values<'m>(table: &'m EntityTable, model: &'m NewModel, version: Option<i64>) -> Vec<Set<'m>> {
    let own = (table.model_version().zip(version.map(ColumnValue::Integer)).into_iter())
        .chain(table.deleted().map(|name| (name, ColumnValue::Boolean(false))));
    let mut set: Vec<Set<'m>> = own.map(|(name, value)| (name, Cow::Owned(value))).collect();
    let own = set.len();
    for (column, value) in table.columns().iter().zip(&model.values) {
        let name = column.name.as_str();
        let is_own = set[..own].iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if column.key_part.is_none() && !is_own {
            set.push((name, Cow::Borrowed(value)));
        }
    }
    set
}
