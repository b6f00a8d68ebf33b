//! PostgreSQL: the columns of tables, and in which order their texts are.
//!
//! Layer: adapters.

use super::{Class, Dialect};
use crate::{
    connection::Transaction,
    error::Fault,
    schema::Column,
    sql::Sql,
    statement::{self, Statement},
};

/// The columns of a table, none where there is no such table; and whether its rows have stamps.
pub(crate) async fn columns(
    transaction: &mut Transaction,
    table: &str,
) -> Result<(Vec<Column>, bool), Fault> {
    let mut name = Sql::new(Dialect::Postgres);
    name.table(table);
    let statement = Statement::with(
        Dialect::Postgres,
        // The type of a domain is that of its values.
        "SELECT a.attname::text, b.typname::text, format_type(b.oid, NULL)::text, \
         a.attgenerated = '', n.nspname::text, c.collname::text, \
         CASE r.relkind WHEN 'r' THEN coalesce(m.amname = 'heap', false) \
         WHEN 'p' THEN NOT EXISTS (SELECT 1 FROM pg_catalog.pg_partition_tree(r.oid) p \
         JOIN pg_catalog.pg_class f ON f.oid = p.relid \
         LEFT JOIN pg_catalog.pg_am fm ON fm.oid = f.relam \
         WHERE p.isleaf AND coalesce(fm.amname <> 'heap', true)) \
         ELSE false END AND (r.relkind = 'p' OR NOT r.relhassubclass), \
         CASE c.collprovider WHEN 'd' THEN coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') \
         ELSE c.collprovider::text END, \
         CASE c.collprovider WHEN 'd' THEN d.datcollate::text ELSE c.collcollate::text END, \
         CASE c.collprovider WHEN 'd' THEN to_jsonb(d) ->> 'datlocale' \
         WHEN 'b' THEN to_jsonb(c) ->> 'colllocale' END \
         FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_database d ON d.datname = current_database() \
         JOIN pg_catalog.pg_class r ON r.oid = a.attrelid \
         LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         JOIN pg_catalog.pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid) \
         LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace \
         WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attnum",
        &[statement::text(name.into_text())],
    )?;
    let (mut columns, mut has_stamps) = (Vec::new(), false);
    for mut row in transaction.all(statement).await? {
        has_stamps = row.is_true(6)?;
        let class = match row.text(1)?.as_str() {
            "bool" => Class::Boolean,
            "int2" | "int4" | "int8" => Class::Integer,
            "float8" => Class::Real,
            "float4" => Class::Single,
            "text" | "varchar" => {
                let locale = [row.optional_text(8)?, row.optional_text(9)?];
                let provider = row.optional_text(7)?.unwrap_or_default();
                Class::Text { by_bytes: is_by_bytes(&provider, locale.each_ref()) }
            }
            "json" => Class::Json,
            "jsonb" => Class::Jsonb,
            "bytea" => Class::Bytes,
            "uuid" => Class::Uuid,
            // `character` alone would be one character.
            "bpchar" => Class::Other("bpchar".into()),
            _ => Class::Other(row.text(2)?.into()),
        };
        let collation = row.optional_text(4)?.zip(row.optional_text(5)?);
        let (name, is_stored) = (row.text(0)?, row.is_true(3)?);
        columns.push(Column { name, class, is_stored, collation, affinity: None });
    }
    Ok((columns, has_stamps))
}

/// Whether a collation compares texts by their bytes: by its provider, its `LC_COLLATE`, and its locale.
///
/// The C library's `C.UTF-8` is not among them: the server has its order from that library, whose versions differ.
fn is_by_bytes(provider: &str, [collate, locale]: [&Option<String>; 2]) -> bool {
    match provider {
        "c" => matches!(collate.as_deref(), Some("C" | "POSIX")),
        // The server's own, all of them by code points.
        "b" => matches!(locale.as_deref(), Some("C" | "C.UTF-8" | "PG_UNICODE_FAST")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An order that is taken for that of the bytes and is another one would make a scan pass rows over.
    #[test]
    fn only_orders_that_the_server_knows_to_be_of_bytes_count_as_such() {
        for (provider, collate, locale, expect) in [
            ("c", Some("C"), None, true),
            ("c", Some("POSIX"), None, true),
            ("b", None, Some("C"), true),
            ("b", Some("en_US.UTF-8"), Some("C.UTF-8"), true),
            ("b", None, Some("PG_UNICODE_FAST"), true),
            ("c", Some("C.UTF-8"), None, false),
            ("c", Some("en_US.UTF-8"), None, false),
            ("i", Some("C"), Some("en-US"), false),
            ("", None, None, false),
        ] {
            let [collate, locale] = [collate, locale].map(|it| it.map(str::to_owned));
            assert_eq!(is_by_bytes(provider, [&collate, &locale]), expect, "{provider} {collate:?}");
        }
    }
}
