//! What a run changed, set beside it and dropped, in numbers.
//!
//! Layer: jobs.

use serde::Serialize;
use versioned_core::SchemaVersion;

/// How many entities had a field brought from one version to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChangeCount {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version that was stored.
    pub from: SchemaVersion,
    /// The latest version.
    pub to: SchemaVersion,
    /// How many entities.
    pub entities: u64,
}

/// How many entities had a sibling field set by a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SideOutputCount {
    /// Rust name of the sibling.
    pub field: &'static str,
    /// How many entities.
    pub entities: u64,
}

/// How much conversions have dropped at a path that is declared as a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LossCount {
    /// Rust name of the field.
    pub field: &'static str,
    /// The version that the step starts from.
    pub step: SchemaVersion,
    /// The declared path.
    pub path: &'static str,
    /// How many nodes were at the path and are gone.
    pub nodes: u64,
    /// For how many entities it cannot be told.
    pub untold_entities: u64,
}
