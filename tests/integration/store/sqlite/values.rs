//! Values that an SQLite column may hold, whatever it was declared as.

use std::error::Error;

use versioned_core::document::MemberValue;
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, ModelStore, Page, RowWrite, ScanRequest,
    StoreError, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::fixture::{SqliteFixture, block_on};

async fn filled(fixture: &SqliteFixture) -> EntityTable {
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    fixture.create_table(&table).await;
    fixture.put(&table, Sample::stale("a").row).await;
    table
}

async fn scan(
    fixture: &SqliteFixture,
    table: &EntityTable,
    bodies: Bodies,
) -> Result<Page, StoreError> {
    let limits = BatchLimits::default();
    let request = ScanRequest { after: None, until: None, limits, bodies };
    fixture.sqlite().scan(table, &request).await
}

async fn write(fixture: &SqliteFixture, table: &EntityTable, writes: &[RowWrite]) -> WriteOutcome {
    fixture.sqlite().write_batch(table, writes).await.unwrap()[0]
}

#[test]
fn a_value_that_changes_its_type_alone_is_a_conflict() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture).await;
        // The column has no declared type, so every value is stored in its own.
        for (before, after) in [
            ("'ab'", "x'6162'"),
            ("x'6162'", "'ab'"),
            ("1", "1.0"),
            ("1", "'1'"),
            ("1.0", "1"),
            ("NULL", "''"),
            ("''", "x''"),
            ("x''", "NULL"),
            ("'a'", "'a' || char(0)"),
            ("'é'", "'e' || char(769)"),
            ("CAST(x'ff' AS TEXT)", "CAST(x'fe' AS TEXT)"),
            ("CAST(x'ff' AS TEXT)", "x'ff'"),
        ] {
            fixture.execute(&format!("UPDATE samples SET comment = {before}")).await;
            let row = fixture.sqlite().get(&table, &"a".into()).await.unwrap().unwrap();
            let set = vec![(SampleColumn::Title as usize, ColumnValue::Integer(0))];
            let writes = [RowWrite { expected: row, set }];
            fixture.execute(&format!("UPDATE samples SET comment = {after}")).await;
            let outcome = write(&fixture, &table, &writes).await;
            assert_eq!(outcome, WriteOutcome::Conflict, "{before} to {after}");
            fixture.execute(&format!("UPDATE samples SET comment = {before}")).await;
            let outcome = write(&fixture, &table, &writes).await;
            assert_eq!(outcome, WriteOutcome::Written, "{before} unchanged");
        }
    });
}

#[test]
fn a_change_of_case_is_a_conflict_under_any_collation() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let sql = "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted, statesVersion, \
                   notesVersion, states TEXT COLLATE NOCASE, notes TEXT COLLATE RTRIM, title, \
                   nextIndex, params, comment)";
        fixture.execute(sql).await;
        for (column, value) in
            [(SampleColumn::States, "{\"A\": 1.0}"), (SampleColumn::Notes, "[] ")]
        {
            fixture.put(&table, Sample::stale("a").row).await;
            let row = scan(&fixture, &table, Bodies::Stale).await.unwrap().rows.remove(0);
            let set = vec![(SampleColumn::Title as usize, ColumnValue::Integer(0))];
            let writes = [RowWrite { expected: row, set }];
            let changed = Sample::stale("a").with(column, ColumnValue::Text(value.to_owned()));
            fixture.put(&table, changed.row).await;
            assert_eq!(write(&fixture, &table, &writes).await, WriteOutcome::Conflict);
        }
    });
}

/// One unreadable text must not stop the scan of the rest.
#[test]
fn a_text_that_is_not_utf_8_is_an_error_of_its_row_alone() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture).await;
        fixture.put(&table, Sample::stale("b").row).await;
        let sql = "UPDATE samples SET states = CAST(x'7bff' AS TEXT) WHERE id = 'a'";
        fixture.execute(sql).await;
        let page = scan(&fixture, &table, Bodies::Stale).await.unwrap();
        let error = table.members(&page.rows[0]).unwrap_err();
        let words = "column `states` of row `a` in table `samples` holds a text that is not UTF-8";
        assert!(error.to_string().starts_with(words), "{error}");
        assert!(table.members(&page.rows[1]).is_ok());
    });
}

#[test]
fn a_version_of_another_type_is_stale_and_comes_as_it_is() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let sql = "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted, statesVersion, \
                   notesVersion, states, notes, title, nextIndex, params, comment)";
        fixture.execute(sql).await;
        for (version, expected) in [
            ("'3'", ColumnValue::Text("3".to_owned())),
            ("3.0", ColumnValue::Real(3.0)),
            ("x'33'", ColumnValue::Bytes(b"3".to_vec())),
        ] {
            fixture.put(&table, Sample::current("a").row).await;
            fixture.execute(&format!("UPDATE samples SET statesVersion = {version}")).await;
            let row = scan(&fixture, &table, Bodies::Stale).await.unwrap().rows.remove(0);
            assert_eq!(row.values[0], Some(expected));
            assert!(row.values[SampleColumn::States as usize].is_some());
        }
    });
}

#[test]
fn a_model_version_or_flag_of_another_type_is_corrupt() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = filled(&fixture).await;
        for (sql, words) in [
            ("version = 'x'", "column `version` of row `a` holds a text, where an integer belongs"),
            ("version = 7, deleted = 'no'", "column `deleted` of row `a` holds a text"),
        ] {
            fixture.execute(&format!("UPDATE samples SET {sql}")).await;
            let error = scan(&fixture, &table, Bodies::Stale).await.unwrap_err();
            let cause = error.source().unwrap().to_string();
            assert_eq!(error.kind(), StoreErrorKind::Corrupt, "{cause}");
            assert!(cause.starts_with(words), "{cause}");
        }
    });
}

/// SQLite has no truth values; an object with a `bool` would not read a 1.
#[test]
fn a_column_declared_boolean_has_truth_values() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let sql = "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted BOOLEAN, \
                   statesVersion, notesVersion, states, notes, title Boolean, nextIndex BOOL, \
                   params, comment BOOLEAN)";
        fixture.execute(sql).await;
        let sample = Sample::stale("a")
            .with(SampleColumn::Title, ColumnValue::Integer(1))
            .with(SampleColumn::NextIndex, ColumnValue::Null)
            .with(SampleColumn::Comment, ColumnValue::Integer(2));
        fixture.put(&table, sample.row).await;
        let row = scan(&fixture, &table, Bodies::Stale).await.unwrap().rows.remove(0);
        let members = table.members(&row).unwrap();
        assert_eq!(members[4].value, MemberValue::Boolean(true));
        assert_eq!(members[5].value, MemberValue::Null);
        let set = vec![(SampleColumn::NextIndex as usize, ColumnValue::Boolean(false))];
        let writes = [RowWrite { expected: row, set }];
        assert_eq!(write(&fixture, &table, &writes).await, WriteOutcome::Written);
        let row = fixture.sqlite().get(&table, &"a".into()).await.unwrap().unwrap();
        assert_eq!(row.values[SampleColumn::NextIndex as usize], Some(ColumnValue::Boolean(false)));
        let comment = &row.values[SampleColumn::Comment as usize];
        assert_eq!(*comment, Some(ColumnValue::Integer(2)));
    });
}
