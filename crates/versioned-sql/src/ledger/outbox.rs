//! Messages that wait for their delivery.
//!
//! Layer: adapters.

use versioned_store::{OutboxEntry, OutboxMessage, OutboxWrite, RunId, Withdrawn};

use super::{reading, writing};
use crate::{
    connection::{Database, Transaction},
    error::Fault,
    statement::{Statement, maybe_number, number, text},
};

/// Most messages or keys of one statement.
const MESSAGES_MAX: usize = 100;

pub(super) async fn undelivered(
    database: &Database,
    limit: u32,
) -> Result<Vec<OutboxEntry>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(Vec::new());
    };
    let statement = Statement::with(
        database.dialect(),
        "SELECT id, run, topic, payload FROM versioned_outbox ORDER BY id LIMIT ?",
        &[number(limit.into())],
    )?;
    let mut entries = Vec::new();
    for mut row in transaction.all(statement).await? {
        let message = OutboxMessage { topic: row.text(2)?, payload: row.text(3)? };
        let run = row.optional_integer(1)?.map(RunId::new);
        entries.push(OutboxEntry { id: row.integer(0)?, run, message });
    }
    Ok(entries)
}

pub(super) async fn remove_delivered(database: &Database, entry: i64) -> Result<(), Fault> {
    let Some(mut transaction) = writing(database).await? else {
        return Ok(());
    };
    let remove = "DELETE FROM versioned_outbox WHERE id = ?";
    let remove = Statement::with(database.dialect(), remove, &[number(entry)])?;
    transaction.execute(remove).await?;
    transaction.commit().await
}

/// Keeps messages until they are delivered.
pub(crate) async fn put(
    transaction: &mut Transaction,
    run: Option<RunId>,
    writes: &[OutboxWrite],
) -> Result<(), Fault> {
    for writes in writes.chunks(MESSAGES_MAX) {
        let mut statement = Statement::new(transaction.dialect());
        statement.sql.text("INSERT INTO versioned_outbox (run, \"key\", topic, payload) VALUES ");
        for (index, write) in writes.iter().enumerate() {
            statement.sql.text(if index > 0 { ", " } else { "" });
            let values = [
                maybe_number(run.map(RunId::number)),
                text(write.of.to_ledger_text()),
                text(&write.message.topic),
                text(&write.message.payload),
            ];
            statement.add("(?, ?, ?, ?)", &values)?;
        }
        transaction.execute(statement).await?;
    }
    Ok(())
}

pub(super) async fn withdraw(
    transaction: &mut Transaction,
    withdrawn: &Withdrawn,
) -> Result<(), Fault> {
    for keys in withdrawn.keys.chunks(MESSAGES_MAX) {
        let mut statement = Statement::with(
            transaction.dialect(),
            "DELETE FROM versioned_outbox WHERE run = ? AND \"key\" IN (",
            &[number(withdrawn.run.number())],
        )?;
        for (index, key) in keys.iter().enumerate() {
            statement.sql.text(if index > 0 { ", " } else { "" });
            statement.bind(&text(key.to_ledger_text()))?;
        }
        statement.sql.text(")");
        transaction.execute(statement).await?;
    }
    Ok(())
}
