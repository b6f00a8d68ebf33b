//! Migrations that are commits, and how they are put back.

use versioned_jobs::{
    BaseMigrateVersionedModelJob, Commit, JobError, JobOptions, JobReport, NoProgress,
};
use versioned_store::{
    ColumnValue, CommitCommand, CommitKind, CommitsRequest, HistoryStore, ModelVersion, Row, RunId,
};

use super::{
    Keeper, Kept, Migrate, block_on, commits, history_stories, messages, rows, scenes_counted,
    school, snapshots,
};
use crate::jobs::{
    lesson::{REFUSED, StoredLesson},
    probe::{Change, Probe},
    with_a_ledger::ledgered,
};

history_stories! {
    a_migrated_model_is_a_commit_that_lists_what_it_changed
    nothing_stale_is_no_commit
    what_was_not_written_is_no_commit
    an_audit_commits_nothing
    an_undo_goes_forward_in_history
    a_history_needs_a_ledger
}

fn migrate<M: Kept, B: Keeper>(school: &B) -> JobReport {
    block_on(Migrate::<M>::migrate(school.store(), &ledgered(2), &NoProgress)).unwrap()
}

fn a_migrated_model_is_a_commit_that_lists_what_it_changed<M: Kept, B: Keeper>() {
    let notes_only = StoredLesson {
        scenes_version: Some("3"),
        scenes: StoredLesson::current("b").scenes,
        ..StoredLesson::old("b")
    };
    let school = school::<M, B>(&[StoredLesson::old("a"), notes_only]);
    assert_eq!(migrate::<M, B>(&school).counts().migrated, 2);
    let of_a = commits::<M, B>(&school, "a");
    let record = &of_a[0].record;
    assert_eq!((of_a.len(), of_a[0].model_version), (1, ModelVersion::new(2)));
    assert_eq!((record.kind, record.committer.as_str()), (CommitKind::Migrate, "migrator"));
    assert_eq!(
        CommitCommand::list_to_text(&record.commands),
        r#"[{"cmd":"migrate_field","field":"scenes","from":1,"to":3},"#.to_owned()
            + r#"{"cmd":"migrate_field","field":"notes","from":1,"to":2}]"#
    );
    let expect = "migrate `scenes` from version 1 to 3, `notes` from version 1 to 2";
    assert_eq!(record.message, expect);
    assert!(record.at_ms > 1_700_000_000_000);
    let of_b = &commits::<M, B>(&school, "b")[0].record;
    assert_eq!(of_b.message, "migrate `notes` from version 1 to 2");
    assert_eq!(of_b.commands.len(), 1);

    let stored = |id: &str| block_on(M::find_document(school.store(), &id.into())).unwrap();
    let expect = ["a", "b"].map(|id| (format!("{id}/2"), stored(id).unwrap()));
    assert_eq!(snapshots::<M, B>(&school), expect);
    assert_eq!(messages(&school), ["a 2 Migrate", "b 2 Migrate"]);
    assert_eq!(scenes_counted(&school, "a", 2), Some(ColumnValue::Integer(2)));
}

fn nothing_stale_is_no_commit<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::current("a"), StoredLesson::old("b").deleted()]);
    let before = rows(&school, &M::table().unwrap());
    let counts = *migrate::<M, B>(&school).counts();
    assert_eq!((counts.current, counts.deleted), (1, 1));
    assert_eq!(rows(&school, &M::table().unwrap()), before);
    assert_eq!(all_commits::<M, B>(&school), 0);
}

fn all_commits<M: Kept, B: Keeper>(school: &B) -> usize {
    let request = CommitsRequest { of: None, after: None, limit: 100 };
    block_on(school.store().commits(&M::table().unwrap(), &request)).unwrap().len()
}

/// A commit without its row would be a version that nobody ever saw.
fn what_was_not_written_is_no_commit<M: Kept, B: Keeper>() {
    let refused = StoredLesson::with_text("d", REFUSED);
    let lessons = [StoredLesson::old("a"), StoredLesson::old("b"), StoredLesson::old("c"), refused];
    let school = Probe::of(school::<M, B>(&lessons));
    let mut changed = lessons[0].row(M::LAYOUT);
    changed.model_version = Some(7);
    let mut is_first = true;
    school.before_write(move || match std::mem::take(&mut is_first) {
        true => vec![Change::Put(changed.clone()), Change::Delete("b".into())],
        false => Vec::new(),
    });
    let report = block_on(Migrate::<M>::migrate(&school, &ledgered(9), &NoProgress)).unwrap();
    let counts = report.counts();
    assert_eq!((counts.conflict, counts.deleted, counts.migrated), (1, 1, 1));
    assert_eq!((counts.quarantined, all_commits::<M, B>(school.backend())), (1, 1));
    assert_eq!(commits::<M, B>(school.backend(), "c").len(), 1);
}

fn an_audit_commits_nothing<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let before = rows(&school, &M::table().unwrap());
    let audit = block_on(async {
        Migrate::<M>::audit(school.store(), &JobOptions::default(), &NoProgress).await
    });
    assert_eq!(audit.unwrap().counts().migrated, 1);
    assert_eq!(rows(&school, &M::table().unwrap()), before);
    assert_eq!(all_commits::<M, B>(&school), 0);
}

fn an_undo_goes_forward_in_history<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&["a", "b"].map(StoredLesson::old));
    let (table, store) = (M::table().unwrap(), school.store());
    let contents = || {
        let rows = rows(&school, &table).into_iter();
        rows.map(|row| Row { model_version: None, ..row }).collect::<Vec<_>>()
    };
    let before = contents();
    let options = ledgered(2).with_keep_before(true);
    block_on(Migrate::<M>::migrate(store, &options, &NoProgress)).unwrap();
    // Somebody saves one of them: that one stays.
    let mut opened = block_on(M::open(store, &"b".into())).unwrap();
    opened.title = "Sums".to_owned();
    block_on(M::save(store, &opened, Commit::by("ana"))).unwrap();
    let undone = block_on(async { Migrate::<M>::undo(store, RunId::new(1), &ledgered(2)).await });
    let undone = undone.unwrap();
    assert_eq!((undone.restored, undone.conflicts), (1, 1));
    assert_eq!(contents()[0], before[0]);
    let of_a = commits::<M, B>(&school, "a");
    let kinds: Vec<_> = of_a.iter().map(|commit| commit.record.kind).collect();
    assert_eq!(kinds, [CommitKind::Migrate, CommitKind::Revert]);
    let (record, to) = (&of_a[1].record, ModelVersion::new(1));
    assert_eq!(of_a[1].model_version, ModelVersion::new(3));
    assert_eq!(record.commands, [CommitCommand::RevertTo { model_version: to }]);
    assert_eq!(record.message, "put back what run 1 replaced");
    let keys: Vec<_> = snapshots::<M, B>(&school).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["a/2", "a/3", "b/2", "b/3"]);
    let third = block_on(M::get_version(store, &"a".into(), ModelVersion::new(3))).unwrap();
    assert_eq!(third.notes, ["one", "two"]);
    let snapshots = snapshots::<M, B>(&school);
    assert!(snapshots[1].1.contains("one;two"), "the content that was put back: {snapshots:?}");
}

fn a_history_needs_a_ledger<M: Kept, B: Keeper>() {
    let school = school::<M, B>(&[StoredLesson::old("a")]);
    let without = block_on(async {
        Migrate::<M>::migrate(school.store(), &JobOptions::default(), &NoProgress).await
    });
    let error = without.unwrap_err();
    assert!(matches!(error, JobError::LedgerNeeded { .. }), "{error:?}");
    assert_eq!(all_commits::<M, B>(&school), 0);
}
