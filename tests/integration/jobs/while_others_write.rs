//! The application keeps writing: no update is lost and no row comes back.

use versioned_jobs::{JobOptions, JobReport, Mode, NoProgress};
use versioned_store::ColumnValue;

use super::{
    backend::{Backend, stories},
    lesson::{Layout, StoredLesson},
    probe::{Change, Probe},
};

stories! {
    a_row_that_changed_meanwhile_is_a_conflict_and_the_next_run_takes_it
    a_change_of_the_model_version_alone_is_a_conflict
    a_row_that_was_deleted_meanwhile_stays_deleted
    a_row_that_was_deleted_and_made_anew_is_a_conflict
    what_the_application_migrated_meanwhile_is_not_overwritten
    rows_added_behind_the_scan_are_left_to_the_next_run
}

/// Migrates three old lessons while another program makes changes once between reading and writing.
fn migrate_while<B: Backend>(
    layout: Layout,
    changes: impl Into<Vec<Change>>,
) -> (Probe<B>, JobReport) {
    let store = Probe::<B>::with(layout, &["a", "b", "c"].map(StoredLesson::old));
    let mut changes = changes.into();
    store.before_write(move || std::mem::take(&mut changes));
    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    (store, report)
}

fn a_row_that_changed_meanwhile_is_a_conflict_and_the_next_run_takes_it<B: Backend>(
    layout: Layout,
) {
    let (store, report) = migrate_while::<B>(layout, {
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("b") };
        [Change::Put(changed.row(layout))]
    });
    assert_eq!((report.counts().conflict, report.counts().migrated), (1, 2), "{layout:?}");
    assert_eq!(report.changes().next().unwrap().entities, 2, "a conflict changed nothing");
    let document = layout.find_document(&store, "b").unwrap().unwrap();
    assert!(document.contains("changed"), "the other program's write is kept");

    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (1, 2));
    assert_eq!(layout.find(&store, "b").unwrap().unwrap().notes, ["changed"]);
}

fn a_change_of_the_model_version_alone_is_a_conflict<B: Backend>(layout: Layout) {
    let (_, report) = migrate_while::<B>(layout, {
        let mut row = StoredLesson::old("b").row(layout);
        row.model_version = Some(2);
        [Change::Put(row)]
    });
    assert_eq!(report.counts().conflict, 1);
}

fn a_row_that_was_deleted_meanwhile_stays_deleted<B: Backend>(layout: Layout) {
    let (store, report) = migrate_while::<B>(layout, [Change::Delete("b".into())]);
    assert_eq!((report.counts().deleted, report.counts().migrated), (1, 2));
    assert_eq!(store.rows(layout).len(), 2);
    assert_eq!(layout.find(&store, "b").unwrap(), None);
}

fn a_row_that_was_deleted_and_made_anew_is_a_conflict<B: Backend>(layout: Layout) {
    let (store, report) = migrate_while::<B>(layout, {
        let other = StoredLesson { notes: r#""another""#, ..StoredLesson::old("b") };
        [Change::Delete("b".into()), Change::Put(other.row(layout))]
    });
    assert_eq!(report.counts().conflict, 1);
    assert_eq!(store.rows(layout)[1].model_version, Some(1));
}

fn what_the_application_migrated_meanwhile_is_not_overwritten<B: Backend>(layout: Layout) {
    let (store, report) =
        migrate_while::<B>(layout, [Change::Put(StoredLesson::current("b").row(layout))]);
    assert_eq!(report.counts().conflict, 1);
    let row = &store.rows(layout)[1];
    assert_eq!(*row, StoredLesson::current("b").row(layout));
}

fn rows_added_behind_the_scan_are_left_to_the_next_run<B: Backend>(layout: Layout) {
    let (store, report) =
        migrate_while::<B>(layout, [Change::Put(StoredLesson::old("A").row(layout))]);
    assert_eq!((report.counts().scanned, report.counts().migrated), (3, 3));
    let first = &store.rows(layout)[0];
    assert_eq!(first.key, "A".into());
    assert!(matches!(first.values[0], Some(ColumnValue::Integer(1) | ColumnValue::Text(_))));
}
