//! Keys that an SQLite table may have, though it should not.

use std::error::Error;

use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, IdColumn, ModelStore, Page, RowWrite,
    ScanRequest, StorageModel, StoreError, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::sample::{SAMPLE, SampleColumn};

use super::fixture::{SqliteFixture, block_on};

const FIELDS: &str =
    "statesVersion, notesVersion, states, notes, title, nextIndex, params, comment";

async fn table(fixture: &SqliteFixture, ids: &str, model: StorageModel) -> EntityTable {
    fixture.execute(&format!("CREATE TABLE samples ({ids}, {FIELDS})")).await;
    EntityTable::new(&SAMPLE, model).unwrap()
}

async fn scan(
    fixture: &SqliteFixture,
    table: &EntityTable,
    rows_max: u32,
    after: Option<&str>,
) -> Result<Page, StoreError> {
    let limits = BatchLimits { rows_max, ..BatchLimits::default() };
    let after = after.map(Into::into);
    let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
    fixture.sqlite().scan(table, &request).await
}

#[track_caller]
fn check<T: std::fmt::Debug>(result: Result<T, StoreError>, kind: StoreErrorKind, words: &str) {
    let error = result.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert_eq!(error.kind(), kind, "{cause}");
    assert!(cause.contains(words), "{cause}");
}

fn samples() -> StorageModel {
    StorageModel::columns("samples").id("id")
}

/// A scan goes on after the last key: a second row of that key would never be migrated.
#[test]
fn a_key_that_is_not_unique_is_noticed_everywhere() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = table(&fixture, "id TEXT", samples()).await;
        fixture.execute("INSERT INTO samples (id) VALUES ('a'), ('b'), ('b'), ('c')").await;
        let words = "more than one row has the key `b`";
        for rows_max in [2, 3, 4] {
            let scanned = scan(&fixture, &table, rows_max, None).await;
            check(scanned, StoreErrorKind::Misconfigured, words);
        }
        let got = fixture.sqlite().get(&table, &"b".into()).await;
        check(got, StoreErrorKind::Misconfigured, words);

        let mut page = scan(&fixture, &table, 1, None).await.unwrap();
        let set = vec![(SampleColumn::States as usize, ColumnValue::Integer(1))];
        let first = RowWrite { expected: page.rows.remove(0), set };
        let mut both = first.clone();
        both.expected.key = "b".into();
        let written = fixture.sqlite().write_batch(&table, &[first, both]).await;
        check(written, StoreErrorKind::Misconfigured, words);
        assert!(fixture.query("SELECT 1 FROM samples WHERE states = 1").await.is_empty());
    });
}

#[test]
fn a_key_of_another_kind_is_named_with_its_place() {
    block_on(async {
        for (ids, model, value, words) in [
            ("id", samples(), "NULL", "holds NULL in the first row"),
            ("id", samples(), "5", "holds an integer in the first row"),
            ("id", samples(), "x'61'", "holds bytes in the row after `a`"),
            ("id", samples(), "CAST(x'ff' AS TEXT)", "not UTF-8 in the row after `a`"),
        ] {
            let fixture = SqliteFixture::new().await;
            let table = table(&fixture, ids, model).await;
            let sql = format!("INSERT INTO samples (id) VALUES ({value}), ('a')");
            fixture.execute(&sql).await;
            check(scan(&fixture, &table, 9, None).await, StoreErrorKind::Corrupt, words);
        }
    });
}

#[test]
fn a_uuid_in_another_spelling_is_refused() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let model = StorageModel::columns("samples").id(IdColumn::uuid_text("id"));
        let table = table(&fixture, "id TEXT PRIMARY KEY", model).await;
        let sql = "INSERT INTO samples (id) VALUES ('0F8FAD5B-D9CB-469F-A165-70867728950E')";
        fixture.execute(sql).await;
        check(scan(&fixture, &table, 9, None).await, StoreErrorKind::Corrupt, "id column `id`");
    });
}

/// No comparison with `NULL` is true, so such a row would be passed over in silence.
#[test]
fn null_in_a_later_part_of_the_key_is_refused() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let model = samples().id(IdColumn::integer("no"));
        let table = table(&fixture, "id TEXT, no INTEGER", model).await;
        let sql = "INSERT INTO samples (id, no) VALUES ('a', 1), ('a', 2), ('b', NULL)";
        fixture.execute(sql).await;
        let words = "id column `no` holds NULL in some row";
        check(scan(&fixture, &table, 1, None).await, StoreErrorKind::Corrupt, words);
    });
}

/// Two ids that differ in case are two entities, whatever the column thinks of them.
#[test]
fn texts_are_keys_by_their_bytes_under_any_collation() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = table(&fixture, "id TEXT COLLATE NOCASE", samples()).await;
        fixture.execute("CREATE UNIQUE INDEX by_bytes ON samples (id COLLATE BINARY)").await;
        fixture.execute("INSERT INTO samples (id) VALUES ('a'), ('B'), ('A'), ('b')").await;
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = scan(&fixture, &table, 1, after.as_deref()).await.unwrap();
            found.extend(page.rows.iter().map(|row| row.key.to_string()));
            after = found.last().cloned();
            if page.is_last {
                break;
            }
        }
        assert_eq!(found, ["A", "B", "a", "b"]);
        let row = fixture.sqlite().get(&table, &"a".into()).await.unwrap().unwrap();
        assert_eq!(row.key, "a".into());
        let set = vec![(SampleColumn::States as usize, ColumnValue::Integer(1))];
        let writes = [RowWrite { expected: row, set }];
        let outcomes = fixture.sqlite().write_batch(&table, &writes).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written]);
        let changed = fixture.query("SELECT 1 FROM samples WHERE states = 1").await;
        assert_eq!(changed.len(), 1);
    });
}
