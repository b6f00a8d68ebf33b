//! How large documents become, and how long one is searched for.
//!
//! Layer: testkit.

/// How large documents become, and how long one is searched for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Below this nesting only what is needed is made.
    pub(super) depth_max: u32,
    /// After so many values only what is needed is made.
    pub(super) values_max: usize,
    /// Tries for one document.
    pub(super) tries_max: usize,
    /// Whether objects get members that their schema does not speak of.
    pub(super) has_unknown_members: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth_max: 8, values_max: 120, tries_max: 20_000, has_unknown_members: false }
    }
}
