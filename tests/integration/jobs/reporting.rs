//! What a report says of failures, and what it costs.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use versioned_jobs::{Clock, JobOptions, Mode, NoProgress};
use versioned_store::MemoryStore;

use super::{
    backend::{Backend, stories},
    lesson::{Layout, PANICS, REFUSED, StoredLesson, ids},
    probe::{Probe, Watcher},
};

stories! {
    a_failure_names_entity_id_field_step_pointer_and_cause
    a_panic_in_a_conversion_is_a_failed_entity_with_its_text
    the_report_keeps_some_failures_and_the_watcher_sees_all
    a_stored_id_cannot_fake_a_line_of_the_report
}

fn a_failure_names_entity_id_field_step_pointer_and_cause<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a", REFUSED)]);
    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    let failure = &report.failures()[0];
    let expect = "\
failed: conversion of `lesson.scenes` of `a` from version 2 to 3 failed
  caused by: the text is on the list of refused ones
  at: /a/text
  help: repair the document, or the conversion; then run again";
    assert_eq!(failure.to_string(), expect);
    let expect = json!({
        "entity": "lesson",
        "id": "a",
        "field": "scenes",
        "step": {"from": 2, "to": 3},
        "pointer": "/a/text",
        "causes": [
            "conversion of `lesson.scenes` of `a` from version 2 to 3 failed",
            "the text is on the list of refused ones",
        ],
        "help": "repair the document, or the conversion; then run again",
    });
    assert_eq!(serde_json::to_value(failure).unwrap(), expect);
}

fn a_panic_in_a_conversion_is_a_failed_entity_with_its_text<B: Backend>(layout: Layout) {
    let lessons = [StoredLesson::with_text("a", PANICS), StoredLesson::old("b")];
    let store = Probe::<B>::with(layout, &lessons);
    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    assert_eq!((report.counts().failed, report.counts().migrated), (1, 1));
    let expect = ["a conversion of `lesson` of `a` panicked", "no rule for scene `a`"];
    assert_eq!(report.failures()[0].causes(), expect);
    assert!(report.failures()[0].help().is_some());
}

fn the_report_keeps_some_failures_and_the_watcher_sees_all<B: Backend>(layout: Layout) {
    let names = ["a", "b", "c", "d", "e"];
    let store = Probe::<B>::with(layout, &names.map(|id| StoredLesson::with_text(id, REFUSED)));
    let options = JobOptions::default().with_failures_kept(2).with_batch_rows(2);
    let watcher = Watcher::default();
    let report = layout.run(Mode::Audit, &store, &options, &watcher).unwrap();
    let kept: Vec<_> = report.failures().iter().map(|failure| failure.id.clone()).collect();
    assert_eq!(kept, ids(&["a", "b"]));
    assert_eq!((report.counts().failed, report.failures_not_kept()), (5, 3));
    assert_eq!(*watcher.failed.lock().unwrap(), ids(&names));
}

#[test]
fn the_rate_is_measured_by_the_clock_of_the_caller() {
    #[derive(Debug)]
    struct TenSecondsPerLook(std::sync::atomic::AtomicU64);
    impl Clock for TenSecondsPerLook {
        fn now(&self) -> Duration {
            Duration::from_secs(self.0.fetch_add(10, std::sync::atomic::Ordering::SeqCst))
        }
    }
    let store = Probe::<MemoryStore>::with(Layout::Columns, &["a", "b"].map(StoredLesson::old));
    let run = |options: &JobOptions| {
        Layout::Columns.run(Mode::Audit, &store, options, &NoProgress).unwrap()
    };
    let clock = TenSecondsPerLook(5.into());
    let report = run(&JobOptions::default().with_clock(Arc::new(clock)));
    assert_eq!(report.elapsed(), Duration::from_secs(10));
    assert_eq!(report.rows_per_second(), Some(0));
    assert!(report.to_string().starts_with("audit lesson: 2 rows in 10.0 s\n"));
}

fn a_stored_id_cannot_fake_a_line_of_the_report<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a\n\u{1b}[2J", REFUSED)]);
    let options = JobOptions::default();
    let report = layout.run(Mode::Audit, &store, &options, &NoProgress).unwrap();
    let text = report.failures()[0].to_string();
    assert!(
        text.starts_with("failed: conversion of `lesson.scenes` of `a\\n\\u{1b}[2J`"),
        "{text}"
    );
}
