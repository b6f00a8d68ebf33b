//! What runs have replaced.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{BatchLimits, Kept, PreImage, RunId, StoredPreImage};

use super::{count, quarantine::key, reading, writing};
use crate::sqlite::error::Fault;

pub(super) async fn list(
    pool: &SqlitePool,
    run: RunId,
    after: i64,
    limits: BatchLimits,
) -> Result<Vec<StoredPreImage>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query(
        // Sizes are read before contents, so that what comes is bounded; the first one always comes.
        "WITH page AS (SELECT place, sum(length(content)) OVER (ORDER BY place) - length(content) \
         AS before FROM (SELECT place, content FROM versioned_pre_images \
         WHERE run = ?1 AND place > ?2 ORDER BY place LIMIT ?3)) \
         SELECT i.place, i.key, i.content FROM page JOIN versioned_pre_images i USING (place) \
         WHERE page.before < ?4 ORDER BY i.place",
    )
    .bind(run.number())
    .bind(after)
    .bind(limits.rows())
    .bind(i64::try_from(limits.bytes_max).unwrap_or(i64::MAX).max(1))
    .fetch_all(&mut *transaction)
    .await?;
    let read = |row: &SqliteRow| {
        let key = key(&row.try_get::<String, _>(1)?)?;
        let image = PreImage { key, content: row.try_get(2)? };
        Ok(StoredPreImage { place: row.try_get(0)?, image })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn size(pool: &SqlitePool, run: RunId) -> Result<Kept, Fault> {
    match reading(pool).await? {
        Some(mut transaction) => size_in(&mut transaction, run).await,
        None => Ok(Kept::default()),
    }
}

async fn size_in(connection: &mut SqliteConnection, run: RunId) -> Result<Kept, Fault> {
    let row = sqlx::query(
        "SELECT count(*), coalesce(sum(length(content)), 0) FROM versioned_pre_images WHERE run = ?",
    )
    .bind(run.number())
    .fetch_one(connection)
    .await?;
    Ok(Kept { rows: count(row.try_get(0)?), bytes: count(row.try_get(1)?) })
}

pub(super) async fn forget(pool: &SqlitePool, run: RunId) -> Result<Kept, Fault> {
    let Some(mut transaction) = writing(pool).await? else {
        return Ok(Kept::default());
    };
    let kept = size_in(&mut transaction, run).await?;
    sqlx::query("DELETE FROM versioned_pre_images WHERE run = ?")
        .bind(run.number())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(kept)
}
