//! Storage models against declarations, and rows as the core sees them.

use versioned_core::document::{Member, MemberValue};
use versioned_store::{
    ColumnKind, ColumnValue, EntityTable, IdColumn, MemoryStore, ModelStore, RowError, RowWrite,
    StorageModel, StorageModelError, StoreError, StoreErrorKind,
};
use versioned_testkit::sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model};

use super::sqlite::fixture::{SqliteFixture, block_on};

fn columns() -> StorageModel {
    StorageModel::columns("samples").id("id")
}

#[test]
fn columns_are_versions_then_versioned_fields_then_the_others() {
    let table = EntityTable::new(&SAMPLE, columns()).unwrap();
    let names: Vec<&str> = table.columns().iter().map(|column| column.name.as_str()).collect();
    let expected = [
        "statesVersion",
        "notesVersion",
        "states",
        "notes",
        "title",
        "nextIndex",
        "params",
        "comment",
    ];
    assert_eq!(names, expected);
    let migrates: Vec<bool> = table.columns().iter().map(|column| column.kind.migrates()).collect();
    assert_eq!(migrates, [true, true, true, true, true, true, false, false]);
    assert!(matches!(table.columns()[0].kind, ColumnKind::Version { max } if max.get() == 3));
    assert!(matches!(table.columns()[4].kind, ColumnKind::Plain { .. }));
    assert!(matches!(table.columns()[6].kind, ColumnKind::Json { .. }));
}

#[test]
fn a_column_is_named_by_json_key_or_by_rust_name() {
    let model = columns().column("statesVersion", "sv").column("next_index", "ni").json("comment");
    let table = EntityTable::new(&SAMPLE, model).unwrap();
    assert_eq!((table.columns()[0].name.as_str(), table.columns()[0].key), ("sv", "statesVersion"));
    assert_eq!((table.columns()[5].name.as_str(), table.columns()[5].key), ("ni", "nextIndex"));
    assert_eq!(table.columns()[7].kind, ColumnKind::Json { migrates: false });
}

#[test]
fn a_field_that_no_migration_writes_may_share_a_column() {
    let model =
        StorageModel::columns("samples").id("title").model_version("comment").deleted("params");
    let table = EntityTable::new(&SAMPLE, model).unwrap();
    let parts: Vec<_> = table.columns().iter().map(|column| column.key_part).collect();
    assert_eq!(parts, [None, None, None, None, Some(0), None, None, None]);
}

#[test]
fn a_storage_model_that_does_not_fit_is_refused_with_the_fix() {
    #[track_caller]
    fn check(model: StorageModel, words: &str) -> StorageModelError {
        let error = EntityTable::new(&SAMPLE, model).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        error
    }
    check(StorageModel::columns("samples"), "add `.id(\"..\")`");
    check(StorageModel::columns("").id("id"), "`` in the storage model of `sample` is no name");
    check(columns().id("a\0b"), "`a\\0b`");
    check(columns().column("states", "x".repeat(64)), "1 to 63 bytes");
    check(columns().column("state", "x"), "names field `state`, which `sample` does not have");
    check(columns().json("state"), "names field `state`");
    check(columns().json("states_version"), "remove `.json(\"states_version\")`");
    check(columns().id("ID"), "as an id column and as an id column");
    check(columns().deleted("id"), "as an id column and as the deleted flag");
    check(columns().model_version("v").row_stamp("v"), "the model version and as the row stamp");
    check(columns().column("states", "notes"), "as field `states` and as field `notes`");
    check(columns().column("title", "comment"), "as field `title` and as field `comment`");
    // What a migration writes must not change the key, the model version or the flag.
    check(columns().model_version("statesVersion"), "as the model version and as field");
    check(columns().deleted("nextIndex"), "as the deleted flag and as field `next_index`");
    check(StorageModel::columns("samples").id("states"), "as an id column and as field `states`");
    let document = || StorageModel::document("samples", "body").id("id");
    check(document().column("states", "x"), "so field `states` has none of its own");
    check(document().json("comment"), "so field `comment` has none of its own");
    check(document().deleted("body"), "as the deleted flag and as field `document`");

    let error = EntityTable::new(&SAMPLE_DOCUMENT, columns()).unwrap_err();
    assert!(error.to_string().contains("use `StorageModel::document(\"samples\", \"..\")`"));
    assert!(EntityTable::new(&SAMPLE_DOCUMENT, document()).is_ok());
}

#[test]
fn a_row_becomes_members_under_json_keys() {
    let table = EntityTable::new(&SAMPLE, columns()).unwrap();
    let mut row = Sample::stale("a")
        .with(SampleColumn::Notes, ColumnValue::Bytes(b"[2]".to_vec()))
        .with(SampleColumn::NextIndex, ColumnValue::Real(1.5))
        .row;
    row.values[SampleColumn::Params as usize] = None;
    let members = table.members(&row).unwrap();
    let member = |key, value| Member { key, value };
    let expected = [
        member("statesVersion", MemberValue::Integer(1)),
        member("notesVersion", MemberValue::Integer(1)),
        member("states", MemberValue::Json(r#"{"a": 1.0}"#)),
        member("notes", MemberValue::Json("[2]")),
        member("title", MemberValue::Text("title")),
        member("nextIndex", MemberValue::Real(1.5)),
        member("comment", MemberValue::Text("comment")),
    ];
    assert_eq!(members, expected);
}

#[test]
fn a_value_that_no_field_can_be_is_an_error_of_its_row() {
    let table = EntityTable::new(&SAMPLE, columns()).unwrap();
    for (column, value, words) in [
        (SampleColumn::States, ColumnValue::Bytes(vec![0xff]), "bytes, where UTF-8 text belongs"),
        (
            SampleColumn::States,
            ColumnValue::InvalidText(vec![0xff]),
            "column `states` of row `a` in table `samples` holds a text that is not UTF-8",
        ),
        (
            SampleColumn::Title,
            ColumnValue::Bytes(b"x".to_vec()),
            "where a value of its own belongs",
        ),
    ] {
        let row = Sample::stale("a").with(column, value).row;
        let error = table.members(&row).unwrap_err();
        assert!(matches!(error, RowError::Unreadable { .. }));
        assert!(error.to_string().contains(words), "{error}");
    }
    let documents = StorageModel::document("samples", "body").id("id");
    let documents = EntityTable::new(&SAMPLE_DOCUMENT, documents).unwrap();
    let mut row = Sample::stale("a").row;
    row.values = vec![Some(ColumnValue::Null)];
    let error = documents.document(&row).unwrap_err();
    assert!(error.to_string().contains("holds NULL, where a JSON document belongs"), "{error}");
    row.values = vec![None];
    assert_eq!(documents.document(&row), Ok(None));
}

#[test]
fn a_document_read_as_bytes_is_written_as_bytes() {
    let documents = StorageModel::document("samples", "body").id("id");
    let documents = EntityTable::new(&SAMPLE_DOCUMENT, documents).unwrap();
    for (stored, written) in [
        (ColumnValue::Bytes(b"{}".to_vec()), ColumnValue::Bytes(b"[]".to_vec())),
        (ColumnValue::Text("{}".to_owned()), ColumnValue::Text("[]".to_owned())),
    ] {
        let mut row = Sample::stale("a").row;
        row.values = vec![Some(stored)];
        let RowWrite { set, expected } = documents.document_write(row.clone(), "[]".to_owned());
        assert_eq!((set, expected), (vec![(0, written)], row));
    }
}

/// A row stamp would be trusted to notice every change; only a column of the server's own can be.
#[test]
fn stores_without_row_stamps_refuse_them() {
    fn check<T: std::fmt::Debug>(result: Result<T, StoreError>) {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("column `updated_at` cannot be a row stamp"), "{cause}");
        assert!(cause.contains("misses two changes within one tick"), "{cause}");
    }
    async fn check_all(store: &impl ModelStore) {
        let model = sample_model().row_stamp("updated_at");
        let table = EntityTable::new(&SAMPLE, model).unwrap();
        let request = versioned_store::ScanRequest {
            after: None,
            until: None,
            limits: versioned_store::BatchLimits::default(),
            bodies: versioned_store::Bodies::Stale,
        };
        check(store.scan(&table, &request).await);
        check(store.write_batch(&table, &[]).await);
        check(store.get(&table, &"a".into()).await);
        check(store.count(&table).await);
        check(store.version_counts(&table).await);
    }
    block_on(async {
        check_all(&MemoryStore::new()).await;
        check_all(SqliteFixture::new().await.sqlite()).await;
    });
}

#[test]
fn an_id_column_is_a_text_unless_said_otherwise() {
    let model = StorageModel::columns("t").id("a").id(IdColumn::uuid("b"));
    let kinds: Vec<_> = model.id_columns().iter().map(IdColumn::kind).collect();
    assert_eq!(kinds, [versioned_store::IdKind::Text, versioned_store::IdKind::Uuid]);
}
