//! Compare-and-set in MariaDB and MySQL: the rows of a batch are locked and read, compared here, and set by one statement
//! for many.
//!
//! Layer: adapters. Invariant: between comparing and writing a row nobody else changes it, because it is locked.

use std::collections::BTreeMap;

use versioned_store::{Bodies, EntityKey, Row, StoreProblem, WriteOutcome};

use crate::{
    connection::Transaction,
    error::Fault,
    keys,
    schema::View,
    statement::Statement,
    write::{Change, without_repeats},
};

/// Most rows that a statement locks or sets.
const ROWS_MAX: usize = 100;

/// A statement that sets rows ends with the one that reaches this many bytes; a server takes 16 MiB unless it is told
/// otherwise.
const BYTES_MAX: usize = 4 << 20;

/// Sets columns of rows, each if it is still what was read.
pub(crate) async fn set(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<WriteOutcome>, Fault> {
    let mut outcomes = vec![WriteOutcome::Conflict; changes.len()];
    for group in without_repeats(changes) {
        for some in group.chunks(ROWS_MAX) {
            let batch: Vec<&Change<'_>> = some.iter().map(|index| &changes[*index]).collect();
            let now = locked(transaction, view, &batch).await?;
            let mut same = Vec::with_capacity(some.len());
            for (index, change) in some.iter().zip(batch) {
                outcomes[*index] = match now.get(change.key()) {
                    None => WriteOutcome::Gone,
                    Some(now) if is_same(change.expected, now) => {
                        same.push(change);
                        WriteOutcome::Written
                    }
                    Some(_) => WriteOutcome::Conflict,
                };
            }
            set_all(transaction, view, &same).await?;
        }
    }
    Ok(outcomes)
}

/// The rows as they are now, with the columns that are compared; nobody else writes them before the transaction ends.
async fn locked(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[&Change<'_>],
) -> Result<BTreeMap<EntityKey, Row>, Fault> {
    let is_wanted = |index: usize| {
        let values = changes.iter().map(|change| change.expected.values.get(index));
        values.flatten().any(Option::is_some)
    };
    let keys: Vec<&EntityKey> = changes.iter().map(|change| change.key()).collect();
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT ");
    view.select_row_of(&mut statement.sql, Bodies::All, is_wanted);
    statement.sql.text(" FROM ").table(view.table.name());
    if view.is_by_primary_key() {
        // Of a small table it would read all rows, and wait for those that another batch has locked.
        statement.sql.text(" FORCE INDEX (PRIMARY)");
    }
    statement.sql.text(" WHERE ");
    keys::among(&mut statement, view, &keys)?;
    statement.sql.text(" FOR UPDATE");
    let mut rows = BTreeMap::new();
    for row in transaction.all(statement).await? {
        let row = view.row(row, Bodies::All, None)?;
        // The column's collation may take another text for one of the keys.
        let is_asked_for = keys.contains(&&row.key);
        let key = row.key.clone();
        if is_asked_for && rows.insert(row.key.clone(), row).is_some() {
            return Err(StoreProblem::KeyNotUnique { key }.into());
        }
    }
    Ok(rows)
}

/// Whether a row is what was read, as far as it was.
fn is_same(expected: &Row, now: &Row) -> bool {
    let values = expected.values.iter().zip(&now.values);
    expected.model_version == now.model_version
        && expected.deleted == now.deleted
        && values.filter(|(expected, _)| expected.is_some()).all(|(expected, now)| {
            match (expected, now) {
                (Some(expected), Some(now)) => expected.is_same(now),
                _ => false,
            }
        })
}

/// Sets rows that are locked and known to be there.
async fn set_all(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[&Change<'_>],
) -> Result<(), Fault> {
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let alike = rest.iter().take_while(|change| {
            let is_room = bytes < BYTES_MAX;
            bytes += change.set.iter().map(|(_, value)| value.byte_len()).sum::<usize>();
            let names = change.set.iter().zip(&first.set);
            is_room
                && change.set.len() == first.set.len()
                && names.into_iter().all(|((one, _), (other, _))| one == other)
        });
        let (some, others) = rest.split_at(alike.count().max(1));
        let written = transaction.execute(update(view, some)?).await?;
        if written != some.len() as u64 {
            let key = first.key().clone();
            return Err(StoreProblem::KeyNotUnique { key }.into());
        }
        rest = others;
    }
    Ok(())
}

/// The statement that sets rows. It reads each by its key and writes it where it lies: joined with a table of the new
/// values, a server would copy all of them twice.
fn update(view: &View<'_>, changes: &[&Change<'_>]) -> Result<Statement, Fault> {
    let table = view.table;
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("UPDATE ").table(table.name()).text(" SET ");
    for (place, (name, first)) in changes[0].set.iter().enumerate() {
        statement.sql.text(if place > 0 { ", " } else { "" });
        statement.sql.table(table.name()).text(".").name(name).text(" = ");
        let mut values = changes.iter().map(|change| change.set[place].1.as_ref());
        match values.all(|value| value.is_same(first)) {
            true => {
                statement.bind(first)?;
            }
            false => by_key(&mut statement, view, changes, place)?,
        }
    }
    statement.sql.text(" WHERE ");
    if keys::are_exact(view) {
        let keys: Vec<&EntityKey> = changes.iter().map(|change| change.key()).collect();
        keys::among(&mut statement, view, &keys)?;
        return Ok(statement);
    }
    for (index, change) in changes.iter().enumerate() {
        statement.sql.text(if index > 0 { " OR (" } else { "(" });
        keys::equal(&mut statement, view, change.key())?;
        statement.sql.text(")");
    }
    Ok(statement)
}

/// The value that each row gets in a column, by its key.
fn by_key(
    statement: &mut Statement,
    view: &View<'_>,
    changes: &[&Change<'_>],
    place: usize,
) -> Result<(), Fault> {
    statement.sql.text("CASE");
    let single = match view.table.id() {
        [id] if keys::are_exact(view) => Some(id),
        _ => None,
    };
    if let Some(id) = single {
        statement.sql.text(" ");
        keys::column(&mut statement.sql, view, id.name());
    }
    for change in changes {
        statement.sql.text(" WHEN ");
        match single {
            Some(_) => {
                statement.bind(&view.table.stored_key(change.key())?[0])?;
            }
            None => keys::equal(statement, view, change.key())?,
        }
        statement.sql.text(" THEN ");
        statement.bind(&change.set[place].1)?;
    }
    statement.sql.text(" END");
    Ok(())
}

#[cfg(test)]
mod tests {
    use versioned_store::ColumnValue;

    use super::*;

    #[test]
    fn a_row_is_the_same_only_in_what_was_read() {
        let row = |value: Option<ColumnValue>, version| Row {
            key: "a".into(),
            model_version: version,
            deleted: false,
            values: vec![value],
            stamp: None,
        };
        let text = |text: &str| Some(ColumnValue::Text(text.to_owned()));
        let now = row(text("x"), Some(1));
        assert!(is_same(&row(text("x"), Some(1)), &now));
        assert!(is_same(&row(None, Some(1)), &now), "it was not read");
        assert!(!is_same(&row(text("X"), Some(1)), &now));
        assert!(!is_same(&row(text("x"), None), &now));
    }
}
