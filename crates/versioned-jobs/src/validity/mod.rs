//! Validity: whether stored values, and what conversions make of them, are what their versions say.
//!
//! Layer: jobs. Knows no schema language: what is checked is behind [`ValueCheck`]. Invariant: an audit that checks values plans
//! the same writes as one that does not, and its findings are bounded.

mod row;
#[cfg(feature = "validate")]
mod schemas;
mod tally;
#[cfg(feature = "validate")]
mod words;

use std::fmt;

use versioned_core::SchemaVersion;

pub(crate) use row::check_row;
#[cfg(feature = "validate")]
pub use schemas::{SchemaCheckError, SchemaChecks};
pub use tally::{UncheckedCount, Validity, ValueFinding};

/// Says what is wrong with the values of fields, version by version.
///
/// An audit with [`JobOptions::with_value_checks`](crate::JobOptions::with_value_checks) asks it about every stored value, and
/// about what each step of its chain makes of it. It must give the same answer to the same value.
///
/// # Examples
///
/// ```
/// use versioned_jobs::{CheckedValue, ValueCheck, ValueProblem};
///
/// /// Version 2 of every field is a list.
/// #[derive(Debug)]
/// struct ListsOnly;
///
/// impl ValueCheck for ListsOnly {
///     fn check(&self, value: &CheckedValue<'_>) -> Option<Vec<ValueProblem>> {
///         let is_list = value.json.starts_with('[');
///         let problems = (!is_list).then(|| ValueProblem::new("", "is no list"));
///         (value.version.get() == 2).then(|| problems.into_iter().collect())
///     }
/// }
/// ```
pub trait ValueCheck: fmt::Debug + Send + Sync {
    /// Everything that is wrong with a value; `None` if nothing is known of this version of the field.
    fn check(&self, value: &CheckedValue<'_>) -> Option<Vec<ValueProblem>>;
}

/// The value of a field at a schema version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "tests of a check build it")]
pub struct CheckedValue<'a> {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// Rust name of the field; `document` where the whole document has one version.
    pub field: &'static str,
    /// The version that the value is at.
    pub version: SchemaVersion,
    /// JSON text of the value; of the document where that has one version.
    pub json: &'a str,
}

/// What is wrong at a place of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct ValueProblem {
    /// JSON pointer of the place in the value, with `*` for indexes and for keys that are data.
    ///
    /// Equal problems of many values are counted together only if their paths are equal.
    pub path: String,
    /// What is wrong, in a few words without the value, such as `is no string`.
    pub problem: String,
}

impl ValueProblem {
    /// Most bytes of a path and of a problem; longer ones are cut.
    pub const TEXT_BYTES_MAX: usize = 300;

    /// A problem at a path.
    #[must_use]
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        let cut = |mut text: String| {
            text.truncate(text.floor_char_boundary(Self::TEXT_BYTES_MAX));
            text
        };
        Self { path: cut(path.into()), problem: cut(problem.into()) }
    }
}

/// How a value came to be at its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ValueOrigin {
    /// It is stored so.
    Stored,
    /// A conversion made it so.
    Converted,
}

impl ValueOrigin {
    /// As in reports: `stored` or `converted`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Converted => "converted",
        }
    }
}
