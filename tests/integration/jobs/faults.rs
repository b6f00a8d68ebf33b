//! The store fails, breaks its contract, or somebody asks for a stop.

use versioned_jobs::{JobError, Mode, NoProgress, StopFlag};
use versioned_store::StoreErrorKind;

use super::{
    backend::{Backend, stories},
    lesson::{Layout, StoredLesson},
    probe::{Probe, Watcher, batches_of},
};

stories! {
    a_run_resumes_after_a_fault_at_any_call_and_ends_in_the_same_bytes
    a_page_that_could_not_be_read_does_not_lose_the_batch_before_it
    a_store_that_breaks_its_contract_ends_the_run
    a_stop_ends_the_run_between_batches
    a_census_ends_where_the_store_fails
}

fn lessons() -> [StoredLesson; 5] {
    ["a", "b", "c", "d", "e"].map(StoredLesson::old)
}

fn a_run_resumes_after_a_fault_at_any_call_and_ends_in_the_same_bytes<B: Backend>(layout: Layout) {
    let expect = {
        let store = Probe::<B>::with(layout, &lessons());
        layout.run(Mode::Migrate, &store, &batches_of(2), &Watcher::default()).unwrap();
        (store.rows(layout), store.calls())
    };
    // One count, three pages and three batches.
    assert_eq!(expect.1, 7);
    for call in 0..expect.1 {
        let store = Probe::<B>::with(layout, &lessons());
        store.fail_at(call, StoreErrorKind::Transient);
        let error =
            layout.run(Mode::Migrate, &store, &batches_of(2), &Watcher::default()).unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        let done = error.report().unwrap().counts().migrated;
        let rows = store.rows(layout);
        let written = rows.iter().filter(|row| row.model_version == Some(2)).count();
        assert_eq!(u64::try_from(written).unwrap(), done, "call {call}");

        let report =
            layout.run(Mode::Migrate, &store, &batches_of(2), &Watcher::default()).unwrap();
        assert_eq!(report.counts().migrated + done, 5);
        assert_eq!(report.counts().current, done);
        assert_eq!(store.rows(layout), expect.0, "call {call}");
    }
}

fn a_page_that_could_not_be_read_does_not_lose_the_batch_before_it<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    // Page, next page.
    store.fail_at(1, StoreErrorKind::Other);
    let error = layout.run(Mode::Migrate, &store, &batches_of(2), &NoProgress).unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.report().unwrap().counts().migrated, 2);
    assert_eq!(error.to_string(), "the run over `lesson` ended after 2 rows: the store failed");
}

fn a_stop_ends_the_run_between_batches<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    let stop = StopFlag::default();
    let set = stop.clone();
    store.before_write(move || {
        set.set();
        Vec::new()
    });
    let options = batches_of(2).with_stop(stop);
    let error = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap_err();
    assert!(matches!(error, JobError::Stopped { .. }), "{error:?}");
    assert_eq!(error.report().unwrap().counts().migrated, 2, "the batch was finished");

    let report = layout.run(Mode::Migrate, &store, &batches_of(2), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (3, 2));
}

fn a_store_that_breaks_its_contract_ends_the_run<B: Backend>(layout: Layout) {
    // Without this a run could go on for ever, or pass over rows in silence.
    let check = |break_it: &dyn Fn(&Probe<B>), expect: &str| {
        let store = Probe::<B>::with(layout, &lessons());
        break_it(&store);
        let error = layout.run(Mode::Migrate, &store, &batches_of(2), &NoProgress).unwrap_err();
        assert!(matches!(error, JobError::BrokenStore { .. }), "{error:?}");
        assert!(error.to_string().contains(expect), "{error}");
        assert!(!error.is_retryable());
    };
    check(&|store| store.on_page(|page| page.rows.clear()), "an empty page");
    check(&|store| store.on_page(|page| page.rows.reverse()), "the order of their keys");
    let first = StoredLesson::old("a").row(layout);
    let repeat = |store: &Probe<B>| {
        let first = first.clone();
        store.on_page(move |page| page.rows[0] = first.clone());
    };
    check(&repeat, "the order of their keys");
    check(&Probe::drop_an_outcome, "what became of it");
}

fn a_census_ends_where_the_store_fails<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &lessons());
    store.fail_at(0, StoreErrorKind::Transient);
    let error = layout.census(&store).unwrap_err();
    assert!(matches!(error, JobError::Census { .. }), "{error:?}");
    assert!(error.is_retryable());
}
