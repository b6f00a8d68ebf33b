//! Why golden documents cannot be read or sampled.
//!
//! Layer: jobs.

use versioned_store::StoreError;

use crate::HookError;

/// Why a text is no golden document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
#[non_exhaustive]
pub struct GoldenFormatError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: GoldenFormatProblem,
}

impl GoldenFormatError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.problem {
            GoldenFormatProblem::NoGoldenDocument => {
                "move the file elsewhere, or read it with the release that wrote it"
            }
            GoldenFormatProblem::Conflict => "take one of the two sides whole",
            GoldenFormatProblem::Edited { .. }
            | GoldenFormatProblem::Unknown
            | GoldenFormatProblem::FactMissing { .. }
            | GoldenFormatProblem::SectionMissing { .. } => {
                "golden documents are not edited: restore the file from the history of the repository"
            }
        }
    }
}

/// What is wrong with the text of a golden document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenFormatProblem {
    /// The first line is another one.
    #[error("this is no golden document")]
    NoGoldenDocument,
    /// Marks of a merge.
    #[error("a merge conflict is left in")]
    Conflict,
    /// A line of no known form.
    #[error("this line is not understood")]
    Unknown,
    /// A fact is not stated.
    #[error("the line `{name}` is missing")]
    #[non_exhaustive]
    FactMissing {
        /// Which.
        name: &'static str,
    },
    /// A text is not there.
    #[error("there is no section [{name}]")]
    #[non_exhaustive]
    SectionMissing {
        /// Which.
        name: &'static str,
    },
    /// A text is not the one that was written.
    #[error("the text of [{name}] does not fit its hash")]
    #[non_exhaustive]
    Edited {
        /// Which.
        name: &'static str,
    },
}

/// Why no documents could be sampled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GoldenError {
    /// The store failed.
    #[error("documents of `{entity}` cannot be sampled: the store failed")]
    #[non_exhaustive]
    Store {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the store says.
        source: StoreError,
    },
    /// What conversions need could not be fetched.
    #[error("what conversions of `{entity}` need could not be fetched")]
    #[non_exhaustive]
    Prefetch {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the hook says.
        source: HookError,
    },
    /// The store breaks its contract.
    #[error("the store of `{entity}` gave a page without rows after the one before")]
    #[non_exhaustive]
    BrokenStore {
        /// Name of the entity kind.
        entity: &'static str,
    },
}

impl GoldenError {
    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Store { source, .. } => source.help(),
            Self::Prefetch { .. } => Some("see the hook `prefetch` of the model"),
            Self::BrokenStore { .. } => Some("report this to the maintainers of the store"),
        }
    }
}
