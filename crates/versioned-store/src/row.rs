//! Rows as they are read and written.
//!
//! Layer: store.

use crate::EntityKey;

/// A value of a column, as the store gives it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnValue {
    /// `NULL`.
    Null,
    /// A truth value, where the database has such a type.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Real(f64),
    /// A text, or the text of a JSON column.
    Text(String),
    /// A text whose bytes are not UTF-8, which some databases store. No document can hold it, but it can be compared.
    InvalidText(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl ColumnValue {
    /// How many bytes it counts for in [`BatchLimits::bytes_max`](crate::BatchLimits::bytes_max): those of a text or of
    /// bytes; none for anything else.
    #[must_use]
    pub fn byte_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::InvalidText(bytes) | Self::Bytes(bytes) => bytes.len(),
            Self::Null | Self::Boolean(_) | Self::Integer(_) | Self::Real(_) => 0,
        }
    }

    /// Whether it is the same value of the same type, bit by bit.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Real(one), Self::Real(two)) => one.to_bits() == two.to_bits(),
            _ => self == other,
        }
    }

    /// The value as a flag: true, or a number other than 0; `NULL` is false. `None` for what can be no flag.
    #[must_use]
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Boolean(truth) => Some(*truth),
            Self::Integer(number) => Some(*number != 0),
            Self::Real(number) => Some(*number != 0.0),
            Self::Text(_) | Self::InvalidText(_) | Self::Bytes(_) => None,
        }
    }

    /// What the value is, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Boolean(_) => "a truth value",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a floating-point number",
            Self::Text(_) => "a text",
            Self::InvalidText(_) => "a text that is not UTF-8",
            Self::Bytes(_) => "bytes",
        }
    }
}

/// What a store knows a row's state by, besides what it has read of it; jobs carry it and do not look at it.
///
/// It is of the state that was read: whoever changes a row that is to be expected takes it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it and read it")]
pub struct RowStamp(pub [u32; 3]);

/// A row, as it was read.
///
/// Two rows are equal if what was read of them is, whatever their stamps.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Row {
    /// The key.
    pub key: EntityKey,
    /// The model version, where the storage model names a column for it; `None` for `NULL` too.
    pub model_version: Option<i64>,
    /// Whether the row is marked as deleted.
    pub deleted: bool,
    /// The values, parallel to [`EntityTable::columns`](crate::EntityTable::columns); `None` for a column that was not
    /// asked for.
    pub values: Vec<Option<ColumnValue>>,
    /// What the store knows this state of the row by, where it has such a thing: a write that expects the row may compare
    /// it instead of what was read, and compares that only where it is another one.
    pub stamp: Option<RowStamp>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let Self { key, model_version, deleted, values, stamp: _ } = self;
        (key, model_version, deleted, values)
            == (&other.key, &other.model_version, &other.deleted, &other.values)
    }
}

/// A write of one row by compare-and-set; normally made by [`EntityTable::row_write`](crate::EntityTable::row_write) or
/// [`EntityTable::document_write`](crate::EntityTable::document_write).
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct RowWrite {
    /// The row as it was read: the write is refused unless the row still has this model version, this
    /// deleted flag and these values.
    pub expected: Row,
    /// What to set: indexes into [`EntityTable::columns`](crate::EntityTable::columns), each at most once.
    pub set: Vec<(usize, ColumnValue)>,
}
