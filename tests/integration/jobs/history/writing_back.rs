//! Reads that write back what they upgraded, and what reads tell the outside.

use versioned_jobs::{BaseMigrateVersionedModelJob, FetchAndWriteBack, NoProgress, WriteBack};
use versioned_store::{ColumnValue, EntityKey, ModelVersion, Row, StoreErrorKind};

use super::{
    Keeper, Kept, Migrate, block_on, commits, history_stories, messages, put_snapshot, rows,
    scenes_counted, school, snapshots,
};
use crate::jobs::{
    lesson::{LessonColumns, REFUSED, StoredLesson},
    listening::listen,
    probe::{Change, Probe},
    with_a_ledger::ledgered,
};

history_stories! {
    what_a_read_writes_back_is_what_a_migration_writes
    a_read_that_may_not_write_back_does_not
    of_many_each_is_written_back_by_itself
    a_lost_race_of_a_write_back_is_silent
    a_write_back_that_fails_fails_no_read
    reads_report_each_field_that_they_upgrade
}

const AFTERWARDS: WriteBack = WriteBack::Afterwards;

fn what_a_read_writes_back_is_what_a_migration_writes<M: Kept, B: Keeper>() {
    let lessons = [StoredLesson::old("a"), StoredLesson::current("b")];
    let (read, migrated) = (school::<M, B>(&lessons), school::<M, B>(&lessons));
    block_on(Migrate::<M>::migrate(migrated.store(), &ledgered(9), &NoProgress)).unwrap();
    // A current lesson is left alone, and so is one that was written back before.
    for _ in 0..2 {
        for id in ["a", "b"] {
            let lesson = block_on(M::get_with(read.store(), &id.into(), AFTERWARDS)).unwrap();
            assert_eq!(lesson, block_on(M::get(migrated.store(), &id.into())).unwrap());
        }
    }
    let table = M::table().unwrap();
    assert_eq!(rows(&read, &table), rows(&migrated, &table));
    assert_eq!(snapshots::<M, B>(&read), snapshots::<M, B>(&migrated));
    assert_eq!(messages(&read), messages(&migrated));
    let stats = [&read, &migrated].map(|school| scenes_counted(school, "a", 2));
    assert_eq!(stats, [Some(ColumnValue::Integer(2)), Some(ColumnValue::Integer(2))]);
    let [one, other] = [&read, &migrated].map(|school| commits::<M, B>(school, "a"));
    assert_eq!((one.len(), other.len()), (1, 1));
    assert!(one[0].record.at_ms > 1_700_000_000_000);
    let mut record = one[0].record.clone();
    record.at_ms = other[0].record.at_ms;
    assert_eq!((record, one[0].model_version), (other[0].record.clone(), ModelVersion::new(2)));
}

fn a_read_that_may_not_write_back_does_not<M: Kept, B: Keeper>() {
    let school = Probe::of(school::<M, B>(&[StoredLesson::old("a")]));
    let (key, table) = (EntityKey::from("a"), M::table().unwrap());
    let before = rows(school.backend(), &table);
    let read = block_on(M::get_with(&school, &key, WriteBack::default())).unwrap();
    assert_eq!(read, block_on(M::get(&school, &key)).unwrap());
    block_on(M::get_many_with(&school, &[key], WriteBack::Never)).unwrap();
    assert_eq!((school.calls(), school.writes()), (3, 0));
    assert_eq!(rows(school.backend(), &table), before);
}

fn of_many_each_is_written_back_by_itself<M: Kept, B: Keeper>() {
    let refused = StoredLesson::with_text("b", REFUSED);
    let lessons = [StoredLesson::old("a"), refused, StoredLesson::old("c")];
    let school = Probe::of(school::<M, B>(&lessons));
    let before = rows(school.backend(), &M::table().unwrap());
    let keys = ["c", "b", "nobody", "a", "c"].map(EntityKey::from);
    let many = block_on(M::find_many_with(&school, &keys, AFTERWARDS)).unwrap();
    assert!(many[1].is_err() && many[2].as_ref().unwrap().is_none());
    let ids = [0, 3, 4].map(|index| many[index].as_ref().unwrap().as_ref().unwrap().id.clone());
    assert_eq!(ids, ["c", "a", "c"]);
    assert_eq!(school.writes(), 2, "a transaction each, and one for what was asked for twice");
    let after = rows(school.backend(), &M::table().unwrap());
    let versions: Vec<_> = after.iter().map(|row| row.model_version).collect();
    assert_eq!((versions, &after[1]), (vec![Some(2), Some(1), Some(2)], &before[1]));
    let stored = block_on(M::get_many(&school, &keys[3..])).unwrap();
    let read = block_on(M::get_many_with(&school, &keys[3..], AFTERWARDS)).unwrap();
    assert_eq!((read, school.writes()), (stored, 2));
}

fn a_lost_race_of_a_write_back_is_silent<M: Kept, B: Keeper>() {
    for is_deleted in [false, true] {
        let school = Probe::of(school::<M, B>(&[StoredLesson::old("a")]));
        let mut changed = StoredLesson::current("a").row(M::LAYOUT);
        changed.model_version = Some(7);
        let expect = if is_deleted { Vec::new() } else { vec![changed.clone()] };
        school.before_write(move || match is_deleted {
            true => vec![Change::Delete("a".into())],
            false => vec![Change::Put(changed.clone())],
        });
        let read = || block_on(M::get_with(&school, &"a".into(), AFTERWARDS));
        let (lesson, heard) = listen(read);
        assert_eq!((lesson.unwrap().notes.len(), school.writes()), (2, 1));
        assert_eq!(warnings(&heard.events), [""; 0]);
        let after = rows(school.backend(), &M::table().unwrap());
        assert_eq!(after, expect);
        assert_eq!(commits::<M, B>(school.backend(), "a").len(), 0);
        assert_eq!(messages(school.backend()), [""; 0]);
    }
}

/// A reader is served though the database can be read only, or the entity may not be saved as it is.
fn a_write_back_that_fails_fails_no_read<M: Kept, B: Keeper>() {
    let table = M::table().unwrap();
    let school = Probe::of(school::<M, B>(&[StoredLesson::old("a")]));
    block_on(school.backend().put(&table, public(StoredLesson::old("b").row(M::LAYOUT))));
    let before = rows(school.backend(), &table);
    // The first call reads, the second one writes.
    school.fail_at(1, StoreErrorKind::Misconfigured);
    let read = |id: &str| listen(|| block_on(M::get_with(&school, &id.into(), AFTERWARDS)));
    let (lesson, heard) = read("a");
    assert_eq!(lesson.unwrap().notes, ["one", "two"]);
    let warned = warnings(&heard.events);
    assert!(warned[0].starts_with("WARN message=not written back entity=lesson id=a error="));
    assert!(warned.len() == 1 && warned[0].ends_with(": the line is dead"), "{warned:?}");

    let (lesson, heard) = read("b");
    assert_eq!(lesson.unwrap().title, "Public");
    let warned = warnings(&heard.events);
    assert!(warned[0].starts_with("WARN message=not written back entity=lesson id=b error="));
    assert!(warned[0].ends_with(": a public lesson has one scene"), "{warned:?}");
    assert_eq!(rows(school.backend(), &table), before);
}

fn public(mut row: Row) -> Row {
    for value in row.values.iter_mut().flatten() {
        if let ColumnValue::Text(text) = value {
            *text = text.replace("Numbers", "Public");
        }
    }
    row
}

fn warnings(events: &[String]) -> Vec<&str> {
    events.iter().map(String::as_str).filter(|event| event.starts_with("WARN")).collect()
}

fn reads_report_each_field_that_they_upgrade<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a"), StoredLesson::current("b")]);
    let (store, a) = (school.store(), EntityKey::from("a"));
    let old = r#"{"id":"a","title":"Then","scenes":{"x":{"text":"hello","lesson":"y"}},
        "scenes_schema_version":2,"notes":["p"],"notes_schema_version":2,"next_index":1}"#;
    put_snapshot::<M, B>(&school, "a", 1, old);
    let event = |id: &str, field: &str, from: u32, to: u32| {
        let what = format!("entity=lesson id={id} field={field} from={from} to={to}");
        format!("DEBUG message=upgraded on read {what}")
    };
    let of_a = [event("a", "scenes", 1, 3), event("a", "notes", 1, 2)];
    let expect_counts = |times: u64| {
        let name = "versioned_upgrades_on_read_total entity=lesson field=";
        let counts = [("scenes", times), ("notes", times)];
        counts.map(|(field, count)| (format!("{name}{field} from=1"), count)).into()
    };
    let (_, heard) = listen(|| block_on(M::get(store, &a)).unwrap());
    assert_eq!((&heard.events[..], heard.counts), (&of_a[..], expect_counts(1)));
    let (_, heard) = listen(|| {
        block_on(M::find_document(store, &a)).unwrap();
        block_on(M::open(store, &a)).unwrap();
        block_on(M::get_many(store, &["b".into(), a.clone()])).unwrap();
        block_on(M::list(store, None, 10)).unwrap()
    });
    assert_eq!((heard.events.len(), heard.counts), (8, expect_counts(4)));

    let first = ModelVersion::new(1);
    let (_, heard) = listen(|| {
        block_on(M::get_version(store, &a, first)).unwrap();
        block_on(M::find_version_document(store, &a, first)).unwrap()
    });
    assert_eq!(heard.events, [event("a/1", "scenes", 2, 3), event("a/1", "scenes", 2, 3)]);

    // What is current is read in silence, and so is what was written back.
    let (_, heard) = listen(|| block_on(M::get(store, &"b".into())).unwrap());
    assert_eq!(heard, Default::default());
    let (_, heard) = listen(|| block_on(M::get_with(store, &a, AFTERWARDS)).unwrap());
    assert_eq!(heard.events, of_a);
    let (_, heard) = listen(|| block_on(M::get(store, &a)).unwrap());
    assert_eq!(heard, Default::default());
}

/// What is written back needs no history, as a save needs none.
#[test]
fn a_table_without_history_is_written_back_to() {
    let layout = crate::jobs::lesson::Layout::Columns;
    let store = Probe::<versioned_store::MemoryStore>::with(layout, &[StoredLesson::old("a")]);
    let read = || block_on(LessonColumns::get_with(&store, &"a".into(), AFTERWARDS)).unwrap();
    let lesson = read();
    assert_eq!((read(), store.writes()), (lesson, 1));
    assert_eq!(store.rows(layout)[0].model_version, Some(2));
}
