//! Keys in SQL: ranges, order, equality, and what comes back.
//!
//! Layer: adapters. Invariant: texts are compared by their bytes, whatever collation the column has.

use versioned_store::{ColumnValue, EntityKey, IdColumn, IdKind, KeyPart, StoreProblem};

use crate::{
    dialect::{Class, Dialect},
    error::Fault,
    found::Found,
    schema::View,
    sql::Sql,
    statement::Statement,
};

/// `"table"."column"`.
pub(crate) fn column(sql: &mut Sql, view: &View<'_>, name: &str) {
    sql.table(view.table.name()).text(".").name(name);
}

/// The id columns, one after the other.
pub(crate) fn select(sql: &mut Sql, view: &View<'_>) {
    sql.join(", ", view.table.id(), |sql, id| select_one(sql, view, id));
}

fn select_one(sql: &mut Sql, view: &View<'_>, id: &IdColumn) {
    match view.schema.class(id.name()) {
        Class::Other(_) => view.select(sql, id.name()),
        _ => column(sql, view, id.name()),
    }
}

/// The order of the keys.
pub(crate) fn order(sql: &mut Sql, view: &View<'_>) {
    sql.text(" ORDER BY ").join(", ", view.table.id(), |sql, id| {
        by_bytes(sql, view, id, |sql| column(sql, view, id.name()));
    });
}

/// A key column, or what stands for it, such that it is ordered by its bytes.
pub(crate) fn by_bytes(
    sql: &mut Sql,
    view: &View<'_>,
    id: &IdColumn,
    add: impl FnOnce(&mut Sql),
) {
    let class = view.schema.class(id.name());
    match view.dialect {
        Dialect::Sqlite if is_text(id.kind()) => {
            add(sql);
            sql.text(" COLLATE BINARY");
        }
        Dialect::Postgres if matches!(class, Class::Text { by_bytes: false }) => {
            add(sql);
            sql.text(" COLLATE \"C\"");
        }
        Dialect::MySql if matches!(class, Class::Text { by_bytes: false }) => {
            sql.text("CAST(CONVERT(");
            add(sql);
            sql.text(" USING utf8mb4) AS BINARY)");
        }
        _ => add(sql),
    }
}

/// A value for a key column, as it is compared with what [`by_bytes`] says.
fn bind_by_bytes(
    statement: &mut Statement,
    view: &View<'_>,
    id: &IdColumn,
    value: &ColumnValue,
) -> Result<(), Fault> {
    let class = view.schema.class(id.name());
    if view.dialect == Dialect::MySql && *class == (Class::Text { by_bytes: false }) {
        statement.sql.text("CAST(");
        statement.bind(value)?.sql.text(" AS BINARY)");
        return Ok(());
    }
    statement.bind_as(class, value)?;
    Ok(())
}

/// The condition that a key is after one, or up to one.
pub(crate) fn compare(
    statement: &mut Statement,
    view: &View<'_>,
    comparison: Comparison,
    key: &EntityKey,
) -> Result<(), Fault> {
    let stored = view.table.stored_key(key)?;
    if view.dialect == Dialect::MySql {
        return compare_by_parts(statement, view, comparison, &stored);
    }
    statement.sql.text("(").join(", ", view.table.id(), |sql, id| {
        by_bytes(sql, view, id, |sql| column(sql, view, id.name()));
    });
    statement.sql.text(match comparison {
        Comparison::After => ") > (",
        Comparison::UpTo => ") <= (",
    });
    for (index, (id, value)) in view.table.id().iter().zip(&stored).enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        bind_by_bytes(statement, view, id, value)?;
    }
    statement.sql.text(")");
    Ok(())
}

/// Which keys a range has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    After,
    UpTo,
}

/// The same for MySQL, which uses no index for `(a, b) > (?, ?)`: `a >= ? AND (a > ? OR (b > ?))`.
fn compare_by_parts(
    statement: &mut Statement,
    view: &View<'_>,
    comparison: Comparison,
    stored: &[ColumnValue],
) -> Result<(), Fault> {
    let (last, (strict, loose)) = match comparison {
        Comparison::After => (" > ", (" > ", " >= ")),
        Comparison::UpTo => (" <= ", (" < ", " <= ")),
    };
    let parts: Vec<_> = view.table.id().iter().zip(stored).collect();
    for (index, (id, value)) in parts.iter().enumerate() {
        let part = |statement: &mut Statement, how: &'static str| -> Result<(), Fault> {
            by_bytes(&mut statement.sql, view, id, |sql| column(sql, view, id.name()));
            statement.sql.text(how);
            bind_by_bytes(statement, view, id, value)
        };
        if index + 1 == parts.len() {
            part(statement, last)?;
        } else {
            part(statement, loose)?;
            statement.sql.text(" AND (");
            part(statement, strict)?;
            statement.sql.text(" OR (");
        }
    }
    for _ in 1..parts.len() {
        statement.sql.text("))");
    }
    Ok(())
}

/// The condition that a row has a key.
pub(crate) fn equal(
    statement: &mut Statement,
    view: &View<'_>,
    key: &EntityKey,
) -> Result<(), Fault> {
    equal_in(statement, view.table.name(), view, key)
}

/// The condition that a row of the table with this name has a key of `view` in columns of the same names.
pub(crate) fn equal_in(
    statement: &mut Statement,
    name: &str,
    view: &View<'_>,
    key: &EntityKey,
) -> Result<(), Fault> {
    for (index, (id, value)) in
        view.table.id().iter().zip(view.table.stored_key(key)?).enumerate()
    {
        let class = view.schema.class(id.name());
        statement.sql.text(if index > 0 { " AND " } else { "" });
        // In the column's own collation, so that its index finds the row ..
        statement.sql.table(name).text(".").name(id.name()).text(" = ");
        statement.bind_as(class, &value)?;
        // .. and by bytes, because the collation may take two texts for one.
        match (view.dialect, class) {
            (Dialect::Sqlite, _) if is_text(id.kind()) => {
                statement.sql.text(" AND ").table(name).text(".").name(id.name());
                statement.sql.text(" COLLATE BINARY = ");
                statement.bind(&value)?;
            }
            (Dialect::Postgres, Class::Text { .. }) => {
                statement.sql.text(" AND ").table(name).text(".").name(id.name());
                statement.sql.text(" COLLATE \"C\" = ");
                statement.bind(&value)?;
            }
            (Dialect::MySql, Class::Text { .. }) => {
                statement.sql.text(" AND CAST(CONVERT(").table(name).text(".").name(id.name());
                statement.sql.text(" USING utf8mb4) AS BINARY) = CAST(");
                statement.bind(&value)?.sql.text(" AS BINARY)");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The condition that a row has one of the keys, such that an index over the id columns finds the rows.
///
/// The column's collation may take other texts for one of the keys: the caller compares the keys that come back.
pub(crate) fn among(
    statement: &mut Statement,
    view: &View<'_>,
    keys: &[&EntityKey],
) -> Result<(), Fault> {
    let [id] = view.table.id() else {
        // SQLite uses no index for `(a, b) IN (VALUES ..)`.
        for (index, key) in keys.iter().enumerate() {
            statement.sql.text(if index > 0 { ") OR (" } else { "(" });
            equal(statement, view, key)?;
        }
        statement.sql.text(")");
        return Ok(());
    };
    column(&mut statement.sql, view, id.name());
    let class = view.schema.class(id.name());
    #[cfg(feature = "postgres")]
    if view.dialect == Dialect::Postgres {
        let values = keys.iter().map(|key| Ok(view.table.stored_key(key)?.remove(0)));
        let values: Vec<ColumnValue> = values.collect::<Result<_, StoreProblem>>()?;
        statement.sql.text(" = ANY(");
        crate::dialect::postgres::bind_all(statement, class, &values)?;
        statement.sql.text(")");
        return Ok(());
    }
    statement.sql.text(" IN (");
    for (index, value) in keys.iter().map(|key| view.table.stored_key(key)).enumerate() {
        statement.sql.text(if index > 0 { ", " } else { "" });
        statement.bind_as(class, &value?[0])?;
    }
    statement.sql.text(")");
    Ok(())
}

/// Whether a key that is equal for the server is so by its bytes too, in MariaDB and MySQL.
#[cfg(feature = "mysql")]
pub(crate) fn are_exact(view: &View<'_>) -> bool {
    view.table.id().iter().all(|id| {
        let collation = || view.schema.find(id.name()).and_then(|it| it.collation.as_ref());
        match view.schema.class(id.name()) {
            Class::Integer | Class::Bytes => true,
            // Others ignore spaces at the end, or more than that.
            Class::Text { .. } => collation().is_some_and(|(_, collation)| {
                collation.ends_with("_nopad_bin") || collation.ends_with("_0900_bin")
            }),
            _ => false,
        }
    })
}

/// What an unsigned column of MariaDB and MySQL may hold.
const TOO_LARGE: &str = "a number larger than 9223372036854775807";

/// The key in the first columns of a result; `before` is the key of the row before, for messages.
pub(crate) fn read(
    row: &mut Found,
    view: &View<'_>,
    before: Option<&EntityKey>,
) -> Result<EntityKey, Fault> {
    let mut parts = Vec::with_capacity(view.table.id().len());
    for (index, id) in view.table.id().iter().enumerate() {
        let stored = view.value(row.take(index), id.name());
        let found = match (&stored, view.schema.class(id.name())) {
            (ColumnValue::Text(_), Class::Integer) => TOO_LARGE,
            _ => stored.type_name(),
        };
        let Some(part) = KeyPart::from_value(id.kind(), stored) else {
            let place = match before {
                Some(key) => format!("the row after `{key}`"),
                None => "the first row".to_owned(),
            };
            let (column, place) = (id.name().into(), place.into());
            return Err(StoreProblem::KeyMalformed { column, found, place }.into());
        };
        parts.push(part);
    }
    Ok(EntityKey::new(parts))
}

pub(crate) fn is_text(kind: IdKind) -> bool {
    matches!(kind, IdKind::Text | IdKind::UuidText)
}
