//! Messages that wait for their delivery.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{OutboxEntry, OutboxMessage, OutboxWrite, RunId, Withdrawn};

use super::{reading, writing};
use crate::sqlite::error::Fault;

pub(super) async fn undelivered(pool: &SqlitePool, limit: u32) -> Result<Vec<OutboxEntry>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let rows =
        sqlx::query("SELECT id, run, topic, payload FROM versioned_outbox ORDER BY id LIMIT ?")
            .bind(limit)
            .fetch_all(&mut *transaction)
            .await?;
    let read = |row: &SqliteRow| {
        let message = OutboxMessage { topic: row.try_get(2)?, payload: row.try_get(3)? };
        Ok(OutboxEntry {
            id: row.try_get(0)?,
            run: row.try_get::<Option<i64>, _>(1)?.map(RunId::new),
            message,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn remove_delivered(pool: &SqlitePool, entry: i64) -> Result<(), Fault> {
    let Some(mut transaction) = writing(pool).await? else {
        return Ok(());
    };
    sqlx::query("DELETE FROM versioned_outbox WHERE id = ?")
        .bind(entry)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Keeps a message until it is delivered.
pub(in crate::sqlite) async fn put(
    connection: &mut SqliteConnection,
    run: Option<RunId>,
    write: &OutboxWrite,
) -> Result<(), Fault> {
    sqlx::query("INSERT INTO versioned_outbox (run, key, topic, payload) VALUES (?, ?, ?, ?)")
        .bind(run.map(RunId::number))
        .bind(write.of.to_ledger_text())
        .bind(&write.message.topic)
        .bind(&write.message.payload)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn withdraw(
    connection: &mut SqliteConnection,
    withdrawn: &Withdrawn,
) -> Result<(), Fault> {
    for key in &withdrawn.keys {
        sqlx::query("DELETE FROM versioned_outbox WHERE run = ? AND key = ?")
            .bind(withdrawn.run.number())
            .bind(key.to_ledger_text())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
