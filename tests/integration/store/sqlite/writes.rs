//! Batches that the database refuses, and tables that do not fit.

use std::error::Error;

use versioned_sql::sqlx::Row as _;
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, ModelStore, RowWrite, ScanRequest,
    StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::fixture::{SqliteFixture, block_on};

fn all() -> ScanRequest {
    let limits = BatchLimits::default();
    ScanRequest { after: None, until: None, limits, bodies: Bodies::All }
}

async fn writes(
    fixture: &SqliteFixture,
    table: &EntityTable,
    set: Vec<(usize, ColumnValue)>,
) -> Vec<RowWrite> {
    let page = fixture.sqlite().scan(table, &all()).await.unwrap();
    page.rows.into_iter().map(|expected| RowWrite { expected, set: set.clone() }).collect()
}

/// A job that writes half a batch would count rows as failed that were migrated.
#[test]
fn a_batch_that_fails_in_the_middle_writes_nothing() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let put = ["a", "b", "c"].map(|key| Sample::stale(key).row);
        for row in put.clone() {
            fixture.put(&table, row).await;
        }
        let sql = "CREATE TRIGGER no_b BEFORE UPDATE ON samples WHEN NEW.id = 'b' \
                   BEGIN SELECT RAISE(ABORT, 'b is frozen'); END";
        fixture.execute(sql).await;
        let set = vec![(SampleColumn::States as usize, ColumnValue::Text("1".to_owned()))];
        let writes = writes(&fixture, &table, set).await;
        let error = fixture.sqlite().write_batch(&table, &writes).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Rejected);
        assert_eq!(error.to_string(), "`write_batch` on `samples` failed");
        assert!(error.source().unwrap().to_string().contains("b is frozen"));
        assert!(error.help().unwrap().contains("trigger"));
        assert_eq!(fixture.sqlite().scan(&table, &all()).await.unwrap().rows, put);
        fixture.execute("DROP TRIGGER no_b").await;
        assert_eq!(fixture.sqlite().write_batch(&table, &writes).await.unwrap().len(), 3);
    });
}

/// Rows that are sent together must not stand for each other, whatever became of those beside them.
#[test]
fn each_row_of_a_large_batch_is_written_by_what_was_read_of_it() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let notes = SampleColumn::Notes as usize;
        for number in 0..150 {
            let mut row = Sample::stale(format!("{number:03}").as_str()).row;
            // Values of another type are compared by another statement, and some are long.
            row.values[notes] = Some(match number % 50 {
                0..20 => ColumnValue::Text(format!("\"{number}\"")),
                20..40 => ColumnValue::Text("x".repeat(20_000)),
                40..45 => ColumnValue::Null,
                _ => ColumnValue::Bytes(vec![1, 2]),
            });
            fixture.put(&table, row).await;
        }
        let text = |text: &str| ColumnValue::Text(text.to_owned());
        let set = vec![(SampleColumn::States as usize, text("1")), (notes, text("[]"))];
        let writes = writes(&fixture, &table, set).await;
        fixture.execute("DELETE FROM samples WHERE id IN ('003', '047', '149')").await;
        fixture.execute("UPDATE samples SET notes = notes || ' ' WHERE id IN ('004', '030')").await;
        fixture.execute("UPDATE samples SET version = version + 1 WHERE id = '042'").await;
        fixture.execute("UPDATE samples SET notes = x'0102' WHERE id = '043'").await;
        let outcomes = fixture.sqlite().write_batch(&table, &writes).await.unwrap();
        let expect = (0..150).map(|number| match number {
            3 | 47 | 149 => WriteOutcome::Gone,
            4 | 30 | 42 | 43 => WriteOutcome::Conflict,
            _ => WriteOutcome::Written,
        });
        assert_eq!(outcomes, expect.collect::<Vec<_>>());
        let sql = "SELECT count(*) FROM samples WHERE states = '1' AND notes = '[]'";
        assert_eq!(fixture.query(sql).await[0].get::<i64, _>(0), 143);
    });
}

/// SQLite counts no rows of a view, whose trigger writes them.
#[test]
fn a_view_is_written_by_its_trigger() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        for key in ["a", "b"] {
            fixture.put(&table, Sample::stale(key).row).await;
        }
        let set = vec![(SampleColumn::States as usize, ColumnValue::Text("1".to_owned()))];
        let writes = writes(&fixture, &table, set).await;
        // Together, because another connection may still take the name for that of a table.
        let sql = "ALTER TABLE samples RENAME TO stored; \
                   CREATE VIEW samples AS SELECT * FROM stored; \
                   CREATE TRIGGER write_samples INSTEAD OF UPDATE ON samples BEGIN \
                   UPDATE stored SET states = NEW.states, version = NEW.version \
                   WHERE id = NEW.id; END; \
                   UPDATE stored SET title = 'another' WHERE id = 'b'";
        fixture.execute(sql).await;
        let outcomes = fixture.sqlite().write_batch(&table, &writes).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written, WriteOutcome::Conflict]);
        let rows = fixture.query("SELECT states FROM stored ORDER BY id").await;
        assert_eq!(rows[0].get::<String, _>(0), "1");
        assert_ne!(rows[1].get::<String, _>(0), "1");
    });
}

/// SQLite makes a number of a text in a column declared `JSON`, so `1e5` would come back as 100000.
#[test]
fn a_column_that_would_alter_a_value_is_refused() {
    block_on(async {
        for (kind, value) in [
            ("JSON", ColumnValue::Text("1e5".to_owned())),
            ("INTEGER", ColumnValue::Text("1.0".to_owned())),
            ("TEXT", ColumnValue::Integer(5)),
            ("REAL", ColumnValue::Integer(5)),
            ("NUMERIC", ColumnValue::Real(2.0)),
        ] {
            let fixture = SqliteFixture::new().await;
            let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
            let sql = format!(
                "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted, statesVersion, \
                 notesVersion, states {kind}, notes, title, nextIndex, params, comment)"
            );
            fixture.execute(&sql).await;
            fixture.put(&table, Sample::stale("a").row).await;
            let set = vec![(SampleColumn::States as usize, value)];
            let writes = writes(&fixture, &table, set).await;
            let error = fixture.sqlite().write_batch(&table, &writes).await.unwrap_err();
            let cause = error.source().unwrap().to_string();
            assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{cause}");
            assert!(cause.starts_with("column `states` of row `a` would store"), "{cause}");
            let page = fixture.sqlite().scan(&table, &all()).await.unwrap();
            assert_eq!(page.rows, [Sample::stale("a").row]);
        }
    });
}

/// Whether a column keeps a value is a matter of each row, also where rows are sent together.
#[test]
fn a_value_that_would_be_altered_is_refused_beside_one_that_is_kept() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        for key in ["a", "b"] {
            fixture.put(&table, Sample::stale(key).row).await;
        }
        let set = vec![(SampleColumn::States as usize, ColumnValue::Text("1".to_owned()))];
        let mut writes = writes(&fixture, &table, set).await;
        writes[1].set[0].1 = ColumnValue::Integer(1);
        let error = fixture.sqlite().write_batch(&table, &writes).await.unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.starts_with("column `states` of row `b` would store"), "{cause}");
        let page = fixture.sqlite().scan(&table, &all()).await.unwrap();
        assert_eq!(page.rows, ["a", "b"].map(|key| Sample::stale(key).row));
    });
}

#[test]
fn a_real_column_takes_fractions_as_they_are() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        let sql = "CREATE TABLE samples (id TEXT PRIMARY KEY, version, deleted, statesVersion, \
                   notesVersion, states, notes, title REAL, nextIndex, params, comment)";
        fixture.execute(sql).await;
        fixture.put(&table, Sample::stale("a").row).await;
        for number in [2.0, 0.1, -1e300] {
            let set = vec![(SampleColumn::Title as usize, ColumnValue::Real(number))];
            let writes = writes(&fixture, &table, set).await;
            fixture.sqlite().write_batch(&table, &writes).await.unwrap();
            let row = fixture.sqlite().get(&table, &"a".into()).await.unwrap().unwrap();
            let title = &row.values[SampleColumn::Title as usize];
            assert_eq!(*title, Some(ColumnValue::Real(number)));
        }
    });
}

/// SQLite takes a name in quotes that it does not know for a text: every row would seem to hold it.
#[test]
fn a_column_that_does_not_exist_is_named() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fixture.put(&table, Sample::stale("a").row).await;
        for model in [
            sample_model().column("states", "status"),
            sample_model().model_version("status"),
            sample_model().deleted("status"),
            sample_model().id("status"),
        ] {
            let table = EntityTable::new(&SAMPLE, model).unwrap();
            let error = fixture.sqlite().scan(&table, &all()).await.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
            let cause = error.source().unwrap().to_string();
            assert_eq!(cause, "the table has no column `status`");
        }
    });
}

#[test]
fn a_column_with_too_many_values_holds_no_versions() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001) \
                   INSERT INTO samples (id, statesVersion) SELECT 'id' || i, i FROM n";
        fixture.execute(sql).await;
        let error = fixture.sqlite().version_counts(&table).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        fixture.execute("DELETE FROM samples WHERE statesVersion = 1").await;
        let counts = fixture.sqlite().version_counts(&table).await.unwrap();
        assert_eq!(counts.len(), 10_001, "10000 of one column, NULL of the other");
    });
}
