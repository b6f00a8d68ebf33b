//! Tests for users of the versioned crates, and for the crates themselves.
//!
//! Layer: testkit; a dev-dependency everywhere else. Sees the core and the ports.
//!
//! - [`conformance`]: what every [`ModelStore`](versioned_store::ModelStore) must do, as functions that a store's tests
//!   call, or all at once with [`store_conformance!`].
//! - [`sample`]: an entity to store, without a Rust type.

pub mod conformance;
pub mod sample;
