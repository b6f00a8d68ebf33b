//! The processes: this test binary once more, as the application or as the writer, and the binary of the example.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tokio::signal::unix::{SignalKind, signal as signal_of};
use versioned_cli::{App, Output};
use versioned_jobs::StopFlag;
use versioned_sql::SqlStore;

use super::{database::Kind, subject::Subject, writer, writers};
use crate::jobs::{
    block_on,
    lesson::{MigrateLessonColumnsJob, MigrateLessonDocumentsJob},
};

const ROLE: &str = "VERSIONED_TORTURE_ROLE";
const SUBJECT: &str = "VERSIONED_TORTURE_SUBJECT";
const DATABASE: &str = "VERSIONED_TORTURE_DATABASE";
const LOG: &str = "VERSIONED_TORTURE_LOG";
const VERB: &str = "VERSIONED_TORTURE_VERB";
const WRITER_SEED: &str = "VERSIONED_TORTURE_WRITER_SEED";

/// The test that plays the roles.
const TEST: &str = "torture::sqlite::kills_and_writers_lose_nothing_and_bring_nothing_back";

/// Rows of a batch.
const BATCH_ROWS: &str = "20";

/// What this process was started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Application,
    Writer,
}

impl Role {
    /// `None` in the process that starts the others.
    pub(super) fn of_this_process() -> Option<Self> {
        match std::env::var(ROLE).ok()?.as_str() {
            "application" => Some(Self::Application),
            "writer" => Some(Self::Writer),
            other => panic!("no role is called `{other}`"),
        }
    }

    /// Does what the process was started for, and ends it.
    pub(super) fn play(self) -> ! {
        let subject = Subject::of_word(&variable(SUBJECT));
        let database = variable(DATABASE);
        let code = match self {
            Self::Writer => {
                let (log, seed) = (PathBuf::from(variable(LOG)), variable(WRITER_SEED));
                let seed = seed.parse().unwrap();
                match Kind::at(&database) {
                    Kind::Sqlite => {
                        block_on(writer::write_until_input_ends(&subject, &database, &log, seed));
                    }
                    _ => writers::write_until_input_ends(&subject, &database, &log, seed),
                }
                0
            }
            Self::Application => block_on(run_verb(&subject, &database)),
        };
        std::process::exit(code.into())
    }
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap()
}

async fn run_verb(subject: &Subject, database: &str) -> u8 {
    let app = App::<SqlStore>::new("school");
    let app = match subject {
        Subject::Documents => app.job::<MigrateLessonDocumentsJob>(),
        _ => app.job::<MigrateLessonColumnsJob>(),
    };
    let mut words = vec!["school".to_owned(), "--database".to_owned(), database.to_owned()];
    words.extend(variable(VERB).split(' ').map(str::to_owned));
    let (mut output, stop) = (Output::standard(), StopFlag::default());
    // As `App::main` does, whose exit code no test can see.
    let flag = stop.clone();
    let mut terminate = signal_of(SignalKind::terminate()).unwrap();
    tokio::spawn(async move {
        terminate.recv().await;
        flag.set();
    });
    app.run(words, &mut output, &stop, async |url| SqlStore::connect(url.as_str()).await).await
}

fn this_binary(role: &str, subject: &Subject, database: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([TEST, "--exact", "--nocapture"]);
    command.env(ROLE, role).env(SUBJECT, subject.word()).env(DATABASE, database);
    command
}

/// The application with a verb of its command line.
pub(super) fn application(subject: &Subject, verb: &str, database: &str) -> Command {
    let mut command = match subject {
        Subject::Notebooks(binary) => {
            let mut command = Command::new(binary);
            command.arg("--database").arg(database).args(verb.split(' '));
            command
        }
        _ => {
            let mut command = this_binary("application", subject, database);
            command.env(VERB, verb);
            command
        }
    };
    command.stdin(Stdio::null());
    command
}

/// What is done to all rows, in small batches, so that a run has many moments to be killed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Migrate,
    Replay,
    Undo(i64),
    Audit,
}

impl Verb {
    /// The command line. What was killed holds its run for a while yet, so it is taken over; an audit holds none.
    fn words(self) -> String {
        match self {
            Self::Migrate => {
                format!("migrate --all --json --batch-rows {BATCH_ROWS} --keep-before --take-over")
            }
            Self::Replay => {
                format!("quarantine replay --all --json --batch-rows {BATCH_ROWS} --take-over")
            }
            Self::Undo(run) => format!("undo {run} --json --take-over"),
            Self::Audit => format!("audit --all --json --batch-rows {BATCH_ROWS}"),
        }
    }
}

/// Starts a verb, with its results as JSON lines in a file, and what it says of errors in another one.
pub(super) fn start(
    subject: &Subject,
    verb: Verb,
    database: &str,
    (results, errors): (&Path, &Path),
) -> Child {
    let mut command = application(subject, &verb.words(), database);
    let [results, errors] = [results, errors].map(|path| File::create(path).unwrap());
    command.stderr(errors).stdout(results).spawn().unwrap()
}

/// Sends a signal to a process, by its name without `SIG`.
pub(super) fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).arg(child.id().to_string());
    // It may have ended by itself just before.
    kill.stderr(Stdio::null()).status().unwrap();
}

/// Starts the writer, which ends when its standard input does.
pub(super) fn start_writer(subject: &Subject, database: &str, log: &Path, seed: u64) -> Child {
    this_binary("writer", subject, database)
        .env(LOG, log)
        .env(WRITER_SEED, seed.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}
