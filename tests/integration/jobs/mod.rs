//! Stories of jobs, over the store in memory, SQLite files, and private servers, in both layouts.

pub(crate) mod backend;
mod checking;
mod faults;
mod fetching;
pub(crate) mod history;
mod hooked;
mod leasing;
pub(crate) mod lesson;
mod listening;
mod long_pages;
mod losing;
mod migrating;
mod overlapping;
mod policies;
mod prefetching;
pub(crate) mod probe;
mod racing;
mod refusals;
mod reporting;
mod side_by_side;
mod taking_census;
mod undoing;
mod unknown_versions;
mod validity;
mod while_others_write;
mod with_a_ledger;

use std::{future::Future, sync::LazyLock};

use tokio::runtime::{Builder, Runtime};

/// The runtime of all stories: a pool of connections outlives a call.
pub(crate) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// Runs a future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    RUNTIME.block_on(future)
}
