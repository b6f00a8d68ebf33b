//! Losses: what steps drop, as they declare it, counted while a chain runs.
//!
//! Layer: core. A chain with declared losses is watched at the steps that declare them: what their paths match before the step
//! and after it is counted on the text of the value, without building it. Invariant: counting changes no result; where no step
//! of a run declares a loss, or nobody asked, nothing is watched.

mod counter;
mod matches;
mod pattern;

pub(crate) use counter::LossCounter;
pub use pattern::PathPattern;

use crate::SchemaVersion;

/// What one step of a migration dropped at one declared path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Loss {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// The declared path.
    pub path: &'static str,
    /// How many nodes were at the path before the step and are neither there nor at the end of a declared move after it; 0
    /// where there was nothing to lose.
    ///
    /// Members of objects are told apart by their keys, elements of a list are only counted. `None` if it cannot be told:
    /// the value between two steps cannot be written as JSON, or the chain was written by hand and shows none.
    pub count: Option<u64>,
}
