//! Quarantined entities.
//!
//! Layer: adapters.

use versioned_store::{
    EntityKey, QuarantineEntry, QuarantineRequest, Released, RunId, StoreProblem,
};

use super::{reading, upsert, writing};
use crate::{
    connection::{Database, Transaction},
    error::Fault,
    found::Found,
    statement::{Statement, maybe_number, maybe_text, number, text},
};

/// Between two causes in the column; no cause has it, as [`put`] takes care of.
const SEPARATOR: char = '\u{1e}';

pub(super) async fn put(
    transaction: &mut Transaction,
    entry: &QuarantineEntry,
) -> Result<(), Fault> {
    let causes: Vec<String> =
        entry.causes.iter().map(|cause| cause.replace(SEPARATOR, "\u{fffd}")).collect();
    let values = [
        text(&entry.entity),
        text(entry.key.to_ledger_text()),
        maybe_text(entry.field.as_deref()),
        maybe_number(entry.step.map(|(from, _)| from)),
        maybe_number(entry.step.map(|(_, to)| to)),
        maybe_text(entry.pointer.as_deref()),
        text(causes.join(&SEPARATOR.to_string())),
        maybe_text(entry.help.as_deref()),
        text(&entry.content_hash),
        number(entry.run.number()),
    ];
    let mut statement = Statement::with(
        transaction.dialect(),
        "INSERT INTO versioned_quarantine \
         (entity, \"key\", field, step_from, step_to, pointer, causes, help, content_hash, run) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &values.map(without_zeros),
    )?;
    let set =
        ["field", "step_from", "step_to", "pointer", "causes", "help", "content_hash", "run"];
    upsert(&mut statement.sql, &["entity", "key"], &set);
    transaction.execute(statement).await?;
    Ok(())
}

/// What says of an entity why it failed may hold U+0000, which PostgreSQL does not store.
fn without_zeros(value: versioned_store::ColumnValue) -> versioned_store::ColumnValue {
    match value {
        versioned_store::ColumnValue::Text(words) if words.contains('\0') => {
            text(words.replace('\0', "\u{fffd}"))
        }
        other => other,
    }
}

pub(super) async fn remove(
    transaction: &mut Transaction,
    entity: &str,
    key: &EntityKey,
) -> Result<u64, Fault> {
    let statement = Statement::with(
        transaction.dialect(),
        "DELETE FROM versioned_quarantine WHERE entity = ? AND \"key\" = ?",
        &[text(entity), text(key.to_ledger_text())],
    )?;
    transaction.execute(statement).await
}

pub(super) async fn list(
    database: &Database,
    request: &QuarantineRequest,
) -> Result<Vec<QuarantineEntry>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(Vec::new());
    };
    let mut statement = Statement::with(
        database.dialect(),
        "SELECT entity, \"key\", field, step_from, step_to, pointer, causes, help, content_hash, \
         run FROM versioned_quarantine",
        &[],
    )?;
    let mut before = " WHERE ";
    if let Some(entity) = &request.entity {
        statement.sql.text(before);
        statement.add("entity = ?", &[text(entity)])?;
        before = " AND ";
    }
    if let Some((entity, key)) = &request.after {
        statement.sql.text(before);
        let values = [text(entity), text(entity), text(key.to_ledger_text())];
        statement.add("(entity > ? OR (entity = ? AND \"key\" > ?))", &values)?;
    }
    statement.add(" ORDER BY entity, \"key\" LIMIT ?", &[number(request.limit.into())])?;
    transaction.all(statement).await?.into_iter().map(read).collect()
}

fn read(mut row: Found) -> Result<QuarantineEntry, Fault> {
    let (from, to) = (row.optional_integer(3)?, row.optional_integer(4)?);
    Ok(QuarantineEntry {
        entity: row.text(0)?,
        key: key(&row.text(1)?)?,
        field: row.optional_text(2)?,
        step: from.zip(to),
        pointer: row.optional_text(5)?,
        causes: row.text(6)?.split(SEPARATOR).map(str::to_owned).collect(),
        help: row.optional_text(7)?,
        content_hash: row.text(8)?,
        run: RunId::new(row.integer(9)?),
    })
}

/// The key that a column of the ledger holds.
pub(super) fn key(text: &str) -> Result<EntityKey, StoreProblem> {
    EntityKey::from_ledger_text(text)
        .ok_or_else(|| StoreProblem::LedgerMalformed { what: "a key", found: text.into() })
}

pub(super) async fn release(
    database: &Database,
    entity: &str,
    released: &Released,
) -> Result<u64, Fault> {
    let Some(mut transaction) = writing(database).await? else {
        return Ok(0);
    };
    let removed = match released {
        Released::Key(key) => remove(&mut transaction, entity, key).await?,
        Released::NotFoundBy { run, except } => {
            let statement = Statement::with(
                database.dialect(),
                "SELECT \"key\" FROM versioned_quarantine WHERE entity = ? AND run < ?",
                &[text(entity), number(run.number())],
            )?;
            let mut removed = 0;
            for mut row in transaction.all(statement).await? {
                let key = key(&row.text(0)?)?;
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
