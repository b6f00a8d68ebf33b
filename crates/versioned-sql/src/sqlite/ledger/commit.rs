//! A batch and its ledger rows in one transaction.
//!
//! Layer: adapters. Invariant: a batch costs one update of the ledger, and one insert for each thing that it has to say.

use std::collections::BTreeMap;

use sqlx::{SqliteConnection, SqlitePool};
use versioned_store::{
    Batch, Checkpoint, EntityTable, FollowUp, PreImage, RunId, StoreProblem, WriteOutcome,
};

use super::{
    dependents::{self, Columns},
    outbox, quarantine, runs, stored,
};
use crate::{
    sql::Sql,
    sqlite::{error::Fault, history, transaction, write},
};

pub(super) async fn commit(
    pool: &SqlitePool,
    table: &EntityTable,
    batch: &Batch<'_>,
) -> Result<Vec<WriteOutcome>, Fault> {
    let checked = write::check(table, batch.writes)?;
    let mut transaction = transaction::writing(pool).await?;
    let mut outcomes = match checked.is_empty() {
        true => Vec::new(),
        false => write::write_rows(&mut transaction, table, checked).await?,
    };
    let mut columns = Columns::default();
    for restore in batch.restores {
        let of_row = outcomes.get(restore.write).copied().unwrap_or(WriteOutcome::Conflict);
        let outcome = match of_row {
            WriteOutcome::Written => {
                dependents::put_back(&mut transaction, &mut columns, &restore.dependent).await?
            }
            other => other,
        };
        outcomes.push(outcome);
    }
    let follow_up = (batch.follow)(&outcomes);
    save(&mut transaction, batch, &follow_up.checkpoint).await?;
    history::append(&mut transaction, table, &follow_up.commits).await?;
    follow(&mut transaction, batch.run, &follow_up, &mut columns).await?;
    transaction.commit().await?;
    Ok(outcomes)
}

/// Moves the checkpoint and the lease on, unless somebody else has done so.
async fn save(
    connection: &mut SqliteConnection,
    batch: &Batch<'_>,
    to: &Checkpoint,
) -> Result<(), Fault> {
    let run = batch.run;
    let saved = sqlx::query(
        "UPDATE versioned_units SET number = ?2, position = ?3, scanned = ?4, migrated = ?5, \
         current = ?6, skipped = ?7, deleted = ?8, conflict = ?9, quarantined = ?10, detail = ?11, \
         until_ms = ?12 \
         WHERE run = ?1 AND unit = 0 AND number = ?2 - 1 AND token = ?13 \
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
    .bind(batch.until_ms)
    .bind(stored(batch.token))
    .execute(&mut *connection)
    .await?;
    if saved.rows_affected() == 1 {
        return Ok(());
    }
    let found = runs::get_in(connection, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
    found.check_batch(batch.token, to.number)?;
    let (state, found, number) = (found.state.as_str(), found.checkpoint.number, to.number);
    Err(StoreProblem::RunMoved { run, state, found, number }.into())
}

async fn follow(
    connection: &mut SqliteConnection,
    run: RunId,
    follow_up: &FollowUp,
    columns: &mut Columns,
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
    let mut places = BTreeMap::new();
    for images in follow_up.pre_images.chunks(IMAGES_MAX) {
        let last = keep(connection, run, images).await?;
        places.extend(images.iter().rev().zip(0..).map(|(image, back)| (&image.key, last - back)));
    }
    for write in &follow_up.dependents {
        // Only what is put back with a pre-image is worth to be kept.
        match places.get(&write.of).filter(|_| write.keep) {
            Some(place) => {
                dependents::set_and_keep(connection, columns, (run, *place), &write.row).await?;
            }
            None => dependents::set(connection, &write.row).await?,
        }
    }
    if let Some(withdrawn) = &follow_up.withdrawn {
        outbox::withdraw(connection, withdrawn).await?;
    }
    for write in &follow_up.outbox {
        outbox::put(connection, Some(run), write).await?;
    }
    Ok(())
}

/// Most pre-images of one statement.
const IMAGES_MAX: usize = 100;

/// Keeps pre-images, at places that follow each other, and gives the last place.
async fn keep(
    connection: &mut SqliteConnection,
    run: RunId,
    images: &[PreImage],
) -> Result<i64, Fault> {
    let mut sql = Sql::default();
    sql.text("INSERT INTO versioned_pre_images (run, key, content) VALUES ");
    sql.join(", ", images, |sql, _| {
        sql.text("(?, ?, ?)");
    });
    let mut query = sqlx::query(sql.into_safe());
    for image in images {
        let key = image.key.to_ledger_text();
        query = query.bind(run.number()).bind(key).bind(image.content.as_slice());
    }
    Ok(query.execute(connection).await?.last_insert_rowid())
}
