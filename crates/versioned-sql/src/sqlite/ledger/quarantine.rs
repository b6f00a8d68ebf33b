//! Quarantined entities.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    EntityKey, QuarantineEntry, QuarantineRequest, Released, RunId, StoreProblem,
};

use super::{reading, writing};
use crate::sqlite::error::Fault;

/// Between two causes in the column; no cause has it, as [`put`] takes care of.
const SEPARATOR: char = '\u{1e}';

pub(super) async fn put(
    connection: &mut SqliteConnection,
    entry: &QuarantineEntry,
) -> Result<(), Fault> {
    let causes: Vec<String> =
        entry.causes.iter().map(|cause| cause.replace(SEPARATOR, "\u{fffd}")).collect();
    sqlx::query(
        "INSERT OR REPLACE INTO versioned_quarantine \
         (entity, key, field, step_from, step_to, pointer, causes, help, content_hash, run) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&entry.entity)
    .bind(entry.key.to_ledger_text())
    .bind(&entry.field)
    .bind(entry.step.map(|(from, _)| from))
    .bind(entry.step.map(|(_, to)| to))
    .bind(&entry.pointer)
    .bind(causes.join(&SEPARATOR.to_string()))
    .bind(&entry.help)
    .bind(&entry.content_hash)
    .bind(entry.run.number())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn remove(
    connection: &mut SqliteConnection,
    entity: &str,
    key: &EntityKey,
) -> Result<u64, Fault> {
    let removed = sqlx::query("DELETE FROM versioned_quarantine WHERE entity = ? AND key = ?")
        .bind(entity)
        .bind(key.to_ledger_text())
        .execute(connection)
        .await?;
    Ok(removed.rows_affected())
}

pub(super) async fn list(
    pool: &SqlitePool,
    request: &QuarantineRequest,
) -> Result<Vec<QuarantineEntry>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let after = request.after.as_ref();
    let rows = sqlx::query(
        "SELECT entity, key, field, step_from, step_to, pointer, causes, help, content_hash, run \
         FROM versioned_quarantine \
         WHERE (?1 IS NULL OR entity = ?1) AND (?2 IS NULL OR (entity, key) > (?2, ?3)) \
         ORDER BY entity, key LIMIT ?4",
    )
    .bind(&request.entity)
    .bind(after.map(|(entity, _)| entity))
    .bind(after.map(|(_, key)| key.to_ledger_text()))
    .bind(request.limit)
    .fetch_all(&mut *transaction)
    .await?;
    rows.iter().map(read).collect()
}

fn read(row: &SqliteRow) -> Result<QuarantineEntry, Fault> {
    let (from, to): (Option<i64>, Option<i64>) = (row.try_get(3)?, row.try_get(4)?);
    Ok(QuarantineEntry {
        entity: row.try_get(0)?,
        key: key(&row.try_get::<String, _>(1)?)?,
        field: row.try_get(2)?,
        step: from.zip(to),
        pointer: row.try_get(5)?,
        causes: row.try_get::<String, _>(6)?.split(SEPARATOR).map(str::to_owned).collect(),
        help: row.try_get(7)?,
        content_hash: row.try_get(8)?,
        run: RunId::new(row.try_get(9)?),
    })
}

/// The key that a column of the ledger holds.
pub(super) fn key(text: &str) -> Result<EntityKey, StoreProblem> {
    EntityKey::from_ledger_text(text)
        .ok_or_else(|| StoreProblem::LedgerMalformed { what: "a key", found: text.into() })
}

pub(super) async fn release(
    pool: &SqlitePool,
    entity: &str,
    released: &Released,
) -> Result<u64, Fault> {
    let Some(mut transaction) = writing(pool).await? else {
        return Ok(0);
    };
    let removed = match released {
        Released::Key(key) => remove(&mut transaction, entity, key).await?,
        Released::NotFoundBy { run, except } => {
            let keys: Vec<String> = sqlx::query_scalar(
                "SELECT key FROM versioned_quarantine WHERE entity = ? AND run < ?",
            )
            .bind(entity)
            .bind(run.number())
            .fetch_all(&mut *transaction)
            .await?;
            let mut removed = 0;
            for text in keys {
                let key = key(&text)?;
                if !except.contains(&key.to_entity_id()) {
                    removed += remove(&mut transaction, entity, &key).await?;
                }
            }
            removed
        }
        other => {
            let (what, found) = ("what is released", format!("{other:?}").into());
            return Err(StoreProblem::LedgerMalformed { what, found }.into());
        }
    };
    transaction.commit().await?;
    Ok(removed)
}
