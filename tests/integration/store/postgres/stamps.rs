//! What the server knows a state of a row by stands for what was read, and for nothing else.

use versioned_sql::sqlx;
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, IdColumn, ModelStore as _, Page, Row, RowWrite,
    ScanRequest, StorageModel, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture as _,
    sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model},
};

use super::{PostgresFixture, block_on};

fn text(text: impl Into<String>) -> ColumnValue {
    ColumnValue::Text(text.into())
}

async fn filled() -> (PostgresFixture, EntityTable) {
    let fixture = PostgresFixture::new("JSONB").await;
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    fixture.create_table(&table).await;
    fixture.put(&table, Sample::stale("a").row).await;
    fixture.put(&table, Sample::stale("b").row).await;
    (fixture, table)
}

async fn page(fixture: &PostgresFixture, table: &EntityTable, bytes_max: usize) -> Page {
    let limits = BatchLimits { bytes_max, ..BatchLimits::default() };
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::Stale };
    fixture.store().scan(table, &request).await.unwrap()
}

async fn first(fixture: &PostgresFixture, table: &EntityTable) -> Row {
    page(fixture, table, usize::MAX).await.rows.into_iter().next().unwrap()
}

/// Writes a row that was read, after something has happened to the table.
async fn written_after(happened: &[&str]) -> WriteOutcome {
    let (fixture, table) = filled().await;
    let expected = first(&fixture, &table).await;
    assert!(expected.stamp.is_some(), "it was read with its stamp");
    // One by one: some of them run in no transaction with others.
    for sql in happened {
        fixture.execute(sql).await;
    }
    let set = vec![(SampleColumn::States as usize, text("[]"))];
    let outcomes = fixture.store().write_batch(&table, &[RowWrite { expected, set }]).await;
    outcomes.unwrap()[0]
}

#[test]
fn what_moves_a_row_or_changes_what_was_not_read_is_no_conflict() {
    block_on(async {
        let none: &[&str] = &[];
        for happened in [
            none,
            &["VACUUM (FREEZE) samples"],
            &["VACUUM (FULL) samples"],
            &["CLUSTER samples USING samples_pkey"],
            &["UPDATE samples SET comment = 'changed' WHERE id = 'a'"],
            &["UPDATE samples SET comment = 'changed'", "VACUUM samples"],
            &["SELECT 1 FROM samples FOR UPDATE"],
            &["BEGIN; UPDATE samples SET version = version + 1; ROLLBACK"],
            &["ALTER TABLE samples ADD COLUMN of_another_program bigint DEFAULT 1"],
        ] {
            assert_eq!(written_after(happened).await, WriteOutcome::Written, "{happened:?}");
        }
    });
}

#[test]
fn a_row_that_is_another_one_is_a_conflict_wherever_it_lies() {
    block_on(async {
        let back = "CREATE TABLE back AS SELECT * FROM samples";
        let insert = "INSERT INTO samples SELECT * FROM back ORDER BY id";
        let changed: [&[&str]; 4] = [
            &["UPDATE samples SET version = version + 1 WHERE id = 'a'"],
            &["UPDATE samples SET states = '{\"a\": 2}' WHERE id = 'a'"],
            // The new row lies where the old one did.
            &[back, "TRUNCATE samples", "UPDATE back SET states = '[1]'", insert],
            &[
                back,
                "DELETE FROM samples",
                "VACUUM samples",
                "UPDATE back SET version = 8",
                insert,
                "VACUUM (FULL, FREEZE) samples",
            ],
        ];
        for happened in changed {
            assert_eq!(written_after(happened).await, WriteOutcome::Conflict, "{happened:?}");
        }
        assert_eq!(written_after(&["DELETE FROM samples"]).await, WriteOutcome::Gone);
    });
}

#[test]
fn what_is_current_or_deleted_comes_without_a_stamp() {
    block_on(async {
        let (fixture, table) = filled().await;
        fixture.put(&table, Sample::current("c").row).await;
        let rows = page(&fixture, &table, usize::MAX).await.rows;
        let stamped: Vec<bool> = rows.iter().map(|row| row.stamp.is_some()).collect();
        assert_eq!(stamped, [true, true, false]);
    });
}

/// A table in parts has stamps; what the server cannot say them of is compared by its values.
#[test]
fn rows_of_partitions_and_views_are_written_all_the_same() {
    block_on(async {
        let fixture = PostgresFixture::new("JSONB").await;
        fixture
            .execute(
                "CREATE TABLE whole (id bigint PRIMARY KEY, body jsonb) PARTITION BY HASH (id); \
                 CREATE TABLE part_0 PARTITION OF whole FOR VALUES WITH (MODULUS 2, REMAINDER 0); \
                 CREATE TABLE part_1 PARTITION OF whole FOR VALUES WITH (MODULUS 2, REMAINDER 1); \
                 CREATE VIEW seen AS SELECT * FROM whole; \
                 INSERT INTO whole SELECT n, '{\"n\": 1}' FROM generate_series(1, 20) n",
            )
            .await;
        for (name, has_stamps) in [("whole", true), ("seen", false)] {
            let model = StorageModel::document(name, "body").id(IdColumn::integer("id"));
            let table = EntityTable::new(&SAMPLE_DOCUMENT, model).unwrap();
            let rows = page(&fixture, &table, usize::MAX).await.rows;
            assert_eq!(rows.len(), 20);
            let stamped = rows.iter().filter(|row| row.stamp.is_some()).count();
            assert_eq!(stamped, if has_stamps { 20 } else { 0 }, "{name}");
            fixture.execute("UPDATE whole SET body = '{\"n\": 2}' WHERE id = 7").await;
            let set = || vec![(0, text(format!("{{\"of\": \"{name}\"}}")))];
            let writes = rows.into_iter().map(|expected| RowWrite { expected, set: set() });
            let writes: Vec<RowWrite> = writes.collect();
            let outcomes = fixture.store().write_batch(&table, &writes).await.unwrap();
            let conflicts = outcomes.iter().filter(|it| **it == WriteOutcome::Conflict).count();
            assert_eq!(conflicts, 1, "{name}");
            fixture.execute("UPDATE whole SET body = '{\"n\": 1}'").await;
        }
    });
}

/// The server knows how much it has stored; what that becomes is seen only once it has come.
#[test]
fn a_page_of_compressed_documents_ends_where_they_are_too_large() {
    block_on(async {
        let (fixture, table) = filled().await;
        fixture.execute("DELETE FROM samples").await;
        for key in ["a", "b", "c", "d"] {
            let large = format!("\"{}\"", "x".repeat(100_000));
            let row = Sample::stale(key).with(SampleColumn::States, text(large)).row;
            fixture.put(&table, row).await;
        }
        let stored = "SELECT sum(pg_column_size(states))::bigint FROM samples";
        let stored = fixture.query(stored).await;
        assert!(sqlx::Row::get::<i64, _>(&stored[0], 0) < 20_000, "they are compressed");
        for (bytes_max, rows, is_last) in
            [(1, 1, false), (100_500, 2, false), (150_000, 2, false), (usize::MAX, 4, true)]
        {
            let page = page(&fixture, &table, bytes_max).await;
            assert_eq!((page.rows.len(), page.is_last), (rows, is_last), "{bytes_max}");
        }
    });
}
