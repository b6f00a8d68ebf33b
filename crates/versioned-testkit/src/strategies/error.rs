//! Why a JSON Schema cannot become a strategy.
//!
//! Layer: testkit. Every variant names the place in the schema, as a JSON pointer.

/// Why a JSON Schema cannot become a strategy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Where a schema is expected, there is neither an object nor a boolean.
    #[error("there is no schema at `#{pointer}`")]
    #[non_exhaustive]
    NotASchema {
        /// The place in the schema.
        pointer: String,
    },
    /// A keyword that may restrict documents is not known here.
    #[error("the keyword `{keyword}` at `#{pointer}` is not supported")]
    #[non_exhaustive]
    UnsupportedKeyword {
        /// The place of the schema that holds it.
        pointer: String,
        /// The keyword.
        keyword: String,
    },
    /// A keyword has a value of another form than JSON Schema gives it.
    #[error("the keyword `{keyword}` at `#{pointer}` is not {expected}")]
    #[non_exhaustive]
    Malformed {
        /// The place of the schema that holds it.
        pointer: String,
        /// The keyword.
        keyword: String,
        /// What its value should be.
        expected: &'static str,
    },
    /// A `$ref` leads to nothing, or out of the document.
    #[error("the reference `{target}` at `#{pointer}` leads to no place in this schema")]
    #[non_exhaustive]
    NoTarget {
        /// The place of the schema that holds it.
        pointer: String,
        /// What it refers to.
        target: String,
    },
    /// A schema refers to itself without going into the document.
    #[error("the schema at `#{pointer}` refers to itself in place")]
    #[non_exhaustive]
    EndlessReference {
        /// The place in the schema.
        pointer: String,
    },
    /// A pattern is outside of what can be generated.
    #[error("the pattern `{pattern}` at `#{pointer}` is not supported: {reason}")]
    #[non_exhaustive]
    UnsupportedPattern {
        /// The place of the schema that holds it.
        pointer: String,
        /// The pattern.
        pattern: String,
        /// What in it is not supported.
        reason: &'static str,
    },
    /// The schema is nested deeper, or has more parts, than is read.
    #[error("the schema at `#{pointer}` is beyond the limit of {limit} {unit}")]
    #[non_exhaustive]
    TooLarge {
        /// The place in the schema.
        pointer: String,
        /// The limit.
        limit: usize,
        /// What is counted.
        unit: &'static str,
    },
    /// No document was found that the schema accepts.
    #[error("no document was found for the schema at `#{pointer}` in {attempts} attempts")]
    #[non_exhaustive]
    NoDocument {
        /// The place in the schema.
        pointer: String,
        /// How often a document was tried.
        attempts: u32,
    },
}

impl SchemaError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotASchema { .. } | Self::Malformed { .. } => {
                "correct the schema; JSON Schema 2020-12 says what the keyword takes"
            }
            Self::UnsupportedKeyword { .. } => {
                "say the same with a supported keyword, or write a strategy by hand"
            }
            Self::NoTarget { .. } => "bundle the schema, so that it refers to its own `$defs` only",
            Self::EndlessReference { .. } => "put a member or an element between the two",
            Self::UnsupportedPattern { .. } => {
                "write the pattern without look-around, word boundaries and back-references"
            }
            Self::TooLarge { .. } => "split the schema",
            Self::NoDocument { .. } => {
                "check that its keywords do not contradict each other, or write a strategy by hand"
            }
        }
    }
}
