//! Rules of values, layouts and names.

use versioned_store::{
    Bodies, ColumnValue, EntityKey, IdColumn, ModelStore, Row, RowWrite, StorageModel, StoreError,
    StoreErrorKind, WriteOutcome,
};

use super::fixture::{StoreFixture, get, request, scan, table, text, write};
use crate::sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model};

/// What is put into a column comes out, is compared, and is written in the same type and with the same bytes.
pub async fn values_keep_their_type_and_bytes<F: StoreFixture>(fixture: &F) {
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let json = format!("\"{}\"", "é".repeat(5 << 19));
    let values = [
        (SampleColumn::Comment, ColumnValue::Null),
        (SampleColumn::Comment, ColumnValue::Integer(i64::MAX)),
        (SampleColumn::Comment, ColumnValue::Real(1.5)),
        (SampleColumn::Comment, text("")),
        (SampleColumn::Comment, text("1")),
        (SampleColumn::Comment, text("1.0")),
        (SampleColumn::Comment, text("NULL")),
        (SampleColumn::Comment, text("' OR 1=1 --\"?")),
        (SampleColumn::Params, text("1")),
        (SampleColumn::Params, text(" {\"b\" : 1e5,\r\n\"b\":1.0} ")),
        (SampleColumn::Params, text(r#""\u0000\ud83d\ude00\/""#)),
        (SampleColumn::Params, text(&json)),
    ];
    for (number, (column, value)) in values.into_iter().enumerate() {
        let is_number = matches!(value, ColumnValue::Integer(_) | ColumnValue::Real(_));
        if is_number && !fixture.is_loosely_typed() {
            continue;
        }
        let key = EntityKey::from(&*format!("row {number}"));
        let put = Sample::stale(key.clone()).with(column, value.clone()).row;
        fixture.put(&table, put.clone()).await;
        let read = get(fixture, &table, &key).await.expect("the row is there");
        assert_eq!(read, put);

        // The value that was read must compare as equal, and a written one must be the same.
        let other = text("\"another\"");
        let write_other = RowWrite { expected: read, set: vec![(column as usize, other)] };
        assert_eq!(write(fixture, &table, &[write_other]).await, [WriteOutcome::Written]);
        let expected = get(fixture, &table, &key).await.expect("the row is there");
        let write_back = RowWrite { expected, set: vec![(column as usize, value)] };
        assert_eq!(write(fixture, &table, &[write_back]).await, [WriteOutcome::Written]);
        let read = get(fixture, &table, &key).await.expect("the row is there");
        assert_eq!(read, Row { model_version: Some(9), ..put });
    }
}

/// In the document layout every row that is not deleted comes with its document.
pub async fn a_document_lies_in_one_column<F: StoreFixture>(fixture: &F) {
    let model = StorageModel::document("documents", "body").id(IdColumn::integer("id"));
    let table = table(fixture, &SAMPLE_DOCUMENT, model.deleted("gone")).await;
    let document = r#"{"version":3,"a":[1.0]}"#;
    for (key, deleted) in [(1_i64, false), (2, true), (3, false)] {
        let values = vec![Some(text(document))];
        fixture
            .put(&table, Row { key: key.into(), model_version: None, deleted, values, stamp: None })
            .await;
    }
    let page = scan(fixture, &table, &request(Bodies::Stale)).await;
    let read: Vec<_> = page.rows.iter().map(|row| table.document(row)).collect();
    assert_eq!(read, [Ok(Some(document.as_bytes())), Ok(None), Ok(Some(document.as_bytes()))]);
    assert!(page.rows.iter().all(|row| table.members(row) == Ok(Vec::new())));
    let all = scan(fixture, &table, &request(Bodies::All)).await;
    assert!(all.rows.iter().all(|row| table.document(row) == Ok(Some(document.as_bytes()))));

    let changed = r#"{"version":4}"#;
    let first = page.rows.into_iter().next().expect("three rows");
    let writes = [table.document_write(first, changed.to_owned())];
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Conflict]);
    let row = get(fixture, &table, &1.into()).await.expect("the row is there");
    assert_eq!(table.document(&row), Ok(Some(changed.as_bytes())));
    assert_eq!(fixture.store().version_counts(&table).await.expect("counts"), []);
}

/// A plain field may lie in the id column; a UUID is text then, in whatever way the key is stored.
pub async fn a_field_may_lie_in_the_id_column<F: StoreFixture>(fixture: &F) {
    let id = "0f8fad5b-d9cb-469f-a165-70867728950e";
    let uuid =
        versioned_store::KeyPart::from_value(IdColumn::uuid_text("comment").kind(), text(id));
    let uuid = EntityKey::new(vec![uuid.expect("a UUID")]);
    for (model, key, expected) in [
        (StorageModel::columns("by_text").id("comment"), EntityKey::from("a"), text("a")),
        (
            StorageModel::columns("by_integer").id(IdColumn::integer("comment")),
            EntityKey::from(-3),
            ColumnValue::Integer(-3),
        ),
        (StorageModel::columns("by_uuid").id(IdColumn::uuid("comment")), uuid, text(id)),
    ] {
        let table = table(fixture, &SAMPLE, model).await;
        let mut row = Sample::stale(key.clone()).row;
        row.model_version = None;
        fixture.put(&table, row).await;
        let row = get(fixture, &table, &key).await.expect("the row is there");
        assert_eq!(row.values[SampleColumn::Comment as usize], Some(expected));
        let set = vec![(SampleColumn::StatesVersion as usize, ColumnValue::Integer(3))];
        let writes = [RowWrite { expected: row, set }];
        assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
    }
}

/// Names are taken as they are: keywords, spaces, quotes, other scripts.
pub async fn names_with_quotes_and_spaces_are_names<F: StoreFixture>(fixture: &F) {
    let model = StorageModel::columns(r#"my "table"; --"#)
        .id("select")
        .model_version("model version")
        .deleted("'deleted'")
        .column("states", "a\"\"b")
        .column("states_version", "größe")
        .column("title", "order")
        .column("comment", "?1");
    let table = table(fixture, &SAMPLE, model).await;
    let put = Sample::stale("a").row;
    fixture.put(&table, put.clone()).await;
    let page = scan(fixture, &table, &request(Bodies::All)).await;
    assert_eq!(page.rows, std::slice::from_ref(&put));
    let set = vec![(SampleColumn::States as usize, text("2"))];
    let writes = [RowWrite { expected: put, set }];
    assert_eq!(write(fixture, &table, &writes).await, [WriteOutcome::Written]);
    let read = get(fixture, &table, &"a".into()).await.expect("the row is there");
    assert_eq!(read.values[SampleColumn::States as usize], Some(text("2")));
    assert_eq!(read.model_version, Some(8));
    fixture.store().version_counts(&table).await.expect("versions can be counted");
}

/// Every method refuses a table that does not exist, by its name.
pub async fn an_unknown_table_is_misconfigured<F: StoreFixture>(fixture: &F) {
    fn check<T: std::fmt::Debug>(result: Result<T, StoreError>) {
        let error = result.expect_err("there is no such table");
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        assert_eq!(error.target(), "absent");
        assert!(error.help().is_some());
        assert!(!error.is_retryable());
    }
    let model = StorageModel::columns("absent").id("id");
    let table = versioned_store::EntityTable::new(&SAMPLE, model).expect("the model fits");
    let row = Row { model_version: None, ..Sample::stale("a").row };
    let set = vec![(SampleColumn::Comment as usize, ColumnValue::Null)];
    check(fixture.store().scan(&table, &request(Bodies::All)).await);
    check(fixture.store().write_batch(&table, &[RowWrite { expected: row, set }]).await);
    check(fixture.store().get(&table, &"a".into()).await);
    check(fixture.store().count(&table).await);
    check(fixture.store().version_counts(&table).await);
}
