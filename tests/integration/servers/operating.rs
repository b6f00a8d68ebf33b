//! What an operator reads where a server is not as it should be.

use std::time::Duration;

use versioned_cli::{App, Output, exit_code};
use versioned_jobs::StopFlag;
use versioned_sql::{SqlStore, Timeouts};
use versioned_store::HistoryStore;
use versioned_testkit::servers::PrivateServer;

use super::tested::{Held, Tested};
use crate::{
    jobs::{
        RUNTIME, block_on,
        lesson::{Layout, MigrateLessonColumnsJob, StoredLesson},
        probe::Probe,
    },
    store::sqlite::fixture::TemporaryFolder,
};

/// What `migrate` prints of errors over a store, and its exit code.
fn migrate<S: HistoryStore + 'static>(store: S) -> (u8, String) {
    run(async |_| Ok(store))
}

/// The same for the database at an address.
fn migrate_at(url: &str) -> (u8, String) {
    let url = url.to_owned();
    run(async move |_| SqlStore::connect(&url).await)
}

fn run<S: HistoryStore + 'static>(
    connect: impl AsyncFnOnce(versioned_cli::DatabaseUrl) -> Result<S, versioned_store::StoreError>,
) -> (u8, String) {
    let app = App::<S>::new("school").job::<MigrateLessonColumnsJob>();
    let mut output = Output::captured();
    let line = ["school", "--database", "school", "migrate", "--who", "ada"];
    let code = block_on(app.run(line, &mut output, &StopFlag::default(), connect));
    (code, output.captured_errors())
}

#[track_caller]
fn check((code, said): (u8, String), expect_code: u8, expect: &[&str]) {
    println!("{said}");
    assert_eq!(code, expect_code, "{said}");
    for line in expect {
        assert!(said.contains(line), "`{line}` is missing in:\n{said}");
    }
}

/// A database with an old lesson, and its name.
fn school<T: Tested>() -> (&'static PrivateServer<T::Kind>, String, Probe<T>) {
    let server = PrivateServer::<T::Kind>::shared().unwrap();
    let database = server.create_database("school").unwrap();
    let backend = block_on(T::at(&server.url(&database)));
    (server, database, Probe::filled(backend, Layout::Columns, &[StoredLesson::old("a")]))
}

/// Somebody keeps a row locked for longer than a batch may wait.
pub(super) fn a_lock_that_stays_is_told<T: Tested>(cause: &str) {
    let _runtime = RUNTIME.enter();
    let (_, _, store) = school::<T>();
    let mut held: Held = block_on(store.backend().hold());
    block_on(held.run("UPDATE lessons SET title = 'held' WHERE id = 'a'")).unwrap();
    let timeouts = Timeouts { lock: Duration::from_secs(1), ..Timeouts::default() };
    let expect = [
        "error: the run over `lesson` ended after 0 rows: the store failed\n",
        "  caused by: `commit_batch` on `lessons` failed\n",
        cause,
        "  help: somebody keeps a lock on the rows or the table; see who, then run again\n",
    ];
    let said = migrate(store.backend().with_timeouts(timeouts));
    check(said, exit_code::INTERRUPTED, &expect);
    block_on(held.commit()).unwrap();
    let said = migrate(store.backend().with_timeouts(timeouts));
    check(said, exit_code::DONE, &[]);
    let rows = store.rows(Layout::Columns);
    assert_eq!(rows[0].model_version, Some(2), "the same command goes on");
}

/// A trigger takes longer than a statement may.
pub(super) fn a_statement_that_takes_too_long_is_told<T: Tested>(slow: &str, cause: &str) {
    let (_, _, store) = school::<T>();
    block_on(store.backend().run(slow));
    let timeouts = Timeouts { statement: Duration::from_secs(2), ..Timeouts::default() };
    let expect = [
        "  caused by: `commit_batch` on `lessons` failed\n",
        cause,
        "  help: a statement took too long; use smaller batches or a longer timeout\n",
    ];
    let said = migrate(store.backend().with_timeouts(timeouts));
    check(said, exit_code::INTERRUPTED, &expect);
}

/// What each kind of server says itself.
pub(super) struct Said {
    pub(super) no_database: &'static str,
    pub(super) no_user: &'static str,
    /// Makes a user who may only read, whose name stands for `reader`.
    pub(super) make_reader: &'static [&'static str],
    pub(super) no_right: &'static str,
}

/// Who types an address wrong learns what is wrong with it, at once, and never sees a password.
pub(super) fn a_wrong_address_is_told_with_what_to_do<T: Tested>(said: &Said) {
    let (server, database, store) = school::<T>();
    let url = server.url(&database);
    let (scheme, _) = url.split_once("://").unwrap();
    let cannot = "error: database `school` cannot be opened\n";
    check(
        migrate_at(&url.replace(&database, "nosuch")),
        exit_code::USAGE,
        &[cannot, said.no_database, "  help: check the name of the database at the end of the"],
    );
    let (user, _) = url.split_once('@').unwrap();
    check(
        migrate_at(&url.replace(user, &format!("{scheme}://nobody:secret"))),
        exit_code::USAGE,
        &[cannot, said.no_user, "  help: check the user and the password in the address, and"],
    );
    let empty = TemporaryFolder::new();
    let (folder, elsewhere) = (server.folder().to_str().unwrap(), empty.path().to_str().unwrap());
    check(
        migrate_at(&url.replace(folder, elsewhere)),
        exit_code::INTERRUPTED,
        &[cannot, "(os error 2)", "  help: see that the server runs and can be reached\n"],
    );
    for (wrong, cause) in [
        (format!("{scheme}:/app:secret@db/x"), "no `//` follows the first colon of the address"),
        (format!("x{scheme}://app:secret@db/x"), "no database is called `"),
    ] {
        let (code, told) = migrate_at(&wrong);
        assert!(!told.contains("secret"), "{told}");
        check((code, told), exit_code::USAGE, &[cannot, cause, "  help: write `postgres://user@"]);
    }

    let reader = format!("reader_{database}");
    for sql in said.make_reader {
        server.query(&database, &sql.replace("reader", &reader)).unwrap();
    }
    check(
        migrate_at(&url.replace(user, &format!("{scheme}://{reader}"))),
        exit_code::USAGE,
        &["error: the run over `lesson`", said.no_right, "  help: the user lacks a right: to "],
    );
    assert_eq!(store.rows(Layout::Columns)[0].model_version, Some(1));
}
