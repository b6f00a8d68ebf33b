//! What a migration and an audit do to what is stored.

use serde_json::json;
use versioned_core::SchemaVersion;
use versioned_jobs::{JobError, JobOptions, JobReport, Mode, NoProgress, Outcome};
use versioned_store::{ColumnValue, Row};

use super::{
    backend::{Backend, stories},
    lesson::{Layout, MISFIT, PANICS, REFUSED, StoredLesson, ids},
    probe::{Probe, Watcher, batches_of},
};

stories! {
    migrating_brings_every_field_to_its_latest_version
    the_report_counts_changes_and_side_outputs
    migrating_twice_changes_nothing_the_second_time
    an_audit_writes_nothing_and_predicts_what_a_migration_does
    the_size_of_a_batch_changes_no_result
    batches_are_shown_as_they_are_done
    an_empty_table_is_migrated_without_a_write
    a_deleted_entity_is_left_as_it_is
    an_entity_on_the_skip_list_is_left_as_it_is
    a_failing_entity_stops_nothing_and_keeps_its_bytes
    a_result_that_the_type_does_not_accept_is_not_written
    a_version_that_only_has_to_be_written_counts_as_a_change
    a_field_that_no_conversion_touched_keeps_its_bytes
}

fn migrate<B: Backend>(layout: Layout, store: &Probe<B>, options: &JobOptions) -> JobReport {
    layout.run(Mode::Migrate, store, options, &NoProgress).unwrap()
}

fn audit<B: Backend>(layout: Layout, store: &Probe<B>, options: &JobOptions) -> JobReport {
    layout.run(Mode::Audit, store, options, &NoProgress).unwrap()
}

/// The value under a key of a stored row, as JSON text.
fn stored(layout: Layout, row: &Row, key: &str) -> String {
    let text = |value: &ColumnValue| match value {
        ColumnValue::Text(text) => text.clone(),
        ColumnValue::Integer(number) => number.to_string(),
        other => panic!("{key}: {other:?}"),
    };
    let table = layout.table();
    match layout {
        Layout::Columns => {
            let index = table.columns().iter().position(|column| column.key == key).unwrap();
            text(row.values[index].as_ref().unwrap())
        }
        Layout::Document => {
            let document = text(row.values[0].as_ref().unwrap());
            let document: serde_json::Value = serde_json::from_str(&document).unwrap();
            document[key].to_string()
        }
    }
}

/// One lesson of every kind.
fn mixed() -> Vec<StoredLesson> {
    let no_version = |id| StoredLesson { notes_version: None, ..StoredLesson::current(id) };
    vec![
        StoredLesson::old("a"),
        StoredLesson::current("b"),
        StoredLesson::with_text("c", "fine"),
        StoredLesson::old("d").deleted(),
        StoredLesson::with_text("e", REFUSED),
        StoredLesson { notes: r#""x""#, ..no_version("f") },
        StoredLesson::with_text("g", PANICS),
        StoredLesson::current("h").deleted(),
        StoredLesson::with_text("i", MISFIT),
        StoredLesson::old("j"),
    ]
}

fn migrating_brings_every_field_to_its_latest_version<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::old("a")]);
    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!((report.counts().scanned, report.counts().migrated), (1, 1));

    let rows = store.rows(layout);
    let stored = |key| stored(layout, &rows[0], key);
    let scene = |text| json!({"text": text, "lesson": "Numbers", "kind": "text"});
    let scenes = json!({"a": scene("hello"), "b": scene("bye")});
    assert_eq!(stored("scenes"), scenes.to_string());
    assert_eq!(stored("scenes_schema_version"), "3");
    assert_eq!(stored("notes"), r#"["one","two"]"#);
    assert_eq!(stored("notes_schema_version"), "2");
    assert_eq!(stored("next_index"), "2", "the side output is written with its chain");
    assert_eq!(rows[0].model_version, Some(2));
}

fn the_report_counts_changes_and_side_outputs<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &mixed());
    let report = migrate(layout, &store, &JobOptions::default());
    let outcomes = Outcome::ALL.map(|outcome| report.counts().get(outcome));
    assert_eq!(outcomes, [4, 1, 0, 2, 0, 0, 3], "{layout:?}");
    let changes: Vec<_> = report
        .changes()
        .map(|change| (change.field, change.from.get(), change.to.get(), change.entities))
        .collect();
    let expect = [("notes", 1, 2, 3), ("scenes", 1, 3, 2), ("scenes", 2, 3, 1)];
    assert_eq!(changes, expect, "{layout:?}");
    let set: Vec<_> = report.side_outputs().map(|set| (set.field, set.entities)).collect();
    assert_eq!(set, [("next_index", 3)], "{layout:?}");
}

fn migrating_twice_changes_nothing_the_second_time<B: Backend>(layout: Layout) {
    let lessons: Vec<_> = ["a", "b", "c"].map(StoredLesson::old).to_vec();
    let store = Probe::<B>::with(layout, &lessons);
    migrate(layout, &store, &JobOptions::default());
    let rows = store.rows(layout);
    let writes = store.writes();

    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!((report.counts().scanned, report.counts().current), (3, 3), "{layout:?}");
    assert_eq!(report.changes().len(), 0);
    assert_eq!(store.rows(layout), rows);
    assert_eq!(store.writes(), writes, "no batch is written where nothing is stale");
}

fn an_audit_writes_nothing_and_predicts_what_a_migration_does<B: Backend>(layout: Layout) {
    for rows in [1, 2, 7, 500] {
        let store = Probe::<B>::with(layout, &mixed());
        let before = store.rows(layout);
        let predicted = audit(layout, &store, &batches_of(rows));
        assert_eq!(store.rows(layout), before);
        assert_eq!(store.writes(), 0);

        let done = migrate(layout, &store, &batches_of(rows));
        assert_eq!(predicted.counts(), done.counts());
        assert!(predicted.changes().eq(done.changes()));
        assert!(predicted.side_outputs().eq(done.side_outputs()));
        let failures = |report: &JobReport| {
            report.failures().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(failures(&predicted), failures(&done));
        assert_eq!((predicted.mode(), done.mode()), (Mode::Audit, Mode::Migrate));
    }
}

fn the_size_of_a_batch_changes_no_result<B: Backend>(layout: Layout) {
    let expect = {
        let store = Probe::<B>::with(layout, &mixed());
        let report = migrate(layout, &store, &batches_of(10_000));
        (store.rows(layout), *report.counts())
    };
    let by_bytes = |bytes| JobOptions::default().with_batch_bytes(bytes);
    let options =
        [batches_of(1), batches_of(2), batches_of(7), batches_of(10), by_bytes(1), by_bytes(200)];
    for options in options {
        let store = Probe::<B>::with(layout, &mixed());
        let report = migrate(layout, &store, &options);
        assert_eq!((store.rows(layout), *report.counts()), expect, "{layout:?} {options:?}");
    }
}

fn batches_are_shown_as_they_are_done<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &mixed());
    let watcher = Watcher::default();
    layout.run(Mode::Migrate, &store, &batches_of(4), &watcher).unwrap();
    assert_eq!(*watcher.scanned.lock().unwrap(), [4, 8, 10]);
    assert_eq!(*watcher.total.lock().unwrap(), Some(10));
    assert_eq!(*watcher.failed.lock().unwrap(), ids(&["e", "g", "i"]));
}

fn an_empty_table_is_migrated_without_a_write<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[]);
    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!(report.counts().scanned, 0);
    assert_eq!(store.writes(), 0);
}

fn a_deleted_entity_is_left_as_it_is<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::old("a").deleted()]);
    let before = store.rows(layout);
    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!((report.counts().deleted, report.counts().scanned), (1, 1));
    assert_eq!(store.rows(layout), before);
}

fn an_entity_on_the_skip_list_is_left_as_it_is<B: Backend>(layout: Layout) {
    let lessons = ["a", "b", "c"].map(StoredLesson::old);
    let store = Probe::<B>::with(layout, &lessons);
    let before = store.rows(layout);
    let options = JobOptions::default().with_skipped(ids(&["b", "nobody"]));
    let report = migrate(layout, &store, &options);
    assert_eq!((report.counts().skipped, report.counts().migrated), (1, 2));
    assert_eq!(store.rows(layout)[1], before[1]);
}

fn a_failing_entity_stops_nothing_and_keeps_its_bytes<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &mixed());
    let before = store.rows(layout);
    let report = migrate(layout, &store, &batches_of(3));
    let failed: Vec<_> = report.failures().iter().map(|failure| failure.id.clone()).collect();
    assert_eq!(failed, ids(&["e", "g", "i"]));
    let after = store.rows(layout);
    for index in [4, 6, 8] {
        assert_eq!(after[index], before[index]);
    }
    assert_eq!(after[9].model_version, Some(2), "the rows after them are migrated");
}

fn a_result_that_the_type_does_not_accept_is_not_written<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a", MISFIT)]);
    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!((report.counts().failed, store.writes()), (1, 0));
    let causes = report.failures()[0].causes();
    assert!(causes[0].contains("does not fit the type"), "{causes:?}");
    assert!(causes[1].contains("invalid type: integer `7`"), "{causes:?}");

    let unchecked = JobOptions::default().with_check_type(false);
    let report = migrate(layout, &store, &unchecked);
    assert_eq!(report.counts().migrated, 1, "whoever switches the check off gets what he asked");
}

#[test]
fn a_table_without_the_fields_is_refused_before_anything_is_read() {
    struct NoId;
    impl versioned_jobs::BaseMigrateVersionedModelJob for NoId {
        type Model = Self;
    }
    impl versioned_jobs::VersionedModel for NoId {
        type DomainObject = super::lesson::Lesson;
        fn storage_model() -> versioned_store::StorageModel {
            versioned_store::StorageModel::columns("lessons")
        }
    }
    use versioned_jobs::BaseMigrateVersionedModelJob as _;
    let store = Probe::default();
    let options = JobOptions::default();
    let error = super::block_on(NoId::migrate(&store, &options, &NoProgress)).unwrap_err();
    assert!(matches!(error, JobError::StorageModel { entity: "lesson", .. }), "{error:?}");
    assert_eq!(store.calls(), 0);
    assert!(!error.is_retryable());
}

fn a_version_that_only_has_to_be_written_counts_as_a_change<B: Backend>(layout: Layout) {
    // The field has the version that `missing_version` says, which is older, so its chain runs.
    let lesson =
        StoredLesson { notes_version: None, notes: r#""x""#, ..StoredLesson::current("a") };
    let store = Probe::<B>::with(layout, &[lesson]);
    let report = migrate(layout, &store, &JobOptions::default());
    let change = report.changes().next().unwrap();
    assert_eq!((change.field, change.from), ("notes", SchemaVersion::new(1)));
    assert_eq!(report.changes().len(), 1);
}

/// Duplicate keys, the spelling of numbers, escapes and spaces are the application's; a text column keeps them.
fn a_field_that_no_conversion_touched_keeps_its_bytes<B: Backend>(layout: Layout) {
    let scene = r#"{"text":"\u0041", "lesson":"y","kind":"text", "n": 1e5, "m":1.00}"#;
    let scenes = format!(r#"{{ "b":{scene}, "a" : {scene},"a":{scene}}}"#);
    let lesson = StoredLesson { scenes_version: Some("3"), scenes, ..StoredLesson::old("a") };
    let store = Probe::<B>::with(layout, std::slice::from_ref(&lesson));
    let report = migrate(layout, &store, &JobOptions::default());
    assert_eq!(report.counts().migrated, 1, "{:?}", report.failures());
    let rows = store.rows(layout);
    let is_kept = rows[0]
        .values
        .iter()
        .flatten()
        .any(|value| matches!(value, ColumnValue::Text(text) if text.contains(&lesson.scenes)));
    assert!(is_kept, "{:?}", rows[0]);
}
