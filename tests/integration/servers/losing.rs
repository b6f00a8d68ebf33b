//! Connections that are lost, transactions that the server undoes, and a server that is killed: a run goes on, or ends such
//! that the same command goes on, and every row is counted once.

use std::{
    sync::{Arc, Mutex},
    thread,
};

use versioned_jobs::{JobError, JobOptions, JobReport, Mode, NoProgress};
use versioned_store::{JobLedger, RunId, RunState, StoreErrorKind};
use versioned_testkit::servers::{PrivateServer, ServerKind as _, ServerOptions};

use super::{
    proxy::{Cut, Proxy},
    tested::{Held, Tested, kill_who_waits, until_somebody_waits},
};
use crate::jobs::{
    RUNTIME, block_on,
    lesson::{Layout, StoredLesson},
    probe::{Change, Probe, batches_of},
};

const LAYOUT: Layout = Layout::Columns;

fn lessons() -> [StoredLesson; 5] {
    ["a", "b", "c", "d", "e"].map(StoredLesson::old)
}

fn options(rows: u32) -> JobOptions {
    batches_of(rows).with_ledger("ada").with_take_over(true)
}

fn migrate<T: Tested>(store: &Probe<T>, rows: u32) -> Result<JobReport, JobError> {
    LAYOUT.run(Mode::Migrate, store, &options(rows), &NoProgress)
}

/// A database of the shared server, and its name.
fn database<T: Tested>() -> (&'static PrivateServer<T::Kind>, String) {
    let server = PrivateServer::<T::Kind>::shared().unwrap();
    (server, server.create_database("losing").unwrap())
}

/// What another program keeps locked while a job migrates five lessons in one batch: the last one.
struct Meeting<T: Tested> {
    server: &'static PrivateServer<T::Kind>,
    database: String,
    store: Probe<T>,
}

impl<T: Tested> Meeting<T> {
    fn new() -> Self {
        let (server, database) = database::<T>();
        let (setup, _) = T::LOSES;
        server.query(&database, &setup.replace("{database}", &database)).unwrap();
        let backend = block_on(T::at(&server.url(&database)));
        let store = Probe::filled(backend, LAYOUT, &lessons());
        Self { server, database, store }
    }

    /// Lets a job wait for somebody who has made a change, then does something, and gives what the job reports.
    fn meet(&self, edit: &str, then: impl FnOnce(Held)) -> JobReport {
        // A transaction that is dropped where a test fails needs it.
        let _runtime = RUNTIME.enter();
        thread::scope(|scope| {
            let mut held = block_on(self.store.backend().hold());
            block_on(held.run(edit)).unwrap();
            let job = scope.spawn(|| migrate(&self.store, 10).unwrap());
            until_somebody_waits::<T>(self.server, &self.database);
            let locked = "SELECT id FROM lessons WHERE id = 'a' FOR UPDATE SKIP LOCKED";
            let free = self.server.query(&self.database, locked).unwrap();
            assert_eq!(free, "", "the batch has locked its first row by then");
            then(held);
            job.join().unwrap()
        })
    }
}

const EDIT: &str = "UPDATE lessons SET title = 'held', version = version + 1 WHERE id = 'e'";

/// Without another try, two programs that lock rows in opposite order would end a run now and then.
pub(super) fn a_batch_that_loses_a_deadlock_is_written_again<T: Tested>() {
    let meeting = Meeting::<T>::new();
    let report = meeting.meet(EDIT, |mut held| {
        // The batch has `a` and waits for `e`; whoever has `e` now waits for `a`.
        block_on(held.run(T::LOSES.1)).unwrap();
        block_on(held.run(&EDIT.replace("'e'", "'a'"))).unwrap();
        block_on(held.commit()).unwrap();
    });
    let counts = report.counts();
    assert_eq!((counts.scanned, counts.migrated, counts.conflict), (5, 3, 2));
    check(&meeting.store, &[2; 5]);
    let report = migrate(&meeting.store, 10).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (2, 3));
}

pub(super) fn a_batch_whose_connection_is_killed_is_written_again<T: Tested>() {
    let meeting = Meeting::<T>::new();
    let report = meeting.meet(EDIT, |held| {
        assert_eq!(kill_who_waits::<T>(meeting.server, &meeting.database), 1);
        until_somebody_waits::<T>(meeting.server, &meeting.database);
        block_on(held.commit()).unwrap();
    });
    let counts = report.counts();
    assert_eq!((counts.scanned, counts.migrated, counts.conflict), (5, 4, 1));
    check(&meeting.store, &[2; 5]);
    assert_eq!(recorded(&meeting.store, RunId::new(1)).0, RunState::Finished);
}

/// What a server says then is that it cannot serialise the two.
pub(super) fn a_row_that_moves_to_another_partition_is_migrated_there<T: Tested>() {
    let meeting = Meeting::<T>::new();
    block_on(meeting.store.backend().run(
        "ALTER TABLE lessons RENAME TO plain; \
         CREATE TABLE lessons (LIKE plain, part INT NOT NULL) PARTITION BY LIST (part); \
         CREATE TABLE one PARTITION OF lessons FOR VALUES IN (1); \
         CREATE TABLE two PARTITION OF lessons FOR VALUES IN (2); \
         INSERT INTO lessons SELECT *, 1 FROM plain",
    ));
    let report = meeting.meet("UPDATE lessons SET part = 2 WHERE id = 'e'", |held| {
        block_on(held.commit()).unwrap();
    });
    assert_eq!((report.counts().scanned, report.counts().migrated), (5, 5));
    check(&meeting.store, &[2; 5]);
    let moved = meeting.server.query(&meeting.database, "SELECT id, version FROM two").unwrap();
    assert_eq!(moved, "e\t2\n");
}

/// A job whose line to the server can be cut, apart from another program that has a line of its own.
struct Cuttable<T: Tested> {
    proxy: Proxy,
    store: Probe<T>,
    straight: Probe<T>,
}

impl<T: Tested> Cuttable<T> {
    fn new(lessons: &[StoredLesson]) -> Self {
        let (server, database) = database::<T>();
        let straight = block_on(T::at(&server.url(&database)));
        let straight = Probe::filled(straight, LAYOUT, lessons);
        let (proxy, url) = T::line(server, &database);
        Self { proxy, store: Probe::of(block_on(T::at(&url))), straight }
    }
}

/// The acknowledgement of a commit may be lost as well as the commit: the checkpoint says which it was.
pub(super) fn a_line_that_is_cut_anywhere_changes_no_count<T: Tested>() {
    let lessons = &lessons()[..3];
    let job = Cuttable::<T>::new(lessons);
    migrate(&job.store, 2).unwrap();
    let (mut cuts, mut hit) = (0, [0; 2]);
    for (place, cut) in [Cut::Before(""), Cut::After("")].into_iter().enumerate() {
        for time in 1..=MESSAGES_MAX {
            for lesson in lessons {
                job.straight.put(LAYOUT, lesson.row(LAYOUT));
            }
            job.proxy.cut(cut, time);
            let report = migrate(&job.store, 2);
            let report = report.unwrap_or_else(|error| panic!("{cut:?}, {time}: {error:?}"));
            let counts = report.counts();
            assert_eq!((counts.scanned, counts.migrated), (3, 3), "{cut:?}, {time}");
            assert_eq!(report.resumed_after(), None, "{cut:?}, {time}");
            check(&job.straight, &[2; 3]);
            let run = report.run().unwrap();
            assert_eq!(recorded(&job.straight, run), (RunState::Finished, 3), "{cut:?}, {time}");
            if job.proxy.cuts() == cuts {
                break;
            }
            (cuts, hit[place]) = (job.proxy.cuts(), time);
        }
    }
    println!("{}: cut before {} and after {} messages of a run", T::Kind::NAME, hit[0], hit[1]);
    assert!(hit.iter().all(|hit| (20..MESSAGES_MAX).contains(hit)), "{hit:?}");
}

/// More messages than a run of two batches sends.
const MESSAGES_MAX: u32 = 200;

/// The server cannot be asked whether it has committed: who runs the job again learns it from the checkpoint.
pub(super) fn a_commit_of_which_nothing_more_is_heard_is_counted_once<T: Tested>() {
    for (cut, committed) in [(Cut::After("COMMIT"), 2), (Cut::Before("COMMIT"), 0)] {
        let job = Cuttable::<T>::new(&lessons());
        job.proxy.go_down();
        let proxy = Arc::new(Mutex::new(job.proxy));
        let (armed, mut batch) = (Arc::clone(&proxy), 0);
        job.store.before_write(move || {
            batch += 1;
            if batch == 1 {
                // A page may be read at the same time, on a line of its own.
                armed.lock().unwrap().cut_after("UPDATE versioned_units SET number", cut);
            }
            Vec::new()
        });
        let error = migrate(&job.store, 2).unwrap_err();
        let JobError::Store { source, report, .. } = &error else { panic!("{error:?}") };
        assert_eq!(source.kind(), StoreErrorKind::Transient, "{error:?}");
        assert!(error.is_retryable() && report.counts().is_balanced());
        assert_eq!(versioned_cli::exit_code::of_job_error(&error), 3);
        assert_eq!(
            recorded(&job.straight, RunId::new(1)),
            (RunState::Running, committed),
            "{cut:?}"
        );

        proxy.lock().unwrap().come_back();
        let report = migrate(&job.store, 2).unwrap();
        assert_eq!(report.run(), Some(RunId::new(1)), "the same run goes on");
        assert_eq!((report.counts().scanned, report.counts().migrated), (5, 5), "{cut:?}");
        check(&job.straight, &[2; 5]);
        assert_eq!(recorded(&job.straight, RunId::new(1)), (RunState::Finished, 5));
    }
}

/// A server of its own: it is killed between two batches, and makes transactions serializable unless told otherwise.
pub(super) fn a_server_that_is_killed_between_batches_ends_no_run<T: Tested>(isolation: &str) {
    let (name, level) = isolation.split_once('=').unwrap();
    let server = PrivateServer::<T::Kind>::start(&ServerOptions::fast().with_setting(name, level));
    let server = Arc::new(Mutex::new(server.unwrap()));
    let url = server.lock().unwrap().database("killed").unwrap();
    let store = Probe::filled(block_on(T::at(&url)), LAYOUT, &lessons());
    let (killed, mut batch) = (Arc::clone(&server), 0);
    store.before_write(move || {
        batch += 1;
        match batch {
            1 => {
                let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("b") };
                vec![Change::Put(changed.row(LAYOUT))]
            }
            2 => {
                killed.lock().unwrap().restart().unwrap();
                vec![Change::Delete("d".into())]
            }
            _ => Vec::new(),
        }
    });
    let report = migrate(&store, 2).unwrap();
    let counts = report.counts();
    assert_eq!((counts.scanned, counts.migrated), (5, 3));
    assert_eq!((counts.conflict, counts.deleted), (1, 1));
    assert_eq!(recorded(&store, RunId::new(1)), (RunState::Finished, 5));
    check(&store, &[2, 1, 2, 2]);
    drop(store);
}

/// The model versions of the lessons, in the order of their ids.
fn check<T: Tested>(store: &Probe<T>, expect: &[i64]) {
    let rows = store.rows(LAYOUT);
    let versions: Vec<_> = rows.iter().filter_map(|row| row.model_version).collect();
    assert_eq!(versions, expect);
}

/// The state of a run, and how many rows it has counted.
fn recorded<T: Tested>(store: &Probe<T>, run: RunId) -> (RunState, u64) {
    let run = block_on(store.backend().store().run(run)).unwrap().unwrap();
    let counts = run.checkpoint.counts;
    assert!(versioned_jobs::Counts::of(counts).is_balanced(), "{counts:?}");
    (run.state, counts.scanned)
}
