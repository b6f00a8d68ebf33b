//! The one place where names enter SQL.
//!
//! Layer: adapters. Invariant: SQL is put together from text of this crate, from quoted names and from integers; whatever
//! else there is must be bound.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

/// SQL under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sql(String);

impl Sql {
    /// Adds text of this crate.
    pub(crate) fn text(&mut self, text: &'static str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// Adds the name of a table or column, in quotes.
    ///
    /// A column is always written behind its table: SQLite takes a lone unknown name in quotes for a text.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        debug_assert!(!name.is_empty() && !name.contains('\0'), "checked with the storage model");
        self.0.push('"');
        for part in name.chars() {
            if part == '"' {
                self.0.push('"');
            }
            self.0.push(part);
        }
        self.0.push('"');
        self
    }

    /// Adds an integer.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        write!(self.0, "{number}").expect("a String takes all text");
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

    /// The SQL as sqlx takes it.
    pub(crate) fn into_safe(self) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_quotes() {
        let mut sql = Sql::default();
        sql.text("SELECT ").name(r#"a"; DROP TABLE "b"#).text(" = ").number(-1);
        assert_eq!(sql.into_safe().0, r#"SELECT "a""; DROP TABLE ""b" = -1"#);
    }
}
