//! The one place where names enter SQL.
//!
//! Layer: adapters. Invariant: SQL is put together from text of this crate, from quoted names and from integers; whatever
//! else there is must be bound.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use crate::dialect::Dialect;

/// SQL under construction.
#[derive(Debug, Clone)]
pub(crate) struct Sql {
    text: String,
    dialect: Dialect,
}

impl Sql {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { text: String::new(), dialect }
    }

    /// Adds text of this crate, in which names are in double quotes, if in any.
    pub(crate) fn text(&mut self, text: &'static str) -> &mut Self {
        if self.dialect == Dialect::MySql && text.contains('"') {
            self.text.push_str(&text.replace('"', "`"));
        } else {
            self.text.push_str(text);
        }
        self
    }

    /// Adds the name of a column, in quotes.
    ///
    /// A column is always written behind its table: SQLite takes a lone unknown name in quotes for a text.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        debug_assert!(!name.is_empty() && !name.contains('\0'), "checked with the storage model");
        let quote = if self.dialect == Dialect::MySql { '`' } else { '"' };
        self.text.push(quote);
        for part in name.chars() {
            if part == quote {
                self.text.push(quote);
            }
            self.text.push(part);
        }
        self.text.push(quote);
        self
    }

    /// Adds the name of a table, in quotes; where the server has schemas, the name may begin with one and a dot.
    pub(crate) fn table(&mut self, name: &str) -> &mut Self {
        let (schema, table) = self.dialect.split(name);
        if let Some(schema) = schema {
            self.name(schema).text(".");
        }
        self.name(table)
    }

    /// Adds the name of a type as the server has written it, with the quotes that it needs.
    pub(crate) fn type_name(&mut self, name: &str) -> &mut Self {
        self.text.push_str(name);
        self
    }

    /// Adds an integer.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        write!(self.text, "{number}").expect("a String takes all text");
        self
    }

    /// Adds the items, with a text of this crate between them.
    pub(crate) fn join<T>(
        &mut self,
        separator: &'static str,
        items: impl IntoIterator<Item = T>,
        mut add: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.text(separator);
            }
            add(self, item);
        }
        self
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The SQL as text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    /// The SQL as sqlx takes it.
    pub(crate) fn into_safe(self) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_quotes() {
        let sql = |dialect, name| {
            let mut sql = Sql::new(dialect);
            sql.text("SELECT ").table(name).text(" = ").number(-1);
            sql.into_text()
        };
        let name = r#"a"; DROP TABLE "b"#;
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            assert_eq!(sql(dialect, name), r#"SELECT "a""; DROP TABLE ""b" = -1"#);
        }
        assert_eq!(sql(Dialect::MySql, "a`; DROP `b"), "SELECT `a``; DROP ``b` = -1");
    }

    #[test]
    fn each_part_of_a_name_with_a_schema_is_quoted() {
        let sql = |dialect, name| {
            let mut sql = Sql::new(dialect);
            sql.table(name);
            sql.into_text()
        };
        assert_eq!(sql(Dialect::Postgres, "my school.Lessons"), r#""my school"."Lessons""#);
        assert_eq!(sql(Dialect::MySql, "school.lessons"), "`school`.`lessons`");
        assert_eq!(sql(Dialect::Sqlite, "school.lessons"), r#""school.lessons""#);
        for name in [".lessons", "lessons."] {
            assert_eq!(sql(Dialect::Postgres, name), format!("\"{name}\""));
        }
    }
}
