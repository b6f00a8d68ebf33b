//! Rules of saves: compare-and-set, and one transaction for the row and all that goes with it.

use versioned_store::{
    ColumnValue, CommitKind, CommitsRequest, DependentRow, EntityKey, HistoryStore, JobLedger,
    ModelChange, ModelCommit, OutboxMessage, StorageModel, StoreErrorKind, WriteOutcome,
};

use super::fixture::{
    HistoryFixture, commit, creation, deletion, edit, editing, expected, log, model, save, saved,
    snapshot, stored, with_history,
};
use crate::{
    conformance::fixture::{get, table, text},
    sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model},
};

/// A new model has model version 1, its first snapshot and its first commit; a second one with its key is a conflict.
pub async fn a_model_is_created_once<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let created = creation("a", r#"{"id": "a"}"#);
    let row = saved(fixture, &table, created.clone()).await;
    let mut as_put = Sample::stale("a").row;
    as_put.model_version = Some(1);
    assert_eq!(row, as_put);
    assert_eq!(snapshot(fixture, &table, "a", 1).await, expected(&created, 1));
    assert_eq!(snapshot(fixture, &table, "a", 2).await, None);
    assert_eq!(snapshot(fixture, &table, "b", 1).await, None);
    let before = stored(fixture, &table).await;
    let again = creation("a", r#"{"id": "another"}"#);
    assert_eq!(save(fixture, &table, &[again]).await, [WriteOutcome::Conflict]);
    let twice = [creation("b", "1"), creation("b", "2")];
    let outcomes = save(fixture, &table, &twice).await;
    assert_eq!(outcomes, [WriteOutcome::Withheld, WriteOutcome::Conflict]);
    assert_eq!(stored(fixture, &table).await, before);
}

/// An update writes its columns, raises the model version by one, and leaves earlier snapshots alone.
pub async fn an_update_appends_a_commit<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let created = creation("a", "\"first\"");
    let row = saved(fixture, &table, created.clone()).await;
    let changed = editing(row.clone(), "second");
    let second = saved(fixture, &table, changed.clone()).await;
    let mut wanted = Sample { row }.with(SampleColumn::Title, text("second")).row;
    wanted.model_version = Some(2);
    assert_eq!(second, wanted);
    saved(fixture, &table, editing(second, "third")).await;
    assert_eq!(snapshot(fixture, &table, "a", 1).await, expected(&created, 1));
    assert_eq!(snapshot(fixture, &table, "a", 2).await, expected(&changed, 2));
    let versions: Vec<i64> = log(fixture, &table).await.iter().map(|line| line.1).collect();
    assert_eq!(versions, [1, 2, 3]);
}

/// A model that was marked as deleted stays with its history, takes no commits, and its key is not free.
pub async fn a_deleted_model_keeps_its_history<F: HistoryFixture>(fixture: &F) {
    let table = with_history(fixture, model()).await;
    let created = creation("a", "\"first\"");
    let row = saved(fixture, &table, created.clone()).await;
    let removed = deletion(row.clone());
    let gone = saved(fixture, &table, removed.clone()).await;
    assert_eq!((gone.deleted, gone.model_version), (true, Some(2)));
    assert_eq!(gone.values, row.values, "the content stays");
    assert_eq!(snapshot(fixture, &table, "a", 1).await, expected(&created, 1));
    assert_eq!(snapshot(fixture, &table, "a", 2).await, expected(&removed, 2));
    let before = stored(fixture, &table).await;
    for late in [editing(row.clone(), "late"), deletion(row), creation("a", "\"again\"")] {
        assert_eq!(save(fixture, &table, &[late]).await, [WriteOutcome::Conflict]);
    }
    for late in [editing(gone.clone(), "late"), deletion(gone)] {
        let refused = fixture.store().commit_models(&table, &[late]).await;
        let error = refused.expect_err("a deleted model takes no commits");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    }
    assert_eq!(stored(fixture, &table).await, before);
}

/// A row that was changed, marked as deleted or removed since it was read is left as it is, and nothing else is written.
pub async fn what_changed_meanwhile_is_a_conflict_that_leaves_nothing<F: HistoryFixture>(
    fixture: &F,
) {
    let table = with_history(fixture, model()).await;
    let row = saved(fixture, &table, creation("a", "1")).await;
    let mut committed = row.clone();
    committed.model_version = Some(2);
    let mut deleted = row.clone();
    deleted.deleted = true;
    let content = Sample { row: row.clone() }.with(SampleColumn::States, text("[]")).row;
    for changed in [committed, deleted, content] {
        fixture.put(&table, changed).await;
        let before = stored(fixture, &table).await;
        for mut late in [editing(row.clone(), "late"), deletion(row.clone())] {
            late.outbox.push(message("late"));
            assert_eq!(save(fixture, &table, &[late]).await, [WriteOutcome::Conflict]);
            assert_eq!(stored(fixture, &table).await, before);
        }
    }
    fixture.delete(&table, &"a".into()).await;
    let before = stored(fixture, &table).await;
    for late in [editing(row.clone(), "late"), deletion(row)] {
        assert_eq!(save(fixture, &table, &[late]).await, [WriteOutcome::Gone]);
        assert_eq!(stored(fixture, &table).await, before, "it is not brought back");
    }
}

/// If one model of a call cannot be saved, none is: half of a save would be left otherwise.
pub async fn saves_are_all_or_none<F: HistoryFixture>(fixture: &F) {
    use WriteOutcome::{Conflict, Gone, Withheld, Written};
    let table = with_history(fixture, model()).await;
    let a = saved(fixture, &table, creation("a", "1")).await;
    let b = saved(fixture, &table, creation("b", "1")).await;
    let mut stale = a.clone();
    stale.model_version = Some(7);
    let absent = Sample::stale("absent").row;
    let before = stored(fixture, &table).await;
    for (commits, outcomes) in [
        (
            vec![creation("c", "1"), editing(stale, "x"), deletion(b.clone())],
            vec![Withheld, Conflict, Withheld],
        ),
        (vec![editing(a.clone(), "x"), editing(absent, "x")], vec![Withheld, Gone]),
        (vec![editing(a.clone(), "x"), editing(a.clone(), "y")], vec![Withheld, Conflict]),
        (vec![deletion(a.clone()), creation("a", "x")], vec![Withheld, Conflict]),
        (Vec::new(), Vec::new()),
    ] {
        assert_eq!(save(fixture, &table, &commits).await, outcomes);
        assert_eq!(stored(fixture, &table).await, before);
    }
    // In one call a change sees those before it.
    let mut next = a.clone();
    next.model_version = Some(2);
    let next = Sample { row: next }.with(SampleColumn::Title, text("x")).row;
    let all = [creation("c", "1"), editing(a, "x"), editing(next, "y"), deletion(b)];
    assert_eq!(save(fixture, &table, &all).await, [Written; 4]);
    let row = get(fixture, &table, &"a".into()).await.expect("the row is there");
    assert_eq!((row.model_version, log(fixture, &table).await.len()), (Some(3), 6));
}

fn message(payload: &str) -> OutboxMessage {
    OutboxMessage { topic: "cache".to_owned(), payload: payload.to_owned() }
}

fn summary(table: &str, body: &str) -> DependentRow {
    let key = vec![("id".to_owned(), text("a"))];
    DependentRow { table: table.to_owned(), key, set: vec![("body".to_owned(), text(body))] }
}

/// Dependent rows and messages are written with the models, or with none of them.
pub async fn a_save_writes_what_goes_with_it<F: HistoryFixture>(fixture: &F) {
    let table_of_models = with_history(fixture, model()).await;
    let summaries = StorageModel::document("summaries", "body").id("id");
    let summaries = table(fixture, &SAMPLE_DOCUMENT, summaries).await;
    let body = async || {
        let row = get(fixture, &summaries, &EntityKey::from("a")).await;
        row.and_then(|row| row.values[0].clone())
    };
    let with = |mut commit: ModelCommit, table: &str, words: &str| {
        commit.dependents.push(summary(table, words));
        commit.outbox.push(message(words));
        commit
    };
    let first = with(creation("a", "1"), "summaries", "one");
    let row = saved(fixture, &table_of_models, first).await;
    assert_eq!(body().await, Some(text("one")));
    let waiting = fixture.store().undelivered(10).await.expect("the outbox can be read");
    assert_eq!((waiting[0].run, &waiting[0].message), (None, &message("one")));

    let before = stored(fixture, &table_of_models).await;
    let absent = with(editing(row.clone(), "x"), "absent", "two");
    let refused = fixture.store().commit_models(&table_of_models, &[absent]).await;
    let error = refused.expect_err("there is no such table");
    assert!(!error.is_retryable());
    let lost = [with(editing(row.clone(), "x"), "summaries", "two"), creation("a", "x")];
    let outcomes = save(fixture, &table_of_models, &lost).await;
    assert_eq!(outcomes, [WriteOutcome::Withheld, WriteOutcome::Conflict]);
    assert_eq!(stored(fixture, &table_of_models).await, before);
    assert_eq!(body().await, Some(text("one")));

    saved(fixture, &table_of_models, with(editing(row, "x"), "summaries", "three")).await;
    assert_eq!(body().await, Some(text("three")));
    assert_eq!(fixture.store().undelivered(10).await.expect("read").len(), 2);
}

/// A plain table is saved by the same call, without snapshots and commits.
pub async fn a_table_without_history_is_saved_too<F: HistoryFixture>(fixture: &F) {
    let plain = table(fixture, &SAMPLE, sample_model()).await;
    let row = saved(fixture, &plain, creation("a", "1")).await;
    assert_eq!(row.model_version, Some(1));
    let row = saved(fixture, &plain, editing(row, "x")).await;
    let row = saved(fixture, &plain, deletion(row)).await;
    assert_eq!((row.model_version, row.deleted), (Some(3), true));
    let all = CommitsRequest { of: None, after: None, limit: 1 };
    let version = versioned_store::ModelVersion::FIRST;
    for error in [
        fixture.store().commits(&plain, &all).await.map(|_| ()).expect_err("no history"),
        fixture.store().snapshot(&plain, &"a".into(), version).await.map(|_| ()).expect_err("none"),
    ] {
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
    }

    let bare = table(fixture, &SAMPLE, StorageModel::columns("bare").id("id")).await;
    let row = saved(fixture, &bare, creation("a", "1")).await;
    assert_eq!((row.model_version, row.deleted), (None, false));
    let update = ModelChange::Update(edit(row, "x"));
    let row = saved(fixture, &bare, commit(update, CommitKind::Edit, "")).await;
    assert_eq!(row.values[SampleColumn::Title as usize], Some(ColumnValue::Text("x".to_owned())));
    let refused = fixture.store().commit_models(&bare, &[deletion(row)]).await;
    let error = refused.expect_err("no column marks a row as deleted");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}
