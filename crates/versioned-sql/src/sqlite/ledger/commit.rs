//! A batch and its ledger rows in one transaction.
//!
//! Layer: adapters. Invariant: a batch costs one update of the ledger, and one insert for each thing that it has to say.

use sqlx::{SqliteConnection, SqlitePool};
use versioned_store::{
    Batch, Checkpoint, DependentRow, EntityTable, FollowUp, OutboxMessage, PreImage, RunId,
    StoreProblem, WriteOutcome,
};

use super::{quarantine, runs, stored};
use crate::sqlite::{error::Fault, history, statement::Statement, write};

pub(super) async fn commit(
    pool: &SqlitePool,
    table: &EntityTable,
    batch: &Batch<'_>,
) -> Result<Vec<WriteOutcome>, Fault> {
    let checked = write::check(table, batch.writes)?;
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let outcomes = match checked.is_empty() {
        true => Vec::new(),
        false => write::write_rows(&mut transaction, table, checked).await?,
    };
    let follow_up = (batch.follow)(&outcomes);
    save(&mut transaction, batch.run, &follow_up.checkpoint).await?;
    history::append(&mut transaction, table, &follow_up.commits).await?;
    follow(&mut transaction, batch.run, &follow_up).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// Moves the checkpoint on, unless somebody else has done so.
async fn save(connection: &mut SqliteConnection, run: RunId, to: &Checkpoint) -> Result<(), Fault> {
    let saved = sqlx::query(
        "UPDATE versioned_units SET number = ?2, position = ?3, scanned = ?4, migrated = ?5, \
         current = ?6, skipped = ?7, deleted = ?8, conflict = ?9, quarantined = ?10, detail = ?11 \
         WHERE run = ?1 AND unit = 0 AND number = ?2 - 1 \
         AND (SELECT state FROM versioned_runs WHERE id = ?1) = 'running'",
    )
    .bind(run.number())
    .bind(stored(to.number))
    .bind(&to.position)
    .bind(stored(to.counts.scanned))
    .bind(stored(to.counts.migrated))
    .bind(stored(to.counts.current))
    .bind(stored(to.counts.skipped))
    .bind(stored(to.counts.deleted))
    .bind(stored(to.counts.conflict))
    .bind(stored(to.counts.quarantined))
    .bind(&to.detail)
    .execute(&mut *connection)
    .await?;
    if saved.rows_affected() == 1 {
        return Ok(());
    }
    let found = runs::get_in(connection, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
    let (state, found, number) = (found.state.as_str(), found.checkpoint.number, to.number);
    Err(StoreProblem::RunMoved { run, state, found, number }.into())
}

async fn follow(
    connection: &mut SqliteConnection,
    run: RunId,
    follow_up: &FollowUp,
) -> Result<(), Fault> {
    if !follow_up.released.is_empty() {
        // A job over snapshots has a name of its own in the ledger.
        let run = runs::get_in(connection, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
        for key in &follow_up.released {
            quarantine::remove(connection, &run.request.entity, key).await?;
        }
    }
    for entry in &follow_up.quarantine {
        quarantine::put(connection, entry).await?;
    }
    for image in &follow_up.pre_images {
        keep(connection, run, image).await?;
    }
    for row in &follow_up.dependents {
        set_dependent(connection, row).await?;
    }
    post(connection, Some(run), &follow_up.outbox).await
}

/// Keeps messages until they are delivered.
pub(in crate::sqlite) async fn post(
    connection: &mut SqliteConnection,
    run: Option<RunId>,
    messages: &[OutboxMessage],
) -> Result<(), Fault> {
    for OutboxMessage { topic, payload } in messages {
        sqlx::query("INSERT INTO versioned_outbox (run, topic, payload) VALUES (?, ?, ?)")
            .bind(run.map(RunId::number))
            .bind(topic)
            .bind(payload)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn keep(
    connection: &mut SqliteConnection,
    run: RunId,
    image: &PreImage,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO versioned_pre_images (run, key, content) VALUES (?, ?, ?)")
        .bind(run.number())
        .bind(image.key.to_ledger_text())
        .bind(image.content.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Inserts a row, or sets its columns where its key exists.
pub(in crate::sqlite) async fn set_dependent(
    connection: &mut SqliteConnection,
    row: &DependentRow,
) -> Result<(), Fault> {
    if row.key.is_empty() {
        let what = "the key of a dependent row";
        return Err(StoreProblem::LedgerMalformed { what, found: "nothing".into() }.into());
    }
    let mut statement = Statement::default();
    statement.sql.text("INSERT INTO ").name(&row.table).text(" (");
    let all = || row.key.iter().chain(&row.set);
    statement.sql.join(", ", all(), |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") VALUES (");
    for (index, (_, value)) in all().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind(value)?;
    }
    statement.sql.text(") ON CONFLICT (").join(", ", &row.key, |sql, (name, _)| {
        sql.name(name);
    });
    statement.sql.text(") DO ");
    if row.set.is_empty() {
        statement.sql.text("NOTHING");
    } else {
        statement.sql.text("UPDATE SET ").join(", ", &row.set, |sql, (name, _)| {
            sql.name(name).text(" = excluded.").name(name);
        });
    }
    statement.all(connection).await?;
    Ok(())
}
