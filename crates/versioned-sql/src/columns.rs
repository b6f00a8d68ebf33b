//! The columns of a row: how they are selected, measured, and made a row of.
//!
//! Layer: adapters.

use versioned_store::{
    Bodies, ColumnKind, ColumnValue, EntityKey, Row, StoreProblem, TableLayout,
};

use crate::{
    dialect::{Class, Dialect},
    error::Fault,
    found::{self, Found},
    keys,
    schema::View,
    sql::Sql,
};

impl View<'_> {
    /// The columns of a result that [`row`](Self::row) makes a row of.
    pub(crate) fn select_row(&self, sql: &mut Sql, bodies: Bodies) {
        self.select_row_of(sql, bodies, |_| true);
    }

    /// The same, with `NULL` for columns that are not wanted.
    pub(crate) fn select_row_of(
        &self,
        sql: &mut Sql,
        bodies: Bodies,
        is_wanted: impl Fn(usize) -> bool,
    ) {
        keys::select(sql, self);
        for name in [self.table.model_version(), self.table.deleted()].into_iter().flatten() {
            sql.text(", ");
            keys::column(sql, self, name);
        }
        if self.table.parent().is_some() {
            sql.text(", ");
            self.is_deleted(sql);
        }
        sql.text(", ");
        self.with_bodies(sql, bodies);
        for (index, column) in self.table.columns().iter().enumerate() {
            if column.key_part.is_some() || !self.table.is_read(index, bodies) {
                continue;
            }
            if !is_wanted(index) {
                sql.text(", NULL");
                continue;
            }
            let is_conditional = bodies != Bodies::All && !column.kind.is_version();
            sql.text(", ");
            if is_conditional {
                sql.text("CASE WHEN ");
                self.with_bodies(sql, bodies);
                sql.text(" THEN ");
            }
            self.select(sql, &column.name);
            sql.text(if is_conditional { " END" } else { "" });
        }
    }

    /// A column, as a value that [`value`](Self::value) takes.
    pub(crate) fn select(&self, sql: &mut Sql, name: &str) {
        match (self.dialect, self.schema.class(name)) {
            (Dialect::Postgres, Class::Other(_) | Class::Uuid) => {
                keys::column(sql, self, name);
                sql.text("::text");
            }
            (Dialect::MySql, Class::Other(_)) => {
                sql.text("CAST(");
                keys::column(sql, self, name);
                sql.text(" AS CHAR)");
            }
            _ => keys::column(sql, self, name),
        }
    }

    /// The condition that the row comes with its fields.
    fn with_bodies(&self, sql: &mut Sql, bodies: Bodies) {
        if bodies == Bodies::All {
            sql.text("1 = 1");
            return;
        }
        sql.text("(");
        if self.deletes() {
            sql.text("NOT ");
            self.is_deleted(sql);
            sql.text(" AND ");
        }
        if self.table.layout() == TableLayout::Document {
            sql.text("1 = 1)");
            return;
        }
        // A version of another type than integer is stale, as one that is absent.
        sql.text("(1 = 0");
        for column in self.table.columns() {
            let ColumnKind::Version { max } = column.kind else { continue };
            sql.text(" OR ");
            match (self.dialect, self.schema.class(&column.name)) {
                (Dialect::Sqlite, _) => {
                    sql.text("typeof(");
                    keys::column(sql, self, &column.name);
                    sql.text(") <> 'integer' OR ");
                }
                (_, Class::Integer) => {
                    keys::column(sql, self, &column.name);
                    sql.text(" IS NULL OR ");
                }
                _ => {
                    sql.text("1 = 1");
                    continue;
                }
            }
            keys::column(sql, self, &column.name);
            sql.text(" <> ").number(max.into());
        }
        sql.text("))");
    }

    /// Whether there are rows that count as deleted.
    pub(crate) fn deletes(&self) -> bool {
        self.table.deleted().is_some() || self.table.parent().is_some()
    }

    /// The condition that a row counts as deleted.
    pub(crate) fn is_deleted(&self, sql: &mut Sql) {
        if let Some(name) = self.table.deleted() {
            let class = self.schema.class(name);
            flag(sql, class, |sql| keys::column(sql, self, name));
        } else if self.table.parent().is_some() {
            self.is_orphan(sql);
        } else {
            sql.text("(1 = 0)");
        }
    }

    /// For snapshots that count as deleted with their model: the condition that there is no such model that is not deleted.
    fn is_orphan(&self, sql: &mut Sql) {
        let Some(parent) = self.table.parent() else { return };
        let (_, ids) = self.table.id().split_last().expect("a snapshot's key has the model version");
        let of_parent = |sql: &mut Sql, name: &str| {
            sql.table(parent.table()).text(".").name(name);
        };
        sql.text("(NOT EXISTS (SELECT 1 FROM ").table(parent.table()).text(" WHERE ");
        sql.join(" AND ", ids, |sql, id| {
            let in_parent = self.parent.as_ref().and_then(|schema| schema.find(id.name()));
            // In the collation of the model's column, so that its index finds the row, and by bytes.
            of_parent(sql, id.name());
            sql.text(" = ");
            match (self.dialect, in_parent.and_then(|column| column.collation.as_ref())) {
                (Dialect::Postgres, Some((schema, collation))) => {
                    keys::column(sql, self, id.name());
                    sql.text(" COLLATE ").name(schema).text(".").name(collation);
                }
                (Dialect::MySql, Some((_, collation))) => {
                    let set = collation.split('_').next().unwrap_or("utf8mb4");
                    sql.text("CONVERT(");
                    keys::column(sql, self, id.name());
                    sql.text(" USING ").name(set).text(") COLLATE ").name(collation);
                }
                _ => keys::column(sql, self, id.name()),
            }
            if !keys::is_text(id.kind()) {
                return;
            }
            match self.dialect {
                Dialect::Sqlite => {
                    sql.text(" AND ");
                    of_parent(sql, id.name());
                    sql.text(" COLLATE BINARY = ");
                    keys::column(sql, self, id.name());
                }
                Dialect::Postgres if in_parent.is_some_and(|it| it.collation.is_some()) => {
                    sql.text(" AND ");
                    of_parent(sql, id.name());
                    sql.text(" COLLATE \"C\" = ");
                    keys::column(sql, self, id.name());
                }
                Dialect::Postgres => {}
                Dialect::MySql => {
                    sql.text(" AND CAST(CONVERT(");
                    of_parent(sql, id.name());
                    sql.text(" USING utf8mb4) AS BINARY) = CAST(CONVERT(");
                    keys::column(sql, self, id.name());
                    sql.text(" USING utf8mb4) AS BINARY)");
                }
            }
        });
        if let Some(name) = parent.deleted() {
            let class = self.parent.as_ref().map_or(&Class::Any, |schema| schema.class(name));
            sql.text(" AND NOT ");
            flag(sql, class, |sql| of_parent(sql, name));
        }
        sql.text("))");
    }

    /// What a stamp is made of: where a row that comes with its fields lies, and which transaction has written it.
    #[cfg(feature = "postgres")]
    pub(crate) fn select_stamp(&self, sql: &mut Sql, bodies: Bodies) {
        for column in ["ctid", "xmin"] {
            sql.text(", CASE WHEN ");
            self.with_bodies(sql, bodies);
            sql.text(" THEN ").table(self.table.name()).text(".").text(column).text("::text END");
        }
    }

    /// How many bytes the texts and byte strings of a row's fields have. Where a server stores them as they are, it knows it
    /// without reading them. PostgreSQL stores JSON otherwise, often compressed: there it is what is stored, and a page is
    /// cut once its documents have come.
    pub(crate) fn size(&self, sql: &mut Sql, bodies: Bodies) {
        sql.text("CASE WHEN ");
        self.with_bodies(sql, bodies);
        sql.text(" THEN 0");
        for (index, column) in self.table.columns().iter().enumerate() {
            let is_field = column.key_part.is_none() && !column.kind.is_version();
            if !is_field || !self.table.is_read(index, bodies) {
                continue;
            }
            match (self.dialect, self.schema.class(&column.name)) {
                (Dialect::Sqlite, _) => {
                    sql.text(" + iif(typeof(");
                    keys::column(sql, self, &column.name);
                    sql.text(") IN ('text', 'blob'), octet_length(");
                    keys::column(sql, self, &column.name);
                    sql.text("), 0)");
                }
                (_, Class::Boolean | Class::Integer | Class::Real | Class::Single) => {}
                (Dialect::Postgres, Class::Json | Class::Jsonb) => {
                    sql.text(" + coalesce(pg_column_size(");
                    keys::column(sql, self, &column.name);
                    // The length that is stored in front.
                    sql.text(") - 4, 0)");
                }
                _ => {
                    sql.text(" + coalesce(octet_length(");
                    self.select(sql, &column.name);
                    sql.text("), 0)");
                }
            }
        }
        sql.text(" ELSE 0 END");
    }

    /// The same of a row that has been read.
    pub(crate) fn bytes(&self, row: &Row) -> usize {
        let fields = self.table.columns().iter().zip(&row.values);
        let fields = fields
            .filter(|(column, _)| column.key_part.is_none() && !column.kind.is_version())
            .filter_map(|(_, value)| value.as_ref());
        fields.map(ColumnValue::byte_len).sum()
    }

    /// A value of a column, in the type that the column stands for.
    pub(crate) fn value(&self, value: ColumnValue, column: &str) -> ColumnValue {
        match (self.dialect, self.schema.class(column)) {
            (Dialect::Postgres, _) => value,
            (_, Class::Boolean) => found::as_boolean(value),
            (Dialect::MySql, Class::Text { .. } | Class::Jsonb | Class::Other(_)) => {
                found::as_text(value)
            }
            _ => value,
        }
    }

    /// The row of a result; `before` is the key of the row before, for messages.
    pub(crate) fn row(
        &self,
        mut row: Found,
        bodies: Bodies,
        before: Option<&EntityKey>,
    ) -> Result<Row, Fault> {
        let table = self.table;
        let key = keys::read(&mut row, self, before)?;
        let mut next = table.id().len();
        let mut take = || {
            next += 1;
            row.take(next - 1)
        };
        let malformed = |column: &str, value: &ColumnValue, expected| {
            let (column, key, found) = (column.into(), key.clone(), value.type_name());
            StoreProblem::ColumnMalformed { column, key, found, expected }
        };
        let mut model_version = None;
        if let Some(column) = table.model_version() {
            model_version = match take() {
                ColumnValue::Null => None,
                ColumnValue::Integer(version) => Some(version),
                other => return Err(malformed(column, &other, "an integer").into()),
            };
        }
        let mut deleted = false;
        if let Some(column) = table.deleted() {
            let flag = take();
            let expected = "a truth value or a number";
            deleted = flag.as_flag().ok_or_else(|| malformed(column, &flag, expected))?;
        }
        if table.parent().is_some() {
            deleted |= take().as_flag() != Some(false);
        }
        let with_bodies = take().as_flag() != Some(false);
        let mut values = Vec::with_capacity(table.columns().len());
        for (index, column) in table.columns().iter().enumerate() {
            let is_read = table.is_read(index, bodies);
            let is_wanted = is_read && (with_bodies || column.kind.is_version());
            let value = match column.key_part {
                Some(part) => key.parts()[part].to_value(),
                None if !is_read => ColumnValue::Null,
                None => self.value(take(), &column.name),
            };
            values.push(is_wanted.then_some(value));
        }
        Ok(Row { key, model_version, deleted, values, stamp: None })
    }
}

/// The condition that a flag is set.
fn flag(sql: &mut Sql, class: &Class, add: impl FnOnce(&mut Sql)) {
    sql.text("coalesce(");
    add(sql);
    sql.text(match (sql.dialect(), class) {
        (Dialect::Postgres, Class::Boolean) => ", false)",
        (Dialect::Postgres, _) => " <> 0, false)",
        _ => " <> 0, 0)",
    });
}
