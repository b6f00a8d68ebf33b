//! What every store must do.
//!
//! Layer: testkit. Each function is one rule and panics where a store breaks it; each wants a store of its own, without
//! tables. A store implements [`StoreFixture`] and runs them all with [`store_conformance!`](crate::store_conformance).
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
//! use versioned_testkit::conformance;
//!
//! block_on(conformance::pages_end_at_their_limits(&MemoryStore::new()));
//!
//! // As one test per rule:
//! fn run(rule: impl AsyncFnOnce(&MemoryStore)) {
//!     block_on(rule(&MemoryStore::new()));
//! }
//! versioned_testkit::store_conformance!(run);
//! ```

#![expect(clippy::missing_panics_doc, reason = "every rule panics where a store breaks it")]

mod dependents;
mod fixture;
pub mod history;
mod leases;
mod ledger;
mod paging;
mod values;
mod writes;

pub use dependents::{
    a_dependent_row_is_put_back_only_as_it_was_set, dependent_rows_are_kept_with_their_entity,
    messages_are_withdrawn_by_run_and_entity, pre_images_come_latest_first_in_pages_of_bytes,
};
pub use fixture::StoreFixture;
pub use leases::{
    a_run_is_held_until_its_lease_is_over, a_run_that_must_finish_is_not_superseded,
    a_stale_owner_writes_nothing,
};
pub use ledger::{
    a_batch_out_of_turn_writes_nothing, a_batch_stores_what_follows_from_its_outcomes,
    an_unfinished_run_is_resumed_or_superseded, the_quarantine_pages_replaces_and_releases,
};
pub use paging::{
    a_page_ends_with_the_row_that_reaches_its_bytes, a_range_is_open_below_and_closed_above,
    current_and_deleted_rows_come_without_fields, keys_of_every_kind_come_in_order,
    many_rows_come_in_the_order_of_the_keys, pages_end_at_their_limits,
    versions_are_counted_per_column,
};
pub use values::{
    a_document_lies_in_one_column, a_field_may_lie_in_the_id_column,
    an_unknown_table_is_misconfigured, names_with_quotes_and_spaces_are_names,
    values_keep_their_type_and_bytes,
};
pub use writes::{
    a_batch_with_a_malformed_write_writes_nothing, a_changed_row_is_a_conflict,
    a_conflict_stops_no_other_row, a_deleted_row_stays_gone, a_row_put_back_is_seen_as_changed,
    a_table_may_have_no_model_version, a_write_sets_columns_and_raises_the_model_version,
    a_written_row_can_be_written_again, what_was_not_read_is_not_compared,
};

/// One `#[test]` per rule of [`conformance`](crate::conformance).
///
/// The argument is a function that makes an empty store and runs a rule on its fixture:
/// `fn run(rule: impl AsyncFnOnce(&MyFixture))`.
#[macro_export]
macro_rules! store_conformance {
    ($run:path) => {
        $crate::store_conformance! { @each $run:
            pages_end_at_their_limits
            a_page_ends_with_the_row_that_reaches_its_bytes
            a_range_is_open_below_and_closed_above
            current_and_deleted_rows_come_without_fields
            keys_of_every_kind_come_in_order
            many_rows_come_in_the_order_of_the_keys
            versions_are_counted_per_column
            values_keep_their_type_and_bytes
            a_document_lies_in_one_column
            a_field_may_lie_in_the_id_column
            names_with_quotes_and_spaces_are_names
            an_unknown_table_is_misconfigured
            a_write_sets_columns_and_raises_the_model_version
            a_written_row_can_be_written_again
            a_changed_row_is_a_conflict
            what_was_not_read_is_not_compared
            a_row_put_back_is_seen_as_changed
            a_deleted_row_stays_gone
            a_conflict_stops_no_other_row
            a_batch_with_a_malformed_write_writes_nothing
            a_table_may_have_no_model_version
            a_batch_stores_what_follows_from_its_outcomes
            a_batch_out_of_turn_writes_nothing
            an_unfinished_run_is_resumed_or_superseded
            the_quarantine_pages_replaces_and_releases
            a_run_is_held_until_its_lease_is_over
            a_stale_owner_writes_nothing
            a_run_that_must_finish_is_not_superseded
            dependent_rows_are_kept_with_their_entity
            a_dependent_row_is_put_back_only_as_it_was_set
            pre_images_come_latest_first_in_pages_of_bytes
            messages_are_withdrawn_by_run_and_entity
        }
    };
    (@each $run:path: $($rule:ident)*) => {
        $(
            #[test]
            fn $rule() {
                $run($crate::conformance::$rule);
            }
        )*
    };
}
