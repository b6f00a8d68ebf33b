//! What runs have replaced.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool};
use versioned_store::{BatchLimits, Kept, PreImage, RunId, StoredPreImage};

use super::{count, dependents, quarantine::key, reading, writing};
use crate::sqlite::error::Fault;

pub(super) async fn list(
    pool: &SqlitePool,
    run: RunId,
    before: Option<i64>,
    limits: BatchLimits,
) -> Result<Vec<StoredPreImage>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query(
        // Sizes are read before contents, so that what comes is bounded; the first one always comes.
        "WITH sizes AS (SELECT place, length(content) + (SELECT coalesce(sum(length(d.key) \
         + coalesce(length(d.before), 0) + length(d.after)), 0) FROM versioned_dependents d \
         WHERE d.of = i.place) AS size FROM versioned_pre_images i \
         WHERE run = ?1 AND (?2 IS NULL OR place < ?2) ORDER BY place DESC LIMIT ?3), \
         page AS (SELECT place, sum(size) OVER (ORDER BY place DESC) - size AS earlier FROM sizes) \
         SELECT i.place, i.key, i.content FROM page JOIN versioned_pre_images i USING (place) \
         WHERE page.earlier < ?4 ORDER BY i.place DESC",
    )
    .bind(run.number())
    .bind(before)
    .bind(limits.rows())
    .bind(i64::try_from(limits.bytes_max).unwrap_or(i64::MAX).max(1))
    .fetch_all(&mut *transaction)
    .await?;
    let mut images = Vec::with_capacity(rows.len());
    for row in &rows {
        let place = row.try_get(0)?;
        let key = key(&row.try_get::<String, _>(1)?)?;
        let image = PreImage { key, content: row.try_get(2)? };
        let dependents = dependents::of(&mut transaction, place).await?;
        images.push(StoredPreImage { place, image, dependents });
    }
    Ok(images)
}

pub(super) async fn size(pool: &SqlitePool, run: RunId) -> Result<Kept, Fault> {
    match reading(pool).await? {
        Some(mut transaction) => size_in(&mut transaction, run).await,
        None => Ok(Kept::default()),
    }
}

async fn size_in(connection: &mut SqliteConnection, run: RunId) -> Result<Kept, Fault> {
    let row = sqlx::query(
        "SELECT count(*), coalesce(sum(length(content)), 0) + (SELECT coalesce(sum(length(key) \
         + coalesce(length(before), 0) + length(after)), 0) FROM versioned_dependents \
         WHERE run = ?1) FROM versioned_pre_images WHERE run = ?1",
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
    for sql in [
        "DELETE FROM versioned_dependents WHERE run = ?",
        "DELETE FROM versioned_pre_images WHERE run = ?",
    ] {
        sqlx::query(sql).bind(run.number()).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(kept)
}
