//! Runs that keep a ledger: they go on where they ended, and say what became of every row.

use versioned_jobs::{Clock, JobError, JobOptions, Mode, NoProgress, StopFlag, SystemClock};
use versioned_store::{
    JobLedger, QuarantineEntry, QuarantineRequest, Released, RunId, RunKind, RunState,
    StoreErrorKind, Transition,
};

use super::{
    backend::{Backend, stories},
    block_on,
    lesson::{Layout, REFUSED, StoredLesson, ids},
    probe::{Change, Probe, batches_of},
};

stories! {
    a_run_is_in_the_ledger_with_its_counts_and_transitions
    a_stopped_run_goes_on_after_its_last_batch
    a_run_resumes_after_a_fault_at_any_call_with_the_counts_of_all_rows
    a_run_with_other_settings_takes_the_place_of_an_unfinished_one
    a_cancelled_run_is_not_resumed
    a_batch_that_is_not_the_next_one_of_its_run_is_refused
    conflicts_and_deletions_are_counted_within_the_transaction
    a_failed_entity_is_quarantined_and_leaves_when_it_was_repaired
    a_row_that_the_store_refuses_is_quarantined_and_stops_no_other
    a_replay_takes_the_quarantined_entities_only
    a_released_entity_is_tried_again
    current_rows_cost_one_checkpoint_for_many_batches
}

pub(super) fn ledgered(rows: u32) -> JobOptions {
    // A test starts again at once what a fault has left behind as running.
    batches_of(rows).with_ledger("ada").with_take_over(true)
}

pub(super) fn lessons() -> [StoredLesson; 5] {
    ["a", "b", "c", "d", "e"].map(StoredLesson::old)
}

pub(super) fn quarantined<B: Backend>(store: &Probe<B>) -> Vec<QuarantineEntry> {
    let request = QuarantineRequest { entity: None, after: None, limit: 100 };
    block_on(store.backend().store().quarantined(&request)).unwrap()
}

pub(super) fn state<B: Backend>(store: &Probe<B>, run: i64) -> RunState {
    block_on(store.backend().store().run(RunId::new(run))).unwrap().unwrap().state
}

fn a_run_is_in_the_ledger_with_its_counts_and_transitions<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    let before = SystemClock::new().since_1970().as_millis();
    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!((report.run(), report.resumed_after()), (Some(RunId::new(1)), None));
    let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
    assert_eq!((run.state, run.request.kind), (RunState::Finished, RunKind::Migrate));
    assert_eq!((run.request.entity.as_str(), run.request.who.as_str()), ("lesson", "ada"));
    let counts = run.checkpoint.counts;
    assert_eq!((counts.scanned, counts.migrated, run.checkpoint.number), (5, 5, 3));
    let transitions = block_on(store.transitions(run.id)).unwrap();
    let states: Vec<_> = transitions.iter().map(|one| (one.from, one.to)).collect();
    let running = RunState::Running;
    assert_eq!(states, [(None, running), (Some(running), RunState::Finished)]);
    let is_now = |one: &Transition| u128::try_from(one.at_ms).unwrap() >= before;
    assert!(transitions.iter().all(|one| one.who == "ada" && is_now(one)));

    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().current), (Some(RunId::new(2)), 5));
    let report = layout.run(Mode::Audit, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!(report.run(), None);
    assert_eq!(block_on(store.runs(Some("lesson"), 10)).unwrap().len(), 2);
    assert_eq!(block_on(store.runs(Some("quiz"), 10)).unwrap(), []);
}

/// Stops a run over five lessons after its first batch of two.
fn interrupt<B: Backend>(layout: Layout, store: &Probe<B>) {
    let stop = StopFlag::default();
    let set = stop.clone();
    store.before_write(move || {
        set.set();
        Vec::new()
    });
    let options = ledgered(2).with_stop(stop);
    let error = layout.run(Mode::Migrate, store, &options, &NoProgress).unwrap_err();
    assert!(matches!(error, JobError::Stopped { .. }), "{error:?}");
    assert_eq!(state(store, 1), RunState::Interrupted);
    store.before_write(Vec::new);
}

fn a_stopped_run_goes_on_after_its_last_batch<B: Backend>(layout: Layout) {
    let expect = Probe::<B>::with(layout, &lessons());
    let whole = layout.run(Mode::Migrate, &expect, &ledgered(2), &NoProgress).unwrap();
    let store = Probe::<B>::with(layout, &lessons());
    interrupt(layout, &store);
    store.fail_at(usize::MAX, StoreErrorKind::Other);
    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!((report.run(), report.resumed_after()), (Some(RunId::new(1)), Some(2)));
    assert_eq!(report.counts(), whole.counts(), "the rows before the stop are counted too");
    assert!(report.changes().eq(whole.changes()) && report.side_outputs().eq(whole.side_outputs()));
    // Opened, two pages, two batches, released, finished.
    assert_eq!(store.calls(), 7, "no row is read again");
    assert_eq!(store.rows(layout), expect.rows(layout));
    let text = report.to_string();
    assert!(text.contains("\n  run 1, resumed after 2 rows\n"), "{text}");
}

fn a_run_resumes_after_a_fault_at_any_call_with_the_counts_of_all_rows<B: Backend>(layout: Layout) {
    let mut lessons = lessons().to_vec();
    lessons[1] = StoredLesson::with_text("b", REFUSED);
    let expect = Probe::<B>::with(layout, &lessons);
    let whole = layout.run(Mode::Migrate, &expect, &ledgered(2), &NoProgress).unwrap();
    for call in 0..expect.calls() {
        for kind in [StoreErrorKind::Transient, StoreErrorKind::Other] {
            let store = Probe::<B>::with(layout, &lessons);
            store.fail_at(call, kind);
            let error = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap_err();
            assert!(matches!(error, JobError::Store { .. }), "call {call}: {error:?}");
            let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
            assert_eq!(report.counts(), whole.counts(), "call {call}");
            assert_eq!(report.run(), Some(RunId::new(1)), "call {call}");
            assert_eq!(store.rows(layout), expect.rows(layout), "call {call}");
            assert_eq!(quarantined(&store), quarantined(&expect), "call {call}");
        }
    }
}

fn a_run_with_other_settings_takes_the_place_of_an_unfinished_one<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    interrupt(layout, &store);
    let options = ledgered(2).with_keep_before(true);
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!((report.run(), report.superseded()), (Some(RunId::new(2)), Some(RunId::new(1))));
    assert_eq!((report.counts().migrated, report.counts().current), (3, 2));
    assert_eq!(state(&store, 1), RunState::Superseded);
}

fn a_cancelled_run_is_not_resumed<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    interrupt(layout, &store);
    let cancel = Transition {
        run: RunId::new(1),
        from: Some(RunState::Interrupted),
        to: RunState::Cancelled,
        who: "ada".to_owned(),
        at_ms: 1,
        why: "no more".to_owned(),
    };
    block_on(store.change_state(&cancel, None)).unwrap();
    let refused = block_on(store.change_state(&cancel, None)).unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Conflict);
    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!((report.run(), report.counts().current), (Some(RunId::new(2)), 2));
}

fn a_batch_that_is_not_the_next_one_of_its_run_is_refused<B: Backend>(layout: Layout) {
    // Without this two processes on one run would count the same rows twice.
    let store = Probe::<B>::with(layout, &lessons());
    interrupt(layout, &store);
    store.fail_at(3, StoreErrorKind::Conflict);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap_err();
    assert_eq!(state(&store, 1), RunState::Running, "the other process works on");
    let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
    let table = layout.table();
    let stale = versioned_store::FollowUp {
        checkpoint: run.checkpoint.clone(),
        ..versioned_store::FollowUp::default()
    };
    let follow = |_: &[versioned_store::WriteOutcome]| stale.clone();
    let batch = versioned_store::Batch {
        run: run.id,
        token: run.lease.token,
        until_ms: run.lease.until_ms,
        writes: &[],
        restores: &[],
        follow: &follow,
        turn: None,
    };
    let error = block_on(store.backend().store().commit_batch(&table, &batch)).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Conflict, "{error:?}");
    assert_eq!(block_on(store.run(RunId::new(1))).unwrap().unwrap(), run);
}

fn conflicts_and_deletions_are_counted_within_the_transaction<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    let mut is_first = true;
    store.before_write(move || {
        if !std::mem::take(&mut is_first) {
            return Vec::new();
        }
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("a") };
        vec![Change::Put(changed.row(layout)), Change::Delete("b".into())]
    });
    let options = ledgered(2).with_keep_before(true);
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    let counts = block_on(store.run(RunId::new(1))).unwrap().unwrap().checkpoint.counts;
    assert_eq!((counts.scanned, counts.migrated, counts.conflict, counts.deleted), (5, 3, 1, 1));
    assert_eq!((report.counts().conflict, report.counts().deleted), (1, 1));
    let kept = block_on(store.kept(RunId::new(1))).unwrap();
    assert_eq!(kept.rows, 3, "only what was written is kept");
}

fn a_failed_entity_is_quarantined_and_leaves_when_it_was_repaired<B: Backend>(layout: Layout) {
    let mut lessons = lessons().to_vec();
    lessons[1] = StoredLesson::with_text("b", REFUSED);
    lessons[3] = StoredLesson::with_text("d", REFUSED);
    let store = Probe::<B>::with(layout, &lessons);
    let before = store.rows(layout);
    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    let counts = report.counts();
    assert_eq!((counts.migrated, counts.quarantined, counts.failed), (3, 2, 0));
    let entries = quarantined(&store);
    assert_eq!(entries.len(), 2);
    let entry = &entries[0];
    assert_eq!((entry.entity.as_str(), entry.key.to_string().as_str()), ("lesson", "b"));
    assert_eq!((entry.field.as_deref(), entry.step), (Some("scenes"), Some((2, 3))));
    assert_eq!(entry.pointer.as_deref(), Some("/a/text"));
    assert_eq!(entry.causes, report.failures()[0].causes());
    assert_eq!((entry.content_hash.len(), entry.run), (32, RunId::new(1)));
    assert_eq!(store.rows(layout)[1], before[1], "the row stays where it is");
    assert!(layout.find(&store, "b").is_err(), "and says why it cannot be read");

    store.put(layout, StoredLesson::old("b").row(layout));
    let report = layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().quarantined), (1, 1));
    let left = quarantined(&store);
    assert_eq!((left.len(), left[0].run), (1, RunId::new(2)));
    assert_eq!(left[0].content_hash, entries[1].content_hash, "its content is the same");

    // What a run did not look at keeps its entry.
    let options = ledgered(2).with_skipped(ids(&["d"]));
    layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!(quarantined(&store).len(), 1);
}

fn a_row_that_the_store_refuses_is_quarantined_and_stops_no_other<B: Backend>(layout: Layout) {
    for rows in [1, 2, 500] {
        let store = Probe::<B>::with(layout, &lessons());
        store.refuse("b");
        let report = layout.run(Mode::Migrate, &store, &ledgered(rows), &NoProgress).unwrap();
        assert_eq!((report.counts().migrated, report.counts().quarantined), (4, 1));
        let entries = quarantined(&store);
        assert_eq!((entries.len(), entries[0].key.to_string().as_str()), (1, "b"));
        assert!(entries[0].causes[0].starts_with("the database refuses the migrated row"));
        let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
        assert_eq!(run.checkpoint.counts.scanned, 5);
    }
}

fn a_replay_takes_the_quarantined_entities_only<B: Backend>(layout: Layout) {
    let refused = ["a", "b", "c", "d"].map(|id| StoredLesson::with_text(id, REFUSED));
    let store = Probe::<B>::with(layout, &refused);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    store.put(layout, StoredLesson::old("a").row(layout));
    store.put(layout, StoredLesson::current("b").row(layout));
    block_on(store.backend().delete(&layout.table(), &"c".into()));
    store.put(layout, StoredLesson::old("new").row(layout));
    let report = layout.replay(&store, &ledgered(2)).unwrap();
    let counts = report.counts();
    assert_eq!((counts.scanned, counts.migrated, counts.current), (4, 1, 1));
    assert_eq!((counts.deleted, counts.quarantined), (1, 1));
    let left: Vec<String> = quarantined(&store).iter().map(|one| one.key.to_string()).collect();
    assert_eq!(left, ["d"]);
    let error = layout.replay(&store, &batches_of(2)).unwrap_err();
    assert!(matches!(error, JobError::LedgerNeeded { .. }), "{error:?}");
}

fn a_released_entity_is_tried_again<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a", REFUSED)]);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    let released = Released::Key("a".into());
    assert_eq!(block_on(store.release("quiz", &released)).unwrap(), 0);
    assert_eq!(block_on(store.release("lesson", &released)).unwrap(), 1);
    assert_eq!(quarantined(&store), []);
    layout.run(Mode::Migrate, &store, &ledgered(2), &NoProgress).unwrap();
    assert_eq!(quarantined(&store).len(), 1);
}

fn current_rows_cost_one_checkpoint_for_many_batches<B: Backend>(layout: Layout) {
    let lessons: Vec<_> =
        (0..40).map(|number| StoredLesson::current(&format!("{number:02}"))).collect();
    let store = Probe::<B>::with(layout, &lessons);
    let report = layout.run(Mode::Migrate, &store, &ledgered(1), &NoProgress).unwrap();
    // Columns say without their documents that rows are current, so there are fewer batches.
    let (checkpoints, batches) = match layout {
        Layout::Columns => (1, "9 batches: 1, 1, 1, 1, 2, 4, 8, 16, 6"),
        Layout::Document => (3, "40 batches"),
    };
    assert_eq!((report.counts().current, store.writes()), (40, checkpoints), "{batches}");
    let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
    assert_eq!((run.checkpoint.counts.current, run.checkpoint.number), (40, checkpoints as u64));
}
