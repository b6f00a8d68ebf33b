//! Saves of an application: commits, lost races, deletions and reverts.

use serde_json::json;
use versioned_core::SchemaVersion;
use versioned_jobs::{Commit, EntityError, FetchError, SaveError, VersionedModel};
use versioned_store::{ColumnValue, CommitCommand, CommitKind, ModelVersion};

use super::{
    Keeper, Kept, block_on, commits, history_stories, messages, rows, scenes_counted, school,
    snapshots,
};
use crate::jobs::{
    backend::Backend,
    lesson::{Layout, Lesson, LessonColumns, LessonDocuments, Scene, StoredLesson},
};

history_stories! {
    a_new_entity_has_model_version_1_with_snapshot_commit_and_what_follows
    a_save_is_a_commit_on_what_was_opened
    what_a_save_does_not_change_keeps_its_bytes
    a_save_after_another_one_is_a_conflict_and_leaves_nothing
    what_is_not_valid_is_not_saved
    a_version_field_that_is_not_the_latest_is_refused
    a_deleted_entity_keeps_its_history
    a_revert_is_a_commit_with_the_old_content_through_the_chain
    a_revert_to_what_is_not_valid_today_is_refused_with_the_reason
}

const V1: ModelVersion = ModelVersion::new(1);
const V2: ModelVersion = ModelVersion::new(2);
const V3: ModelVersion = ModelVersion::new(3);

fn ana(message: &str) -> Commit {
    Commit::by("ana").message(message).command("edit", json!({"what": message}))
}

fn edit(message: &str) -> CommitCommand {
    CommitCommand::Application { name: "edit".to_owned(), parameters: json!({"what": message}) }
}

fn migrate_field(field: &str, from: u32, to: u32) -> CommitCommand {
    let (from, to) = (SchemaVersion::new(from), SchemaVersion::new(to));
    CommitCommand::MigrateField { field: field.to_owned(), from, to }
}

fn lesson(id: &str, title: &str) -> Lesson {
    let scene = |name: &str| {
        let scene = Scene { text: name.into(), lesson: title.into(), kind: "text".into() };
        (name.to_owned(), scene)
    };
    Lesson {
        id: id.to_owned(),
        title: title.to_owned(),
        scenes: [scene("one"), scene("two")].into(),
        scenes_schema_version: SchemaVersion::new(3),
        notes: vec!["n".to_owned()],
        notes_schema_version: SchemaVersion::new(2),
        next_index: 2,
    }
}

fn a_new_entity_has_model_version_1_with_snapshot_commit_and_what_follows<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[]);
    let (store, key) = (school.store(), "a".into());
    let object = lesson("a", "Numbers");
    let version = block_on(M::create(store, &key, &object, ana("new"))).unwrap();
    assert_eq!(version, Some(V1));
    assert_eq!(block_on(M::get(store, &key)).unwrap(), object);
    assert_eq!(block_on(M::get_version(store, &key, V1)).unwrap(), object);
    let commits = commits::<M, B>(&school, "a");
    let record = &commits[0].record;
    assert_eq!((commits.len(), commits[0].model_version, record.kind), (1, V1, CommitKind::Create));
    assert_eq!((record.committer.as_str(), record.message.as_str()), ("ana", "new"));
    assert_eq!(record.commands, [CommitCommand::Create, edit("new")]);
    assert!(record.at_ms > 1_700_000_000_000);
    assert_eq!(messages(&school), ["a 1 Save"]);
    assert_eq!(scenes_counted(&school, "a", 1), Some(ColumnValue::Integer(2)));

    let error = block_on(M::create(store, &key, &object, ana("again"))).unwrap_err();
    assert!(matches!(error, SaveError::Exists { .. }), "{error:?}");
    assert_eq!(error.to_string(), "there is an `lesson` with the id `a` already");
    let error = block_on(M::get_version(store, &key, V2)).unwrap_err();
    assert_eq!(error.to_string(), "`lesson` of `a` has no model version 2");
    assert_eq!(block_on(M::find_version(store, &"b".into(), V1)).unwrap(), None);
}

fn a_save_is_a_commit_on_what_was_opened<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let (store, key) = (school.store(), "a".into());
    let mut opened = block_on(M::open(store, &key)).unwrap();
    assert_eq!(
        (opened.key(), opened.model_version(), opened.upgraded().len()),
        (&key, Some(V1), 2)
    );
    opened.title = "Sums".to_owned();
    assert_eq!(block_on(M::save(store, &opened, ana("title"))).unwrap(), Some(V2));
    let read = block_on(M::get(store, &key)).unwrap();
    assert_eq!(read, *opened);
    assert_eq!(block_on(M::get_version(store, &key, V2)).unwrap(), read);
    // A save of what was upgraded on the way says so, as a migration does.
    let commits = commits::<M, B>(&school, "a");
    let migrated = [migrate_field("scenes", 1, 3), migrate_field("notes", 1, 2), edit("title")];
    assert_eq!((commits.len(), commits[0].record.kind), (1, CommitKind::Edit));
    assert_eq!(commits[0].record.commands, migrated);
    // The snapshot is what was stored, members that no field knows included.
    let stored = block_on(M::find_document(store, &key)).unwrap().unwrap();
    assert_eq!(snapshots::<M, B>(&school), [("a/2".to_owned(), stored.clone())]);
    assert_eq!(stored.contains(r#""unknown":1.0"#), M::LAYOUT == Layout::Document, "{stored}");
    assert_eq!(messages(&school), ["a 2 Save"]);
}

fn what_a_save_does_not_change_keeps_its_bytes<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::current("a")]);
    let (store, key, table) = (school.store(), "a".into(), M::table().unwrap());
    let mut opened = block_on(M::open(store, &key)).unwrap();
    opened.title = "Sums".to_owned();
    block_on(M::save(store, &opened, ana("title"))).unwrap();
    let after = rows(&school, &table);
    let texts = after[0].values.iter().flatten().filter_map(|value| match value {
        ColumnValue::Text(text) => Some(text.as_str()),
        _ => None,
    });
    let (texts, current) = (texts.collect::<String>(), StoredLesson::current("a"));
    assert!(texts.contains(&current.scenes) && texts.contains(current.notes), "{texts}");
    assert!(texts.contains("Sums") && !texts.contains("Numbers"), "{texts}");
    // A save without a change is a commit all the same.
    let opened = block_on(M::open(store, &key)).unwrap();
    assert_eq!(block_on(M::save(store, &opened, ana("nothing"))).unwrap(), Some(V3));
    assert_eq!(rows(&school, &table)[0].values, after[0].values);
}

fn a_save_after_another_one_is_a_conflict_and_leaves_nothing<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let (store, key) = (school.store(), "a".into());
    let mut first = block_on(M::open(store, &key)).unwrap();
    let mut second = block_on(M::open(store, &key)).unwrap();
    first.title = "First".to_owned();
    second.title = "Second".to_owned();
    block_on(M::save(store, &first, ana("first"))).unwrap();
    for error in [
        block_on(M::save(store, &second, ana("second"))).unwrap_err(),
        block_on(M::delete(store, &second, ana("delete"))).unwrap_err(),
    ] {
        let expect = "`lesson` of `a` has changed since it was opened at model version 1";
        assert_eq!(error.to_string(), expect);
        assert!(error.help().unwrap().starts_with("open it again"));
        assert!(!error.is_retryable());
    }
    assert_eq!(block_on(M::get(store, &key)).unwrap().title, "First");
    assert_eq!(commits::<M, B>(&school, "a").len(), 1);
    assert_eq!(messages(&school), ["a 2 Save"]);
    assert_eq!(scenes_counted(&school, "a", 3), None);
    block_on(school.delete(&M::table().unwrap(), &key));
    let error = block_on(M::save(store, &first, ana("gone"))).unwrap_err();
    assert!(matches!(error, SaveError::Gone { .. }), "{error:?}");
}

fn what_is_not_valid_is_not_saved<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let (store, key) = (school.store(), "a".into());
    let mut opened = block_on(M::open(store, &key)).unwrap();
    opened.title = "Public".to_owned();
    let error = block_on(M::save(store, &opened, ana("publish"))).unwrap_err();
    let is_invalid = matches!(&error, SaveError::Entity { error: EntityError::Invalid { .. } });
    assert!(is_invalid, "{error:?}");
    let public = lesson("b", "Public");
    let error = block_on(M::create(store, &"b".into(), &public, ana("new"))).unwrap_err();
    assert_eq!(error.to_string(), "`lesson` of `b` is not valid at its latest versions");
    assert_eq!((messages(&school).len(), snapshots::<M, B>(&school).len()), (0, 0));
    assert_eq!(rows(&school, &M::table().unwrap()).len(), 1);
}

fn a_version_field_that_is_not_the_latest_is_refused<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[]);
    let old = Lesson { notes_schema_version: SchemaVersion::new(1), ..lesson("a", "Numbers") };
    let error = block_on(M::create(school.store(), &"a".into(), &old, ana("new"))).unwrap_err();
    // A list of notes is not what the conversion from version 1 takes.
    assert!(matches!(error, SaveError::Entity { .. }), "{error:?}");
    let new = Lesson { scenes_schema_version: SchemaVersion::new(4), ..lesson("a", "Numbers") };
    let error = block_on(M::create(school.store(), &"a".into(), &new, ana("new"))).unwrap_err();
    assert!(error.to_string().contains("newer than"), "{error}");
    let old = Lesson { scenes_schema_version: SchemaVersion::new(2), ..lesson("a", "Numbers") };
    let error = block_on(M::create(school.store(), &"a".into(), &old, ana("new"))).unwrap_err();
    assert!(matches!(error, SaveError::NotCurrent { field: "scenes", .. }), "{error:?}");
    assert_eq!(rows(&school, &M::table().unwrap()).len(), 0);
}

fn a_deleted_entity_keeps_its_history<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[]);
    let (store, key) = (school.store(), "a".into());
    let object = lesson("a", "Numbers");
    block_on(M::create(store, &key, &object, ana("new"))).unwrap();
    let opened = block_on(M::open(store, &key)).unwrap();
    assert_eq!(block_on(M::delete(store, &opened, ana("delete"))).unwrap(), Some(V2));
    assert_eq!(block_on(M::find(store, &key)).unwrap(), None);
    let error = block_on(M::get(store, &key)).unwrap_err();
    assert_eq!(error.to_string(), "there is no `lesson` with the id `a`");
    assert_eq!(block_on(M::get_version(store, &key, V1)).unwrap(), object);
    let commits = commits::<M, B>(&school, "a");
    assert_eq!(commits[1].record.kind, CommitKind::Delete);
    assert_eq!(commits[1].record.commands, [CommitCommand::Delete, edit("delete")]);
    assert_eq!(messages(&school), ["a 1 Save", "a 2 Delete"]);

    let error = block_on(M::save(store, &opened, ana("late"))).unwrap_err();
    assert!(matches!(error, SaveError::Conflict { .. }), "{error:?}");
    let error = block_on(M::create(store, &key, &object, ana("again"))).unwrap_err();
    assert!(matches!(error, SaveError::Exists { .. }), "{error:?}");
    let error = block_on(M::revert(store, &key, V1, ana("back"))).unwrap_err();
    let is_absent = matches!(&error, SaveError::Read { error: FetchError::Absent { .. } });
    assert!(is_absent, "{error:?}");
    assert_eq!(messages(&school).len(), 2);
}

fn a_revert_is_a_commit_with_the_old_content_through_the_chain<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[]);
    let (store, key) = (school.store(), "a".into());
    block_on(M::create(store, &key, &lesson("a", "Numbers"), ana("new"))).unwrap();
    // What an older program had saved.
    let old = r#"{"id":"a","title":"Then","scenes":{"x":"hello"},"scenes_schema_version":1,
        "notes":"p;q","next_index":0}"#;
    super::put_snapshot::<M, B>(&school, "a", 0, old);
    let then = block_on(M::get_version(store, &key, ModelVersion::new(0))).unwrap();
    assert_eq!((then.notes.len(), then.scenes["x"].lesson.as_str()), (2, "Then"));

    let to = ModelVersion::new(0);
    assert_eq!(block_on(M::revert(store, &key, to, ana("back"))).unwrap(), Some(V2));
    assert_eq!(block_on(M::get(store, &key)).unwrap(), then);
    assert_eq!(block_on(M::get_version(store, &key, V2)).unwrap(), then);
    let record = &commits::<M, B>(&school, "a")[1].record;
    let commands = [
        CommitCommand::RevertTo { model_version: to },
        migrate_field("scenes", 1, 3),
        migrate_field("notes", 1, 2),
        edit("back"),
    ];
    assert_eq!((record.kind, record.commands.as_slice()), (CommitKind::Revert, &commands[..]));
    assert_eq!(messages(&school), ["a 1 Save", "a 2 Revert"]);
    assert_eq!(scenes_counted(&school, "a", 2), Some(ColumnValue::Integer(1)));

    let error = block_on(M::revert(store, &key, V3, ana("back"))).unwrap_err();
    assert_eq!(error.to_string(), "`lesson` of `a` has no model version 3");
}

fn a_revert_to_what_is_not_valid_today_is_refused_with_the_reason<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[]);
    let (store, key) = (school.store(), "a".into());
    block_on(M::create(store, &key, &lesson("a", "Numbers"), ana("new"))).unwrap();
    let public = r#"{"id":"a","title":"Public","scenes":{"x":"hello","y":"bye"},
        "scenes_schema_version":1,"notes":"p","next_index":0}"#;
    super::put_snapshot::<M, B>(&school, "a", 0, public);
    super::put_snapshot::<M, B>(&school, "a", -1, r#"{"id":"a","scenes_schema_version":9}"#);
    let before = rows(&school, &M::table().unwrap());
    for (version, reason) in [(0, "a public lesson has one scene"), (-1, "newer than")] {
        let to = ModelVersion::new(version);
        let error = block_on(M::revert(store, &key, to, ana("back"))).unwrap_err();
        let source = std::error::Error::source(&error).map(ToString::to_string);
        let text = format!("{error}: {}", source.unwrap_or_default());
        assert!(text.contains(reason), "{text}");
    }
    assert_eq!(rows(&school, &M::table().unwrap()), before);
    assert_eq!(commits::<M, B>(&school, "a").len(), 1);
}

fn without_a_history<M: VersionedModel<DomainObject = Lesson>, B: Backend + Keeper>() {
    let table = M::table().unwrap();
    let backend = block_on(B::open());
    block_on(backend.create_table(&table));
    let (store, key) = (backend.store(), "a".into());
    block_on(M::create(store, &key, &lesson("a", "Numbers"), ana("new"))).unwrap();
    let mut opened = block_on(M::open(store, &key)).unwrap();
    opened.title = "Sums".to_owned();
    assert_eq!(block_on(M::save(store, &opened, ana("title"))).unwrap(), Some(V2));
    let error = block_on(M::save(store, &opened, ana("title"))).unwrap_err();
    assert!(matches!(error, SaveError::Conflict { .. }), "{error:?}");
    let error = block_on(M::revert(store, &key, V1, ana("back"))).unwrap_err();
    assert_eq!(error.to_string(), "the storage model of `lesson` has no history");
    let opened = block_on(M::open(store, &key)).unwrap();
    assert_eq!(opened.title, "Sums");
    assert_eq!(block_on(M::delete(store, &opened, ana("delete"))).unwrap(), Some(V3));
    assert_eq!(block_on(M::find(store, &key)).unwrap(), None);
}

#[test]
fn a_table_without_a_history_is_saved_by_the_same_calls() {
    use super::{MemoryStore, SqliteFile};
    without_a_history::<LessonColumns, MemoryStore>();
    without_a_history::<LessonDocuments, MemoryStore>();
    without_a_history::<LessonColumns, SqliteFile>();
    without_a_history::<LessonDocuments, SqliteFile>();
}
