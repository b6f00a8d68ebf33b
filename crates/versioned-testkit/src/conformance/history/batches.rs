//! Rules of batches that write commits.

use versioned_store::{
    Checkpoint, CommitKind, CommitsRequest, EntityTable, FollowUp, JobLedger, ModelVersion,
    NewCommit, RunId, RunKind, RunRequest, StorageModel, StoreErrorKind, WriteOutcome,
};

use super::fixture::{
    HistoryFixture, creation, edit, log, model, record, saved, snapshot, stored, with_history,
};
use crate::{
    conformance::{
        fixture::{get, table, text},
        ledger::{batch, claim},
    },
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

async fn run<F: HistoryFixture>(fixture: &F, table: &EntityTable) -> RunId {
    let request = RunRequest {
        entity: SAMPLE.entity.to_owned(),
        table: table.name().to_owned(),
        kind: RunKind::Migrate,
        target: None,
        settings: String::new(),
        must_finish: false,
        who: "ada".to_owned(),
        at_ms: 1,
    };
    fixture.store().open_run(&request, &claim()).await.expect("a run starts").run.id
}

fn migrated(key: &str, version: i64) -> NewCommit {
    NewCommit {
        key: key.into(),
        model_version: ModelVersion::new(version),
        snapshot: format!("\"{key} {version}\""),
        record: record(CommitKind::Migrate, "brought up to date"),
    }
}

fn follow_up(number: u64, commits: Vec<NewCommit>) -> FollowUp {
    FollowUp {
        checkpoint: Checkpoint { number, ..Checkpoint::default() },
        commits,
        ..FollowUp::default()
    }
}

/// The commits of a batch are those of the rows that it wrote, and are stored with them.
pub async fn a_batch_writes_its_commits_in_its_transaction<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let a = saved(fixture, &table, creation("a", "1")).await;
    let b = saved(fixture, &table, creation("b", "1")).await;
    let run = run(fixture, &table).await;
    let writes = [edit(a.clone(), "new"), edit(b.clone(), "new")];
    let changed = Sample { row: b }.with(SampleColumn::Comment, text("changed")).row;
    fixture.put(&table, changed).await;
    let follow = |outcomes: &[WriteOutcome]| {
        let written = ["a", "b"].into_iter().zip(outcomes);
        let written = written.filter(|(_, outcome)| **outcome == WriteOutcome::Written);
        follow_up(1, written.map(|(key, _)| migrated(key, 2)).collect())
    };
    let written = batch(run, &writes, &follow);
    let outcomes = fixture.store().commit_batch(&table, &written).await.expect("it commits");
    assert_eq!(outcomes, [WriteOutcome::Written, WriteOutcome::Conflict]);
    let found = snapshot(fixture, &table, "a", 2).await.expect("the snapshot is there");
    assert_eq!(found.document(), Some(&b"\"a 2\""[..]));
    assert_eq!(found.record, Some(migrated("a", 2).record));
    assert_eq!(snapshot(fixture, &table, "b", 2).await, None);
    assert_eq!(log(fixture, &table).await.len(), 3);

    // The same checkpoint again: refused, and with it rows and commits.
    let row = get(fixture, &table, &"a".into()).await.expect("the row is there");
    let before = stored(fixture, &table).await;
    let writes = [edit(row, "newer")];
    let follow = |_: &[WriteOutcome]| follow_up(1, vec![migrated("a", 3)]);
    let written = batch(run, &writes, &follow);
    let error = fixture.store().commit_batch(&table, &written).await.expect_err("out of turn");
    assert_eq!(error.kind(), StoreErrorKind::Conflict);
    assert_eq!(stored(fixture, &table).await, before);
}

/// A batch with a commit that exists already, twice, or on a table without history writes neither rows nor commits.
pub async fn a_batch_whose_commits_do_not_fit_writes_nothing<F: HistoryFixture>(fixture: &F) {
    let table_of_models = with_history(fixture, model()).await;
    let a = saved(fixture, &table_of_models, creation("a", "1")).await;
    let run_id = run(fixture, &table_of_models).await;
    let before = stored(fixture, &table_of_models).await;
    let mut other_key = migrated("a", 2);
    other_key.key = 7.into();
    for (commits, kind) in [
        (vec![migrated("a", 1)], StoreErrorKind::Rejected),
        (vec![migrated("a", 2), migrated("a", 2)], StoreErrorKind::Rejected),
        (vec![migrated("a", 2), other_key], StoreErrorKind::Misconfigured),
    ] {
        let writes = [edit(a.clone(), "new")];
        let follow = |_: &[WriteOutcome]| follow_up(1, commits.clone());
        let written = batch(run_id, &writes, &follow);
        let refused = fixture.store().commit_batch(&table_of_models, &written).await;
        assert_eq!(refused.expect_err("refused").kind(), kind, "{commits:?}");
        assert_eq!(stored(fixture, &table_of_models).await, before);
    }

    let plain = EntityTable::new(&SAMPLE, sample_model()).expect("the model fits");
    let snapshots = table_of_models.snapshots().expect("the table has a history");
    for other in [plain, snapshots] {
        let follow = |_: &[WriteOutcome]| follow_up(1, vec![migrated("a", 2)]);
        let written = batch(run_id, &[], &follow);
        let refused = fixture.store().commit_batch(&other, &written).await;
        assert_eq!(refused.expect_err("refused").kind(), StoreErrorKind::Misconfigured);
        assert_eq!(stored(fixture, &table_of_models).await, before);
    }
    let without = table(fixture, &SAMPLE, StorageModel::columns("other").id("id")).await;
    let follow = |_: &[WriteOutcome]| follow_up(1, Vec::new());
    let written = batch(run_id, &[], &follow);
    fixture.store().commit_batch(&without, &written).await.expect("no commits, no history needed");
}

/// A batch of more commits than a database takes at once, and of more bytes, is appended as a whole in its order, or not
/// at all where the last one exists already.
pub async fn a_batch_of_many_commits_is_appended_in_its_order<F: HistoryFixture>(fixture: &F) {
    const MODELS: usize = 1050;
    let table = with_history(fixture, model()).await;
    let last = saved(fixture, &table, creation("last", "1")).await;
    saved(fixture, &table, creation("other", "1")).await;
    let run = run(fixture, &table).await;
    // Not in the order of their keys.
    let key = |index: usize| format!("{:04}", (index * 11) % MODELS);
    let mut commits: Vec<NewCommit> = (0..MODELS).map(|index| migrated(&key(index), 2)).collect();
    commits[3].snapshot = "x".repeat(5 << 20);
    commits.push(migrated("last", 1));

    let before = stored(fixture, &table).await;
    let writes = [edit(last, "new")];
    let follow = |_: &[WriteOutcome]| follow_up(1, commits.clone());
    let refused = fixture.store().commit_batch(&table, &batch(run, &writes, &follow)).await;
    assert_eq!(refused.expect_err("the last one is there").kind(), StoreErrorKind::Rejected);
    assert_eq!(stored(fixture, &table).await, before);

    commits.pop();
    let follow = |_: &[WriteOutcome]| follow_up(1, commits.clone());
    let written = batch(run, &writes, &follow);
    let outcomes = fixture.store().commit_batch(&table, &written).await.expect("it commits");
    assert_eq!(outcomes, [WriteOutcome::Written]);
    let mut request = CommitsRequest { of: None, after: None, limit: 1000 };
    let mut keys = Vec::new();
    loop {
        let page = super::fixture::commits(fixture, &table, &request).await;
        let Some(last) = page.last() else { break };
        request.after = Some(last.number);
        keys.extend(page.iter().map(|entry| entry.key.to_string()));
    }
    let wanted = ["last".to_owned(), "other".to_owned()].into_iter();
    let wanted: Vec<String> = wanted.chain((0..MODELS).map(key)).collect();
    assert_eq!(keys, wanted);
    for commit in [&commits[0], &commits[3], &commits[100], &commits[MODELS - 1]] {
        let found = snapshot(fixture, &table, commit.key.clone(), 2).await.expect("it is there");
        assert_eq!(found.document(), Some(commit.snapshot.as_bytes()));
        assert_eq!(found.record.as_ref(), Some(&commit.record));
    }
}
