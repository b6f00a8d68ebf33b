//! What every store with a history must do.
//!
//! Layer: testkit. Each function is one rule and panics where a store breaks it; each wants a store of its own, without
//! tables. A store implements [`HistoryFixture`] and runs them all with
//! [`history_conformance!`](crate::history_conformance), besides [`store_conformance!`](crate::store_conformance).
//!
//! # Examples
//!
//! ```
//! # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
//! # fn block_on<F: Future>(future: F) -> F::Output {
//! #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//! #         Poll::Ready(output) => output,
//! #         Poll::Pending => unreachable!("the memory store never waits"),
//! #     }
//! # }
//! use versioned_store::MemoryStore;
//! use versioned_testkit::conformance::history;
//!
//! block_on(history::a_model_is_created_once(&MemoryStore::new()));
//!
//! // As one test per rule:
//! fn run(rule: impl AsyncFnOnce(&MemoryStore)) {
//!     block_on(rule(&MemoryStore::new()));
//! }
//! versioned_testkit::history_conformance!(run);
//! ```

mod batches;
mod fixture;
mod log;
mod refusals;
mod saves;
mod snapshots;

pub use batches::{
    a_batch_of_many_commits_is_appended_in_its_order,
    a_batch_whose_commits_do_not_fit_writes_nothing, a_batch_writes_its_commits_in_its_transaction,
};
pub use fixture::HistoryFixture;
pub use log::{
    commits_come_in_their_order_page_by_page, every_kind_of_key_has_a_history,
    texts_and_commands_come_back_as_they_were,
};
pub use refusals::{
    a_history_without_its_tables_is_misconfigured, a_save_that_does_not_fit_writes_nothing,
    history_is_never_written_over,
};
pub use saves::{
    a_deleted_model_keeps_its_history, a_model_is_created_once, a_save_writes_what_goes_with_it,
    a_table_without_history_is_saved_too, an_update_appends_a_commit, saves_are_all_or_none,
    what_changed_meanwhile_is_a_conflict_that_leaves_nothing,
};
pub use snapshots::{
    a_revert_is_a_commit_with_old_content, snapshots_are_rewritten_in_place,
    snapshots_of_deleted_models_are_migrated_or_skipped,
};

/// One `#[test]` per rule of [`conformance::history`](crate::conformance::history).
///
/// The argument is a function that makes an empty store and runs a rule on its fixture:
/// `fn run(rule: impl AsyncFnOnce(&MyFixture))`.
#[macro_export]
macro_rules! history_conformance {
    ($run:path) => {
        $crate::history_conformance! { @each $run:
            a_model_is_created_once
            an_update_appends_a_commit
            a_deleted_model_keeps_its_history
            what_changed_meanwhile_is_a_conflict_that_leaves_nothing
            saves_are_all_or_none
            a_save_writes_what_goes_with_it
            a_table_without_history_is_saved_too
            history_is_never_written_over
            a_save_that_does_not_fit_writes_nothing
            a_history_without_its_tables_is_misconfigured
            commits_come_in_their_order_page_by_page
            texts_and_commands_come_back_as_they_were
            every_kind_of_key_has_a_history
            a_batch_writes_its_commits_in_its_transaction
            a_batch_whose_commits_do_not_fit_writes_nothing
            a_batch_of_many_commits_is_appended_in_its_order
            snapshots_are_rewritten_in_place
            snapshots_of_deleted_models_are_migrated_or_skipped
            a_revert_is_a_commit_with_old_content
        }
    };
    (@each $run:path: $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                $run($crate::conformance::history::$rule);
            }
        )*
    };
}
