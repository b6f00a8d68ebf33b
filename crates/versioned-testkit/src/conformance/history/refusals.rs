//! Rules of what a store with a history refuses; nothing is written then.

use serde_json::Value;
use versioned_store::{
    ColumnValue, CommitCommand, CommitsRequest, EntityTable, HistoryStore, IdColumn, ModelChange,
    ModelCommit, ModelStore, ModelVersion, Row, StorageModel, StoreError, StoreErrorKind,
};

use super::fixture::{
    HistoryFixture, creation, deletion, editing, model, saved, stored, with_history,
};
use crate::{
    conformance::fixture::{get, table, text},
    sample::{SAMPLE, Sample},
};

async fn refused<F: HistoryFixture>(
    fixture: &F,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> StoreError {
    let refused = fixture.store().commit_models(table, commits).await;
    let error = refused.expect_err("the save does not fit");
    assert!(error.help().is_some());
    error
}

/// A model that was put back to an older state by hand would number its next commit as one that exists: that is refused,
/// since the old commit would be lost otherwise.
pub async fn history_is_never_written_over<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let row = saved(fixture, &table, creation("a", "\"first\"")).await;
    saved(fixture, &table, editing(row.clone(), "second")).await;
    fixture.put(&table, row.clone()).await;
    let before = stored(fixture, &table).await;
    for again in [editing(row.clone(), "other"), deletion(row)] {
        let error = refused(fixture, &table, &[creation("b", "1"), again]).await;
        assert_eq!(error.kind(), StoreErrorKind::Rejected);
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let words = "table `sample_snapshots` has model version 2 of `a` already, and history is \
                     never written over";
        assert_eq!(cause.as_deref(), Some(words));
        assert_eq!(stored(fixture, &table).await, before);
    }

    fixture.delete(&table, &"a".into()).await;
    let before = stored(fixture, &table).await;
    let error = refused(fixture, &table, &[creation("a", "\"another life\"")]).await;
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert_eq!(stored(fixture, &table).await, before);

    // A commit whose snapshot was lost is history, and a snapshot that was stored without a commit.
    let snapshots = table.snapshots().expect("the table has a history");
    saved(fixture, &table, creation("d", "\"first\"")).await;
    fixture.delete(&table, &"d".into()).await;
    let key = versioned_store::EntityKey::from("d").at(ModelVersion::FIRST);
    fixture.delete(&snapshots, &key).await;
    let before = stored(fixture, &table).await;
    let error = refused(fixture, &table, &[creation("d", "\"another life\"")]).await;
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert_eq!(stored(fixture, &table).await, before);
    let key = versioned_store::EntityKey::from("c").at(ModelVersion::FIRST);
    let values = vec![Some(text("\"old\""))];
    fixture
        .put(&snapshots, Row { key, model_version: None, deleted: false, values, stamp: None })
        .await;
    let before = stored(fixture, &table).await;
    let error = refused(fixture, &table, &[creation("c", "\"new\"")]).await;
    assert_eq!(error.kind(), StoreErrorKind::Rejected);
    assert_eq!(stored(fixture, &table).await, before);
}

/// A save that does not have the shape of its table writes nothing, nor do those in the same call.
pub async fn a_save_that_does_not_fit_writes_nothing<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let row = saved(fixture, &table, creation("a", "1")).await;
    let mut too_few = creation("b", "1");
    if let ModelChange::Create(model) = &mut too_few.change {
        model.values.pop();
    }
    let mut unversioned = row.clone();
    unversioned.model_version = None;
    let mut exhausted = row.clone();
    exhausted.model_version = Some(i64::MAX);
    let mut nested = Value::Null;
    for _ in 0..200 {
        nested = Value::Array(vec![nested]);
    }
    let mut too_deep = editing(row.clone(), "x");
    let name = "deep".to_owned();
    too_deep.record.commands = vec![CommitCommand::Application { name, parameters: nested }];
    let mut nothing = editing(row.clone(), "x");
    if let ModelChange::Update(write) = &mut nothing.change {
        write.set.clear();
    }
    let before = stored(fixture, &table).await;
    for bad in [
        too_few,
        creation(7, "1"),
        editing(unversioned, "x"),
        editing(exhausted.clone(), "x"),
        deletion(exhausted),
        too_deep,
        nothing,
    ] {
        let change = format!("{:?}", bad.change);
        refused(fixture, &table, &[creation("c", "1"), bad]).await;
        assert_eq!(stored(fixture, &table).await, before, "{change}");
    }

    // A field that lies in the id column has the value of the key.
    let model = StorageModel::columns("by_comment").id(IdColumn::text("comment"));
    let by_comment = self::table(fixture, &SAMPLE, model).await;
    let refused = fixture.store().commit_models(&by_comment, &[creation("a", "1")]).await;
    assert_eq!(refused.expect_err("not the key").kind(), StoreErrorKind::Misconfigured);
    saved(fixture, &by_comment, creation("comment", "1")).await;
    assert_eq!(fixture.store().count(&by_comment).await.expect("count"), 1);
}

/// A history whose tables are not there is named, and a model is not saved without it.
pub async fn a_history_without_its_tables_is_misconfigured<F: HistoryFixture>(fixture: &F) {
    fn check<T: std::fmt::Debug>(result: Result<T, StoreError>) {
        let error = result.expect_err("there are no tables");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let words = cause.unwrap_or_default();
        assert!(words.starts_with("there is no table `sample_"), "{words}");
    }
    let table = table(fixture, &SAMPLE, model()).await;
    let store = fixture.store();
    check(store.commit_models(&table, &[creation("a", "1")]).await);
    assert_eq!(get(fixture, &table, &"a".into()).await, None);
    check(store.snapshot(&table, &"a".into(), ModelVersion::FIRST).await);
    let all = CommitsRequest { of: None, after: None, limit: 1 };
    check(store.commits(&table, &all).await);

    fixture.create_history_tables(&table).await;
    fixture.create_history_tables(&table).await;
    let row = saved(fixture, &table, creation("a", "1")).await;
    fixture.create_history_tables(&table).await;
    assert_eq!(store.commits(&table, &all).await.expect("commits").len(), 1, "they are kept");
    let mut wanted = Sample::stale("a").row;
    wanted.model_version = Some(1);
    assert_eq!(row, wanted);
    assert_ne!(row.values[0], Some(ColumnValue::Null));
}
