//! What became of golden documents.

use std::fmt;

use versioned_core::SchemaVersion;

use super::Difference;

/// Differences that are shown in full.
const SHOWN: usize = 10;

/// What became of golden documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Replayed {
    /// How many files there are.
    pub files: usize,
    /// How many came out as they did.
    pub same: usize,
    /// How the others differ; a document may differ in several fields.
    pub differences: Vec<Difference>,
    /// What cannot be replayed since its version is below `min`.
    pub retired: Vec<Retired>,
}

/// A golden document at a version below `min`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retired {
    /// The file.
    pub file: String,
    /// Name of the entity kind.
    pub entity: String,
    /// Rust name of the field.
    pub field: String,
    /// Its version in the document.
    pub stored: SchemaVersion,
    /// The oldest version of today.
    pub min: SchemaVersion,
}

impl Replayed {
    /// Whether nothing differs and nothing is retired.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.retired.is_empty()
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, same, differences, retired } = self;
        write!(formatter, "{same} of {files} golden documents replay as they were recorded")?;
        for difference in differences.iter().take(SHOWN) {
            write!(formatter, "\n{difference}")?;
        }
        if differences.len() > SHOWN {
            write!(formatter, "\nand {} more differences", differences.len() - SHOWN)?;
        }
        if retired.is_empty() {
            return Ok(());
        }
        write!(formatter, "\nretired, since their versions are below `min`:")?;
        for Retired { file, entity, field, stored, min } in retired.iter().take(SHOWN) {
            write!(
                formatter,
                "\n  {file}: `{entity}.{field}` at version {stored}, `min` is {min}"
            )?;
        }
        if retired.len() > SHOWN {
            write!(formatter, "\n  and {} more", retired.len() - SHOWN)?;
        }
        write!(
            formatter,
            "\n  help:    delete these files if no such data is left anywhere; otherwise put `min` back"
        )
    }
}
