//! Every call, before and after its effect, with every kind of fault.

use serde_json::json;
use versioned_jobs::{Clock as _, SystemClock};
use versioned_store::StoreErrorKind;
use versioned_testkit::faults::{FaultHarness, FaultKind, FaultStore, Moment};

use super::{
    setting::{Kind, MariaDb, Memory, Postgres, Sqlite},
    works::Work,
};
use crate::jobs::{block_on, lesson::Layout};

/// Asks for every kind of fault at both moments; without it those of the store are tried. Calls are complete in any case.
const ALL_KINDS: &str = "VERSIONED_FAULTS_ALL_KINDS";

fn harness<K: Kind>(work: Work) -> FaultHarness {
    let (kinds, moments) = match std::env::var_os(ALL_KINDS) {
        Some(_) => (FaultKind::ALL.as_slice(), Moment::BOTH.as_slice()),
        None => (K::KINDS, K::MOMENTS),
    };
    // Where a row is refused, its quarantine names the cause, which would be the fault's own.
    let rejected = FaultKind::Fail(StoreErrorKind::Rejected);
    let is_tried = |kind: &FaultKind| *kind != rejected || work.refused_by_the_database().is_none();
    let harness = FaultHarness::default().with_moments(moments.iter().copied());
    harness.with_kinds(kinds.iter().copied().filter(is_tried))
}

fn check<K: Kind>(layout: Layout, work: Work) {
    let clock = SystemClock::new();
    let report = block_on(async {
        let setting = K::setting(layout, work).await;
        let job = async |store: &FaultStore<K::Store>| work.run(layout, store).await;
        harness::<K>(work).run(&setting, job).await.unwrap()
    });
    let line = json!({
        "job": work.name(),
        "layout": match layout { Layout::Columns => "columns", Layout::Document => "document" },
        "store": K::NAME,
        "call_points": report.operations().len() * 2,
        "faults": report.points(),
        "runs": report.runs(),
        "differing": report.differences().len(),
        "seconds": clock.now().as_secs_f64(),
    });
    // The line before may be one that the test runner has not ended.
    println!("\n{line}");
    assert!(report.differences().is_empty(), "{report}");
    assert!(report.operations().len() >= 2, "{report}");
}

macro_rules! works {
    ($($test:ident: $work:ident)*) => {
        works! { @over memory_columns, Memory, Columns: $($test: $work)* }
        works! { @over memory_documents, Memory, Document: $($test: $work)* }
        works! { @over sqlite_columns, Sqlite, Columns: $($test: $work)* }
        works! { @over sqlite_documents, Sqlite, Document: $($test: $work)* }
        works! { @over postgres_columns, Postgres, Columns: $($test: $work)* }
        works! { @over postgres_documents, Postgres, Document: $($test: $work)* }
        works! { @over mariadb_columns, MariaDb, Columns: $($test: $work)* }
        works! { @over mariadb_documents, MariaDb, Document: $($test: $work)* }
    };
    (@over $module:ident, $kind:ident, $layout:ident: $($test:ident: $work:ident)*) => {
        mod $module {
            use super::{Layout, Work, check};

            $(
                #[test]
                fn $test() {
                    check::<super::$kind>(Layout::$layout, Work::$work);
                }
            )*
        }
    };
}

works! {
    a_migration_ends_in_the_same_bytes_and_counts_after_any_fault: Migrate
    a_migration_without_a_ledger_ends_in_the_same_bytes_after_any_fault: MigrateWithoutLedger
    an_audit_says_and_leaves_the_same_after_any_fault: Audit
    a_skip_list_holds_after_any_fault: SkipList
    a_failure_limit_ends_at_the_same_row_after_any_fault: FailureLimit
    the_same_errors_are_known_again_after_any_fault: SameErrors
    all_is_written_after_any_fault: AllOrNothing
    nothing_is_written_after_any_fault: AllOrNothingWithFailures
    an_undo_puts_back_the_same_rows_after_any_fault: Undo
    a_replay_empties_the_quarantine_of_the_same_after_any_fault: Replay
    a_replay_of_all_or_nothing_ends_the_same_after_any_fault: ReplayAllOrNothing
    every_message_is_delivered_after_any_fault: Deliver
    a_run_is_cancelled_after_any_fault: Cancel
    what_is_kept_is_forgotten_after_any_fault: Forget
    an_entity_is_released_after_any_fault: Release
    a_history_has_the_same_commits_after_any_fault: Commits
    an_undo_makes_the_same_commits_after_any_fault: UndoCommits
    snapshots_end_in_the_same_bytes_after_any_fault: Snapshots
    snapshots_are_put_back_the_same_after_any_fault: UndoSnapshots
    a_read_gives_and_in_the_end_writes_back_the_same_after_any_fault: WriteBack
    many_are_read_and_in_the_end_written_back_the_same_after_any_fault: WriteBackOfMany
}

// The store in memory refuses no row, so these are about a database alone; and MariaDB passes over none.
macro_rules! refused {
    ($($module:ident, $kind:ident, $layout:ident;)*) => {
        $(works! { @over $module, $kind, $layout:
            all_is_put_back_after_any_fault: AllOrNothingPutBack
            all_is_put_back_after_a_conflict_and_any_fault: AllOrNothingConflict
        })*
    };
}

refused! {
    sqlite_columns_with_a_refused_row, Sqlite, Columns;
    sqlite_documents_with_a_refused_row, Sqlite, Document;
    postgres_columns_with_a_refused_row, Postgres, Columns;
    postgres_documents_with_a_refused_row, Postgres, Document;
}
works! { @over mariadb_columns_with_a_refused_row, MariaDb, Columns:
    all_is_put_back_after_any_fault: AllOrNothingPutBack
}
works! { @over mariadb_documents_with_a_refused_row, MariaDb, Document:
    all_is_put_back_after_any_fault: AllOrNothingPutBack
}
