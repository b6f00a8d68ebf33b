//! What cannot be read as a version is a failure of its own kind, never taken for the latest version.

use versioned_jobs::{JobOptions, Mode, NoProgress};
use versioned_store::{ColumnValue, MemoryStore};

use super::{
    backend::{Backend, SqliteFile, stories},
    lesson::{Layout, StoredLesson},
    probe::Probe,
};

stories! {
    a_missing_version_is_a_failure
    a_version_below_the_oldest_supported_one_is_a_failure
    a_version_above_the_latest_known_one_is_a_failure
}

mod of_any_type {
    use super::{
        a_column_that_is_no_text_is_a_failure_of_its_row, a_malformed_version_is_a_failure, stories,
    };

    stories! { any type in any column:
        a_malformed_version_is_a_failure
        a_column_that_is_no_text_is_a_failure_of_its_row
    }
}

/// Migrates one lesson, and gives the first line of its failure.
fn check<B: Backend>(layout: Layout, lesson: &StoredLesson, expect: &str) {
    let store = Probe::<B>::with(layout, std::slice::from_ref(lesson));
    let before = store.rows(layout);
    let options = JobOptions::default();
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!((report.counts().failed, report.counts().scanned), (1, 1), "{layout:?}");
    let causes = report.failures()[0].causes();
    assert!(causes[0].contains(expect), "{layout:?}: {causes:?}");
    assert_eq!(report.failures()[0].field(), Some("scenes"));
    assert_eq!(store.rows(layout), before);
}

fn a_missing_version_is_a_failure<B: Backend>(layout: Layout) {
    let lesson = StoredLesson { scenes_version: None, ..StoredLesson::old("a") };
    check::<B>(layout, &lesson, "has no schema version: member `scenes_schema_version` is absent");
}

fn a_malformed_version_is_a_failure<B: Backend>(layout: Layout) {
    let lesson = StoredLesson { scenes_version: Some(r#""2""#), ..StoredLesson::old("a") };
    check::<B>(layout, &lesson, "has a malformed schema version");
    let lesson = StoredLesson { scenes_version: Some("-1"), ..StoredLesson::old("a") };
    check::<B>(layout, &lesson, "has a malformed schema version");
}

fn a_version_below_the_oldest_supported_one_is_a_failure<B: Backend>(layout: Layout) {
    let lesson = StoredLesson { scenes_version: Some("0"), ..StoredLesson::old("a") };
    check::<B>(layout, &lesson, "is at version 0, older than the oldest supported version 1");
}

fn a_version_above_the_latest_known_one_is_a_failure<B: Backend>(layout: Layout) {
    let lesson = StoredLesson { scenes_version: Some("4"), ..StoredLesson::current("a") };
    check::<B>(layout, &lesson, "is at version 4, newer than the latest known version 3");
}

#[test]
fn a_document_that_is_no_json_is_a_failure() {
    fn check<B: Backend>() {
        let lesson = StoredLesson { notes: "[", ..StoredLesson::old("a") };
        let store = Probe::<B>::with(Layout::Document, &[lesson]);
        let options = JobOptions::default();
        let report = Layout::Document.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
        let causes = report.failures()[0].causes();
        assert_eq!(causes[0], "the stored document of `lesson` of `a` cannot be read");
    }
    check::<MemoryStore>();
    check::<SqliteFile>();
}

fn a_column_that_is_no_text_is_a_failure_of_its_row<B: Backend>(layout: Layout) {
    let field = if layout == Layout::Columns { "scenes" } else { "" };
    let store = Probe::<B>::with(layout, &[StoredLesson::old("b")]);
    let mut row = StoredLesson::old("a").row(layout);
    let index = layout.table().columns().iter().position(|column| column.key == field).unwrap();
    row.values[index] = Some(ColumnValue::Bytes(vec![0xff]));
    store.put(layout, row);
    let options = JobOptions::default();
    let report = layout.run(Mode::Migrate, &store, &options, &NoProgress).unwrap();
    assert_eq!((report.counts().failed, report.counts().migrated), (1, 1));
    let failure = &report.failures()[0];
    assert!(failure.causes().join(" ").contains("UTF-8"), "{:?}", failure.causes());
    assert!(failure.help().is_some());
}
