//! Reading rows: pages in the order of the keys, and single rows.
//!
//! Layer: adapters. Invariant: a page is measured before it is read, so memory is bounded by the page's limits, however
//! large the rows are.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    Bodies, ColumnKind, ColumnValue, EntityKey, EntityTable, Page, Row, ScanRequest, StoreProblem,
    TableLayout,
};

use super::{
    error::Fault, history, keys, schema::Schema, statement::Statement, transaction, value,
};
use crate::sql::Sql;

/// Reads a page.
pub(super) async fn scan(
    pool: &SqlitePool,
    table: &EntityTable,
    request: &ScanRequest,
) -> Result<Page, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    let schema = Schema::read(&mut transaction, table).await?;
    if request.after.is_none() {
        check_nulls(&mut transaction, table).await?;
    }
    let (count, is_last) = measure(&mut transaction, table, request).await?;
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    if count > 0 {
        let mut statement = Statement::default();
        statement.sql.text("SELECT ");
        select(&mut statement.sql, table, request.bodies);
        statement.sql.text(" FROM ").name(table.name());
        range(&mut statement, table, request)?;
        keys::order(&mut statement.sql, table);
        limit(&mut statement, i64::try_from(count).unwrap_or(i64::MAX))?;
        for row in statement.all(&mut transaction).await? {
            let before = rows.last().map(|row| &row.key).or(request.after.as_ref());
            let row = read(&row, table, &schema, request.bodies, before)?;
            if rows.last().is_some_and(|before| before.key == row.key) {
                return Err(StoreProblem::KeyNotUnique { key: row.key }.into());
            }
            rows.push(row);
        }
    }
    if let (false, Some(last)) = (is_last, rows.last()) {
        // The next page begins after this key, so a second row that has it would be passed over.
        let select_one = |sql: &mut Sql| {
            sql.text("1");
        };
        row_of(&mut transaction, table, &last.key, select_one).await?;
    }
    transaction.commit().await?;
    Ok(Page { rows, is_last })
}

/// Reads one row with all its columns.
pub(super) async fn get(
    pool: &SqlitePool,
    table: &EntityTable,
    key: &EntityKey,
) -> Result<Option<Row>, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    let schema = Schema::read(&mut transaction, table).await?;
    let row = row_of(&mut transaction, table, key, |sql| select(sql, table, Bodies::All)).await?;
    transaction.commit().await?;
    row.map(|row| read(&row, table, &schema, Bodies::All, None)).transpose()
}

/// Most keys of one statement.
const KEYS_MAX: usize = 500;

/// Reads the rows of many keys with all their columns, from one snapshot.
pub(super) async fn get_many(
    pool: &SqlitePool,
    table: &EntityTable,
    keys: &[EntityKey],
) -> Result<Vec<Option<Row>>, Fault> {
    let mut transaction = transaction::reading(pool).await?;
    let schema = Schema::read(&mut transaction, table).await?;
    let wanted: BTreeSet<&EntityKey> = keys.iter().collect();
    let all: Vec<&EntityKey> = wanted.iter().copied().collect();
    let mut found: BTreeMap<EntityKey, Row> = BTreeMap::new();
    for some in all.chunks(KEYS_MAX) {
        let mut statement = Statement::default();
        statement.sql.text("SELECT ");
        select(&mut statement.sql, table, Bodies::All);
        statement.sql.text(" FROM ").name(table.name()).text(" WHERE ");
        keys::among(&mut statement, table, some)?;
        for row in statement.all(&mut transaction).await? {
            let row = read(&row, table, &schema, Bodies::All, None)?;
            // The column's collation may take another text for one of the keys.
            if wanted.contains(&row.key) && found.insert(row.key.clone(), row.clone()).is_some() {
                return Err(StoreProblem::KeyNotUnique { key: row.key }.into());
            }
        }
    }
    transaction.commit().await?;
    Ok(keys.iter().map(|key| found.get(key).cloned()).collect())
}

/// The row that has a key, which must be the only one.
async fn row_of(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    key: &EntityKey,
    select: impl FnOnce(&mut Sql),
) -> Result<Option<SqliteRow>, Fault> {
    let mut statement = Statement::default();
    statement.sql.text("SELECT ");
    select(&mut statement.sql);
    statement.sql.text(" FROM ").name(table.name()).text(" WHERE ");
    keys::equal(&mut statement, table, key)?;
    statement.sql.text(" LIMIT 2");
    let mut rows = statement.all(connection).await?;
    if rows.len() > 1 {
        return Err(StoreProblem::KeyNotUnique { key: key.clone() }.into());
    }
    Ok(rows.pop())
}

/// Refuses rows with `NULL` in a later part of the key: no range would ever have them, so a scan would pass them over.
async fn check_nulls(connection: &mut SqliteConnection, table: &EntityTable) -> Result<(), Fault> {
    for id in &table.id()[1..] {
        let mut statement = Statement::default();
        statement.sql.text("SELECT 1 FROM ").name(table.name()).text(" WHERE ");
        keys::column(&mut statement.sql, table, id.name());
        statement.sql.text(" IS NULL LIMIT 1");
        if !statement.all(connection).await?.is_empty() {
            let found = ColumnValue::Null.type_name();
            let (column, place) = (id.name().into(), "some row".into());
            return Err(StoreProblem::KeyMalformed { column, found, place }.into());
        }
    }
    Ok(())
}

/// How many rows the next page has, and whether it is the last one. Only keys and sizes are read, and they stay in SQLite.
async fn measure(
    connection: &mut SqliteConnection,
    table: &EntityTable,
    request: &ScanRequest,
) -> Result<(usize, bool), Fault> {
    let rows_max = i64::from(request.limits.rows());
    let bytes_max = i64::try_from(request.limits.bytes_max).unwrap_or(i64::MAX);
    let mut statement = Statement::default();
    // A row is in the page if it is the first one, or if the rows before it have not reached the bytes.
    statement.sql.text("SELECT count(*), ifnull(sum(place = 1 OR bytes - size < ");
    statement.bind(&ColumnValue::Integer(bytes_max))?;
    statement.sql.text(
        "), 0) FROM (SELECT size, row_number() OVER page AS place, sum(size) OVER page AS bytes \
         FROM (SELECT ",
    );
    for (index, id) in (0..).zip(table.id()) {
        keys::column(&mut statement.sql, table, id.name());
        statement.sql.text(" AS key").number(index).text(", ");
    }
    size(&mut statement.sql, table, request.bodies);
    statement.sql.text(" AS size FROM ").name(table.name());
    range(&mut statement, table, request)?;
    keys::order(&mut statement.sql, table);
    limit(&mut statement, rows_max + 1)?;
    statement.sql.text(") WINDOW page AS (ORDER BY ");
    statement.sql.join(", ", (0..).zip(table.id()), |sql, (index, id)| {
        sql.text("key").number(index);
        keys::collate(sql, id.kind());
    });
    statement.sql.text(" ROWS UNBOUNDED PRECEDING))");
    let measured = statement.all(connection).await?;
    let Some(row) = measured.first() else {
        return Ok((0, true));
    };
    let (found, fitting) = (value::integer(row, 0)?, value::integer(row, 1)?.min(rows_max));
    Ok((usize::try_from(fitting).unwrap_or(0), fitting == found))
}

fn range(
    statement: &mut Statement,
    table: &EntityTable,
    request: &ScanRequest,
) -> Result<(), Fault> {
    let bounds = [(" > ", &request.after), (" <= ", &request.until)];
    let bounds = bounds.into_iter().filter_map(|(how, key)| key.as_ref().map(|key| (how, key)));
    for (index, (comparison, key)) in bounds.enumerate() {
        statement.sql.text(if index > 0 { " AND " } else { " WHERE " });
        keys::compare(statement, table, comparison, key)?;
    }
    Ok(())
}

fn limit(statement: &mut Statement, rows: i64) -> Result<(), Fault> {
    statement.sql.text(" LIMIT ");
    statement.bind(&ColumnValue::Integer(rows))?;
    Ok(())
}

/// The condition that the row comes with its fields.
fn with_bodies(sql: &mut Sql, table: &EntityTable, bodies: Bodies) {
    if bodies == Bodies::All {
        sql.text("1");
        return;
    }
    sql.text("(");
    if deleted(sql, table) {
        sql.text(" = 0 AND ");
    }
    if table.layout() == TableLayout::Document {
        sql.text("1)");
        return;
    }
    // A version of another type than integer is stale, as one that is absent.
    sql.text("(0");
    for column in table.columns() {
        if let ColumnKind::Version { max } = column.kind {
            sql.text(" OR typeof(");
            keys::column(sql, table, &column.name);
            sql.text(") <> 'integer' OR ");
            keys::column(sql, table, &column.name);
            sql.text(" <> ").number(max.into());
        }
    }
    sql.text("))");
}

/// Whether a row counts as deleted, as 0 or 1; adds nothing, and says so, for a table in which none does.
pub(super) fn deleted(sql: &mut Sql, table: &EntityTable) -> bool {
    if let Some(column) = table.deleted() {
        sql.text("coalesce(");
        keys::column(sql, table, column);
        sql.text(" <> 0, 0)");
        return true;
    }
    history::is_orphan(sql, table)
}

/// How many bytes the texts and blobs of a row's fields have; SQLite knows it without reading them.
fn size(sql: &mut Sql, table: &EntityTable, bodies: Bodies) {
    sql.text("iif(");
    with_bodies(sql, table, bodies);
    sql.text(", 0");
    for (_, column) in table.columns().iter().enumerate().filter(|(index, column)| {
        column.key_part.is_none() && !column.kind.is_version() && table.is_read(*index, bodies)
    }) {
        sql.text(" + iif(typeof(");
        keys::column(sql, table, &column.name);
        sql.text(") IN ('text', 'blob'), octet_length(");
        keys::column(sql, table, &column.name);
        sql.text("), 0)");
    }
    sql.text(", 0)");
}

/// The columns of a result that [`read`] makes a row of.
fn select(sql: &mut Sql, table: &EntityTable, bodies: Bodies) {
    keys::select(sql, table);
    for name in [table.model_version(), table.deleted()].into_iter().flatten() {
        sql.text(", ");
        keys::column(sql, table, name);
    }
    if table.parent().is_some() {
        sql.text(", ");
        deleted(sql, table);
    }
    sql.text(", ");
    with_bodies(sql, table, bodies);
    for (index, column) in table.columns().iter().enumerate() {
        if column.key_part.is_some() || !table.is_read(index, bodies) {
            continue;
        }
        let is_conditional = bodies != Bodies::All && !column.kind.is_version();
        sql.text(", ");
        if is_conditional {
            sql.text("CASE WHEN ");
            with_bodies(sql, table, bodies);
            sql.text(" THEN ");
        }
        keys::column(sql, table, &column.name);
        sql.text(if is_conditional { " END" } else { "" });
    }
}

fn read(
    row: &SqliteRow,
    table: &EntityTable,
    schema: &Schema,
    bodies: Bodies,
    before: Option<&EntityKey>,
) -> Result<Row, Fault> {
    let key = keys::read(row, table, before)?;
    let mut next = table.id().len();
    let mut take = || {
        next += 1;
        value::value(row, next - 1)
    };
    let malformed = |column: &str, value: &ColumnValue, expected| StoreProblem::ColumnMalformed {
        column: column.into(),
        key: key.clone(),
        found: value.type_name(),
        expected,
    };
    let mut model_version = None;
    if let Some(column) = table.model_version() {
        model_version = match take()? {
            ColumnValue::Null => None,
            ColumnValue::Integer(version) => Some(version),
            other => return Err(malformed(column, &other, "an integer").into()),
        };
    }
    let mut deleted = false;
    if let Some(column) = table.deleted() {
        let flag = take()?;
        let expected = "a truth value or a number";
        deleted = flag.as_flag().ok_or_else(|| malformed(column, &flag, expected))?;
    }
    if table.parent().is_some() {
        deleted |= take()? != ColumnValue::Integer(0);
    }
    let with_bodies = take()? != ColumnValue::Integer(0);
    let mut values = Vec::with_capacity(table.columns().len());
    for (index, column) in table.columns().iter().enumerate() {
        let is_wanted = table.is_read(index, bodies) && (with_bodies || column.kind.is_version());
        let value = match column.key_part {
            Some(part) => key.parts()[part].to_value(),
            None if !table.is_read(index, bodies) => ColumnValue::Null,
            None if schema.is_boolean(&column.name) => value::as_boolean(take()?),
            None => take()?,
        };
        values.push(is_wanted.then_some(value));
    }
    Ok(Row { key, model_version, deleted, values })
}
