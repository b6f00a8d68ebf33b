//! What the fuzz targets check, as plain functions from bytes to nothing: a finding is a panic.
//!
//! Layer: outside the product. Each check compares `versioned-core` with something that shares no
//! code with it: serde_json, or the slow [`tree`]. The tests of this crate run every seed, so that
//! the checks work without a fuzzer too.
#![forbid(unsafe_code)]

pub mod edits;
pub mod migrate;
pub mod objects;
pub mod scan;
pub mod script;
pub mod tree;
