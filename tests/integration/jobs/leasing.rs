//! Runs that two processes want: one works, and whoever was overtaken is told so.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use versioned_jobs::{Clock, JobError, JobOptions, Mode, NoProgress, Policy};
use versioned_store::{JobLedger, RunId, RunState, StoreErrorKind};

use super::{
    backend::{Backend, stories},
    block_on,
    lesson::{Layout, REFUSED, StoredLesson, ids},
    probe::{Change, Probe, batches_of},
    with_a_ledger::{ledgered, lessons, quarantined, state},
};

stories! {
    a_run_that_another_process_holds_is_refused_until_its_lease_is_over
    a_run_that_was_taken_over_ends_and_writes_nothing_more
    a_long_stretch_of_current_rows_keeps_the_lease
    a_run_that_is_all_or_nothing_is_not_left_half_done
    a_run_with_another_skip_list_is_a_new_one
    a_replay_that_is_all_or_nothing_leaves_the_quarantine_as_it_was
}

/// A clock that a test sets.
#[derive(Debug, Default)]
struct TestClock(AtomicU64);

impl TestClock {
    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

fn by(who: &str, clock: &Arc<TestClock>) -> JobOptions {
    batches_of(2).with_ledger(who).with_clock(Arc::clone(clock) as Arc<dyn Clock>)
}

fn a_run_that_another_process_holds_is_refused_until_its_lease_is_over<B: Backend>(layout: Layout) {
    let clock = Arc::new(TestClock::default());
    let killed = || {
        clock.set(5);
        let store = Probe::<B>::with(layout, &lessons());
        // What the process hears last before it dies leaves the run as it is.
        store.fail_at(4, StoreErrorKind::Conflict);
        layout.run(Mode::Migrate, &store, &by("ada", &clock), &NoProgress).unwrap_err();
        assert_eq!(state(&store, 1), RunState::Running);
        store
    };
    let store = killed();
    clock.set(34);
    let refused = |options: &JobOptions| {
        let error = layout.run(Mode::Migrate, &store, options, &NoProgress).unwrap_err();
        assert!(matches!(error, JobError::NotStarted { .. }), "{error:?}");
        let JobError::NotStarted { source, .. } = &error else { panic!("{error:?}") };
        let cause = source.problem().unwrap().to_string();
        assert!(cause.starts_with("run 1 is held by ada (process "), "{cause}");
        let times = "since 1970-01-01 00:00:05 UTC and until 1970-01-01 00:00:35 UTC";
        assert!(cause.ends_with(times), "{cause}");
        assert!(error.help().unwrap().contains("--take-over") && error.is_retryable());
    };
    refused(&by("bob", &clock));
    // Other settings do not push it aside either.
    refused(&by("bob", &clock).with_keep_before(true));
    clock.set(35);
    let report = layout.run(Mode::Migrate, &store, &by("bob", &clock), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().migrated), (Some(RunId::new(1)), 5));
    let lease = block_on(store.run(RunId::new(1))).unwrap().unwrap().lease;
    assert_eq!((lease.token, lease.until_ms), (2, 0), "a run that is over is held by nobody");

    let store = killed();
    let options = by("bob", &clock).with_take_over(true);
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!(report.run(), Some(RunId::new(1)), "who is told to take it need not wait");
}

fn a_run_that_was_taken_over_ends_and_writes_nothing_more<B: Backend>(layout: Layout) {
    let expect = Probe::<B>::with(layout, &lessons());
    let whole = layout.run(Mode::Migrate, &expect, &ledgered(2), &NoProgress).unwrap();
    for overtaken_at in 1..=3 {
        let store = Probe::<B>::with(layout, &lessons());
        let (other, mut batch) = (store.clone(), 0);
        store.before_write(move || {
            batch += 1;
            if batch == overtaken_at {
                // Another process, while this one sleeps between reading and writing.
                thread::scope(|scope| {
                    let run = || {
                        let store = other.backend().store();
                        let options = ledgered(2).with_take_over(true);
                        layout.run(Mode::Migrate, store, &options, &NoProgress).unwrap()
                    };
                    assert_eq!(scope.spawn(run).join().unwrap().run(), Some(RunId::new(1)));
                });
            }
            Vec::new()
        });
        let error = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap_err();
        assert!(matches!(error, JobError::TakenOver { .. }), "{overtaken_at}: {error:?}");
        assert!(!error.is_retryable() && error.help().unwrap().contains("other process"));
        assert_eq!(store.rows(layout), expect.rows(layout), "{overtaken_at}");
        let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
        assert_eq!((run.state, run.lease.token), (RunState::Finished, 2));
        let counts = versioned_jobs::Counts::of(run.checkpoint.counts);
        assert_eq!(&counts, whole.counts(), "{overtaken_at}");
    }
}

fn a_long_stretch_of_current_rows_keeps_the_lease<B: Backend>(layout: Layout) {
    // Checkpoints without any effect are put off, but not until somebody else may take the run.
    let current: Vec<_> =
        (0..12).map(|number| StoredLesson::current(&format!("{number:02}"))).collect();
    let store = Probe::<B>::with(layout, &current);
    let clock = Arc::new(TestClock::default());
    let seen = Arc::clone(&clock);
    store.on_page(move |_| _ = seen.0.fetch_add(6, Ordering::SeqCst));
    let report = layout.run(Mode::Migrate, &store, &by("ada", &clock), &NoProgress).unwrap();
    assert_eq!(report.counts().current, 12);
    assert!(store.writes() >= 2, "{} checkpoints in 36 seconds", store.writes());
}

fn all_or_nothing() -> JobOptions {
    ledgered(2).with_policy(Policy::AllOrNothing)
}

fn a_run_that_is_all_or_nothing_is_not_left_half_done<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    let before = layout.census(&store).unwrap().to_string();
    // Opened, three pages audited, one batch written; the second one is not.
    store.fail_at(8, StoreErrorKind::Conflict);
    layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap_err();
    let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
    assert_eq!((run.state, run.checkpoint.counts.migrated), (RunState::Running, 2));
    let refused = || layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap_err();
    let error = refused();
    let JobError::NotStarted { source, .. } = &error else { panic!("{error:?}") };
    let cause = source.problem().unwrap().to_string();
    assert!(cause.starts_with("run 1 is all or nothing and was interrupted"), "{cause}");
    assert!(!error.is_retryable() && error.help().unwrap().contains("`undo`"));

    // The way out that the help names ..
    let cancel = versioned_store::Transition {
        run: run.id,
        from: Some(run.state),
        to: RunState::Cancelled,
        who: "ada".to_owned(),
        at_ms: 1,
        why: "no more".to_owned(),
    };
    block_on(store.change_state(&cancel, None)).unwrap();
    assert_eq!(layout.undo(&store, run.id, &ledgered(2)).unwrap().restored, 2);
    assert_eq!(layout.census(&store).unwrap().to_string(), before);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();

    // .. and the other one: the same options again.
    let store = Probe::<B>::with(layout, &lessons());
    store.fail_at(8, StoreErrorKind::Conflict);
    layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap_err();
    let report = layout.run(Mode::Migrate, &store, &all_or_nothing(), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().migrated), (Some(RunId::new(1)), 5));
}

fn a_run_with_another_skip_list_is_a_new_one<B: Backend>(layout: Layout) {
    // Otherwise what was skipped before the stop would never be looked at.
    let skipping = |id: &str| ledgered(2).with_skipped(ids(&[id]));
    let store = Probe::<B>::with(layout, &lessons());
    store.fail_at(4, StoreErrorKind::Transient);
    layout.run(Mode::Migrate, &store, &skipping("a"), &NoProgress).unwrap_err();
    let report = layout.run(Mode::Migrate, &store, &skipping("b"), &NoProgress).unwrap();
    assert_eq!((report.run(), report.superseded()), (Some(RunId::new(2)), Some(RunId::new(1))));
    let counts = report.counts();
    assert_eq!((counts.migrated, counts.skipped, counts.current), (2, 1, 2), "`a` and `e`");
    let store = Probe::<B>::with(layout, &lessons());
    store.fail_at(4, StoreErrorKind::Transient);
    layout.run(Mode::Migrate, &store, &skipping("a"), &NoProgress).unwrap_err();
    let report = layout.run(Mode::Migrate, &store, &skipping("a"), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().skipped), (Some(RunId::new(1)), 1));
}

fn a_replay_that_is_all_or_nothing_leaves_the_quarantine_as_it_was<B: Backend>(layout: Layout) {
    let refused = ["a", "b", "c"].map(|id| StoredLesson::with_text(id, REFUSED));
    let store = Probe::<B>::with(layout, &refused);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    let before = quarantined(&store);
    for id in ["a", "b"] {
        store.put(layout, StoredLesson::old(id).row(layout));
    }
    let rows = store.rows(layout);
    let error = layout.replay(&store, &all_or_nothing()).unwrap_err();
    assert!(matches!(error, JobError::AuditFailed { .. }), "{error:?}");
    assert_eq!((store.rows(layout), quarantined(&store)), (rows, before.clone()));

    store.put(layout, StoredLesson::old("c").row(layout));
    let mut batch = 0;
    store.before_write(move || {
        batch += 1;
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("c") };
        if batch == 2 { vec![Change::Put(changed.row(layout))] } else { Vec::new() }
    });
    let census = layout.census(&store).unwrap().to_string();
    let error = layout.replay(&store, &all_or_nothing()).unwrap_err();
    let JobError::PutBack { undone, .. } = &error else { panic!("{error:?}") };
    assert_eq!((undone.restored, quarantined(&store)), (2, before));
    assert_eq!(layout.census(&store).unwrap().to_string(), census);

    let report = layout.replay(&store, &all_or_nothing()).unwrap();
    assert_eq!((report.counts().migrated, quarantined(&store).len()), (3, 0));
}
