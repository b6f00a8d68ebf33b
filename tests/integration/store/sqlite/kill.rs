//! A process that is killed while it writes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use versioned_sql::{SqliteStore, sqlx::Row as _};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, ModelStore, RowWrite, ScanRequest, WriteOutcome,
};
use versioned_testkit::{
    conformance::StoreFixture,
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use super::fixture::{SqliteFixture, block_on};

/// Path of the database, for the process that is to be killed.
const DATABASE: &str = "VERSIONED_TEST_KILL_DATABASE";

const ROWS: u32 = 5;

/// Writes batches for ever, and says of each that it is committed.
async fn write_for_ever(path: &str) {
    let store = SqliteStore::connect(path).await.unwrap();
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    let limits = BatchLimits::default();
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
    loop {
        let page = store.scan(&table, &request).await.unwrap();
        let set = |number: i64| vec![(SampleColumn::Title as usize, ColumnValue::Integer(number))];
        let writes = page.rows.into_iter().map(|expected| {
            let set = set(expected.model_version.unwrap() + 1);
            RowWrite { expected, set }
        });
        let outcomes = store.write_batch(&table, &writes.collect::<Vec<_>>()).await.unwrap();
        assert_eq!(outcomes, [WriteOutcome::Written; ROWS as usize]);
        println!("committed");
        std::io::stdout().flush().unwrap();
    }
}

/// Without it, a job would repeat or lose work after a crash: what was reported as written must be there, and no batch may
/// be there in part.
#[test]
fn a_committed_batch_survives_kill_and_an_unfinished_one_leaves_nothing() {
    if let Ok(path) = std::env::var(DATABASE) {
        block_on(write_for_ever(&path));
    }
    for kill_after in [1, 7, 20] {
        block_on(async {
            let fixture = SqliteFixture::new().await;
            let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
            fixture.create_table(&table).await;
            for id in 0..ROWS {
                fixture.put(&table, Sample::stale(&*format!("{id}")).row).await;
            }
            let name = "a_committed_batch_survives_kill_and_an_unfinished_one_leaves_nothing";
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args([&format!("store::sqlite::kill::{name}"), "--exact", "--nocapture"])
                .env(DATABASE, fixture.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let committed = lines.map(Result::unwrap).filter(|line| line.contains("committed"));
            assert_eq!(committed.take(kill_after).count(), kill_after, "the child ended early");
            child.kill().unwrap();
            child.wait().unwrap();

            let store = SqliteStore::connect(&fixture.path()).await.unwrap();
            let row = "SELECT DISTINCT version, title FROM samples";
            let rows = fixture.query(row).await;
            assert_eq!(rows.len(), 1, "every row is of the same batch");
            let (version, title): (i64, i64) = (rows[0].get(0), rows[0].get(1));
            assert_eq!(version, title);
            assert!(version >= 7 + i64::try_from(kill_after).unwrap(), "{version}");
            assert_eq!(store.count(&table).await.unwrap(), u64::from(ROWS));
            let intact = fixture.query("PRAGMA integrity_check").await;
            assert_eq!(intact[0].get::<&str, _>(0), "ok");
        });
    }
}
