//! Rules of writes: compare-and-set, and one transaction per batch.

use versioned_store::{
    Bodies, ColumnValue, EntityTable, ModelStore, Row, RowWrite, StorageModel, WriteOutcome,
};

use super::fixture::{StoreFixture, get, put_all, request, scan, table, text, write};
use crate::sample::{SAMPLE, Sample, SampleColumn, sample_model};

/// The migration of a row that was read: version and field.
fn migration(expected: Row) -> RowWrite {
    let set = vec![
        (SampleColumn::StatesVersion as usize, ColumnValue::Integer(3)),
        (SampleColumn::States as usize, text("\"new\"")),
    ];
    RowWrite { expected, set }
}

/// A row as a migration reads it.
async fn stale_row<F: StoreFixture>(fixture: &F, table: &EntityTable) -> Row {
    let page = scan(fixture, table, &request(Bodies::Stale)).await;
    page.rows.into_iter().next().expect("a row was put")
}

/// A write sets its columns, raises the model version by one, and leaves the other columns alone.
pub async fn a_write_sets_columns_and_raises_the_model_version<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let put = Sample::stale("a").row;
    put_all(fixture, &table, [put.clone(), Sample::stale("b").row]).await;
    let writes = [migration(stale_row(fixture, &table).await)];
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
    let mut expected = Sample { row: put }
        .with(SampleColumn::StatesVersion, ColumnValue::Integer(3))
        .with(SampleColumn::States, text("\"new\""))
        .row;
    expected.model_version = Some(8);
    assert_eq!(get(fixture, &table, &"a".into()).await, Some(expected));
    assert_eq!(get(fixture, &table, &"b".into()).await, Some(Sample::stale("b").row));
    assert_eq!(write(fixture, &table, &[]).await, []);
}

/// A second write on what the first one read is a conflict; on what is there now, it is written.
pub async fn a_written_row_can_be_written_again<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let first = migration(stale_row(fixture, &table).await);
    let outcomes = write(fixture, &table, &[first.clone(), first.clone()]).await;
    assert_eq!(outcomes, [WriteOutcome::Written, WriteOutcome::Conflict], "within one batch");
    assert_eq!(write(fixture, &table, &[first]).await, [WriteOutcome::Conflict]);
    let second = migration(stale_row(fixture, &table).await);
    assert_eq!(write(fixture, &table, &[second]).await, [WriteOutcome::Written]);
    let row = get(fixture, &table, &"a".into()).await.expect("the row is there");
    assert_eq!(row.model_version, Some(9));
}

/// Whatever of the things that were read has changed, the row is left as it is now: a lost update otherwise.
pub async fn a_changed_row_is_a_conflict<F: StoreFixture>(fixture: &F) {
    use SampleColumn::{NextIndex, Notes, NotesVersion, States, StatesVersion, Title};
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let sample = || Sample::stale("a");
    let mut committed = sample();
    committed.row.model_version = Some(8);
    let mut no_model_version = sample();
    no_model_version.row.model_version = None;
    let mut deleted = sample();
    deleted.row.deleted = true;
    for (changed, what) in [
        (committed, "the model version alone"),
        (no_model_version, "the model version is gone"),
        (deleted, "deleted flag"),
        (sample().with(StatesVersion, ColumnValue::Integer(2)), "version"),
        (sample().with(StatesVersion, ColumnValue::Null), "version is gone"),
        (sample().with(NotesVersion, ColumnValue::Integer(2)), "version of another field"),
        (sample().with(States, text(r#"{"a": 1.00}"#)), "content"),
        (sample().with(States, text(r#"{"A": 1.0}"#)), "content, upper case"),
        (sample().with(States, text(r#"{"a": 1.0} "#)), "content, a space at its end"),
        (sample().with(States, ColumnValue::Null), "content is gone"),
        (sample().with(Notes, text("[1]")), "another field"),
        (sample().with(Title, text("Title")), "context"),
        (sample().with(NextIndex, ColumnValue::Integer(0)), "side output, from NULL"),
    ] {
        fixture.put(&table, sample().row).await;
        let writes = [migration(stale_row(fixture, &table).await)];
        fixture.put(&table, changed.row.clone()).await;
        assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Conflict], "{what}");
        assert_eq!(get(fixture, &table, &"a".into()).await, Some(changed.row), "{what}");
    }
}

/// A change of a column that was not read does not stop a write, and is kept.
pub async fn what_was_not_read_is_not_compared<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let writes = [migration(stale_row(fixture, &table).await)];
    let changed = Sample::stale("a").with(SampleColumn::Comment, text("changed"));
    fixture.put(&table, changed.row).await;
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
    let row = get(fixture, &table, &"a".into()).await.expect("the row is there");
    assert_eq!(row.values[SampleColumn::Comment as usize], Some(text("changed")));
}

/// A row that was deleted and put back has the same key, and maybe the same model version, but not the same content.
pub async fn a_row_put_back_is_seen_as_changed<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let writes = [migration(stale_row(fixture, &table).await)];
    fixture.delete(&table, &"a".into()).await;
    let back = Sample::stale("a").with(SampleColumn::States, text("\"another life\"")).row;
    fixture.put(&table, back.clone()).await;
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Conflict]);
    assert_eq!(get(fixture, &table, &"a".into()).await, Some(back));
}

/// A row that was deleted is not brought back.
pub async fn a_deleted_row_stays_gone<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let writes = [migration(stale_row(fixture, &table).await)];
    fixture.delete(&table, &"a".into()).await;
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Gone]);
    assert_eq!(get(fixture, &table, &"a".into()).await, None);
    assert_eq!(fixture.store().count(&table).await.expect("count"), 0);
}

/// Outcomes come in the order of the writes, and a row that changed stops no other.
pub async fn a_conflict_stops_no_other_row<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    put_all(fixture, &table, ["a", "b", "c", "d"].map(|key| Sample::stale(key).row)).await;
    let page = scan(fixture, &table, &request(Bodies::Stale)).await;
    let writes: Vec<RowWrite> = page.rows.into_iter().rev().map(migration).collect();
    fixture.delete(&table, &"b".into()).await;
    let changed = Sample::stale("c").with(SampleColumn::Title, ColumnValue::Null);
    fixture.put(&table, changed.row).await;
    let outcomes = write(fixture, &table, &writes).await;
    let expected =
        [WriteOutcome::Written, WriteOutcome::Conflict, WriteOutcome::Gone, WriteOutcome::Written];
    assert_eq!(outcomes, expected);
    for (key, version) in [("a", Some(8)), ("b", None), ("c", Some(7)), ("d", Some(8))] {
        let row = get(fixture, &table, &key.into()).await;
        assert_eq!(row.and_then(|row| row.model_version), version, "{key}");
    }
}

/// A batch that cannot be written as a whole writes nothing.
pub async fn a_batch_with_a_malformed_write_writes_nothing<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let put = ["a", "b", "c"].map(|key| Sample::stale(key).row);
    put_all(fixture, &table, put.clone()).await;
    let good = || put.clone().map(migration);
    let mut other_key = good();
    other_key[1].expected.key = 1.into();
    let mut too_few_values = good();
    too_few_values[1].expected.values.pop();
    let mut unknown_column = good();
    unknown_column[1].set[0].0 = 99;
    let mut twice = good();
    twice[1].set[0].0 = twice[1].set[1].0;
    let mut nothing = good();
    nothing[1].set.clear();
    let mut exhausted = good();
    exhausted[1].expected.model_version = Some(i64::MAX);
    for writes in [other_key, too_few_values, unknown_column, twice, nothing, exhausted] {
        let refused = fixture.store().write_batch(&table, &writes).await;
        assert!(refused.is_err(), "{:?}", writes[1]);
        let page = scan(fixture, &table, &request(Bodies::All)).await;
        assert_eq!(page.rows, put);
    }
    assert_eq!(write(fixture, &table, &good()).await, [WriteOutcome::Written; 3]);
}

/// Without a model version, or where it is `NULL`, content and versions are compared all the same.
pub async fn a_table_may_have_no_model_version<F: StoreFixture>(fixture: &F) {
    for model in [StorageModel::columns("without").id("id"), sample_model()] {
        let table = table(fixture, &SAMPLE, model).await;
        let put = Row { model_version: None, ..Sample::stale("a").row };
        fixture.put(&table, put.clone()).await;
        let writes = [migration(stale_row(fixture, &table).await)];
        let changed = Sample { row: put.clone() }.with(SampleColumn::States, text("[]"));
        fixture.put(&table, changed.row).await;
        assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Conflict]);
        fixture.put(&table, put).await;
        assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
        let row = get(fixture, &table, &"a".into()).await.expect("the row is there");
        assert_eq!(row.model_version, None);
        assert_eq!(row.values[SampleColumn::States as usize], Some(text("\"new\"")));
    }
}
