//! Reading rows: pages in the order of the keys, and single rows.
//!
//! Layer: adapters. Invariant: a page is measured before it is read, and cut where its rows turn out to be larger, so memory
//! is bounded by the page's limits, however large the rows are.

use std::collections::{BTreeMap, BTreeSet};

use versioned_store::{
    Bodies, ColumnValue, EntityKey, EntityTable, Page, Row, ScanRequest, StoreProblem,
};

use crate::{
    ahead,
    connection::{Database, Transaction},
    error::Fault,
    found::Found,
    keys::{self, Comparison},
    schema::View,
    sql::Sql,
    statement::{Statement, number},
};

/// Reads a page.
pub(crate) async fn scan(
    database: &Database,
    table: &EntityTable,
    request: &ScanRequest,
) -> Result<Page, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    if request.after.is_none() {
        check_nulls(&mut transaction, &view).await?;
    }
    let page = match ahead::is_needed(&view) {
        true => ahead::page(&database.ahead, &mut transaction, &view, request).await?,
        false => page(&mut transaction, &view, request, &[]).await?,
    };
    transaction.commit().await?;
    Ok(page)
}

/// Reads a page of a range; where there are `keys`, of those rows of it that have one of them.
pub(crate) async fn page(
    transaction: &mut Transaction,
    view: &View<'_>,
    request: &ScanRequest,
    keys: &[EntityKey],
) -> Result<Page, Fault> {
    let (count, mut is_last) = measure(transaction, view, request, keys).await?;
    let mut rows: Vec<Row> = Vec::with_capacity(count);
    if count > 0 {
        read(transaction, view, (request, keys), &mut rows, count).await?;
        is_last &= rows.len() == count;
    }
    if let (false, Some(last)) = (is_last, rows.last()) {
        // The next page begins after this key, so a second row that has it would be passed over.
        let select_one = |sql: &mut Sql| {
            sql.text("1");
        };
        row_of(transaction, view, &last.key, select_one).await?;
    }
    Ok(Page { rows, is_last })
}

/// Reads so many rows, or those that fit into the page.
async fn read(
    transaction: &mut Transaction,
    view: &View<'_>,
    (request, keys): (&ScanRequest, &[EntityKey]),
    rows: &mut Vec<Row>,
    count: usize,
) -> Result<(), Fault> {
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT ");
    view.select_row(&mut statement.sql, request.bodies);
    #[cfg(feature = "postgres")]
    if view.schema.has_stamps {
        view.select_stamp(&mut statement.sql, request.bodies);
    }
    statement.sql.text(" FROM ").table(view.table.name());
    range(&mut statement, view, request)?;
    among(&mut statement, view, keys)?;
    keys::order(&mut statement.sql, view);
    limit(&mut statement, i64::try_from(count).unwrap_or(i64::MAX))?;
    let mut bytes = 0_usize;
    let take = |found: Found| {
        #[cfg(feature = "postgres")]
        let (found, stamp) = {
            let mut found = found;
            let has_stamp = view.schema.has_stamps;
            let stamp = has_stamp.then(|| crate::dialect::postgres::stamp(&mut found)).flatten();
            (found, stamp)
        };
        #[cfg(not(feature = "postgres"))]
        let stamp = None;
        let before = rows.last().map(|row| &row.key).or(request.after.as_ref());
        let row = Row { stamp, ..view.row(found, request.bodies, before)? };
        if rows.last().is_some_and(|before| before.key == row.key) {
            return Err(StoreProblem::KeyNotUnique { key: row.key }.into());
        }
        bytes = bytes.saturating_add(view.bytes(&row));
        rows.push(row);
        Ok(bytes < request.limits.bytes_max.max(1))
    };
    transaction.each(statement, take).await
}

/// Reads one row with all its columns.
pub(crate) async fn get(
    database: &Database,
    table: &EntityTable,
    key: &EntityKey,
) -> Result<Option<Row>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let select = |sql: &mut Sql| view.select_row(sql, Bodies::All);
    let row = row_of(&mut transaction, &view, key, select).await?;
    transaction.commit().await?;
    row.map(|row| view.row(row, Bodies::All, None)).transpose()
}

/// Most keys of one statement.
const KEYS_MAX: usize = 500;

/// Reads the rows of many keys with all their columns, from one snapshot.
pub(crate) async fn get_many(
    database: &Database,
    table: &EntityTable,
    keys: &[EntityKey],
) -> Result<Vec<Option<Row>>, Fault> {
    let mut transaction = database.reading().await?;
    let view = View::read(&mut transaction, table).await?;
    let wanted: BTreeSet<&EntityKey> = keys.iter().collect();
    let all: Vec<&EntityKey> = wanted.iter().copied().collect();
    let mut found: BTreeMap<EntityKey, Row> = BTreeMap::new();
    for some in all.chunks(KEYS_MAX) {
        let mut statement = Statement::new(view.dialect);
        statement.sql.text("SELECT ");
        view.select_row(&mut statement.sql, Bodies::All);
        statement.sql.text(" FROM ").table(table.name()).text(" WHERE ");
        keys::among(&mut statement, &view, some)?;
        for row in transaction.all(statement).await? {
            let row = view.row(row, Bodies::All, None)?;
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
    transaction: &mut Transaction,
    view: &View<'_>,
    key: &EntityKey,
    select: impl FnOnce(&mut Sql),
) -> Result<Option<Found>, Fault> {
    let mut statement = Statement::new(view.dialect);
    statement.sql.text("SELECT ");
    select(&mut statement.sql);
    statement.sql.text(" FROM ").table(view.table.name()).text(" WHERE ");
    keys::equal(&mut statement, view, key)?;
    statement.sql.text(" LIMIT 2");
    let mut rows = transaction.all(statement).await?;
    if rows.len() > 1 {
        return Err(StoreProblem::KeyNotUnique { key: key.clone() }.into());
    }
    Ok(rows.pop())
}

/// Refuses rows with `NULL` in a later part of the key: no range would ever have them, so a scan would pass them over.
async fn check_nulls(transaction: &mut Transaction, view: &View<'_>) -> Result<(), Fault> {
    for id in &view.table.id()[1..] {
        let mut statement = Statement::new(view.dialect);
        statement.sql.text("SELECT 1 FROM ").table(view.table.name()).text(" WHERE ");
        keys::column(&mut statement.sql, view, id.name());
        statement.sql.text(" IS NULL LIMIT 1");
        if transaction.first(statement).await?.is_some() {
            let found = ColumnValue::Null.type_name();
            let (column, place) = (id.name().into(), "some row".into());
            return Err(StoreProblem::KeyMalformed { column, found, place }.into());
        }
    }
    Ok(())
}

/// How many rows the next page has, and whether it is the last one. Only keys and sizes are read, and they stay in the
/// database.
async fn measure(
    transaction: &mut Transaction,
    view: &View<'_>,
    request: &ScanRequest,
    keys: &[EntityKey],
) -> Result<(usize, bool), Fault> {
    let bytes_max = i64::try_from(request.limits.bytes_max).unwrap_or(i64::MAX);
    // Without any bytes to go, the first row is the page.
    let rows_max = if bytes_max == 0 { 1 } else { i64::from(request.limits.rows()) };
    let mut statement = Statement::new(view.dialect);
    // A row is in the page if the rows before it have not reached the bytes.
    statement.sql.text("SELECT count(*), count(CASE WHEN bytes - size < ");
    statement.bind(&number(bytes_max.max(1)))?;
    statement.sql.text(" THEN 1 END) FROM (SELECT size, sum(size) OVER (ORDER BY ");
    statement.sql.join(", ", (0..).zip(view.table.id()), |sql, (index, id)| {
        keys::by_bytes(sql, view, id, |sql| {
            sql.text("key").number(index);
        });
    });
    statement.sql.text(" ROWS UNBOUNDED PRECEDING) AS bytes FROM (SELECT ");
    for (index, id) in (0..).zip(view.table.id()) {
        keys::column(&mut statement.sql, view, id.name());
        statement.sql.text(" AS key").number(index).text(", ");
    }
    view.size(&mut statement.sql, request.bodies);
    statement.sql.text(" AS size FROM ").table(view.table.name());
    range(&mut statement, view, request)?;
    among(&mut statement, view, keys)?;
    keys::order(&mut statement.sql, view);
    limit(&mut statement, rows_max + 1)?;
    statement.sql.text(") AS sizes) AS measured");
    let Some(row) = transaction.first(statement).await? else {
        return Ok((0, true));
    };
    let (found, fitting) = (row.integer(0)?, row.integer(1)?.min(rows_max));
    Ok((usize::try_from(fitting).unwrap_or(0), fitting == found))
}

/// Adds to the condition of a range that a row has one of the keys, if there are any.
fn among(statement: &mut Statement, view: &View<'_>, keys: &[EntityKey]) -> Result<(), Fault> {
    if keys.is_empty() {
        return Ok(());
    }
    statement.sql.text(" AND ");
    ahead::among(statement, view, keys)
}

pub(crate) fn range(
    statement: &mut Statement,
    view: &View<'_>,
    request: &ScanRequest,
) -> Result<(), Fault> {
    let bounds = [(Comparison::After, &request.after), (Comparison::UpTo, &request.until)];
    let bounds = bounds.into_iter().filter_map(|(how, key)| key.as_ref().map(|key| (how, key)));
    for (index, (comparison, key)) in bounds.enumerate() {
        statement.sql.text(if index > 0 { " AND " } else { " WHERE " });
        keys::compare(statement, view, comparison, key)?;
    }
    Ok(())
}

pub(crate) fn limit(statement: &mut Statement, rows: i64) -> Result<(), Fault> {
    statement.sql.text(" LIMIT ");
    statement.bind(&number(rows))?;
    Ok(())
}
