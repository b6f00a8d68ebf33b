//! What runs have replaced.
//!
//! Layer: adapters.

use versioned_store::{BatchLimits, Kept, PreImage, RunId, StoredPreImage};

use super::{dependents, quarantine::key, reading, writing};
use crate::{
    connection::{Database, Transaction},
    error::Fault,
    statement::{Statement, number},
};

pub(super) async fn list(
    database: &Database,
    run: RunId,
    before: Option<i64>,
    limits: BatchLimits,
) -> Result<Vec<StoredPreImage>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(Vec::new());
    };
    // Sizes are read before contents, so that what comes is bounded; the first one always comes.
    let mut statement = Statement::with(
        database.dialect(),
        "WITH sizes AS (SELECT place, octet_length(content) \
         + (SELECT coalesce(sum(octet_length(d.\"key\") \
         + coalesce(octet_length(d.\"before\"), 0) + octet_length(d.\"after\")), 0) \
         FROM versioned_dependents d WHERE d.\"of\" = i.place) AS size \
         FROM versioned_pre_images i WHERE run = ?",
        &[number(run.number())],
    )?;
    if let Some(before) = before {
        statement.add(" AND place < ?", &[number(before)])?;
    }
    let bytes_max = i64::try_from(limits.bytes_max).unwrap_or(i64::MAX).max(1);
    statement.add(
        " ORDER BY place DESC LIMIT ?), \
         page AS (SELECT place, sum(size) OVER (ORDER BY place DESC) - size AS earlier FROM sizes) \
         SELECT i.place, i.\"key\", i.content FROM page \
         JOIN versioned_pre_images i ON i.place = page.place \
         WHERE page.earlier < ? ORDER BY i.place DESC",
        &[number(limits.rows().into()), number(bytes_max)],
    )?;
    let mut images = Vec::new();
    for mut row in transaction.all(statement).await? {
        let place = row.integer(0)?;
        let image = PreImage { key: key(&row.text(1)?)?, content: row.bytes(2)? };
        let dependents = dependents::of(&mut transaction, place).await?;
        images.push(StoredPreImage { place, image, dependents });
    }
    Ok(images)
}

pub(super) async fn size(database: &Database, run: RunId) -> Result<Kept, Fault> {
    match reading(database).await? {
        Some(mut transaction) => size_in(&mut transaction, run).await,
        None => Ok(Kept::default()),
    }
}

async fn size_in(transaction: &mut Transaction, run: RunId) -> Result<Kept, Fault> {
    let mut kept = Kept::default();
    for sql in [
        "SELECT count(*), sum(octet_length(content)) FROM versioned_pre_images WHERE run = ?",
        "SELECT 0, sum(octet_length(\"key\") + coalesce(octet_length(\"before\"), 0) \
         + octet_length(\"after\")) FROM versioned_dependents WHERE run = ?",
    ] {
        let statement = Statement::with(transaction.dialect(), sql, &[number(run.number())])?;
        if let Some(mut row) = transaction.first(statement).await? {
            kept.rows += row.count(0)?;
            kept.bytes += row.sum(1)?;
        }
    }
    Ok(kept)
}

pub(super) async fn forget(database: &Database, run: RunId) -> Result<Kept, Fault> {
    let Some(mut transaction) = writing(database).await? else {
        return Ok(Kept::default());
    };
    let kept = size_in(&mut transaction, run).await?;
    for sql in [
        "DELETE FROM versioned_dependents WHERE run = ?",
        "DELETE FROM versioned_pre_images WHERE run = ?",
    ] {
        let statement = Statement::with(database.dialect(), sql, &[number(run.number())])?;
        transaction.execute(statement).await?;
    }
    transaction.commit().await?;
    Ok(kept)
}
