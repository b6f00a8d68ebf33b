//! Two processes that want one run: one sleeps in the middle of it, the other one takes it over.

use std::{fs::File, path::Path, process::Child, time::Duration};

use versioned_sql::sqlx::{self, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{
    database::{Cell, Connection},
    folder::TemporaryFolder,
    ledger,
    program::{application, signal},
    round::fill,
    subject::{ROWS, RowKind, Subject, key},
};
use crate::jobs::block_on;

/// One row a batch, so that there is a middle.
const MIGRATE: &str = "migrate lesson --batch-rows 1 --lease-seconds 600";

/// What a process has said, to be read once it has ended.
struct Process {
    child: Child,
    errors: std::path::PathBuf,
}

impl Process {
    fn start(folder: &Path, database: &str, name: &str, verb: &str) -> Self {
        let errors = folder.join(name);
        let mut command = application(&Subject::Columns, verb, database);
        command.stdout(File::create(folder.join("results")).unwrap());
        command.stderr(File::create(&errors).unwrap());
        Self { child: command.spawn().unwrap(), errors }
    }

    /// The exit code, and what was said.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, std::fs::read_to_string(self.errors).unwrap())
    }
}

/// Waits until a part of the rows is done.
#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn wait_for_batches(database: &mut Connection, batches: i64) {
    let done = "SELECT coalesce(max(number), 0) FROM versioned_units";
    loop {
        let found = block_on(database.rows(done, &[]));
        // There is no ledger at first.
        if found.is_ok_and(|rows| rows[0][0].number() >= batches) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Puts a process to sleep between two of its transactions: one within would lock the database for as long as it sleeps.
#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn suspend(child: &Child, path: &str) {
    let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::ZERO);
    let mut probe = block_on(SqliteConnection::connect_with(&options)).unwrap();
    loop {
        signal(child, "STOP");
        std::thread::sleep(Duration::from_millis(5));
        let locked = block_on(sqlx::query("BEGIN IMMEDIATE").execute(&mut probe)).is_err();
        if !locked {
            block_on(sqlx::query("ROLLBACK").execute(&mut probe)).unwrap();
            return;
        }
        signal(child, "CONT");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Without it, a process that wakes up after its run was taken over would write rows and counts twice.
#[test]
fn a_process_that_wakes_up_after_its_run_was_taken_over_writes_nothing_more() {
    let folder = TemporaryFolder::new("two-owners");
    let database = folder.path().join("school.db").to_str().unwrap().to_owned();
    block_on(fill(&Subject::Columns, &database));
    let start = |name: &str, verb: &str| Process::start(folder.path(), &database, name, verb);
    let first = start("first", &format!("{MIGRATE} --who ada"));
    let mut watch = block_on(Connection::open(&database)).unwrap();
    wait_for_batches(&mut watch, 50);
    suspend(&first.child, &database);

    let (code, said) = start("second", &format!("{MIGRATE} --who bob")).end();
    assert_eq!(code, Some(3), "{said}");
    assert!(
        said.contains("run 1 is held by ada (process ") && said.contains("--take-over"),
        "{said}"
    );
    let (code, said) = start("third", &format!("{MIGRATE} --who bob --take-over")).end();
    assert_eq!(code, Some(2), "some rows are in quarantine: {said}");

    signal(&first.child, "CONT");
    let (code, said) = first.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("it was taken over") && said.contains("taken over by bob"), "{said}");

    // Each row was written once, or was current or failing and not at all.
    let all = "SELECT id, version FROM lessons";
    let rows = block_on(watch.rows(all, &[])).unwrap();
    assert_eq!(rows.len(), usize::try_from(ROWS).unwrap());
    let kind = |id: &str| (0..ROWS).find(|number| key(*number) == id).map(RowKind::of_number);
    for (id, version) in rows.iter().map(|row| (row[0].text(), row[1].number())) {
        let is_stale = matches!(kind(id), Some(RowKind::Oldest | RowKind::Older));
        assert_eq!(version, 1 + i64::from(is_stale), "{id}");
    }
    let failing = (0..ROWS).filter(|number| RowKind::of_number(*number) == RowKind::Failing);
    let failing = failing.map(key).collect();
    assert_eq!(ledger::mistakes(&database, ROWS.into(), &failing), 0);
    let runs = "SELECT count(*), max(token) FROM versioned_units";
    let runs = block_on(watch.rows(runs, &[])).unwrap();
    assert_eq!(runs, [[1, 2].map(Cell::Number)], "one run with two owners");
}
