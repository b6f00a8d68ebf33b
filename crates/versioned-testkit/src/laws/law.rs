//! The laws by name.
//!
//! Layer: testkit.

use std::fmt;

/// What must hold of every chain of conversions, for every valid document at every supported version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Law {
    /// Every valid document of every supported version upgrades.
    Upgrades,
    /// What a step returns is valid by the schema of the version that it leads to.
    StepsAreValid,
    /// The Rust type reads the upgraded document.
    FitsType,
    /// Upgrading what is upgraded changes nothing.
    TwiceIsOnce,
    /// It makes no difference at which versions a document was stored on its way.
    StepwiseIsDirect,
    /// The same document gives the same bytes: again, and on another thread; with `check_all!`, in another process as well.
    Deterministic,
    /// What a step drops, it declares as a loss or a move.
    NothingIsLost,
    /// A chain reads no sibling that it does not declare as context.
    ContextIsDeclared,
    /// Damaged documents, and any JSON, are errors and no panics.
    ErrorsNotPanics,
    /// Bytes outside of what is converted stay, and no value is changed in silence.
    BytesStay,
}

impl Law {
    /// All laws.
    pub const ALL: [Self; 10] = [
        Self::Upgrades,
        Self::StepsAreValid,
        Self::FitsType,
        Self::TwiceIsOnce,
        Self::StepwiseIsDirect,
        Self::Deterministic,
        Self::NothingIsLost,
        Self::ContextIsDeclared,
        Self::ErrorsNotPanics,
        Self::BytesStay,
    ];
}

impl fmt::Display for Law {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Upgrades => "every valid document upgrades",
            Self::StepsAreValid => "what a step returns is valid at the next version",
            Self::FitsType => "the Rust type reads what was upgraded",
            Self::TwiceIsOnce => "upgrading twice is upgrading once",
            Self::StepwiseIsDirect => "step by step is all at once",
            Self::Deterministic => "the same document gives the same bytes",
            Self::NothingIsLost => "nothing is lost without being declared",
            Self::ContextIsDeclared => "context that is used is declared",
            Self::ErrorsNotPanics => "damaged documents are errors and no panics",
            Self::BytesStay => "untouched bytes stay",
        })
    }
}
