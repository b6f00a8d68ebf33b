//! Types of columns, collations and locks of MariaDB.

use std::time::Duration;

use versioned_sql::{
    MySqlStore, Timeouts,
    sqlx::{self, mysql::MySqlPoolOptions},
};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityKey, EntityTable, IdColumn, ModelStore, Row, RowWrite,
    ScanRequest, StorageModel, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    conformance::{self, StoreFixture, history::HistoryFixture as _},
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::{MariaDbFixture, block_on};

fn text(text: &str) -> ColumnValue {
    ColumnValue::Text(text.to_owned())
}

async fn rows(fixture: &MariaDbFixture, table: &EntityTable) -> Vec<Row> {
    let mut request = ScanRequest {
        after: None,
        until: None,
        limits: BatchLimits { rows_max: 2, ..BatchLimits::default() },
        bodies: Bodies::All,
    };
    let mut rows = Vec::new();
    loop {
        let page = fixture.store().scan(table, &request).await.unwrap();
        rows.extend(page.rows);
        if page.is_last {
            return rows;
        }
        request.after = rows.last().map(|row| row.key.clone());
    }
}

/// Compare-and-set and histories hold under collations that take `A` for `a`, and under other character sets.
#[test]
fn any_collation_will_do() {
    block_on(async {
        for text_key in [
            "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
            "VARCHAR(100) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
            "CHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        ] {
            let fixture = || MariaDbFixture::with_text_key(text_key);
            conformance::a_changed_row_is_a_conflict(&fixture().await).await;
            conformance::a_conflict_stops_no_other_row(&fixture().await).await;
            conformance::many_rows_come_in_the_order_of_the_keys(&fixture().await).await;
            conformance::a_range_is_open_below_and_closed_above(&fixture().await).await;
            let fixture = fixture().await;
            let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
            fixture.create_table(&table).await;
            for key in ["b", "Z", "é", "A"] {
                fixture.put(&table, Sample::stale(key).row).await;
            }
            let all = rows(&fixture, &table).await;
            let keys: Vec<String> = all.iter().map(|row| row.key.to_string()).collect();
            assert_eq!(keys, ["A", "Z", "b", "é"], "{text_key}");
            let set = vec![(SampleColumn::Title as usize, text("new"))];
            let mut writes: Vec<RowWrite> =
                all.into_iter().map(|expected| RowWrite { expected, set: set.clone() }).collect();
            // Under the column's collation this may be the first row.
            writes[0].expected.key = EntityKey::from("a");
            let outcomes = fixture.store().write_batch(&table, &writes).await.unwrap();
            assert_eq!(outcomes[0], WriteOutcome::Gone, "{text_key}");
            assert_eq!(outcomes[1..], [WriteOutcome::Written; 3], "{text_key}");
            let versions: Vec<_> =
                rows(&fixture, &table).await.iter().map(|row| row.model_version).collect();
            assert_eq!(versions, [Some(7), Some(8), Some(8), Some(8)], "{text_key}");
        }
    });
}

/// Snapshots of models that are gone are found in the collation of the models.
#[test]
fn snapshots_find_their_models_under_any_collation() {
    block_on(async {
        let fixture = MariaDbFixture::with_text_key(
            "VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
        )
        .await;
        let history = versioned_store::History::tables("sample_snapshots", "sample_commits");
        let history = history.snapshots_of_deleted(versioned_store::DeletedModels::Skip);
        let table = EntityTable::new(&SAMPLE, sample_model().history(history)).unwrap();
        fixture.create_table(&table).await;
        fixture.create_history_tables(&table).await;
        fixture.put(&table, Sample::stale("é").row).await;
        fixture
            .execute(
                "INSERT INTO sample_snapshots VALUES ('é', 1, '{}'), ('É', 1, '{}'), ('x', 1, '{}')",
            )
            .await;
        let found = rows(&fixture, &table.snapshots().unwrap()).await;
        let found: Vec<_> = found.iter().map(|row| (row.key.to_string(), row.deleted)).collect();
        let expected = [("x/1", true), ("É/1", true), ("é/1", false)];
        assert_eq!(found, expected.map(|(key, deleted)| (key.to_owned(), deleted)));
    });
}

#[test]
fn unsigned_keys_and_json_keep_their_values() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        fixture
            .execute(
                "CREATE TABLE samples (id bigint unsigned PRIMARY KEY, version int unsigned, \
                 deleted boolean, statesVersion smallint unsigned, notesVersion int, states json, \
                 notes json, title enum('title', 'sad'), nextIndex tinyint, params json, \
                 comment datetime); \
                 INSERT INTO samples VALUES (9223372036854775807, 7, false, 1, 1, \
                 '{\"b\" : 1.0,\"a\":1e5}', '[]', 'title', NULL, '{}', '2020-02-03 04:05:06'), \
                 (3, 7, true, 1, 1, '{}', '[]', 'title', NULL, '{}', NULL)",
            )
            .await;
        let model = StorageModel::columns("samples").id(IdColumn::integer("id"));
        let table = EntityTable::new(&SAMPLE, model.model_version("version").deleted("deleted"));
        let table = table.unwrap();
        let mut all = rows(&fixture, &table).await;
        assert_eq!(all.len(), 2);
        assert!(all[0].deleted && !all[1].deleted);
        let row = all.remove(1);
        assert_eq!(row.key, EntityKey::from(i64::MAX));
        let states = SampleColumn::States as usize;
        assert_eq!(row.values[states], Some(text("{\"b\" : 1.0,\"a\":1e5}")), "a text in MariaDB");
        let comment = row.values[SampleColumn::Comment as usize].clone();
        assert_eq!(comment, Some(text("2020-02-03 04:05:06")));
        let set = vec![(states, text("[1.0]")), (SampleColumn::Title as usize, text("sad"))];
        let outcomes =
            fixture.store().write_batch(&table, &[RowWrite { expected: row, set }]).await;
        assert_eq!(outcomes.unwrap(), [WriteOutcome::Written]);
    });
}

/// A key that cannot be held is told with its column, rather than being taken for another one.
#[test]
fn a_key_beyond_the_largest_integer_is_refused_by_name() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        fixture
            .execute(
                "CREATE TABLE samples (id bigint unsigned PRIMARY KEY, version int, deleted boolean, \
                 statesVersion int, notesVersion int, states json, notes json, title text, \
                 nextIndex int, params json, comment text); \
                 INSERT INTO samples VALUES (18446744073709551615, 7, false, 1, 1, '{}', '[]', \
                 'title', NULL, '{}', NULL)",
            )
            .await;
        let model = StorageModel::columns("samples").id(IdColumn::integer("id"));
        let table = EntityTable::new(&SAMPLE, model.model_version("version").deleted("deleted"));
        let request = ScanRequest {
            after: None,
            until: None,
            limits: BatchLimits::default(),
            bodies: Bodies::All,
        };
        let error = fixture.store().scan(&table.unwrap(), &request).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(
            cause,
            "id column `id` holds a number larger than 9223372036854775807 in the first row"
        );
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
    });
}

/// What the character set of a column cannot hold would be stored as question marks outside of strict mode.
#[test]
fn a_character_that_a_column_cannot_hold_is_refused() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fixture.put(&table, Sample::stale("a").row).await;
        fixture.execute("ALTER TABLE samples MODIFY title LONGTEXT CHARACTER SET latin1").await;
        for (title, is_held) in [("é", true), ("\u{1f41d}", false)] {
            let expected = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
            let set = vec![(SampleColumn::Title as usize, text(title))];
            let writes = [RowWrite { expected: expected.clone(), set }];
            let written = fixture.store().write_batch(&table, &writes).await;
            if is_held {
                assert_eq!(written.unwrap(), [WriteOutcome::Written]);
                let row = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
                assert_eq!(row.values[SampleColumn::Title as usize], Some(text(title)));
                continue;
            }
            let error = written.unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Rejected, "{error:?}");
            assert_eq!(fixture.store().get(&table, &"a".into()).await.unwrap(), Some(expected));
        }
    });
}

/// Outside of strict mode a server cuts values off and says so in a warning that nobody reads.
#[test]
fn a_pool_that_is_not_strict_is_refused() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let options = (*fixture.store().pool().connect_options()).clone();
        let pool = MySqlPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::query("SET SESSION sql_mode = ''").execute(&pool).await.unwrap();
        let error = MySqlStore::new(pool).get(&table, &"a".into()).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
        assert_eq!(error.help(), Some("add STRICT_TRANS_TABLES to `sql_mode`"));
    });
}

/// A job that waited for ever would hold its own locks for as long.
#[test]
fn a_write_waits_for_a_lock_no_longer_than_it_may() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fixture.put(&table, Sample::stale("a").row).await;
        let expected = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        let set = vec![(SampleColumn::Title as usize, text("new"))];
        let writes = [RowWrite { expected, set }];
        let mut other = fixture.store().pool().begin().await.unwrap();
        let lock = sqlx::query("SELECT 1 FROM samples WHERE id = 'a' FOR UPDATE");
        lock.execute(&mut *other).await.unwrap();
        let timeouts = Timeouts { lock: Duration::from_secs(1), ..Timeouts::default() };
        let store = fixture.store().clone().with_timeouts(timeouts);
        let error = store.write_batch(&table, &writes).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Transient);
        assert!(error.help().unwrap().contains("keeps a lock"), "{error:?}");
        other.rollback().await.unwrap();
        assert_eq!(store.write_batch(&table, &writes).await.unwrap(), [WriteOutcome::Written]);
    });
}

/// Two batches that lock the same rows in another order would otherwise end a run now and then.
#[test]
fn two_writers_of_the_same_rows_come_to_an_end_and_one_wins_each() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let keys: Vec<String> = (0..150).map(|number| format!("{number:03}")).collect();
        for key in &keys {
            fixture.put(&table, Sample::stale(key.as_str()).row).await;
        }
        let all = rows(&fixture, &table).await;
        let set = vec![(SampleColumn::Title as usize, text("new"))];
        let writes: Vec<RowWrite> =
            all.into_iter().map(|expected| RowWrite { expected, set: set.clone() }).collect();
        let backwards: Vec<RowWrite> = writes.iter().rev().cloned().collect();
        let tasks = [writes, backwards].map(|writes| {
            let (store, table) = (fixture.store().clone(), table.clone());
            tokio::spawn(async move { store.write_batch(&table, &writes).await.unwrap() })
        });
        let mut written = 0;
        for task in tasks {
            let outcomes = task.await.unwrap();
            written += outcomes.iter().filter(|one| **one == WriteOutcome::Written).count();
        }
        assert_eq!(written, keys.len());
        let all = rows(&fixture, &table).await;
        assert!(all.iter().all(|row| row.model_version == Some(8)));
    });
}

/// An administrator who ends connections, or a server that is restarted, would otherwise end every run.
#[test]
fn a_batch_whose_connection_was_killed_is_written_again() {
    block_on(async {
        let fixture = MariaDbFixture::new().await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fixture.put(&table, Sample::stale("a").row).await;
        let expected = fixture.store().get(&table, &"a".into()).await.unwrap().unwrap();
        let mut other = fixture.store().pool().begin().await.unwrap();
        let lock = sqlx::query("SELECT 1 FROM samples WHERE id = 'a' FOR UPDATE");
        lock.execute(&mut *other).await.unwrap();
        let (store, of) = (fixture.store().clone(), table.clone());
        let write = RowWrite { expected, set: vec![(SampleColumn::States as usize, text("[]"))] };
        let written = tokio::spawn(async move { store.write_batch(&of, &[write]).await });
        // It waits for the lock, and is killed meanwhile.
        let waiting = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist \
                       WHERE db = database() AND id <> connection_id() \
                       AND info LIKE '%FOR UPDATE%'";
        let victim: i64 = loop {
            let found = sqlx::query_scalar(waiting).fetch_optional(fixture.store().pool()).await;
            if let Some(victim) = found.unwrap() {
                break victim;
            }
        };
        fixture.execute(&format!("KILL {victim}")).await;
        other.rollback().await.unwrap();
        assert_eq!(written.await.unwrap().unwrap(), [WriteOutcome::Written]);
    });
}
