//! Text keys in columns whose collation is not the order of the bytes.

use versioned_sql::{
    MySqlStore,
    sqlx::{self, Row as _, mysql::MySqlPoolOptions},
};
use versioned_store::{EntityTable, IdColumn, StorageModel};
use versioned_testkit::{
    conformance::StoreFixture as _,
    sample::{SAMPLE, sample_model},
};

use super::{MariaDbFixture, block_on};
use crate::store::reading_ahead::{keys_and_pages, stories};

/// Puts cases beside each other, and tells them from each other.
const TEXT_KEY: &str = "VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_nopad_as_cs";

fn run(rule: impl AsyncFnOnce(&MariaDbFixture)) {
    block_on(async { rule(&MariaDbFixture::with_text_key(TEXT_KEY).await).await });
}

versioned_testkit::store_conformance!(run);

mod ahead {
    use super::{run, stories};

    stories!(run);
}

/// How many rows the server went through one after the other while a scan read 20 000 rows in pages.
async fn rows_gone_through(fixture: &MariaDbFixture, table: &EntityTable) -> u64 {
    fixture
        .execute(
            "INSERT INTO samples (id, version, deleted, statesVersion, notesVersion, states, \
             notes, title, params) \
             SELECT IF(seq % 2, md5(seq), upper(md5(seq))), 7, 0, 1, 1, '{}', '[]', 'title', '{}' \
             FROM seq_1_to_20000; ANALYZE TABLE samples",
        )
        .await;
    // One connection, because each counts for itself.
    let options = (*fixture.store().pool().connect_options()).clone();
    let pool = MySqlPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let store = MySqlStore::new(pool.clone());
    let count = async || {
        let status = sqlx::query("SHOW SESSION STATUS LIKE 'Handler_read_rnd_next'");
        let row = status.fetch_one(&pool).await.unwrap();
        row.get::<String, _>(1).parse::<u64>().unwrap()
    };
    let before = count().await;
    let (keys, _) = keys_and_pages(&store, table, 500).await;
    assert_eq!(keys.len(), 20_000);
    assert!(keys.is_sorted_by(|one, next| one < next), "by bytes, each once");
    count().await - before
}

/// A table that is sorted for each page takes a run hours that should take seconds.
#[test]
fn a_table_is_not_read_from_end_to_end_for_each_page() {
    block_on(async {
        let fixture = MariaDbFixture::with_text_key(TEXT_KEY).await;
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        let count = rows_gone_through(&fixture, &table).await;
        // Twice for each of the 40 pages, it would be 1 600 000.
        assert!((1..500_000).contains(&count), "{count}");
    });
}

#[test]
fn rows_of_keys_with_several_parts_are_found_by_their_index() {
    block_on(async {
        let fixture = MariaDbFixture::with_text_key(TEXT_KEY).await;
        let model = StorageModel::columns("samples").id("id").id(IdColumn::integer("part"));
        let model = model.model_version("version").deleted("deleted");
        let table = EntityTable::new(&SAMPLE, model).unwrap();
        fixture.create_table(&table).await;
        fixture.execute("ALTER TABLE samples ALTER part SET DEFAULT 1").await;
        let count = rows_gone_through(&fixture, &table).await;
        assert!((1..500_000).contains(&count), "{count}");
    });
}
