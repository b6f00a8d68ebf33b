//! One entity, read at its latest versions.

use versioned_jobs::{EntityError, FetchError, JobOptions, Mode, NoProgress};
use versioned_store::StoreErrorKind;

use super::{
    backend::{Backend, stories},
    lesson::{Layout, REFUSED, Scene, StoredLesson},
    probe::Probe,
};

stories! {
    what_is_read_lazily_is_what_the_job_writes_byte_for_byte
    fetching_gives_the_typed_object_and_writes_nothing
    an_absent_and_a_deleted_entity_are_not_there
    an_entity_that_cannot_be_converted_is_an_error_with_its_id
    a_failing_store_is_an_error_that_names_the_entity
}

fn all() -> Vec<StoredLesson> {
    vec![
        StoredLesson::old("a"),
        StoredLesson::current("b"),
        StoredLesson::with_text("c", "fine"),
        StoredLesson { notes_version: None, notes: r#""x""#, ..StoredLesson::current("d") },
    ]
}

fn what_is_read_lazily_is_what_the_job_writes_byte_for_byte<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &all());
    let fetch_all = || ["a", "b", "c", "d"].map(|id| layout.fetch_document(&store, id).unwrap());
    let lazily = fetch_all();
    assert!(lazily.iter().all(Option::is_some));
    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (3, 1));
    assert_eq!(fetch_all(), lazily, "{layout:?}");
}

fn fetching_gives_the_typed_object_and_writes_nothing<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &all());
    let before = store.rows(layout);
    let lesson = layout.fetch(&store, "a").unwrap().unwrap();
    assert_eq!(lesson.notes, ["one", "two"]);
    assert_eq!((lesson.id.as_str(), lesson.next_index), ("a", 2));
    let scene =
        Scene { text: "hello".to_owned(), lesson: "Numbers".to_owned(), kind: "text".to_owned() };
    assert_eq!(lesson.scenes["a"], scene);
    assert_eq!(store.rows(layout), before);
    assert_eq!(store.writes(), 0);
}

fn an_absent_and_a_deleted_entity_are_not_there<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::old("a").deleted()]);
    assert_eq!(layout.fetch(&store, "a").unwrap(), None);
    assert_eq!(layout.fetch(&store, "b").unwrap(), None);
    assert_eq!(layout.fetch_document(&store, "a").unwrap(), None);
}

fn an_entity_that_cannot_be_converted_is_an_error_with_its_id<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a", REFUSED)]);
    let error = layout.fetch(&store, "a").unwrap_err();
    let is_migration =
        matches!(&error, FetchError::Entity { error: EntityError::Migration { .. } });
    assert!(is_migration, "{error:?}");
    assert!(error.to_string().starts_with("conversion of `lesson.scenes` of `a` from"));
    assert!(error.help().is_some());
    assert!(!error.is_retryable());
}

fn a_failing_store_is_an_error_that_names_the_entity<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &all());
    store.fail_at(0, StoreErrorKind::Transient);
    let error = layout.fetch(&store, "a").unwrap_err();
    assert_eq!(error.to_string(), "`lesson` of `a` could not be read");
    assert!(error.is_retryable());
}
