//! Watching a run: the value between two steps, as text.
//!
//! Layer: core. Invariant: who watches changes nothing; the value that passes to the next step is the same.

/// Sees the values that a chain comes by between its first version and its last one.
pub trait Watch {
    /// Whether the value at this version is to be shown.
    fn wants(&self, version: u32) -> bool;

    /// Is shown the JSON of the value at this version; `None` where it cannot be written.
    fn see(&self, version: u32, json: Option<&str>);
}
