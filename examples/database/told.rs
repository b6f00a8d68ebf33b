//! What the tests of the examples share: a story is the same on each database.

use versioned_cli::{App, Output};
use versioned_jobs::StopFlag;
use versioned_sql::SqlStore;
use versioned_testkit::servers::{PrivateServer, ServerKind};

/// What a line prints, and its exit code.
pub(crate) fn ran(app: &App<SqlStore>, line: &[&str]) -> (u8, String) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(async {
        let mut output = Output::captured();
        let stop = StopFlag::default();
        let words = ["example"].iter().chain(line);
        let code = app.run(words, &mut output, &stop, super::open).await;
        (code, output.captured_results() + &output.captured_errors())
    })
}

/// Tells a story on a private database and on one of a server: it prints the same, and can be told again there.
pub(crate) fn same_on_a_server<K: ServerKind>(app: &App<SqlStore>, again: &str) {
    let url = PrivateServer::<K>::shared().unwrap().database("example").unwrap();
    let (code, alone) = ran(app, &["story"]);
    assert_eq!(code, 0, "{alone}");
    let (code, told) = ran(app, &["--database", &url, "story"]);
    assert_eq!(code, 0, "{told}");
    let (alone, told) = (without_times(&alone), without_times(&told));
    for (alone, told) in alone.iter().zip(&told) {
        assert_eq!(alone, told);
    }
    assert_eq!(alone.len(), told.len());

    let (code, told) = ran(app, &["--database", &url, "story"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains(again), "{told}");
}

/// The lines, without how long a run took.
fn without_times(text: &str) -> Vec<&str> {
    let without = |line| match str::split_once(line, " rows in ") {
        Some((before, _)) => before,
        None => line,
    };
    text.lines().map(without).collect()
}

/// Tables of the same name that are another application's are told apart, and stay as they are.
pub(crate) fn refused_on_another<K: ServerKind>(app: &App<SqlStore>, table: &str, missing: &str) {
    let server = PrivateServer::<K>::shared().unwrap();
    let database = server.create_database("another").unwrap();
    server.query(&database, &format!("CREATE TABLE {table} (number INT)")).unwrap();
    let (code, told) = ran(app, &["--database", &server.url(&database), "story"]);
    assert_eq!(code, 1, "{told}");
    let expect = format!("the table has no column `{missing}`");
    assert!(told.contains(&expect) && told.contains("name another database"), "{told}");
    assert_eq!(server.query(&database, &format!("SELECT count(*) FROM {table}")).unwrap(), "0\n");
}
