//! When a run that meets failures or conflicts goes on, and when it leaves nothing behind.

use versioned_jobs::{FailureLimit, JobError, JobOptions, Mode, NoProgress, Policy};
use versioned_store::{RunId, RunState, StoreErrorKind};

use super::{
    backend::{Backend, stories},
    lesson::{Layout, REFUSED, StoredLesson},
    probe::{Change, Probe, Watcher, batches_of},
    with_a_ledger::{ledgered, lessons, quarantined, state},
};

stories! {
    all_or_nothing_writes_nothing_where_an_audit_fails
    all_or_nothing_puts_back_what_it_wrote_before_a_conflict
    all_or_nothing_goes_on_after_a_fault_at_any_call
    a_run_ends_above_its_share_of_failures
    the_same_errors_twice_end_a_run
}

fn all_or_nothing() -> JobOptions {
    ledgered(2).with_policy(Policy::AllOrNothing)
}

fn all_or_nothing_writes_nothing_where_an_audit_fails<B: Backend>(layout: Layout) {
    let mut lessons = lessons().to_vec();
    lessons[4] = StoredLesson::with_text("e", REFUSED);
    let store = Probe::<B>::with(layout, &lessons);
    let before = store.rows(layout);
    let watcher = Watcher::default();
    let error = layout.run(Mode::Migrate, &store, &all_or_nothing(), &watcher).unwrap_err();
    assert!(matches!(error, JobError::AuditFailed { .. }), "{error:?}");
    let counts = error.report().unwrap().counts();
    assert_eq!((counts.migrated, counts.failed), (4, 1));
    assert_eq!((store.rows(layout), store.writes()), (before, 0));
    assert_eq!(state(&store, 1), RunState::Stopped);
    assert_eq!(quarantined(&store), []);
    assert_eq!(watcher.failed.lock().unwrap().len(), 1);

    store.put(layout, StoredLesson::old("e").row(layout));
    let report = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().migrated), (Some(RunId::new(2)), 5));
    let error = layout.run(
        Mode::Migrate,
        &store,
        &batches_of(2).with_policy(Policy::AllOrNothing),
        &NoProgress,
    );
    assert!(matches!(error, Err(JobError::LedgerNeeded { .. })), "{error:?}");
}

/// Changes row `d` before the second batch is written.
fn disturb<B: Backend>(layout: Layout, store: &Probe<B>) {
    let mut batch = 0;
    store.before_write(move || {
        batch += 1;
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("d") };
        if batch == 2 { vec![Change::Put(changed.row(layout))] } else { Vec::new() }
    });
}

fn all_or_nothing_puts_back_what_it_wrote_before_a_conflict<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    disturb(layout, &store);
    let before = layout.census(&store).unwrap();
    let error = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap_err();
    let JobError::PutBack { report, undone, .. } = &error else { panic!("{error:?}") };
    assert_eq!((report.counts().migrated, report.counts().conflict), (3, 1));
    assert_eq!((undone.restored, undone.conflicts), (3, 0));
    assert_eq!(error.to_string().matches("1 conflict").count(), 1, "{error}");
    assert_eq!(layout.census(&store).unwrap().to_string(), before.to_string());
    assert_eq!((state(&store, 1), state(&store, 2)), (RunState::Undone, RunState::Finished));
    let report = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap();
    assert_eq!(report.counts().migrated, 5);
}

fn all_or_nothing_goes_on_after_a_fault_at_any_call<B: Backend>(layout: Layout) {
    // A process that dies while it puts back must not leave half of it behind.
    let expect = Probe::<B>::with(layout, &lessons());
    disturb(layout, &expect);
    layout.run(Mode::Migrate, &expect, &all_or_nothing(), &NoProgress).unwrap_err();
    for call in 0..expect.calls() {
        let store = Probe::<B>::with(layout, &lessons());
        disturb(layout, &store);
        store.fail_at(call, StoreErrorKind::Transient);
        let error = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap_err();
        if matches!(error, JobError::PutBack { .. }) {
            // The fault hit a page that was read ahead and that nobody needed any more.
            assert_eq!(store.rows(layout), expect.rows(layout), "call {call}");
            continue;
        }
        let again = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress);
        match again {
            Ok(report) => assert_eq!(report.counts().conflict, 0, "call {call}"),
            Err(JobError::PutBack { undone, .. }) => {
                assert_eq!(undone.conflicts, 0, "call {call}");
                assert_eq!(store.rows(layout), expect.rows(layout), "call {call}");
            }
            Err(error) => panic!("call {call}: {error:?}"),
        }
    }
}

fn a_run_ends_above_its_share_of_failures<B: Backend>(layout: Layout) {
    let mut lessons = lessons().to_vec();
    lessons[1] = StoredLesson::with_text("b", REFUSED);
    let run = |percent, after_rows, base: JobOptions| {
        let store = Probe::<B>::with(layout, &lessons);
        let options = base.with_failure_limit(FailureLimit::percent(percent, after_rows));
        let ended = layout.run(Mode::Migrate, &store, &options, &NoProgress);
        (ended, store)
    };
    let (ended, store) = run(40, 2, ledgered(2));
    let error = ended.unwrap_err();
    assert!(matches!(error, JobError::TooManyFailures { .. }), "{error:?}");
    assert_eq!(error.report().unwrap().counts().scanned, 2);
    assert_eq!(state(&store, 1), RunState::Stopped);
    let (ended, _) = run(40, 2, batches_of(2));
    assert!(matches!(ended, Err(JobError::TooManyFailures { .. })), "without a ledger too");
    assert_eq!(run(40, 4, ledgered(2)).0.unwrap().counts().quarantined, 1);
    assert_eq!(run(50, 2, ledgered(2)).0.unwrap().counts().quarantined, 1);
}

fn the_same_errors_twice_end_a_run<B: Backend>(layout: Layout) {
    let lessons = ["a", "b"].map(|id| StoredLesson::with_text(id, REFUSED));
    let store = Probe::<B>::with(layout, &lessons);
    let options = ledgered(1).with_stop_on_same_errors(true);
    layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    let error = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap_err();
    let JobError::SameErrors { before, .. } = error else { panic!("{error:?}") };
    assert_eq!((before, state(&store, 2)), (RunId::new(1), RunState::Stopped));
    // One repaired, one as before: that is another set.
    store.put(layout, StoredLesson::old("a").row(layout));
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().quarantined), (1, 1));
}
