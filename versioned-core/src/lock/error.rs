//! Why the text of a lock cannot be read.
//!
//! Layer: core, feature `schema`.

/// Why the text of a lock cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Version control left both sides of a conflict.
    #[error("line {line} is a merge conflict{}", in_section(section.as_deref()))]
    #[non_exhaustive]
    Conflict {
        /// Number of the line, from 1.
        line: usize,
        /// The section, if it lies in one.
        section: Option<String>,
    },

    /// A line that looks like a header and is none.
    #[error("line {line} is no header of a section: `{text}`")]
    #[non_exhaustive]
    Header {
        /// Number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },

    /// Something stands before the first header.
    #[error("line {line} lies in no section: `{text}`")]
    #[non_exhaustive]
    OutsideSection {
        /// Number of the line, from 1.
        line: usize,
        /// The line.
        text: String,
    },

    /// Two sections have the same name.
    #[error("section `{section}` is there twice, at line {first} and at line {line}")]
    #[non_exhaustive]
    Duplicate {
        /// The name.
        section: String,
        /// Line of the first header.
        first: usize,
        /// Line of the second one.
        line: usize,
    },

    /// The body of a section is no JSON.
    #[error("section `{section}` is no JSON from line {line} on")]
    #[non_exhaustive]
    Json {
        /// The name.
        section: String,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it, counted from the line after the header.
        source: serde_json::Error,
    },

    /// The body of a section is JSON and no schema.
    #[error(
        "section `{section}` at line {line} has no schema: a schema is an object, `true` or `false`"
    )]
    #[non_exhaustive]
    NoSchema {
        /// The name.
        section: String,
        /// Line of the header.
        line: usize,
    },

    /// The hash of a section is missing, or is that of other content.
    #[error("section `{section}` at line {line} was edited: it does not fit its hash")]
    #[non_exhaustive]
    Edited {
        /// The name.
        section: String,
        /// Line of the header.
        line: usize,
    },
}

impl LockError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Conflict { .. } => {
                "keep the section of the side that is released, raise `max` of the other side to \
                 the next version, and run `schema commit`"
            }
            Self::Header { .. } => {
                "a header is `[entity.field vVERSION] ORIGIN HASH`; restore the line from version \
                 control"
            }
            Self::OutsideSection { .. } => {
                "restore the line from version control; a comment begins with `#`"
            }
            Self::Duplicate { .. } => {
                "keep the one that is released; if they differ, the other one needs the next \
                 version"
            }
            Self::Json { .. } | Self::NoSchema { .. } | Self::Edited { .. } => {
                "restore the section from version control; to describe an old version by hand, \
                 write `written` in its header in place of origin and hash, and run `schema commit`"
            }
        }
    }

    /// Number of the line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Conflict { line, .. }
            | Self::Header { line, .. }
            | Self::OutsideSection { line, .. }
            | Self::Duplicate { line, .. }
            | Self::Json { line, .. }
            | Self::NoSchema { line, .. }
            | Self::Edited { line, .. } => *line,
        }
    }
}

fn in_section(section: Option<&str>) -> String {
    section.map(|section| format!(" in section `{section}`")).unwrap_or_default()
}
