//! Entities, read at their latest versions.

use versioned_jobs::{EntityError, FetchError, JobOptions, Mode, NoProgress};
use versioned_store::StoreErrorKind;

use super::{
    backend::{Backend, SqliteFile, stories},
    lesson::{Layout, REFUSED, Scene, StoredLesson},
    probe::Probe,
};

stories! {
    what_is_read_lazily_is_what_the_job_writes_byte_for_byte
    fetching_gives_the_typed_object_and_writes_nothing
    an_absent_and_a_deleted_entity_are_not_there
    an_entity_that_cannot_be_converted_is_an_error_with_its_id
    a_failing_store_is_an_error_that_names_the_entity
    many_are_read_in_the_order_of_their_keys_as_one_by_one
    of_many_one_that_cannot_be_converted_stops_no_other
    a_store_that_fails_or_forgets_a_row_is_an_error_for_many
    a_list_has_every_entity_once_in_the_order_of_keys
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
    let fetch_all = || ["a", "b", "c", "d"].map(|id| layout.find_document(&store, id).unwrap());
    let lazily = fetch_all();
    assert!(lazily.iter().all(Option::is_some));
    let report = layout.run(Mode::Migrate, &store, &JobOptions::default(), &NoProgress).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (3, 1));
    assert_eq!(fetch_all(), lazily, "{layout:?}");
}

fn fetching_gives_the_typed_object_and_writes_nothing<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &all());
    let before = store.rows(layout);
    let lesson = layout.find(&store, "a").unwrap().unwrap();
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
    assert_eq!(layout.find(&store, "a").unwrap(), None);
    assert_eq!(layout.find(&store, "b").unwrap(), None);
    assert_eq!(layout.find_document(&store, "a").unwrap(), None);
}

fn an_entity_that_cannot_be_converted_is_an_error_with_its_id<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &[StoredLesson::with_text("a", REFUSED)]);
    let error = layout.find(&store, "a").unwrap_err();
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
    let error = layout.find(&store, "a").unwrap_err();
    assert_eq!(error.to_string(), "`lesson` of `a` could not be read");
    assert!(error.is_retryable());
}

fn many_are_read_in_the_order_of_their_keys_as_one_by_one<B: Backend>(layout: Layout) {
    let mut lessons = all();
    lessons.push(StoredLesson::old("gone").deleted());
    let store = Probe::<B>::with(layout, &lessons);
    let before = store.rows(layout);
    let ids = ["d", "a", "nobody", "gone", "b", "a", "c"];
    let many = layout.find_many(&store, &ids).unwrap();
    assert_eq!((store.calls(), store.writes()), (1, 0));
    let many: Vec<_> = many.into_iter().map(Result::unwrap).collect();
    assert_eq!(many, ids.map(|id| layout.find(&store, id).unwrap()));
    assert_eq!(many.iter().flatten().count(), 5);
    assert_eq!(store.rows(layout), before);
}

fn of_many_one_that_cannot_be_converted_stops_no_other<B: Backend>(layout: Layout) {
    let lessons = [StoredLesson::with_text("a", REFUSED), StoredLesson::old("b")];
    let store = Probe::<B>::with(layout, &lessons);
    let many = layout.find_many(&store, &["a", "b"]).unwrap();
    let error = many[0].as_ref().unwrap_err();
    assert!(error.to_string().starts_with("conversion of `lesson.scenes` of `a` from"), "{error}");
    assert_eq!(many[1].as_ref().unwrap().as_ref().unwrap().id, "b");
}

fn a_store_that_fails_or_forgets_a_row_is_an_error_for_many<B: Backend>(layout: Layout) {
    let store = Probe::<B>::with(layout, &all());
    store.fail_at(0, StoreErrorKind::Transient);
    let error = layout.find_many(&store, &["a", "b"]).unwrap_err();
    assert_eq!(error.to_string(), "2 entities `lesson` could not be read");
    assert!(error.is_retryable());
    store.drop_an_outcome();
    let error = layout.find_many(&store, &["a", "b"]).unwrap_err();
    assert!(matches!(error, FetchError::BrokenStore { .. }), "{error:?}");
    assert!(!error.is_retryable());
}

fn a_list_has_every_entity_once_in_the_order_of_keys<B: Backend>(layout: Layout) {
    let mut lessons = all();
    lessons.push(StoredLesson::old("bb").deleted());
    lessons.push(StoredLesson::with_text("e", REFUSED));
    let store = Probe::<B>::with(layout, &lessons);
    for limit in [0, 1, 2, 3, 100] {
        let (mut after, mut ids) = (None, Vec::new());
        loop {
            let page = layout.list(&store, after.as_ref(), limit).unwrap();
            assert!(page.entities.len() <= limit.max(1) as usize);
            for (key, lesson) in page.entities {
                assert_eq!(lesson.is_err(), key == "e".into(), "{lesson:?}");
                assert!(lesson.is_err() || lesson.unwrap().id == key.to_string());
                ids.push(key.to_string());
            }
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(ids, ["a", "b", "c", "d", "e"], "pages of {limit}");
    }
    store.fail_at(0, StoreErrorKind::Transient);
    let error = layout.list(&store, None, 1).unwrap_err();
    assert_eq!(error.to_string(), "a page of `lesson` could not be read");
    assert!(error.is_retryable());
}

/// SQLite may take `a` and `A` for one text; to the application they are two lessons.
#[test]
fn ids_that_differ_in_case_only_are_two_lessons_under_any_collation() {
    let layout = Layout::Document;
    let store = Probe::<SqliteFile>::with(layout, &[]);
    let sql = "DROP TABLE lesson_documents; \
               CREATE TABLE lesson_documents (id TEXT COLLATE NOCASE NOT NULL, version INTEGER, \
               deleted INTEGER, body TEXT); \
               CREATE UNIQUE INDEX by_bytes ON lesson_documents (id COLLATE BINARY)";
    super::block_on(store.backend().execute(sql));
    store.put(layout, StoredLesson::old("a").row(layout));
    store.put(layout, StoredLesson::current("A").row(layout));
    let many = layout.find_many(&store, &["a", "A"]).unwrap();
    let notes = many.into_iter().map(|lesson| lesson.unwrap().unwrap().notes.len());
    assert_eq!(notes.collect::<Vec<_>>(), [2, 1]);
    let many = layout.find_many(&store, &["a"]).unwrap();
    assert_eq!(many[0].as_ref().unwrap().as_ref().unwrap().id, "a");
}
