//! A batch and its ledger rows in one transaction.
//!
//! Layer: adapters. Invariant: a batch costs one update of the ledger, and one insert for each kind of thing that it has to
//! say.

use std::collections::BTreeMap;

use versioned_store::{
    Batch, Checkpoint, ColumnValue, EntityTable, FollowUp, PreImage, RunId, StoreProblem,
    WriteOutcome,
};

use super::{
    dependents::{self, Columns},
    outbox, quarantine, runs, stored,
};
use crate::{
    connection::{Database, Transaction},
    dialect::Dialect,
    error::{Fault, retried},
    history,
    schema::View,
    statement::{Statement, maybe_text, number, text},
    write,
};

pub(super) async fn commit(
    database: &Database,
    table: &EntityTable,
    batch: &Batch<'_>,
) -> Result<Vec<WriteOutcome>, Fault> {
    let checked = write::check(table, batch.writes)?;
    let mut transaction = database.writing().await?;
    if database.dialect() != Dialect::Sqlite && batch.turn.is_none() {
        // Whoever takes the run over waits for the batch, or the batch finds out before it has written anything.
        lock_run(&mut transaction, batch).await?;
    }
    let view = match checked.is_empty() {
        true => None,
        false => Some(View::read(&mut transaction, table).await?),
    };
    if let (Some(turn), Some(view)) = (batch.turn, &view)
        && database.dialect() == Dialect::MySql
        && !view.is_by_primary_key()
    {
        // On the way to its own rows it may lock others, and wait for those of the batch before.
        turn.wait().await;
    }
    let mut outcomes = match &view {
        None => Vec::new(),
        Some(view) => write::write_rows(&mut transaction, view, checked).await?,
    };
    if let Some(turn) = batch.turn {
        // What is locked from here on, batches lock one after the other. Who has taken the run over waits for the rows at
        // most; this batch finds out now, and writes nothing.
        turn.wait().await;
        lock_run(&mut transaction, batch).await?;
    }
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
    history::append(&mut transaction, table, view.as_ref(), &follow_up.commits).await?;
    follow(&mut transaction, batch.run, &follow_up, &mut columns).await?;
    match transaction.commit().await {
        Err(lost) if lost.is_in_doubt() => {
            settle(database, batch, &follow_up.checkpoint, lost).await?;
        }
        committed => committed?,
    }
    Ok(outcomes)
}

/// Finds out by the checkpoint whether a batch was committed, where the connection was lost before the server said so.
async fn settle(
    database: &Database,
    batch: &Batch<'_>,
    to: &Checkpoint,
    lost: Fault,
) -> Result<(), Fault> {
    let read = retried(|| async {
        let mut transaction = database.writing().await?;
        // Waits for the lost transaction, should the server be still about to commit it.
        runs::get_locked(&mut transaction, batch.run).await
    });
    // Who goes on with the run finds the checkpoint.
    let Ok(Some(found)) = read.await else { return Err(lost) };
    if found.lease.token == batch.token && found.checkpoint.number == to.number {
        return Ok(());
    }
    found.check_batch(batch.token, to.number)?;
    Err(lost.repeatable())
}

async fn lock_run(transaction: &mut Transaction, batch: &Batch<'_>) -> Result<(), Fault> {
    let run = batch.run;
    let found = runs::get_locked(transaction, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
    // Which checkpoint follows is said once the outcomes are known; here it is about the lease and the state.
    found.check_batch(batch.token, found.checkpoint.number + 1)?;
    Ok(())
}

/// Moves the checkpoint and the lease on, unless somebody else has done so.
async fn save(
    transaction: &mut Transaction,
    batch: &Batch<'_>,
    to: &Checkpoint,
) -> Result<(), Fault> {
    let run = batch.run;
    let values = [
        number(stored(to.number)),
        maybe_text(to.position.as_deref()),
        number(stored(to.counts.scanned)),
        number(stored(to.counts.migrated)),
        number(stored(to.counts.current)),
        number(stored(to.counts.skipped)),
        number(stored(to.counts.deleted)),
        number(stored(to.counts.conflict)),
        number(stored(to.counts.quarantined)),
        text(&to.detail),
        number(batch.until_ms),
        number(run.number()),
        number(stored(to.number).saturating_sub(1)),
        number(stored(batch.token)),
        number(run.number()),
    ];
    let statement = Statement::with(
        transaction.dialect(),
        "UPDATE versioned_units SET number = ?, position = ?, scanned = ?, migrated = ?, \
         current = ?, skipped = ?, deleted = ?, conflict = ?, quarantined = ?, detail = ?, \
         until_ms = ? \
         WHERE run = ? AND unit = 0 AND number = ? AND token = ? \
         AND (SELECT state FROM versioned_runs WHERE id = ?) = 'running'",
        &values,
    )?;
    if transaction.execute(statement).await? == 1 {
        return Ok(());
    }
    let found = runs::get_in(transaction, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
    found.check_batch(batch.token, to.number)?;
    let (state, found, number) = (found.state.as_str(), found.checkpoint.number, to.number);
    Err(StoreProblem::RunMoved { run, state, found, number }.into())
}

async fn follow(
    transaction: &mut Transaction,
    run: RunId,
    follow_up: &FollowUp,
    columns: &mut Columns,
) -> Result<(), Fault> {
    if !follow_up.released.is_empty() {
        // A job over snapshots has a name of its own in the ledger.
        let run = runs::get_in(transaction, run).await?.ok_or(StoreProblem::RunUnknown { run })?;
        for key in &follow_up.released {
            quarantine::remove(transaction, &run.request.entity, key).await?;
        }
    }
    for entry in &follow_up.quarantine {
        quarantine::put(transaction, entry).await?;
    }
    let mut places = BTreeMap::new();
    for images in follow_up.pre_images.chunks(IMAGES_MAX) {
        let kept = keep(transaction, run, images).await?;
        places.extend(images.iter().map(|image| &image.key).zip(kept));
    }
    for write in &follow_up.dependents {
        // Only what is put back with a pre-image is worth to be kept.
        match places.get(&write.of).filter(|_| write.keep) {
            Some(place) => {
                dependents::set_and_keep(transaction, columns, (run, *place), &write.row).await?;
            }
            None => dependents::set(transaction, columns, &write.row).await?,
        }
    }
    if let Some(withdrawn) = &follow_up.withdrawn {
        outbox::withdraw(transaction, withdrawn).await?;
    }
    outbox::put(transaction, Some(run), &follow_up.outbox).await
}

/// Most pre-images of one statement.
const IMAGES_MAX: usize = 100;

/// Keeps pre-images, and gives their places.
async fn keep(
    transaction: &mut Transaction,
    run: RunId,
    images: &[PreImage],
) -> Result<Vec<i64>, Fault> {
    let mut statement = Statement::new(transaction.dialect());
    statement.sql.text("INSERT INTO versioned_pre_images (run, \"key\", content) VALUES ");
    for (index, image) in images.iter().enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        let content = ColumnValue::Bytes(image.content.clone());
        let values = [number(run.number()), text(image.key.to_ledger_text()), content];
        statement.add("(?, ?, ?)", &values)?;
    }
    transaction.insert(statement, "place").await
}
