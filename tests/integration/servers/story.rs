//! What is tested of every kind of server.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use versioned_testkit::servers::{PrivateServer, ServerKind, ServerOptions};

/// Tells a process that it is the one to be killed.
const ROLE: &str = "VERSIONED_TEST_SERVERS_ROLE";

/// How long the processes of a killed test may take to end, in steps.
const STEPS_MAX: u32 = 1_200;
const STEP: Duration = Duration::from_millis(50);

pub(super) fn databases_are_apart<K: ServerKind>(scheme: &str) {
    let server = PrivateServer::<K>::shared().unwrap();
    println!("{} {}", K::NAME, server.version());
    let databases = [(); 2].map(|()| server.create_database("apart").unwrap());
    for (number, database) in databases.iter().enumerate() {
        server.query(database, "CREATE TABLE lesson (number INT NOT NULL)").unwrap();
        server.query(database, &format!("INSERT INTO lesson VALUES ({number})")).unwrap();
    }
    for (number, database) in databases.iter().enumerate() {
        assert_eq!(server.query(database, "SELECT * FROM lesson").unwrap(), format!("{number}\n"));
        let url = server.url(database);
        assert!(url.starts_with(scheme), "{url}");
        assert!(url.contains(server.folder().to_str().unwrap()), "{url}");
    }
    let major = server.version().split('.').next().unwrap();
    assert!(major.parse::<u32>().is_ok_and(|major| major >= 10), "{}", server.version());
}

/// Without it, a test that kills its server would prove nothing about what it had stored.
pub(super) fn committed_rows_survive<K: ServerKind>() {
    let mut server = PrivateServer::<K>::start(&ServerOptions::durable()).unwrap();
    let database = server.create_database("kept").unwrap();
    server.query(&database, "CREATE TABLE lesson (title VARCHAR(20))").unwrap();
    for title in ["first", "second"] {
        server.query(&database, &format!("INSERT INTO lesson VALUES ('{title}')")).unwrap();
        let process = server.process_id().unwrap();
        server.kill().unwrap();
        assert_eq!(server.process_id(), None);
        assert!(!is_running(process), "{process} was killed");
        server.query(&database, "SELECT 1").unwrap_err();
        server.restart().unwrap();
    }
    let rows = server.query(&database, "SELECT title FROM lesson ORDER BY title").unwrap();
    assert_eq!(rows, "first\nsecond\n");

    let (folder, process) = (server.folder().to_owned(), server.process_id().unwrap());
    assert!(folder.exists() && is_running(process));
    drop(server);
    assert!(!folder.exists(), "{} was removed", folder.display());
    assert!(!is_running(process), "{process} was ended");
}

/// Without it, every test run that is interrupted would leave servers behind, until the machine is full of them.
pub(super) fn ends_with_its_process<K: ServerKind>(test: &str) {
    if std::env::var_os(ROLE).is_some() {
        let server = PrivateServer::<K>::shared().unwrap();
        println!("\nstarted {} {}", server.process_id().unwrap(), server.folder().display());
        // Waits to be killed; the end of its input comes first only where the test failed.
        std::io::stdin().lines().for_each(drop);
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ROLE, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let line = lines.into_iter().find(|line| line.starts_with("started ")).unwrap();
    let mut words = line.split(' ').skip(1);
    let process: u32 = words.next().unwrap().parse().unwrap();
    let folder = PathBuf::from(words.next().unwrap());
    assert!(is_running(process) && folder.exists());

    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..STEPS_MAX {
        if !folder.exists() {
            break;
        }
        wait();
    }
    assert!(!folder.exists(), "{} was removed", folder.display());
    assert!(!is_running(process), "{process} was ended");
}

pub(super) fn refusal_says_why<K: ServerKind>() {
    let options = ServerOptions::fast().with_setting("no_such_setting", "1");
    let error = PrivateServer::<K>::start(&options).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(K::NAME) && text.contains("no_such_setting"), "{text}");
}

#[expect(clippy::disallowed_methods, reason = "what ends is another process, not a child of ours")]
fn wait() {
    std::thread::sleep(STEP);
}

/// Whether a process runs; one that is dead and not yet waited for does not.
fn is_running(process: u32) -> bool {
    let status = std::fs::read_to_string(Path::new(&format!("/proc/{process}/status")));
    status.is_ok_and(|status| !status.contains("State:\tZ") && !status.contains("State:\tX"))
}
