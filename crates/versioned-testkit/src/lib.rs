//! Tests for users of the versioned crates, and for the crates themselves.
//!
//! Layer: testkit; a dev-dependency everywhere else. Sees the core, the ports and the jobs.
//!
//! - [`conformance`]: what every [`ModelStore`](versioned_store::ModelStore) must do, as functions that a store's tests
//!   call, or all at once with [`store_conformance!`].
//! - [`conformance::history`]: the same for stores that keep the history of models; [`history_conformance!`].
//! - [`faults`]: a store that fails, repeats or dies at any call, and a harness that runs any job under every such fault.
//! - [`golden`]: stored documents of a repository, which must come out of their chains as they did when they were recorded.
//! - [`laws`]: what every chain of conversions keeps, checked on documents: nothing is dropped that is not declared.
//! - `lock` (feature `lock`): the check of a program against its `versioned.lock`.
//! - [`sample`]: an entity to store, without a Rust type.
//! - `servers` (on Unix): private PostgreSQL and MariaDB servers, which end with the test process.
//! - `strategies` (feature `strategies`): JSON Schemas as `proptest` strategies for documents.

pub mod conformance;
pub mod faults;
pub mod golden;
pub mod laws;
#[cfg(feature = "lock")]
pub mod lock;
pub mod sample;
#[cfg(unix)]
pub mod servers;
#[cfg(feature = "strategies")]
pub mod strategies;
