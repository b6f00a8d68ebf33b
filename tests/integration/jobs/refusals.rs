//! The database refuses what a row would hold: that row fails, and the others are written.

use versioned_jobs::{JobOptions, JobReport, Mode, NoProgress};
use versioned_store::StoreErrorKind;

use super::{
    backend::{Backend, SqliteFile, stories},
    lesson::{Layout, StoredLesson, ids},
    probe::{Probe, Watcher, batches_of},
};

stories! {
    a_row_that_the_store_refuses_stops_no_other
    an_audit_cannot_know_what_the_database_refuses
    an_error_of_another_kind_ends_the_run_and_writes_nothing_of_the_batch
    a_failure_between_single_writes_keeps_what_is_written
}

fn lessons() -> [StoredLesson; 5] {
    ["a", "b", "c", "d", "e"].map(StoredLesson::old)
}

/// Migrates five old lessons of which `b` is refused, twice; gives what the refusal is said to be.
fn check<B: Backend>(layout: Layout, store: &Probe<B>, options: &JobOptions) -> Vec<String> {
    let before = store.rows(layout);
    let watcher = Watcher::default();
    let first = layout.run(Mode::Migrate, store, options, &watcher).unwrap();
    let counts = first.counts();
    assert_eq!((counts.scanned, counts.migrated, counts.failed), (5, 4, 1));
    assert!(counts.is_balanced());
    assert_eq!(*watcher.failed.lock().unwrap(), ids(&["b"]));
    // What the refused row would have changed is not counted as changed.
    assert!(first.changes().all(|change| change.entities == 4));
    let after = store.rows(layout);
    assert_eq!(after[1], before[1]);
    let versions: Vec<_> = after.iter().map(|row| row.model_version.unwrap()).collect();
    assert_eq!(versions, [2, 1, 2, 2, 2]);

    let again = layout.run(Mode::Migrate, store, options, &NoProgress).unwrap();
    let counts = again.counts();
    assert_eq!((counts.scanned, counts.current, counts.failed), (5, 4, 1));
    assert_eq!(store.rows(layout), after);
    let shown = |report: &JobReport| report.failures()[0].to_string();
    assert_eq!(shown(&again), shown(&first));
    assert!(first.failures()[0].help().is_some());
    assert_eq!(first.failures()[0].field(), None, "it is the row that is refused");
    first.failures()[0].causes()
}

fn a_row_that_the_store_refuses_stops_no_other<B: Backend>(layout: Layout) {
    for options in [batches_of(500), batches_of(2), batches_of(1)] {
        let store = Probe::<B>::with(layout, &lessons());
        store.refuse("b");
        let table = layout.table();
        let expect = [
            "the database refuses the migrated row of `lesson` of `b`".to_owned(),
            format!("`write_batch` on `{}` failed", table.name()),
            "a rule says no".to_owned(),
        ];
        assert_eq!(check(layout, &store, &options), expect);
    }
}

/// SQL that makes a database refuse every row `b` with a model version above 1.
fn check_sql(prepare: impl Fn(&str) -> String, expect_cause: &str, expect_help: &str) {
    for layout in Layout::BOTH {
        let store = Probe::<SqliteFile>::with(layout, &lessons());
        super::block_on(store.backend().execute(&prepare(layout.table().name())));
        let causes = check(layout, &store, &JobOptions::default());
        assert!(causes.last().unwrap().contains(expect_cause), "{causes:?}");
        let report =
            layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
        let help = report.failures()[0].help().unwrap();
        assert!(help.contains(expect_help), "{help}");
    }
}

#[test]
fn a_check_constraint_of_sqlite_refuses_one_row_only() {
    let constraint = |table: &str| {
        format!("ALTER TABLE {table} ADD COLUMN guard CHECK (version < 2 OR id <> 'b')")
    };
    check_sql(constraint, "CHECK constraint failed", "a constraint or trigger of the table");
}

#[test]
fn a_trigger_of_sqlite_refuses_one_row_only() {
    let trigger = |table: &str| {
        format!(
            "CREATE TRIGGER frozen BEFORE UPDATE ON {table} WHEN NEW.id = 'b' \
             BEGIN SELECT RAISE(ABORT, 'b is frozen'); END"
        )
    };
    check_sql(trigger, "b is frozen", "a constraint or trigger of the table");
}

fn an_audit_cannot_know_what_the_database_refuses<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    store.refuse("b");
    let report = layout.run(Mode::Audit, &store, &JobOptions::default(), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().failed), (5, 0));
    assert_eq!(store.writes(), 0);
}

fn an_error_of_another_kind_ends_the_run_and_writes_nothing_of_the_batch<B: Backend>(
    layout: Layout,
) {
    for kind in [StoreErrorKind::Transient, StoreErrorKind::Misconfigured, StoreErrorKind::Other] {
        let store = Probe::<B>::with(layout, &lessons());
        // Page, next page, batch, next page: the second batch fails.
        store.fail_at(4, kind);
        let error = layout.run(Mode::Migrate, &store, &batches_of(2), &NoProgress).unwrap_err();
        assert_eq!(error.report().unwrap().counts().migrated, 2, "{error:?}");
        assert_eq!(error.report().unwrap().counts().failed, 0);
        assert_eq!(versions(layout, &store), [2, 2, 1, 1, 1]);
        assert_eq!(store.writes(), 1, "rows of a batch that failed so are not tried one by one");
    }
}

fn versions<B: Backend>(layout: Layout, store: &Probe<B>) -> Vec<i64> {
    store.rows(layout).iter().map(|row| row.model_version.unwrap()).collect()
}

fn a_failure_between_single_writes_keeps_what_is_written<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    store.refuse("b");
    // Page, batch (refused), a, b (refused), c: the line dies at c.
    store.fail_at(4, StoreErrorKind::Transient);
    let options = JobOptions::default();
    let error = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap_err();
    assert!(error.is_retryable());
    assert!(error.report().unwrap().counts().is_balanced());
    assert_eq!(versions(layout, &store), [2, 1, 1, 1, 1]);
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    let counts = report.counts();
    assert_eq!((counts.current, counts.migrated, counts.failed), (1, 3, 1));
}

/// `d` comes last and cannot be stored; `a` to `c`, written before it in the same transaction, must not be there.
#[test]
fn a_batch_that_fails_within_sqlite_writes_nothing_and_ends_the_run() {
    let layout = Layout::Columns;
    let old_note =
        |id| StoredLesson { notes_version: None, notes: r#""x""#, ..StoredLesson::current(id) };
    let mut lessons = ["a", "b", "c"].map(old_note).to_vec();
    lessons.push(StoredLesson::old("d"));
    let store = Probe::<SqliteFile>::with(layout, &lessons);
    // The side output of `d` is an integer, which a column for texts would store as a text.
    let sql = "ALTER TABLE lessons DROP COLUMN next_index; \
               ALTER TABLE lessons ADD COLUMN next_index TEXT";
    super::block_on(store.backend().execute(sql));
    let before = store.rows(layout);
    let options = JobOptions::default();
    let error = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap_err();
    assert!(!error.is_retryable());
    let cause = std::error::Error::source(&error).and_then(std::error::Error::source).unwrap();
    assert!(cause.to_string().starts_with("column `next_index` of row `d`"), "{cause}");
    assert!(error.help().unwrap().contains("INTEGER"), "{:?}", error.help());
    assert_eq!(error.report().unwrap().counts().scanned, 0);
    assert_eq!(store.rows(layout), before);
}
