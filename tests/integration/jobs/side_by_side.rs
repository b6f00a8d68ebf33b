//! Several batches of a run are written at once: what is stored at any time is what one writer would have stored.

use std::{
    future::{Future as _, poll_fn},
    pin::pin,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    thread::{self, JoinHandle},
    time::Duration,
};

use versioned_jobs::{
    BaseMigrateVersionedModelJob as _, Counts, EntityFailure, JobError, JobOptions, JobReport,
    Mode, NoProgress, Progress, StopFlag,
};
use versioned_sql::{
    MySqlStore, PostgresStore, Timeouts,
    sqlx::{self, mysql::MySqlPoolOptions, postgres::PgPoolOptions},
};
use versioned_store::{EntityKey, EntityTable, HistoryStore, JobLedger as _, Row, RunId, RunState};
use versioned_testkit::conformance::StoreFixture as _;

use super::{
    backend::{Backend, MariaDbFixture, PostgresFixture},
    block_on,
    lesson::{Layout, MigrateLessonColumnsJob, REFUSED, StoredLesson},
};

const ROWS: usize = 60;

/// A server whose store writes batches side by side.
trait Server: Backend<Store: HistoryStore + Clone> {
    /// Lets each row that is written add 1 to a row of another table.
    const TALLY: &'static str;
    /// Lets one row be refused.
    const REFUSE: &'static str;

    async fn new_server() -> Self;

    /// The store of another process.
    fn other(&self) -> Self::Store;

    /// A store that waits no longer than that for locks.
    fn impatient(&self, lock: Duration) -> Self::Store;

    async fn run_sql(&self, sql: &str);

    async fn tally(&self) -> i64;
}

impl Server for PostgresFixture {
    const TALLY: &'static str = "CREATE TABLE tally (n bigint); INSERT INTO tally VALUES (0); \
         CREATE FUNCTION tally() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN UPDATE tally SET n = n + 1; RETURN NEW; END'; \
         CREATE TRIGGER tally BEFORE UPDATE ON lessons FOR EACH ROW EXECUTE FUNCTION tally()";
    const REFUSE: &'static str = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
         $$BEGIN IF NEW.id = '010' THEN RAISE 'not this one'; END IF; RETURN NEW; END$$; \
         CREATE TRIGGER refuse BEFORE UPDATE ON lessons FOR EACH ROW EXECUTE FUNCTION refuse()";

    async fn new_server() -> Self {
        Self::new("JSONB").await
    }

    fn other(&self) -> PostgresStore {
        let options = (*self.store().pool().connect_options()).clone();
        PostgresStore::new(block_on(PgPoolOptions::new().connect_with(options)).unwrap())
    }

    fn impatient(&self, lock: Duration) -> PostgresStore {
        self.store().clone().with_timeouts(Timeouts { lock, ..Timeouts::default() })
    }

    async fn run_sql(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn tally(&self) -> i64 {
        let tally = sqlx::query_scalar("SELECT n FROM tally");
        tally.fetch_one(self.store().pool()).await.unwrap()
    }
}

impl Server for MariaDbFixture {
    const TALLY: &'static str = "CREATE TABLE tally (n bigint); INSERT INTO tally VALUES (0); \
         CREATE TRIGGER tally BEFORE UPDATE ON lessons FOR EACH ROW UPDATE tally SET n = n + 1";
    const REFUSE: &'static str = "CREATE TRIGGER refuse BEFORE UPDATE ON lessons FOR EACH ROW \
         IF NEW.id = '010' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF";

    async fn new_server() -> Self {
        Self::new().await
    }

    fn other(&self) -> MySqlStore {
        let options = (*self.store().pool().connect_options()).clone();
        MySqlStore::new(block_on(MySqlPoolOptions::new().connect_with(options)).unwrap())
    }

    fn impatient(&self, lock: Duration) -> MySqlStore {
        self.store().clone().with_timeouts(Timeouts { lock, ..Timeouts::default() })
    }

    async fn run_sql(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn tally(&self) -> i64 {
        let tally = sqlx::query_scalar("SELECT n FROM tally");
        tally.fetch_one(self.store().pool()).await.unwrap()
    }
}

/// The tests over each server.
macro_rules! on_servers {
    ($($story:ident)*) => {
        on_servers! { @on postgres, PostgresFixture: $($story)* }
        on_servers! { @on mariadb, MariaDbFixture: $($story)* }
    };
    (@on $module:ident, $server:ident: $($story:ident)*) => {
        mod $module {
            $(
                #[test]
                fn $story() {
                    super::$story::<super::$server>();
                }
            )*
        }
    };
}

on_servers! {
    several_writers_leave_what_one_leaves
    a_run_that_is_stopped_goes_on_where_it_ended
    a_run_that_is_dropped_anywhere_is_gone_on_with
    who_has_lost_the_run_writes_nothing_more
    a_trigger_that_writes_one_row_for_all_stops_no_run
    a_row_that_is_refused_stops_neither_its_batch_nor_those_after_it
}

/// A table with lessons of every kind, in small batches of which each has some.
async fn filled<S: Server>(layout: Layout) -> (S, EntityTable) {
    let (fixture, table) = (S::new_server().await, layout.table());
    fixture.create_table(&table).await;
    for number in 0..ROWS {
        let id = format!("{number:03}");
        let lesson = match number % 10 {
            3 => StoredLesson::with_text(&id, REFUSED),
            5 => StoredLesson::current(&id),
            7 => StoredLesson::old(&id).deleted(),
            _ => StoredLesson::old(&id),
        };
        fixture.put(&table, lesson.row(layout)).await;
    }
    (fixture, table)
}

fn options(writers: usize) -> JobOptions {
    JobOptions::default().with_ledger("test").with_batch_rows(3).with_writers(writers)
}

async fn rows(store: &impl HistoryStore, table: &EntityTable) -> Vec<Row> {
    let key = |number| EntityKey::from(format!("{number:03}").as_str());
    let keys: Vec<EntityKey> = (0..ROWS).map(key).collect();
    store.get_many(table, &keys).await.unwrap().into_iter().flatten().collect()
}

/// The keys of failures, in the order in which they came.
#[derive(Debug, Default)]
struct Failed(Mutex<Vec<String>>);

impl Progress for Failed {
    fn failed(&self, failure: &EntityFailure) {
        self.0.lock().unwrap().push(failure.id.to_string());
    }
}

fn counts(report: &JobReport) -> (u64, u64, u64, u64, u64) {
    let counts = report.counts();
    (counts.scanned, counts.migrated, counts.current, counts.deleted, counts.quarantined)
}

fn several_writers_leave_what_one_leaves<S: Server>() {
    for layout in Layout::BOTH {
        let left = [1, 2, 5].map(|writers| {
            let (fixture, table) = block_on(filled::<S>(layout));
            let failed = Failed::default();
            let store = fixture.store();
            assert!(store.writes_ahead());
            let report = layout.run(Mode::Migrate, store, &options(writers), &failed).unwrap();
            assert_eq!(counts(&report), (60, 42, 6, 6, 6), "{writers} writers");
            let run = block_on(store.run(RunId::new(1))).unwrap().unwrap();
            assert_eq!(run.state, RunState::Finished);
            let rows = block_on(rows(store, &table));
            (run.checkpoint, failed.0.into_inner().unwrap(), rows)
        });
        assert_eq!(left[0].0.position.as_deref(), left[1].0.position.as_deref());
        assert_eq!(left[0], left[1], "{layout:?}");
        assert_eq!(left[0], left[2], "{layout:?}");
        let in_order: Vec<String> = (0..6).map(|ten| format!("{ten:02}3")).collect();
        assert_eq!(left[0].1, in_order);
    }
}

/// Counts what has been counted, and may ask the run to stop.
#[derive(Debug, Default)]
struct Counted {
    scanned: AtomicU64,
    stop_at: Option<(u64, StopFlag)>,
}

impl Progress for Counted {
    fn advanced(&self, counts: &Counts) {
        self.scanned.store(counts.scanned, Ordering::Relaxed);
        if let Some((at, stop)) = &self.stop_at
            && counts.scanned >= *at
        {
            stop.set();
        }
    }
}

/// What is stored and what the ledger says of it agree after every batch, whichever is the last one.
async fn check_ledger(store: &impl HistoryStore, table: &EntityTable) -> (u64, RunState) {
    let (run, raised) = loop {
        let before = store.run(RunId::new(1)).await.unwrap().unwrap();
        let rows = rows(store, table).await;
        // A commit that was under way when its run was dropped may arrive now.
        let after = store.run(RunId::new(1)).await.unwrap().unwrap();
        if before.checkpoint == after.checkpoint {
            break (after, rows);
        }
    };
    let raised = raised.iter().filter(|row| row.model_version == Some(2)).count();
    assert_eq!(run.checkpoint.counts.migrated, u64::try_from(raised).unwrap(), "{run:?}");
    (run.checkpoint.counts.scanned, run.state)
}

fn a_run_that_is_stopped_goes_on_where_it_ended<S: Server>() {
    let layout = Layout::Columns;
    let (fixture, table) = block_on(filled::<S>(layout));
    let store = fixture.store();
    for at in [9, 30, 33] {
        let stop = StopFlag::default();
        let progress = Counted { stop_at: Some((at, stop.clone())), ..Counted::default() };
        let ended = layout.run(Mode::Migrate, store, &options(3).with_stop(stop), &progress);
        assert!(matches!(ended, Err(JobError::Stopped { .. })), "{ended:?}");
        let (scanned, state) = block_on(check_ledger(store, &table));
        assert!(scanned >= at && state == RunState::Interrupted, "{scanned} {state:?}");
        assert_eq!(scanned, progress.scanned.load(Ordering::Relaxed), "what had begun was undone");
    }
    let report = layout.run(Mode::Migrate, store, &options(3), &NoProgress).unwrap();
    assert_eq!(counts(&report), (60, 42, 6, 6, 6));
    assert_eq!(block_on(check_ledger(store, &table)), (60, RunState::Finished));
}

/// The process is gone in the middle: what was being written is undone, and nothing is counted twice.
fn a_run_that_is_dropped_anywhere_is_gone_on_with<S: Server>() {
    let layout = Layout::Columns;
    let (fixture, table) = block_on(filled::<S>(layout));
    let store = fixture.store();
    for at in [0, 3, 12, 27, 45] {
        let options = options(4).with_take_over(true);
        let progress = Counted::default();
        block_on(async {
            let mut run = pin!(MigrateLessonColumnsJob::migrate(store, &options, &progress));
            let dropped = poll_fn(|context| match run.as_mut().poll(context) {
                Poll::Pending if progress.scanned.load(Ordering::Relaxed) < at => Poll::Pending,
                Poll::Pending => Poll::Ready(None),
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
            });
            assert!(dropped.await.is_none(), "it was to be dropped before its end");
        });
        // The first poll of all may have opened nothing yet.
        if at > 0 {
            block_on(check_ledger(store, &table));
        }
    }
    let options = options(4).with_take_over(true);
    let report = layout.run(Mode::Migrate, store, &options, &NoProgress).unwrap();
    assert_eq!(counts(&report), (60, 42, 6, 6, 6));
    assert_eq!(block_on(check_ledger(store, &table)), (60, RunState::Finished));
}

/// Lets another process take the run over once a few batches have been written.
#[derive(Debug)]
struct TakeOver<S> {
    other: S,
    running: Mutex<Option<JoinHandle<JobReport>>>,
}

impl<S: HistoryStore + Clone + Send + Sync + 'static> Progress for TakeOver<S> {
    fn advanced(&self, counts: &Counts) {
        let mut running = self.running.lock().unwrap();
        if counts.scanned < 12 || running.is_some() {
            return;
        }
        let store = self.other.clone();
        *running = Some(thread::spawn(move || {
            let options = options(2).with_take_over(true);
            Layout::Columns.run(Mode::Migrate, &store, &options, &NoProgress).unwrap()
        }));
        let token = || {
            let run = block_on(self.other.run(RunId::new(1))).unwrap().unwrap();
            run.lease.token
        };
        // Elsewhere, because this is called within a runtime.
        while thread::scope(|scope| scope.spawn(token).join().unwrap()) == 1 {}
    }
}

/// Whoever has lost the run to somebody else writes nothing more, however much it had begun.
fn who_has_lost_the_run_writes_nothing_more<S: Server>() {
    let (fixture, table) = block_on(filled::<S>(Layout::Columns));
    let store = fixture.store();
    let progress = TakeOver { other: fixture.other(), running: Mutex::default() };
    let ended = Layout::Columns.run(Mode::Migrate, store, &options(3), &progress);
    assert!(matches!(ended, Err(JobError::TakenOver { .. })), "{ended:?}");
    let running = progress.running.into_inner().unwrap().unwrap();
    assert_eq!(counts(&running.join().unwrap()), (60, 42, 6, 6, 6));
    assert_eq!(block_on(check_ledger(store, &table)), (60, RunState::Finished));
}

/// A row that all batches write would otherwise keep each waiting for the one that waits for it.
fn a_trigger_that_writes_one_row_for_all_stops_no_run<S: Server>() {
    let (fixture, table) = block_on(filled::<S>(Layout::Columns));
    block_on(fixture.run_sql(S::TALLY));
    let store = fixture.impatient(Duration::from_millis(100));
    let report = Layout::Columns.run(Mode::Migrate, &store, &options(4), &NoProgress).unwrap();
    assert_eq!(counts(&report), (60, 42, 6, 6, 6));
    assert_eq!(block_on(check_ledger(&store, &table)), (60, RunState::Finished));
    assert_eq!(block_on(fixture.tally()), 42, "each row once");
}

fn a_row_that_is_refused_stops_neither_its_batch_nor_those_after_it<S: Server>() {
    let (fixture, table) = block_on(filled::<S>(Layout::Columns));
    block_on(fixture.run_sql(S::REFUSE));
    let (store, failed) = (fixture.store(), Failed::default());
    let report = Layout::Columns.run(Mode::Migrate, store, &options(4), &failed).unwrap();
    assert_eq!(counts(&report), (60, 41, 6, 6, 7));
    assert_eq!(block_on(check_ledger(store, &table)), (60, RunState::Finished));
    let failed = failed.0.into_inner().unwrap();
    assert_eq!(failed, ["003", "010", "013", "023", "033", "043", "053"]);
}

/// Rows are found by another index than the primary key's, on the way to which others may be locked.
#[test]
fn an_id_of_mariadb_that_is_no_primary_key_does_no_harm() {
    let (fixture, table) = block_on(filled::<MariaDbFixture>(Layout::Columns));
    block_on(fixture.execute(
        "ALTER TABLE lessons DROP PRIMARY KEY, ADD UNIQUE (id), \
         ADD number BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
    ));
    // A batch that waited for a lock of the one before it would wait in vain, and so would that one.
    let store = fixture.impatient(Duration::from_secs(1));
    let report = Layout::Columns.run(Mode::Migrate, &store, &options(4), &NoProgress).unwrap();
    assert_eq!(counts(&report), (60, 42, 6, 6, 6));
    assert_eq!(block_on(check_ledger(&store, &table)), (60, RunState::Finished));
}
