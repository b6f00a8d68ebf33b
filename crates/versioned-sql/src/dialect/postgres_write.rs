//! Compare-and-set in PostgreSQL: one statement for a batch, and one more for the rows that it did not write.
//!
//! Layer: adapters. Invariant: a row is written if the server says that it is the very one that was read, or where it has
//! moved or columns have changed that were not read, if it has every value that was read, in type and bytes; of JSON in its
//! canonical form, the text of that.

use std::collections::BTreeSet;

use versioned_store::{ColumnValue, RowStamp, StoreProblem, WriteOutcome};

use super::{
    Class,
    postgres::{bind_array, cast},
};
use crate::{
    connection::Transaction,
    error::Fault,
    keys,
    schema::View,
    sql::Sql,
    statement::Statement,
    write::{Change, without_repeats},
};

/// Sets columns of rows, each if it is still what was read.
pub(crate) async fn set(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
) -> Result<Vec<WriteOutcome>, Fault> {
    let mut outcomes = vec![WriteOutcome::Conflict; changes.len()];
    for group in without_repeats(changes) {
        for alike in alike(changes, group) {
            set_alike(transaction, view, changes, &alike, &mut outcomes).await?;
        }
    }
    Ok(outcomes)
}

/// Changes that set the same columns and compare the same ones; a statement serves them all.
fn alike(changes: &[Change<'_>], group: Vec<usize>) -> Vec<Vec<usize>> {
    let is_alike = |one: &Change<'_>, other: &Change<'_>| {
        one.set.len() == other.set.len()
            && one.set.iter().zip(&other.set).all(|((one, _), (other, _))| one == other)
            && (one.expected.values.iter().map(Option::is_some))
                .eq(other.expected.values.iter().map(Option::is_some))
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for index in group {
        let of = groups.iter_mut().find(|of| is_alike(&changes[of[0]], &changes[index]));
        match of {
            Some(of) => of.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

async fn set_alike(
    transaction: &mut Transaction,
    view: &View<'_>,
    changes: &[Change<'_>],
    indexes: &[usize],
    outcomes: &mut [WriteOutcome],
) -> Result<(), Fault> {
    let mut written = BTreeSet::new();
    for by in [Compared::Stamps, Compared::Values] {
        let is_comparable = |change: &Change<'_>| match by {
            Compared::Stamps => view.schema.has_stamps && change.expected.stamp.is_some(),
            // Whatever else has changed in a row, its stamp is another one.
            Compared::Values => is_comparable(view, change),
        };
        let left = indexes.iter().copied().filter(|index| !written.contains(index));
        let some: Vec<usize> = left.filter(|index| is_comparable(&changes[*index])).collect();
        if some.is_empty() {
            continue;
        }
        let batch: Vec<&Change<'_>> = some.iter().map(|index| &changes[*index]).collect();
        for row in transaction.all(update(view, &batch, by)?).await? {
            let index = place(&some, row.integer(0)?);
            if !written.insert(index) {
                let key = changes[index].key().clone();
                return Err(StoreProblem::KeyNotUnique { key }.into());
            }
            outcomes[index] = WriteOutcome::Written;
        }
    }
    let missing: Vec<usize> =
        indexes.iter().copied().filter(|index| !written.contains(index)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let batch: Vec<&Change<'_>> = missing.iter().map(|index| &changes[*index]).collect();
    for index in &missing {
        outcomes[*index] = WriteOutcome::Gone;
    }
    for row in transaction.all(exist(view, &batch)?).await? {
        outcomes[place(&missing, row.integer(0)?)] = WriteOutcome::Conflict;
    }
    Ok(())
}

/// The change that a statement calls by its place, from 1.
fn place(indexes: &[usize], place: i64) -> usize {
    let place = usize::try_from(place).ok().and_then(|place| place.checked_sub(1));
    let index = place.and_then(|place| indexes.get(place));
    *index.expect("the server gives back the places that it was given")
}

/// By what it is told that a row is still what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// By where it lies and which transaction has written it, which costs next to nothing.
    Stamps,
    /// By all that was read of it, where its stamp is another one, or none was read.
    Values,
}

/// Whether the columns could hold what was read at all; otherwise the row is not what was read.
fn is_comparable(view: &View<'_>, change: &Change<'_>) -> bool {
    let columns = view.table.columns().iter().zip(&change.expected.values);
    columns.filter(|(column, _)| column.key_part.is_none()).all(|(column, value)| match value {
        Some(value) => view.check_value(change.key(), &column.name, value).is_ok(),
        None => true,
    })
}

/// A column of the batch: its name there, and its values.
struct Batch<'s> {
    statement: &'s mut Statement,
    names: Vec<(&'static str, i64)>,
}

impl Batch<'_> {
    /// Adds a column to the batch, as an array.
    fn add(
        &mut self,
        name: (&'static str, i64),
        class: &Class,
        values: &[ColumnValue],
    ) -> Result<(), Fault> {
        self.statement.sql.text(if self.names.is_empty() { "" } else { ", " });
        self.names.push(name);
        bind_array(self.statement, class, values)
    }

    /// Begins the table of the batch.
    fn begin(statement: &mut Statement) -> Batch<'_> {
        statement.sql.text("unnest(");
        Batch { statement, names: Vec::new() }
    }

    /// Ends it: a row per change, with its place.
    fn end(self) {
        self.statement.sql.text(") WITH ORDINALITY AS batch(");
        for (name, number) in self.names {
            self.statement.sql.text(name).number(number).text(", ");
        }
        self.statement.sql.text("place)");
    }

    fn add_keys(&mut self, view: &View<'_>, changes: &[&Change<'_>]) -> Result<(), Fault> {
        let keys = changes.iter().map(|change| view.table.stored_key(change.key()));
        let keys: Vec<Vec<ColumnValue>> = keys.collect::<Result<_, StoreProblem>>()?;
        for (number, (place, id)) in (0..).zip(view.table.id().iter().enumerate()) {
            let values: Vec<ColumnValue> = keys.iter().map(|key| key[place].clone()).collect();
            self.add(("k", number), view.schema.class(id.name()), &values)?;
        }
        Ok(())
    }
}

/// The condition that a row has the key of a change.
fn same_key(sql: &mut Sql, view: &View<'_>) {
    sql.join(" AND ", (0..).zip(view.table.id()), |sql, (number, id)| {
        let class = view.schema.class(id.name());
        keys::column(sql, view, id.name());
        sql.text(" = batch.k").number(number);
        cast(sql, class);
        if matches!(class, Class::Text { .. }) {
            // A collation may take two texts for one.
            sql.text(" AND ");
            keys::column(sql, view, id.name());
            sql.text(" COLLATE \"C\" = batch.k").number(number);
        }
    });
}

/// The statement that writes the rows that are still what was read, and gives their places in the batch.
fn update(
    view: &View<'_>,
    changes: &[&Change<'_>],
    by: Compared,
) -> Result<Statement, Fault> {
    let table = view.table;
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("UPDATE ").table(table.name()).text(" SET ");
    let first = changes[0];
    statement.sql.join(", ", (0..).zip(&first.set), |sql, (number, (name, _))| {
        sql.name(name).text(" = batch.s").number(number);
        cast(sql, view.schema.class(name));
    });
    statement.sql.text(" FROM ");
    let mut batch = Batch::begin(&mut statement);
    batch.add_keys(view, changes)?;
    for (place, number) in (0..first.set.len()).zip(0..) {
        let values: Vec<ColumnValue> =
            changes.iter().map(|change| change.set[place].1.clone().into_owned()).collect();
        batch.add(("s", number), view.schema.class(first.set[place].0), &values)?;
    }
    match by {
        Compared::Stamps => add_stamps(&mut batch, changes)?,
        Compared::Values => add_values(&mut batch, view, changes)?,
    }
    batch.end();
    let sql = &mut statement.sql;
    sql.text(" WHERE ");
    same_key(sql, view);
    match by {
        Compared::Stamps => same_stamp(sql, view),
        Compared::Values => same_values(sql, view, first),
    }
    sql.text(" RETURNING batch.place");
    Ok(statement)
}

fn add_stamps(batch: &mut Batch<'_>, changes: &[&Change<'_>]) -> Result<(), Fault> {
    let stamps = || changes.iter().filter_map(|change| change.expected.stamp);
    let text = |text: String| ColumnValue::Text(text);
    let places = stamps().map(|RowStamp([_, page, line])| text(format!("({page},{line})")));
    let transactions = stamps().map(|RowStamp([transaction, ..])| text(transaction.to_string()));
    let class = Class::Text { by_bytes: true };
    batch.add(("c", 0), &class, &places.collect::<Vec<_>>())?;
    batch.add(("x", 0), &class, &transactions.collect::<Vec<_>>())?;
    add_deleted(batch, changes)
}

fn add_deleted(batch: &mut Batch<'_>, changes: &[&Change<'_>]) -> Result<(), Fault> {
    let flags: Vec<ColumnValue> =
        changes.iter().map(|change| ColumnValue::Boolean(change.expected.deleted)).collect();
    batch.add(("d", 0), &Class::Boolean, &flags)
}

fn add_values(
    batch: &mut Batch<'_>,
    view: &View<'_>,
    changes: &[&Change<'_>],
) -> Result<(), Fault> {
    let table = view.table;
    if table.model_version().is_some() {
        let version = |change: &&Change<'_>| {
            change.expected.model_version.map_or(ColumnValue::Null, ColumnValue::Integer)
        };
        let versions: Vec<ColumnValue> = changes.iter().map(version).collect();
        batch.add(("v", 0), &Class::Integer, &versions)?;
    }
    if view.deletes() {
        add_deleted(batch, changes)?;
    }
    for (place, number) in compared(view, changes[0]) {
        let value = |change: &&Change<'_>| {
            change.expected.values[place].clone().unwrap_or(ColumnValue::Null)
        };
        let values: Vec<ColumnValue> = changes.iter().map(value).collect();
        batch.add(("e", number), view.schema.class(&table.columns()[place].name), &values)?;
    }
    Ok(())
}

/// The condition that a row is the very one that was read; for one that counts as deleted with its model, which the stamp
/// does not know, that too.
fn same_stamp(sql: &mut Sql, view: &View<'_>) {
    for (column, condition) in [("ctid", " = batch.c0::tid"), ("xmin::text", " = batch.x0")] {
        sql.text(" AND ").table(view.table.name()).text(".").text(column).text(condition);
    }
    if view.deletes() {
        sql.text(" AND ");
        view.is_deleted(sql);
        sql.text(" = batch.d0");
    }
}

fn same_values(sql: &mut Sql, view: &View<'_>, first: &Change<'_>) {
    let table = view.table;
    if let Some(column) = table.model_version() {
        sql.text(" AND ");
        keys::column(sql, view, column);
        sql.text(" IS NOT DISTINCT FROM batch.v0");
    }
    if view.deletes() {
        sql.text(" AND ");
        view.is_deleted(sql);
        sql.text(" = batch.d0");
    }
    for (place, number) in compared(view, first) {
        same_value(sql, view, &table.columns()[place].name, number);
    }
}

/// The columns that are compared, and their numbers in the batch.
fn compared(view: &View<'_>, change: &Change<'_>) -> Vec<(usize, i64)> {
    let columns = view.table.columns().iter().zip(&change.expected.values).enumerate();
    let read = columns.filter(|(_, (column, value))| column.key_part.is_none() && value.is_some());
    read.map(|(place, _)| place).zip(0..).collect()
}

/// The condition that a column still holds the value that was read.
fn same_value(sql: &mut Sql, view: &View<'_>, name: &str, number: i64) {
    sql.text(" AND ");
    match view.schema.class(name) {
        Class::Real | Class::Single => {
            // By their bits: -0.0 is equal to 0.0.
            sql.text("float8send(");
            keys::column(sql, view, name);
            sql.text("::float8) IS NOT DISTINCT FROM float8send(batch.e").number(number).text(")");
        }
        Class::Text { .. } => {
            keys::column(sql, view, name);
            sql.text(" COLLATE \"C\" IS NOT DISTINCT FROM batch.e").number(number);
        }
        Class::Json | Class::Jsonb | Class::Uuid | Class::Other(_) => {
            keys::column(sql, view, name);
            sql.text("::text COLLATE \"C\" IS NOT DISTINCT FROM batch.e").number(number);
        }
        Class::Any | Class::Boolean | Class::Integer | Class::Bytes => {
            keys::column(sql, view, name);
            sql.text(" IS NOT DISTINCT FROM batch.e").number(number);
        }
    }
}

/// The statement that gives the places of changes whose rows are there.
fn exist(view: &View<'_>, changes: &[&Change<'_>]) -> Result<Statement, Fault> {
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT batch.place FROM ");
    let mut batch = Batch::begin(&mut statement);
    batch.add_keys(view, changes)?;
    batch.end();
    statement.sql.text(" WHERE EXISTS (SELECT 1 FROM ").table(view.table.name()).text(" WHERE ");
    same_key(&mut statement.sql, view);
    statement.sql.text(")");
    Ok(statement)
}
