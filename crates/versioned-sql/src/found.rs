//! Rows of results.
//!
//! Layer: adapters. Invariant: the type of a value is that of the database, not what the reader would like it to be.

use versioned_store::ColumnValue;

use crate::error::Fault;

/// A row of a result.
#[derive(Debug)]
pub(crate) struct Found(pub(crate) Vec<ColumnValue>);

impl Found {
    /// Takes the value out.
    pub(crate) fn take(&mut self, index: usize) -> ColumnValue {
        self.0.get_mut(index).map_or(ColumnValue::Null, |value| {
            std::mem::replace(value, ColumnValue::Null)
        })
    }

    /// An integer, or `NULL`.
    pub(crate) fn optional_integer(&self, index: usize) -> Result<Option<i64>, Fault> {
        match self.0.get(index) {
            Some(ColumnValue::Null) => Ok(None),
            Some(ColumnValue::Integer(number)) => Ok(Some(*number)),
            Some(ColumnValue::Boolean(truth)) => Ok(Some((*truth).into())),
            other => Err(unexpected(index, "an integer", other)),
        }
    }

    /// An integer.
    pub(crate) fn integer(&self, index: usize) -> Result<i64, Fault> {
        self.optional_integer(index)?
            .ok_or_else(|| unexpected(index, "an integer", self.0.get(index)))
    }

    /// A count.
    pub(crate) fn count(&self, index: usize) -> Result<u64, Fault> {
        Ok(u64::try_from(self.integer(index)?).unwrap_or(0))
    }

    /// A sum, which servers give as a number of any length; 0 for that of no rows.
    pub(crate) fn sum(&mut self, index: usize) -> Result<u64, Fault> {
        match as_text(self.take(index)) {
            ColumnValue::Null => Ok(0),
            ColumnValue::Integer(number) => Ok(u64::try_from(number).unwrap_or(0)),
            ColumnValue::Text(digits) if digits.parse::<u64>().is_ok() => {
                Ok(digits.parse().unwrap_or(0))
            }
            other => Err(unexpected(index, "a sum", Some(&other))),
        }
    }

    /// A truth value, or a number that stands for one.
    pub(crate) fn is_true(&self, index: usize) -> Result<bool, Fault> {
        Ok(self.integer(index)? != 0)
    }

    /// A text, or `NULL`.
    pub(crate) fn optional_text(&mut self, index: usize) -> Result<Option<String>, Fault> {
        match as_text(self.take(index)) {
            ColumnValue::Null => Ok(None),
            ColumnValue::Text(text) => Ok(Some(text)),
            other => Err(unexpected(index, "a text", Some(&other))),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, index: usize) -> Result<String, Fault> {
        self.optional_text(index)?
            .ok_or_else(|| unexpected(index, "a text", Some(&ColumnValue::Null)))
    }

    /// Bytes, or `NULL`.
    pub(crate) fn optional_bytes(&mut self, index: usize) -> Result<Option<Vec<u8>>, Fault> {
        match self.take(index) {
            ColumnValue::Null => Ok(None),
            ColumnValue::Bytes(bytes) => Ok(Some(bytes)),
            other => Err(unexpected(index, "bytes", Some(&other))),
        }
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, index: usize) -> Result<Vec<u8>, Fault> {
        self.optional_bytes(index)?
            .ok_or_else(|| unexpected(index, "bytes", Some(&ColumnValue::Null)))
    }
}

fn unexpected(index: usize, expected: &str, found: Option<&ColumnValue>) -> Fault {
    let found = found.map_or("nothing", ColumnValue::type_name);
    let cause = format!("column {index} of the result is {found} instead of {expected}");
    Fault::Reading(cause.into())
}

/// The text that bytes are, where a server does not tell texts from bytes.
pub(crate) fn as_text(value: ColumnValue) -> ColumnValue {
    match value {
        ColumnValue::Bytes(bytes) => text(bytes),
        other => other,
    }
}

/// A text of these bytes.
pub(crate) fn text(bytes: Vec<u8>) -> ColumnValue {
    match String::from_utf8(bytes) {
        Ok(text) => ColumnValue::Text(text),
        Err(invalid) => ColumnValue::InvalidText(invalid.into_bytes()),
    }
}

/// The same value as a truth value, if it can be one.
pub(crate) fn as_boolean(value: ColumnValue) -> ColumnValue {
    match value {
        ColumnValue::Integer(0) => ColumnValue::Boolean(false),
        ColumnValue::Integer(1) => ColumnValue::Boolean(true),
        other => other,
    }
}
