//! Text keys in columns whose collation is not the order of the bytes.

use versioned_sql::{
    PostgresStore,
    sqlx::{self, Row as _, postgres::PgPoolOptions},
};
use versioned_store::{EntityKey, EntityTable, IdColumn, ModelStore as _, StorageModel};
use versioned_testkit::{
    conformance::StoreFixture as _,
    sample::{SAMPLE, Sample, sample_model},
};

use super::{PostgresFixture, block_on};
use crate::store::reading_ahead::{keys_and_pages, request, stories};

/// Ignores case and punctuation at first, as the default of most databases does.
const TEXT_KEY: &str = "TEXT COLLATE \"und-x-icu\"";

fn run(rule: impl AsyncFnOnce(&PostgresFixture)) {
    block_on(async { rule(&PostgresFixture::new("JSON").await.with_text_key(TEXT_KEY)).await });
}

versioned_testkit::store_conformance!(run);

mod ahead {
    use super::{run, stories};

    stories!(run);
}

/// How often a table was read from end to end while a scan read it in pages of 500 rows, how often by an index, and how many
/// pages there were.
async fn reads(fixture: &PostgresFixture, table: &EntityTable, rows: usize) -> (i64, i64, usize) {
    // One connection, because each counts for itself.
    let options = (*fixture.store().pool().connect_options()).clone();
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let store = PostgresStore::new(pool.clone());
    let reads = async || {
        let flush = sqlx::query("SELECT pg_stat_force_next_flush()");
        flush.execute(&pool).await.unwrap();
        let counts = "SELECT seq_scan, coalesce(idx_scan, 0) FROM pg_stat_user_tables \
                      WHERE relname = 'samples'";
        let row = sqlx::query(counts).fetch_one(&pool).await.unwrap();
        (row.get::<i64, _>(0), row.get::<i64, _>(1))
    };
    let before = reads().await;
    let (keys, pages) = keys_and_pages(&store, table, 500).await;
    let after = reads().await;
    assert_eq!(keys.len(), rows);
    assert!(keys.is_sorted_by(|one, next| one < next), "by bytes, each once");
    (after.0 - before.0, after.1 - before.1, pages)
}

/// 20 000 rows with ids of both cases; what `id` and `n` are is the caller's.
async fn fill(fixture: &PostgresFixture) {
    fixture
        .execute(
            "INSERT INTO samples (id, version, deleted, \"statesVersion\", \"notesVersion\", \
             states, notes, title, params) \
             SELECT CASE n % 2 WHEN 0 THEN md5(n::text) ELSE upper(md5(n::text)) END, 7, 0, 1, 1, \
             '{}', '[]', 'title', '{}' FROM generate_series(1, 20000) AS n; \
             ANALYZE samples",
        )
        .await;
}

/// A table that is sorted for each page takes a run hours that should take seconds.
#[test]
fn a_table_is_not_read_from_end_to_end_for_each_page() {
    block_on(async {
        let fixture = PostgresFixture::new("JSON").await.with_text_key(TEXT_KEY);
        let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
        fixture.create_table(&table).await;
        fill(&fixture).await;
        let (from_end_to_end, by_index, pages) = reads(&fixture, &table, 20_000).await;
        assert_eq!(pages, 40);
        // Keys are read again when they have become old, which depends on how busy the machine is.
        assert!((1..10).contains(&from_end_to_end), "{from_end_to_end} times in {pages} pages");
        assert!(by_index >= 80, "{by_index} times in {pages} pages");
    });
}

#[test]
fn rows_of_keys_with_several_parts_are_found_by_their_index() {
    block_on(async {
        let fixture = PostgresFixture::new("JSON").await.with_text_key(TEXT_KEY);
        let model = StorageModel::columns("samples").id("id").id(IdColumn::integer("part"));
        let model = model.model_version("version").deleted("deleted");
        let table = EntityTable::new(&SAMPLE, model).unwrap();
        fixture.create_table(&table).await;
        fixture.execute("ALTER TABLE samples ALTER part SET DEFAULT 1").await;
        fill(&fixture).await;
        let (from_end_to_end, by_index, pages) = reads(&fixture, &table, 20_000).await;
        assert!((1..10).contains(&from_end_to_end), "{from_end_to_end} times in {pages} pages");
        assert!(by_index >= 80, "{by_index} times in {pages} pages");
    });
}

/// Where the database compares by bytes, its own index gives the pages, and nothing is read ahead.
#[test]
fn an_index_in_the_order_of_the_bytes_is_used_as_it_is() {
    block_on(async {
        let collations = ["TEXT COLLATE \"C\"", "TEXT COLLATE \"POSIX\"", "TEXT COLLATE ucs_basic"];
        // The first one is that of the database, which is `C`.
        for text_key in ["TEXT"].into_iter().chain(collations) {
            let fixture = PostgresFixture::new("JSON").await.with_text_key(text_key);
            let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
            fixture.create_table(&table).await;
            fill(&fixture).await;
            let (from_end_to_end, _, pages) = reads(&fixture, &table, 20_000).await;
            // The first page of all is planned without a key that it follows.
            assert!(from_end_to_end < 3, "{text_key}: {from_end_to_end} times in {pages} pages");
            // What is inserted before the next page is in it.
            let mut request = request(2);
            let page = fixture.store().scan(&table, &request).await.unwrap();
            let next = EntityKey::from(format!("{}0", page.rows[1].key).as_str());
            fixture.put(&table, Sample::stale(next.clone()).row).await;
            request.after = Some(page.rows[1].key.clone());
            let page = fixture.store().scan(&table, &request).await.unwrap();
            assert_eq!(page.rows[0].key, next, "{text_key}");
        }
    });
}
