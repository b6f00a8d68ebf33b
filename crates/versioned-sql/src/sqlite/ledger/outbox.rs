//! Messages that wait for their delivery.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqlitePool, sqlite::SqliteRow};
use versioned_store::{OutboxEntry, OutboxMessage, RunId};

use super::{reading, writing};
use crate::sqlite::error::Fault;

pub(super) async fn undelivered(pool: &SqlitePool, limit: u32) -> Result<Vec<OutboxEntry>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query(
        "SELECT id, run, topic, payload FROM versioned_outbox \
         WHERE delivered_at_ms IS NULL ORDER BY id LIMIT ?",
    )
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

pub(super) async fn mark_delivered(pool: &SqlitePool, entry: i64, at_ms: i64) -> Result<(), Fault> {
    let Some(mut transaction) = writing(pool).await? else {
        return Ok(());
    };
    sqlx::query(
        "UPDATE versioned_outbox SET delivered_at_ms = ? \
         WHERE id = ? AND delivered_at_ms IS NULL",
    )
    .bind(at_ms)
    .bind(entry)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}
