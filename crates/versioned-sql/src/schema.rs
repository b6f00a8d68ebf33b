//! The columns that a table has in the database.
//!
//! Layer: adapters. Invariant: a name that is not there is an error before any SQL contains it.

use versioned_store::{ColumnValue, EntityKey, EntityTable, StoreProblem};

use crate::{
    connection::Transaction,
    dialect::{Affinity, Class, Dialect},
    error::Fault,
};

/// The columns of a table, in their order.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) columns: Vec<Column>,
    dialect: Dialect,
    /// Whether the server says of each row by which transaction and where it was written.
    pub(crate) has_stamps: bool,
    /// The columns of its primary key, of MariaDB and MySQL alone.
    primary: Vec<String>,
    /// Whether it is a view of SQLite, which does not count the rows that its triggers write.
    pub(crate) is_view: bool,
}

/// A column, as the database has it.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) class: Class,
    /// Whether its values are stored, and not computed by the database.
    pub(crate) is_stored: bool,
    /// What SQLite makes of values that are stored in it; `None` where a server has types.
    pub(crate) affinity: Option<Affinity>,
    /// For texts: the schema of its collation, where collations have schemas, and the collation.
    pub(crate) collation: Option<(String, String)>,
}

impl Schema {
    /// Reads the columns, and checks that those of the storage model are there.
    pub(crate) async fn read(
        transaction: &mut Transaction,
        table: &EntityTable,
    ) -> Result<Self, Fault> {
        let schema = Self::of(transaction, table.name()).await?;
        schema.check(table)?;
        Ok(schema)
    }

    /// Reads the columns of the table with this name; none where there is no such table.
    pub(crate) async fn of(transaction: &mut Transaction, table: &str) -> Result<Self, Fault> {
        let dialect = transaction.dialect();
        let of = |columns| Self {
            columns,
            dialect,
            has_stamps: false,
            primary: Vec::new(),
            is_view: false,
        };
        Ok(match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let (columns, is_view) = crate::dialect::sqlite::columns(transaction, table).await?;
                Self { is_view, ..of(columns) }
            }
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                let read = crate::dialect::postgres_columns::columns(transaction, table).await?;
                let (columns, has_stamps) = read;
                Self { has_stamps, ..of(columns) }
            }
            #[cfg(feature = "mysql")]
            Dialect::MySql => {
                let (columns, primary) =
                    crate::dialect::mysql::columns(transaction, table).await?;
                Self { primary, ..of(columns) }
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            other => unreachable!("this crate was built without {other:?}"),
        })
    }

    /// What kind of values a column holds.
    pub(crate) fn class(&self, column: &str) -> &Class {
        self.find(column).map_or(&Class::Any, |column| &column.class)
    }

    /// Whether there is such a table.
    pub(crate) fn exists(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Whether the table has a column.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.find(column).is_some()
    }

    /// Refuses a value that a column would store as another one.
    pub(crate) fn check_value(
        &self,
        key: &EntityKey,
        column: &str,
        value: &ColumnValue,
    ) -> Result<(), StoreProblem> {
        check_value(self.dialect, self.class(column), key, column, value)
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Column> {
        // PostgreSQL may have both; the exact one is meant.
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }

    fn check(&self, table: &EntityTable) -> Result<(), StoreProblem> {
        if !self.exists() {
            return Err(StoreProblem::TableUnknown);
        }
        let own = table.id().iter().map(|id| id.name());
        let own = own.chain(table.model_version()).chain(table.deleted());
        for name in own.chain(table.columns().iter().map(|column| column.name.as_str())) {
            if !self.has(name) {
                return Err(StoreProblem::ColumnUnknown { column: name.into() });
            }
        }
        Ok(())
    }
}

/// A table as it lies in the database: what all statements about it are made of.
#[derive(Debug)]
pub(crate) struct View<'t> {
    pub(crate) table: &'t EntityTable,
    pub(crate) schema: Schema,
    pub(crate) dialect: Dialect,
    /// For snapshots that count as deleted with their model: the columns of the table of models.
    pub(crate) parent: Option<Schema>,
}

impl<'t> View<'t> {
    pub(crate) async fn read(
        transaction: &mut Transaction,
        table: &'t EntityTable,
    ) -> Result<Self, Fault> {
        let schema = Schema::read(transaction, table).await?;
        let parent = match table.parent() {
            // SQLite needs none of it.
            Some(parent) if transaction.dialect() != Dialect::Sqlite => {
                Some(Schema::of(transaction, parent.table()).await?)
            }
            _ => None,
        };
        Ok(Self { table, schema, dialect: transaction.dialect(), parent })
    }

    /// Whether an id is the primary key, so that MariaDB and MySQL find its row without a look at any other.
    pub(crate) fn is_by_primary_key(&self) -> bool {
        let is_primary = |name: &str| self.schema.primary.iter().any(|it| name.eq_ignore_ascii_case(it));
        let ids = self.table.id();
        ids.len() == self.schema.primary.len() && ids.iter().all(|id| is_primary(id.name()))
    }

    /// Refuses a value that a column would store as another one.
    ///
    /// SQLite stores it first and says then how.
    pub(crate) fn check_value(
        &self,
        key: &EntityKey,
        column: &str,
        value: &ColumnValue,
    ) -> Result<(), StoreProblem> {
        self.schema.check_value(key, column, value)
    }
}

fn check_value(
    dialect: Dialect,
    class: &Class,
    key: &EntityKey,
    column: &str,
    value: &ColumnValue,
) -> Result<(), StoreProblem> {
    if dialect == Dialect::Sqlite {
        return Ok(());
    }
    if let (Dialect::Postgres, ColumnValue::Text(text)) = (dialect, value)
        && has_zero(class, text)
    {
        return Err(StoreProblem::ZeroUnsupported { column: column.into(), key: key.clone() });
    }
    if let (Dialect::Postgres, Class::Jsonb, ColumnValue::Text(text)) = (dialect, class, value)
        && has_lone_surrogate(text)
    {
        return Err(StoreProblem::SurrogateUnsupported { column: column.into(), key: key.clone() });
    }
    let stored = match class {
        Class::Any => return Ok(()),
        Class::Boolean => "a truth value",
        Class::Integer => "an integer",
        Class::Real => "a floating-point number",
        Class::Single => "a floating-point number of 32 bits",
        Class::Text { .. } => "a text",
        Class::Json | Class::Jsonb => "JSON",
        Class::Bytes => "bytes",
        Class::Uuid => "a UUID",
        Class::Other(name) => name,
    };
    let fits = match (class, value) {
        (_, ColumnValue::Null)
        | (Class::Boolean, ColumnValue::Boolean(_) | ColumnValue::Integer(0 | 1))
        | (Class::Integer, ColumnValue::Integer(_) | ColumnValue::Boolean(_))
        | (Class::Real, ColumnValue::Real(_))
        | (
            Class::Text { .. } | Class::Json | Class::Jsonb | Class::Uuid | Class::Other(_),
            ColumnValue::Text(_),
        )
        | (Class::Bytes | Class::Uuid, ColumnValue::Bytes(_)) => true,
        (Class::Single, ColumnValue::Real(number)) => is_single(*number),
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(StoreProblem::ValueAltered {
            column: column.into(),
            key: key.clone(),
            set: value.type_name(),
            stored: stored.into(),
        }),
    }
}

/// Whether a number keeps its value as one of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "whether it does is what is asked")]
fn is_single(number: f64) -> bool {
    f64::from(number as f32).to_bits() == number.to_bits()
}

/// Whether a text has U+0000, as itself or as an escape that the column would turn into it.
fn has_zero(class: &Class, text: &str) -> bool {
    if text.contains('\0') {
        return true;
    }
    if *class != Class::Jsonb {
        return false;
    }
    escapes(text).any(|(_, unit)| unit == Some(0))
}

/// Whether a text has an escape of a surrogate without the other one beside it.
fn has_lone_surrogate(text: &str) -> bool {
    // Where an escape of a high surrogate has ended, and nothing has followed it yet.
    let mut high_until = None;
    for (at, unit) in escapes(text) {
        match unit {
            Some(0xDC00..=0xDFFF) if high_until == Some(at) => high_until = None,
            Some(0xDC00..=0xDFFF) => return true,
            _ if high_until.is_some() => return true,
            Some(0xD800..=0xDBFF) => high_until = Some(at + UNIT_ESCAPE_BYTES),
            _ => {}
        }
    }
    high_until.is_some()
}

/// Length of an escape of a UTF-16 unit.
const UNIT_ESCAPE_BYTES: usize = r"\u0000".len();

/// Every escape of a JSON text: where it begins, and which UTF-16 unit it stands for if it is written as one.
fn escapes(text: &str) -> impl Iterator<Item = (usize, Option<u16>)> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let at = next + text.get(next..)?.find('\\')?;
        let digits = text.get(at + 1..at + UNIT_ESCAPE_BYTES).and_then(|it| it.strip_prefix('u'));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        // What is escaped is no beginning of an escape.
        next = at + if unit.is_some() { UNIT_ESCAPE_BYTES } else { 2 };
        Some((at, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_of_u0000_is_found_in_what_the_server_would_decode() {
        for (text, has) in [
            (r#""\u0000""#, true),
            (r#""\\\u0000""#, true),
            (r#""\\u0000""#, false),
            (r#""u0000""#, false),
            (r#""\u0001\n\u0000""#, true),
            ("", false),
        ] {
            assert_eq!(has_zero(&Class::Jsonb, text), has, "{text}");
            assert!(!has_zero(&Class::Json, text), "json keeps its text");
        }
        assert!(has_zero(&Class::Json, "a\0"));
    }

    #[test]
    fn half_a_character_is_found_wherever_the_server_would_miss_the_other_half() {
        for (text, has) in [
            (r#""\ud83d\ude00""#, false),
            (r#""\uD83D\uDE00 \ud83d\ude00""#, false),
            (r#""\ud83d""#, true),
            (r#""\ude00""#, true),
            (r#""\ud83d \ude00""#, true),
            (r#""\ud83d\n\ude00""#, true),
            (r#""\ud83d\ud83d\ude00""#, true),
            (r#""\\ud83d""#, false),
            (r#""\\\ud83d""#, true),
            (r#""\u00e9""#, false),
            (r#""é\"#, false),
        ] {
            assert_eq!(has_lone_surrogate(text), has, "{text}");
        }
    }

    #[test]
    fn a_number_is_stored_in_32_bits_only_if_it_stays_the_same() {
        assert!(is_single(1.5) && is_single(-0.0));
        assert!(!is_single(0.1) && !is_single(1e300));
    }
}
