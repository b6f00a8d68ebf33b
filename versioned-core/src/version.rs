//! Schema versions: the number of a field's shape.
//!
//! Layer: core. Invariant: a schema version is never confused with a model version (a commit number).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The integer of a field's shape, from 0 to `u32::MAX`.
///
/// In JSON and in columns it is a plain integer.
///
/// # Examples
///
/// ```
/// use versioned_core::SchemaVersion;
///
/// let version: SchemaVersion = serde_json::from_str("41")?;
/// assert_eq!(version.next(), Some(SchemaVersion::new(42)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SchemaVersion(u32);

impl SchemaVersion {
    /// The schema version with this number.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The version after this one, or `None` after `u32::MAX`.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<u32> for SchemaVersion {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl From<SchemaVersion> for u32 {
    fn from(version: SchemaVersion) -> Self {
        version.0
    }
}

impl From<SchemaVersion> for i64 {
    fn from(version: SchemaVersion) -> Self {
        Self::from(version.0)
    }
}

impl TryFrom<i64> for SchemaVersion {
    type Error = std::num::TryFromIntError;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        u32::try_from(number).map(Self)
    }
}
