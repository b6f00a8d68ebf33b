//! What the tests of a store with a history provide, and what the rules share.

use std::future::Future;

use versioned_store::{
    ColumnValue, CommitCommand, CommitEntry, CommitKind, CommitRecord, CommitsRequest,
    DeletedModels, EntityKey, EntityTable, History, HistoryStore, MemoryStore, ModelChange,
    ModelCommit, ModelVersion, NewModel, Row, RowWrite, Snapshot, StorageModel, WriteOutcome,
};

use crate::{
    conformance::{
        StoreFixture,
        fixture::{get, table, text},
    },
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

/// A store under test that keeps a history.
pub trait HistoryFixture: StoreFixture<Store: HistoryStore> {
    /// Creates the tables of the history of a table.
    fn create_history_tables(&self, table: &EntityTable) -> impl Future<Output = ()> + Send;
}

impl HistoryFixture for MemoryStore {
    async fn create_history_tables(&self, table: &EntityTable) {
        Self::create_history_tables(self, table);
    }
}

/// The sample with a history whose snapshots of deleted models are migrated.
pub(super) fn model() -> StorageModel {
    sample_model().history(history().snapshots_of_deleted(DeletedModels::Migrate))
}

pub(super) fn history() -> History {
    History::tables("sample_snapshots", "sample_commits")
}

/// A table of the sample with its history, created.
pub(super) async fn with_history<F: HistoryFixture>(
    fixture: &F,
    model: StorageModel,
) -> EntityTable {
    let table = table(fixture, &SAMPLE, model).await;
    fixture.create_history_tables(&table).await;
    table
}

pub(super) fn record(kind: CommitKind, message: &str) -> CommitRecord {
    let commands =
        vec![CommitCommand::Application { name: "sample".to_owned(), parameters: message.into() }];
    let (committer, message) = ("ada".to_owned(), message.to_owned());
    CommitRecord { kind, committer, message, commands, at_ms: 1_700_000_000_000 }
}

pub(super) fn commit(change: ModelChange, kind: CommitKind, snapshot: &str) -> ModelCommit {
    ModelCommit {
        change,
        snapshot: snapshot.to_owned(),
        record: record(kind, snapshot),
        dependents: Vec::new(),
        outbox: Vec::new(),
    }
}

/// The creation of a stale sample.
pub(super) fn creation(key: impl Into<EntityKey>, snapshot: &str) -> ModelCommit {
    let key = key.into();
    let values = Sample::stale(key.clone()).row.values.into_iter().flatten().collect();
    let change = ModelChange::Create(NewModel { key, values });
    commit(change, CommitKind::Create, snapshot)
}

/// A change of the title of a row that was read.
pub(super) fn edit(expected: Row, title: &str) -> RowWrite {
    RowWrite { expected, set: vec![(SampleColumn::Title as usize, text(title))] }
}

pub(super) fn editing(expected: Row, title: &str) -> ModelCommit {
    commit(ModelChange::Update(edit(expected, title)), CommitKind::Edit, title)
}

pub(super) fn deletion(expected: Row) -> ModelCommit {
    commit(ModelChange::MarkDeleted(expected), CommitKind::Delete, "\"deleted\"")
}

pub(super) async fn save<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> Vec<WriteOutcome> {
    fixture.store().commit_models(table, commits).await.expect("the saves can be written")
}

/// Saves one model, which must succeed, and gives the row that it became.
pub(super) async fn saved<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
    commit: ModelCommit,
) -> Row {
    let key = commit.change.key().clone();
    assert_eq!(save(fixture, table, &[commit]).await, [WriteOutcome::Written]);
    get(fixture, table, &key).await.expect("the row is there")
}

pub(super) async fn snapshot<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
    key: impl Into<EntityKey>,
    version: i64,
) -> Option<Snapshot> {
    let (key, version) = (key.into(), ModelVersion::new(version));
    fixture.store().snapshot(table, &key, version).await.expect("snapshots can be read")
}

/// The snapshot that a commit must have left.
pub(super) fn expected(commit: &ModelCommit, version: i64) -> Option<Snapshot> {
    let content = ColumnValue::Text(commit.snapshot.clone());
    let record = Some(commit.record.clone());
    Some(Snapshot { model_version: ModelVersion::new(version), content, record })
}

pub(super) async fn commits<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
    request: &CommitsRequest,
) -> Vec<CommitEntry> {
    fixture.store().commits(table, request).await.expect("commits can be read")
}

/// The whole commit log, as (key, model version, message).
pub(super) async fn log<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
) -> Vec<(String, i64, String)> {
    let all = CommitsRequest { of: None, after: None, limit: u32::MAX };
    let entries = commits(fixture, table, &all).await.into_iter();
    let line = |entry: CommitEntry| {
        (entry.key.to_string(), entry.model_version.number(), entry.record.message)
    };
    entries.map(line).collect()
}

/// All that a save can have left: rows, snapshots, commits, messages.
#[derive(Debug, PartialEq)]
pub(super) struct Stored {
    rows: Vec<Row>,
    snapshots: Vec<Row>,
    log: Vec<(String, i64, String)>,
    messages: usize,
}

impl Stored {
    pub(super) fn rows_len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn snapshot_keys(&self) -> Vec<&EntityKey> {
        self.snapshots.iter().map(|row| &row.key).collect()
    }

    pub(super) fn no_snapshot_is_deleted(&self) -> bool {
        self.snapshots.iter().all(|row| !row.deleted)
    }
}

pub(super) async fn stored<F: HistoryFixture>(fixture: &F, table: &EntityTable) -> Stored {
    use crate::conformance::fixture::{request, scan};
    use versioned_store::{Bodies, JobLedger as _};
    let snapshots = table.snapshots().expect("the table has a history");
    Stored {
        rows: scan(fixture, table, &request(Bodies::All)).await.rows,
        snapshots: scan(fixture, &snapshots, &request(Bodies::All)).await.rows,
        log: log(fixture, table).await,
        messages: fixture.store().undelivered(100).await.expect("the outbox can be read").len(),
    }
}
