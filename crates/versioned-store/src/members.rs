//! Rows as the core sees them, and what the core returned as writes of rows.
//!
//! Layer: store. Invariant: what a column cannot hold unchanged is an error of that one row, before anything is written.

use versioned_core::{
    SchemaVersion,
    document::{Member, MemberValue, MemberWrite, WriteValue},
};

use crate::{ColumnKind, ColumnValue, EntityKey, EntityTable, Row, RowWrite, TableLayout};

/// Why one row cannot be read or written; the other rows of the table are not concerned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The column holds what its field cannot be.
    #[error(
        "column `{column}` of row `{key}` in table `{table}` holds {found}, where {expected} \
         belongs"
    )]
    #[non_exhaustive]
    Unreadable {
        /// Name of the table.
        table: Box<str>,
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
        /// What it holds.
        found: &'static str,
        /// What belongs there.
        expected: &'static str,
    },

    /// A migration sets a field that lies in a column of the database's own type to a value that such a column cannot
    /// hold unchanged.
    #[error(
        "column `{column}` of row `{key}` in table `{table}` cannot hold the new value of field \
         `{field}`: {reason}"
    )]
    #[non_exhaustive]
    Unwritable {
        /// Name of the table.
        table: Box<str>,
        /// Name of the column.
        column: Box<str>,
        /// Key of the row.
        key: EntityKey,
        /// JSON key of the field.
        field: &'static str,
        /// What is in the way.
        reason: &'static str,
    },

    /// A migration sets a field that has no column.
    #[error(
        "table `{table}` has no column for field `{field}`, which a migration sets in row `{key}`"
    )]
    #[non_exhaustive]
    ColumnMissing {
        /// Name of the table.
        table: Box<str>,
        /// Key of the row.
        key: EntityKey,
        /// JSON key of the field.
        field: &'static str,
    },
}

impl RowError {
    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreadable { .. } => {
                "repair the row, or say in the storage model where the field lies"
            }
            Self::Unwritable { .. } => {
                "store the field as JSON text: add `.json(\"..\")` to the storage model and \
                 convert the column"
            }
            Self::ColumnMissing { .. } => {
                "make the table from the declaration of the type that migrates"
            }
        })
    }
}

impl EntityTable {
    /// The values of a row that were read, as members of its entity; none in [`TableLayout::Document`], which has
    /// [`document`](Self::document).
    ///
    /// # Errors
    ///
    /// [`RowError::Unreadable`] for bytes in a plain column, or bytes that are not UTF-8.
    pub fn members<'r>(&self, row: &'r Row) -> Result<Vec<Member<'r>>, RowError> {
        if self.layout == TableLayout::Document {
            return Ok(Vec::new());
        }
        let read = self.columns.iter().enumerate().zip(&row.values);
        let read = read.filter_map(|(column, value)| value.as_ref().map(|value| (column, value)));
        read.map(|((index, column), value)| {
            let value = self.member_value(row, index, value)?;
            Ok(Member { key: column.key, value })
        })
        .collect()
    }

    /// The document of a row in [`TableLayout::Document`]; `None` where it was not read.
    ///
    /// # Errors
    ///
    /// [`RowError::Unreadable`] if the column holds neither text nor bytes.
    pub fn document<'r>(&self, row: &'r Row) -> Result<Option<&'r [u8]>, RowError> {
        let (TableLayout::Document, Some(Some(value))) = (self.layout, row.values.first()) else {
            return Ok(None);
        };
        match value {
            ColumnValue::Text(text) => Ok(Some(text.as_bytes())),
            // The core says where the first byte is that is not UTF-8.
            ColumnValue::InvalidText(bytes) | ColumnValue::Bytes(bytes) => Ok(Some(bytes)),
            ColumnValue::Null
            | ColumnValue::Boolean(_)
            | ColumnValue::Integer(_)
            | ColumnValue::Real(_) => Err(self.unreadable(row, 0, value, "a JSON document")),
        }
    }

    /// The write of what a migration changed in the columns of a row.
    ///
    /// # Errors
    ///
    /// [`RowError::Unwritable`] if a plain column cannot hold a value unchanged.
    pub fn row_write(&self, row: Row, writes: Vec<MemberWrite>) -> Result<RowWrite, RowError> {
        let mut set = Vec::with_capacity(writes.len());
        for MemberWrite { key, value, .. } in writes {
            let is_field = self.layout == TableLayout::Columns;
            let found = self.columns.iter().position(|column| is_field && column.key == key);
            let Some(index) = found else {
                let table = self.name().into();
                return Err(RowError::ColumnMissing { table, key: row.key, field: key });
            };
            let value = self.column_value(&row, index, value)?;
            set.push((index, value));
        }
        Ok(RowWrite { expected: row, set })
    }

    /// The write of a migrated document of a row in [`TableLayout::Document`]; as bytes where it was read as bytes.
    #[must_use]
    pub fn document_write(&self, row: Row, document: String) -> RowWrite {
        let value = json_value(row.values.first(), document);
        RowWrite { expected: row, set: vec![(0, value)] }
    }

    fn member_value<'r>(
        &self,
        row: &'r Row,
        index: usize,
        value: &'r ColumnValue,
    ) -> Result<MemberValue<'r>, RowError> {
        let is_json = matches!(self.columns[index].kind, ColumnKind::Json { .. });
        let expected = if is_json { "the JSON text of a field" } else { "a value of its own" };
        let text = |text| if is_json { MemberValue::Json(text) } else { MemberValue::Text(text) };
        match value {
            ColumnValue::Null => Ok(MemberValue::Null),
            ColumnValue::Boolean(truth) => Ok(MemberValue::Boolean(*truth)),
            ColumnValue::Integer(number) => Ok(MemberValue::Integer(*number)),
            ColumnValue::Real(number) => Ok(MemberValue::Real(*number)),
            ColumnValue::Text(value) => Ok(text(value)),
            ColumnValue::Bytes(bytes) if is_json => match std::str::from_utf8(bytes) {
                Ok(value) => Ok(text(value)),
                Err(_) => Err(self.unreadable(row, index, value, "UTF-8 text")),
            },
            ColumnValue::Bytes(_) | ColumnValue::InvalidText(_) => {
                Err(self.unreadable(row, index, value, expected))
            }
        }
    }

    fn column_value(
        &self,
        row: &Row,
        index: usize,
        value: WriteValue,
    ) -> Result<ColumnValue, RowError> {
        let column = &self.columns[index];
        let json = match value {
            WriteValue::Version(version) => return Ok(version_value(version)),
            WriteValue::Json(json) => json,
            _ => return Err(self.unwritable(row, index, "it is of an unknown kind")),
        };
        match column.kind {
            ColumnKind::Json { .. } => Ok(json_value(row.values.get(index), json)),
            ColumnKind::Plain { .. } | ColumnKind::Version { .. } => {
                scalar_value(&json).map_err(|reason| self.unwritable(row, index, reason))
            }
        }
    }

    fn unreadable(
        &self,
        row: &Row,
        index: usize,
        found: &ColumnValue,
        expected: &'static str,
    ) -> RowError {
        let found = found.type_name();
        let column = self.columns[index].name.as_str().into();
        RowError::Unreadable {
            table: self.name().into(),
            column,
            key: row.key.clone(),
            found,
            expected,
        }
    }

    fn unwritable(&self, row: &Row, index: usize, reason: &'static str) -> RowError {
        let column = &self.columns[index];
        RowError::Unwritable {
            table: self.name().into(),
            column: column.name.as_str().into(),
            key: row.key.clone(),
            field: column.key,
            reason,
        }
    }
}

fn version_value(version: SchemaVersion) -> ColumnValue {
    ColumnValue::Integer(version.into())
}

/// JSON text in the type in which the column held it before.
fn json_value(before: Option<&Option<ColumnValue>>, json: String) -> ColumnValue {
    match before {
        Some(Some(ColumnValue::Bytes(_))) => ColumnValue::Bytes(json.into_bytes()),
        _ => ColumnValue::Text(json),
    }
}

/// The value of a JSON scalar in a column of the database's own type, or what is in the way.
pub(crate) fn scalar_value(json: &str) -> Result<ColumnValue, &'static str> {
    let parsed: serde_json::Value =
        serde_json::from_str(json).map_err(|_| "it is no JSON that serde_json reads")?;
    match parsed {
        serde_json::Value::Null => Ok(ColumnValue::Null),
        serde_json::Value::Bool(truth) => Ok(ColumnValue::Boolean(truth)),
        serde_json::Value::String(text) => Ok(ColumnValue::Text(text)),
        serde_json::Value::Number(_) => number_value(json.trim_ascii()),
        serde_json::Value::Array(_) => Err("a list is no value of a plain column"),
        serde_json::Value::Object(_) => Err("an object is no value of a plain column"),
    }
}

fn number_value(text: &str) -> Result<ColumnValue, &'static str> {
    if !text.contains(['.', 'e', 'E']) {
        let number = text.parse().map_err(|_| "the integer has more than 64 bits")?;
        return Ok(ColumnValue::Integer(number));
    }
    let number: f64 = text.parse().map_err(|_| "it is no number")?;
    // The shortest digits that give the number back must be the ones that the text has.
    if number.is_finite() && decimal(&format!("{number:e}")) == decimal(text) {
        Ok(ColumnValue::Real(number))
    } else {
        Err("the number has more digits, or a larger exponent, than a floating-point number")
    }
}

/// Sign, digits without zeros at either end, and power of ten of the last digit; `None` beyond any float's exponent.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let mut exponent: i64 = exponent.parse().ok()?;
    let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some((is_negative, String::new(), 0));
    }
    exponent = exponent.checked_add(i64::try_from(digits.len() - significant.len()).ok()?)?;
    Some((is_negative, significant.trim_start_matches('0').to_owned(), exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_that_a_column_cannot_hold_unchanged_is_refused() {
        for (json, value) in [
            ("1", ColumnValue::Integer(1)),
            (" -9223372036854775808 ", ColumnValue::Integer(i64::MIN)),
            ("1.0", ColumnValue::Real(1.0)),
            ("0.1", ColumnValue::Real(0.1)),
            ("-12.50e3", ColumnValue::Real(-12500.0)),
            ("0e5", ColumnValue::Real(0.0)),
            ("1e308", ColumnValue::Real(1e308)),
            ("true", ColumnValue::Boolean(true)),
            ("null", ColumnValue::Null),
            (r#""a\u0000\n""#, ColumnValue::Text("a\0\n".to_owned())),
        ] {
            assert_eq!(scalar_value(json), Ok(value), "{json}");
        }
        for json in [
            "9223372036854775808",
            "0.12345678901234567890123",
            "1e400",
            "1e-400",
            "1e99999999999999999999",
            "[]",
            "{}",
            "x",
            "",
        ] {
            assert!(scalar_value(json).is_err(), "{json}");
        }
    }
}
