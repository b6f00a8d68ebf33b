//! What one writes without the library: one pipeline of parsing to serde_json's tree, the same steps on it, and writing.

pub(crate) mod exploration;
pub(crate) mod notebook;
