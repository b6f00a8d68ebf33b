//! Formats and schema versions: (major, minor) as a file states them, and the one number that the
//! table keeps.

use std::fmt;

use serde::Deserialize;
use versioned_core::SchemaVersion;

/// The format of a notebook file, as its members `nbformat` and `nbformat_minor` state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Format {
    /// `nbformat`.
    pub(crate) major: u32,
    /// `nbformat_minor`; 0 where a format before 4 does not state it.
    pub(crate) minor: u32,
}

/// Why the format of a file cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FormatError {
    /// The text is no JSON object, or its format members are no numbers.
    #[error("not the JSON of a notebook")]
    #[non_exhaustive]
    Unreadable {
        /// What serde says.
        source: serde_json::Error,
    },
    /// There is no `nbformat`.
    #[error("member `nbformat` is missing, so this is no notebook")]
    MajorMissing,
    /// Format 4 without `nbformat_minor`.
    #[error("member `nbformat_minor` is missing, which format {major} needs")]
    #[non_exhaustive]
    MinorMissing {
        /// `nbformat`.
        major: u32,
    },
}

impl Format {
    /// The newest format that the application knows: what it writes.
    pub(crate) const LATEST: Self = Self { major: 4, minor: 5 };

    /// Reads the two format members of a file and nothing else.
    pub(crate) fn of_file(json: &str) -> Result<Self, FormatError> {
        #[derive(Deserialize)]
        struct Header {
            nbformat: Option<u32>,
            nbformat_minor: Option<u32>,
        }
        let header: Header =
            serde_json::from_str(json).map_err(|source| FormatError::Unreadable { source })?;
        let major = header.nbformat.ok_or(FormatError::MajorMissing)?;
        match header.nbformat_minor {
            Some(minor) => Ok(Self { major, minor }),
            None if major < 4 => Ok(Self { major, minor: 0 }),
            None => Err(FormatError::MinorMissing { major }),
        }
    }

    /// The schema version of a document in this format.
    ///
    /// Formats that the application does not know get numbers that it does not know either, so that
    /// the library reports them as too old or too new: 4.6 is 6, 4.7 is 7; majors from 5 on are
    /// counted in millions.
    pub(crate) fn schema_version(self) -> SchemaVersion {
        SchemaVersion::new(match (self.major, self.minor) {
            (major @ 0..=3, _) => major,
            (4, 0..=4) => 4,
            (4, minor) => minor,
            (major, minor) => major.saturating_mul(1_000_000).saturating_add(minor),
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}
