//! What a run replaced is kept, put back, and forgotten.

use versioned_jobs::{JobError, JobOptions, Mode, NoProgress, StopFlag};
use versioned_store::{ColumnValue, JobLedger, Kept, Row, RunId, RunState, StoreErrorKind};

use super::{
    backend::{Backend, stories},
    block_on,
    lesson::{Layout, StoredLesson},
    probe::{Probe, batches_of},
    with_a_ledger::{ledgered, lessons, state},
};

stories! {
    an_undo_puts_back_every_byte
    rows_that_changed_since_are_conflicts_and_stay
    an_undo_goes_on_after_a_fault_at_any_call
    an_undo_that_is_stopped_goes_on
    only_a_run_that_is_over_and_has_kept_can_be_undone
    what_is_forgotten_cannot_be_put_back
    a_row_that_the_store_refuses_stops_no_other
}

fn kept(rows: u32) -> JobOptions {
    ledgered(rows).with_keep_before(true)
}

const FIRST: fn() -> RunId = || RunId::new(1);

/// Rows with the model version left out, which rises with an undo too.
fn contents<B: Backend>(layout: Layout, store: &Probe<B>) -> Vec<Row> {
    let rows = store.rows(layout).into_iter();
    rows.map(|row| Row { model_version: None, ..row }).collect()
}

fn an_undo_puts_back_every_byte<B: Backend>(layout: Layout) {
    let mut lessons = lessons().to_vec();
    lessons.push(StoredLesson::current("f"));
    lessons.push(StoredLesson::old("g").deleted());
    let store = Probe::<B>::with(layout, &lessons);
    let before = contents(layout, &store);
    layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
    assert_ne!(contents(layout, &store), before);
    let report = layout.undo(&store, FIRST(), &ledgered(2)).unwrap();
    assert_eq!((report.restored, report.conflicts, report.gone, report.unreadable), (5, 0, 0, 0));
    assert_eq!(contents(layout, &store), before);
    assert_eq!(store.rows(layout)[0].model_version, Some(3), "an undo is a change as any other");
    assert_eq!((state(&store, 1), state(&store, 2)), (RunState::Undone, RunState::Finished));

    let again = layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
    assert_eq!((again.run(), again.counts().migrated), (Some(RunId::new(3)), 5));
}

fn rows_that_changed_since_are_conflicts_and_stay<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
    let migrated = store.rows(layout);
    // The same content under a later model version, another content under the same one, and a deleted row.
    let saved = Row { model_version: Some(3), ..migrated[0].clone() };
    store.put(layout, saved.clone());
    let mut edited = migrated[1].clone();
    let text = edited.values.iter_mut().flatten().find_map(|value| match value {
        ColumnValue::Text(text) if text.contains("bye") => Some(text),
        _ => None,
    });
    text.unwrap().push(' ');
    store.put(layout, edited.clone());
    block_on(store.backend().delete(&layout.table(), &"c".into()));
    store.put(layout, Row { deleted: true, ..migrated[3].clone() });

    let report = layout.undo(&store, FIRST(), &ledgered(2)).unwrap();
    assert_eq!((report.restored, report.conflicts, report.gone), (1, 3, 1));
    assert_eq!(report.conflict_ids, ["a", "b", "d"]);
    let rows = store.rows(layout);
    assert_eq!((&rows[0], &rows[1], rows.len()), (&saved, &edited, 4));
    let text = report.to_string();
    let expect = "undo run 1 over lesson: 1 row put back\n  \
                  3 rows: changed since, left alone\n  \
                  1 row: gone, not brought back\n  \
                  conflict: a\n  conflict: b\n  conflict: d\n";
    assert!(text.starts_with(expect), "{text}");
}

fn an_undo_goes_on_after_a_fault_at_any_call<B: Backend>(layout: Layout) {
    let migrated = || {
        let store = Probe::<B>::with(layout, &lessons());
        layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
        store.fail_at(usize::MAX, StoreErrorKind::Other);
        store
    };
    let store = migrated();
    let expect = layout.undo(&store, FIRST(), &ledgered(2)).unwrap();
    for call in 0..store.calls() {
        let faulty = migrated();
        faulty.fail_at(call, StoreErrorKind::Transient);
        let error = layout.undo(&faulty, FIRST(), &ledgered(2)).unwrap_err();
        assert!(matches!(error, JobError::UndoInterrupted { .. }), "call {call}: {error:?}");
        assert!(error.is_retryable());
        let report = layout.undo(&faulty, FIRST(), &ledgered(2)).unwrap();
        assert_eq!(report, expect, "call {call}");
        assert_eq!(faulty.rows(layout), store.rows(layout), "call {call}");
    }
}

fn an_undo_that_is_stopped_goes_on<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
    let stop = StopFlag::default();
    stop.set();
    let error = layout.undo(&store, FIRST(), &ledgered(2).with_stop(stop)).unwrap_err();
    assert!(matches!(error, JobError::UndoInterrupted { source: None, .. }), "{error:?}");
    assert_eq!(layout.undo(&store, FIRST(), &ledgered(2)).unwrap().restored, 5);
}

fn only_a_run_that_is_over_and_has_kept_can_be_undone<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    let refused = |run: i64, expect: &str| {
        let error = layout.undo(&store, RunId::new(run), &ledgered(2)).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}");
        assert!(matches!(error, JobError::NotUndoable { .. }), "{error:?}");
    };
    refused(1, "the ledger has no such run");
    store.fail_at(4, StoreErrorKind::Other);
    layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap_err();
    refused(1, "cancel it first");
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    refused(2, "nothing is kept");
    layout.undo(&store, FIRST(), &ledgered(2)).unwrap();
    refused(1, "undone already");
    refused(3, "an undo itself");
    let error = layout.undo(&store, FIRST(), &batches_of(2)).unwrap_err();
    assert!(matches!(error, JobError::LedgerNeeded { .. }), "{error:?}");
    let options = batches_of(2).with_keep_before(true);
    let error = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap_err();
    assert!(matches!(error, JobError::LedgerNeeded { .. }), "{error:?}");
}

fn what_is_forgotten_cannot_be_put_back<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    layout.run(Mode::Migrate, &store, &kept(2), &NoProgress).unwrap();
    let size = block_on(store.kept(FIRST())).unwrap();
    assert_eq!(size.rows, 5);
    assert!(size.bytes > 0);
    assert_eq!(block_on(store.forget(FIRST())).unwrap(), size);
    assert_eq!(block_on(store.kept(FIRST())).unwrap(), Kept::default());
    let error = layout.undo(&store, FIRST(), &ledgered(2)).unwrap_err();
    assert!(error.to_string().contains("nothing is kept"), "{error}");
}

fn a_row_that_the_store_refuses_stops_no_other<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    layout.run(Mode::Migrate, &store, &kept(500), &NoProgress).unwrap();
    store.refuse("b");
    let report = layout.undo(&store, FIRST(), &ledgered(500)).unwrap();
    assert_eq!((report.restored, report.unreadable), (4, 1));
}
