//! Old snapshots, rewritten in place by what they hold themselves.

use std::sync::Mutex;

use serde_json::Value;
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Commit, JobError,
    JobOptions, JobReport, Mode, NoProgress, StopFlag, VersionState, VersionedModel,
};
use versioned_store::{CommitsRequest, HistoryStore, JobLedger, RunId};

use super::{
    Keeper, Kept, Migrate, MigrateSnapshots, block_on, history_stories, messages, put_snapshot,
    quarantined, rows, school, snapshots,
};
use crate::jobs::{
    lesson::{Layout, LessonColumns, REFUSED, StoredLesson},
    with_a_ledger::ledgered,
};

history_stories! {
    old_snapshots_are_rewritten_in_place_by_what_they_hold
    a_snapshot_read_lazily_is_what_the_job_writes_byte_for_byte
    what_never_was_valid_is_quarantined_apart_from_the_models
    snapshots_of_deleted_models_are_migrated_or_count_as_deleted
    an_undo_of_snapshots_puts_back_every_byte
    a_run_over_snapshots_that_was_stopped_goes_on
    the_census_of_snapshots_is_their_own
}

/// A lesson as an older program had it, with a title of then.
fn old(title: &str) -> String {
    format!(
        r#"{{"id":"a", "title":"{title}", "scenes":{{"x":"hello"}}, "scenes_schema_version":1,
        "notes":"p;q","next_index":0, "unknown": 1.0}}"#
    )
}

fn current() -> String {
    r#"{"id":"a","title":"t","scenes":{},"scenes_schema_version":3,"notes":["n"],
        "notes_schema_version":2, "next_index":0}"#
        .to_owned()
}

fn refused() -> String {
    let scene = format!(r#"{{"x":{{"text":"{REFUSED}","lesson":"l"}}}}"#);
    old("bad").replace(r#"{"x":"hello"}"#, &scene).replace(r#"version":1"#, r#"version":2"#)
}

fn run<M: Kept, B: Keeper>(school: &B, mode: Mode, options: &JobOptions) -> JobReport {
    let report = block_on(async {
        match mode {
            Mode::Migrate => {
                MigrateSnapshots::<M>::migrate(school.store(), options, &NoProgress).await
            }
            _ => MigrateSnapshots::<M>::audit(school.store(), options, &NoProgress).await,
        }
    });
    let report = report.unwrap();
    assert!(report.counts().is_balanced());
    report
}

fn old_snapshots_are_rewritten_in_place_by_what_they_hold<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::current("a")]);
    let (store, key) = (school.store(), "a".into());
    let opened = block_on(M::open(store, &key)).unwrap();
    block_on(M::save(store, &opened, Commit::by("ana"))).unwrap();
    put_snapshot::<M, B>(&school, "a", -1, &old("Then"));
    put_snapshot::<M, B>(&school, "a", 0, &current());
    let models = rows(&school, &M::table().unwrap());
    let request = CommitsRequest { of: None, after: None, limit: 100 };
    let log = || block_on(store.commits(&M::table().unwrap(), &request)).unwrap();
    let (commits, waiting) = (log(), messages(&school));

    let audit = run::<M, B>(&school, Mode::Audit, &JobOptions::default());
    assert_eq!((audit.entity(), audit.counts().migrated), ("lesson/snapshots", 1));
    assert!(snapshots::<M, B>(&school)[0].1.contains("p;q"));
    let report = run::<M, B>(&school, Mode::Migrate, &JobOptions::default());
    assert_eq!((report.counts().migrated, report.counts().current), (1, 2));
    let changes: Vec<_> =
        report.changes().map(|it| (it.field, it.from.get(), it.to.get())).collect();
    assert_eq!(changes, [("notes", 1, 2), ("scenes", 1, 3)]);
    assert_eq!(report.side_outputs().next().map(|it| it.field), Some("next_index"));

    let after = snapshots::<M, B>(&school);
    let lesson: Value = serde_json::from_str(&after[0].1).unwrap();
    assert_eq!(lesson["scenes"]["x"]["lesson"], "Then", "context is the snapshot's own");
    assert_eq!(lesson["next_index"], 1, "side outputs stay in the snapshot");
    assert!(after[0].1.contains(r#""unknown": 1.0"#), "{}", after[0].1);
    assert_eq!(after[1].1, current());
    assert_eq!(rows(&school, &M::table().unwrap()), models, "models are not looked at");
    assert_eq!((log(), messages(&school)), (commits, waiting), "no commit, nothing follows");
    let again = run::<M, B>(&school, Mode::Migrate, &JobOptions::default());
    assert_eq!((again.counts().migrated, again.counts().current), (0, 3));
    assert_eq!(snapshots::<M, B>(&school), after);
}

fn a_snapshot_read_lazily_is_what_the_job_writes_byte_for_byte<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let version = versioned_store::ModelVersion::new(1);
    put_snapshot::<M, B>(&school, "a", 1, &old("Then"));
    let read = || {
        let document = block_on(async {
            M::find_version_document(school.store(), &"a".into(), version).await
        });
        document.unwrap().unwrap()
    };
    let lazily = read();
    run::<M, B>(&school, Mode::Migrate, &JobOptions::default());
    assert_eq!(snapshots::<M, B>(&school), [("a/1".to_owned(), lazily.clone())]);
    assert_eq!(read(), lazily);
}

fn what_never_was_valid_is_quarantined_apart_from_the_models<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::with_text("a", REFUSED)]);
    put_snapshot::<M, B>(&school, "a", 1, &refused());
    put_snapshot::<M, B>(&school, "a", 2, &old("Then"));
    // A type that today's code does not accept is a failure, too.
    put_snapshot::<M, B>(&school, "a", 3, &current().replace(r#""title":"t","#, ""));
    put_snapshot::<M, B>(&school, "a", 4, &old("t").replace(r#""id":"a","#, ""));
    let migrate =
        block_on(async { Migrate::<M>::migrate(school.store(), &ledgered(9), &NoProgress).await });
    assert_eq!(migrate.unwrap().counts().quarantined, 1);
    let audit = run::<M, B>(&school, Mode::Audit, &JobOptions::default());
    let report = run::<M, B>(&school, Mode::Migrate, &ledgered(2));
    assert_eq!(audit.counts().failed, report.counts().quarantined);
    assert_eq!((report.counts().quarantined, report.counts().migrated), (2, 1));
    let failure = &report.failures()[0];
    assert_eq!((failure.entity, failure.id.as_str()), ("lesson/snapshots", "a/1"));
    assert_eq!(failure.field(), Some("scenes"));
    let entry = |entity: &str, key: &str| (entity.to_owned(), key.to_owned());
    let of_snapshots = [entry("lesson/snapshots", "a/1"), entry("lesson/snapshots", "a/4")];
    let all = [&[entry("lesson", "a")], &of_snapshots[..]].concat();
    assert_eq!(quarantined(&school), all);

    // A repaired snapshot leaves with the replay; the model stays in quarantine.
    put_snapshot::<M, B>(&school, "a", 1, &current());
    let replay = block_on(async {
        MigrateSnapshots::<M>::replay(school.store(), &ledgered(9), &NoProgress).await
    });
    let replay = replay.unwrap();
    assert_eq!((replay.counts().current, replay.counts().quarantined), (1, 1));
    assert_eq!(quarantined(&school), [entry("lesson", "a"), entry("lesson/snapshots", "a/4")]);
    let runs = block_on(school.store().runs(Some("lesson/snapshots"), 10)).unwrap();
    assert_eq!(runs.len(), 2);
}

fn snapshots_of_deleted_models_are_migrated_or_count_as_deleted<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a").deleted()]);
    put_snapshot::<M, B>(&school, "a", 1, &old("deleted"));
    put_snapshot::<M, B>(&school, "nobody", 1, &old("removed"));
    let counts = *run::<M, B>(&school, Mode::Migrate, &ledgered(9)).counts();
    let expect = match M::LAYOUT {
        Layout::Columns => (0, 2),
        Layout::Document => (2, 0),
    };
    assert_eq!((counts.migrated, counts.deleted), expect);
}

fn an_undo_of_snapshots_puts_back_every_byte<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::current("a")]);
    for version in 1..=3 {
        put_snapshot::<M, B>(&school, "a", version, &old("Then"));
    }
    let before = snapshots::<M, B>(&school);
    run::<M, B>(&school, Mode::Migrate, &ledgered(2).with_keep_before(true));
    assert_ne!(snapshots::<M, B>(&school), before);
    put_snapshot::<M, B>(&school, "a", 2, &current());
    let undone = block_on(async {
        MigrateSnapshots::<M>::undo(school.store(), RunId::new(1), &ledgered(2)).await
    });
    let undone = undone.unwrap();
    assert_eq!((undone.restored, undone.conflicts), (2, 1));
    assert_eq!(undone.conflict_ids, ["a/2"]);
    let after = snapshots::<M, B>(&school);
    assert_eq!((&after[0], &after[2], &after[1].1), (&before[0], &before[2], &current()));
    // The job over the models has no such run.
    let other =
        block_on(async { Migrate::<M>::undo(school.store(), RunId::new(1), &ledgered(2)).await });
    assert!(matches!(other.unwrap_err(), JobError::NotUndoable { .. }));
}

fn a_run_over_snapshots_that_was_stopped_goes_on<M: Kept, B: Keeper>() {
    struct StopAfterOne(StopFlag, Mutex<bool>);
    impl versioned_jobs::Progress for StopAfterOne {
        fn advanced(&self, _: &versioned_jobs::Counts) {
            if !std::mem::replace(&mut *self.1.lock().unwrap(), true) {
                self.0.set();
            }
        }
    }
    let school = school::<M, B>(&[StoredLesson::current("a")]);
    for version in 1..=5 {
        put_snapshot::<M, B>(&school, "a", version, &old("Then"));
    }
    let stop = StopAfterOne(StopFlag::default(), Mutex::default());
    let options = ledgered(2).with_stop(stop.0.clone());
    let stopped = MigrateSnapshots::<M>::migrate(school.store(), &options, &stop);
    let error = block_on(stopped).unwrap_err();
    assert!(matches!(error, JobError::Stopped { .. }), "{error:?}");
    let report = run::<M, B>(&school, Mode::Migrate, &ledgered(2));
    assert_eq!((report.resumed_after(), report.counts().migrated), (Some(2), 5));
}

fn the_census_of_snapshots_is_their_own<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::current("a")]);
    put_snapshot::<M, B>(&school, "a", 1, &old("Then"));
    put_snapshot::<M, B>(&school, "a", 2, &current());
    let census = block_on(MigrateSnapshots::<M>::census(school.store())).unwrap();
    assert_eq!((census.entity, census.rows), ("lesson/snapshots", 2));
    let stale = census.versions.iter().filter(|row| row.state == VersionState::Stale);
    assert_eq!(stale.map(|row| row.rows).collect::<Vec<_>>(), [1, 1]);
    let of_models = block_on(Migrate::<M>::census(school.store())).unwrap();
    assert_eq!((of_models.entity, of_models.rows), ("lesson", 1));
}

#[test]
fn a_kind_without_a_history_has_no_snapshots() {
    struct Job;
    impl BaseMigrateVersionedModelSnapshotsJob for Job {
        type Model = LessonColumns;
    }
    let store = super::MemoryStore::new();
    store.create_table(&LessonColumns::table().unwrap());
    let error = block_on(Job::audit(&store, &JobOptions::default(), &NoProgress)).unwrap_err();
    assert!(matches!(error, JobError::HistoryMissing { .. }), "{error:?}");
    assert!(error.help().is_some());
}
