//! The processes: one fills a table, others migrate it and measure themselves.

use std::{
    path::Path,
    process::{Command, ExitCode},
};

use serde::{Deserialize, Serialize};
use versioned_jobs::{
    BaseMigrateVersionedModelJob as _, BaseMigrateVersionedModelSnapshotsJob as _, JobOptions,
    NoProgress,
};
use versioned_sql::{
    SqliteStore,
    sqlx::{
        self, Connection as _, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use versioned_store::{JobLedger as _, Kept, RunId};

use crate::{
    cases::memory::status,
    measure::seconds_of,
    subjects::note::{
        CREATE, CREATE_SNAPSHOTS, INSERT, INSERT_SNAPSHOTS, MigrateNoteJob, MigrateNoteSnapshotsJob,
    },
};

/// With this, the name of some work, the path of a database and a number of rows, the program is a child.
pub(crate) const FLAG: &str = "--work-on-a-table";

/// What a child does with a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Fills a new one with stale rows.
    Fill,
    /// Migrates it without a ledger, ..
    Plain,
    /// .. with one, ..
    Ledger,
    /// .. and with one that keeps what is replaced.
    Kept,
    /// Fills a new one with stale snapshots.
    FillSnapshots,
    /// Migrates them with a ledger.
    Snapshots,
}

impl Work {
    const ALL: [(Self, &str); 6] = [
        (Self::Fill, "fill"),
        (Self::Plain, "plain"),
        (Self::Ledger, "ledger"),
        (Self::Kept, "kept"),
        (Self::FillSnapshots, "fill-snapshots"),
        (Self::Snapshots, "snapshots"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(work, _)| *work == self).map_or("", |(_, name)| name)
    }

    fn options(self) -> JobOptions {
        let options = JobOptions::default();
        match self {
            Self::Fill | Self::FillSnapshots | Self::Plain => options,
            Self::Ledger | Self::Snapshots => options.with_ledger("bench"),
            Self::Kept => options.with_ledger("bench").with_keep_before(true),
        }
    }
}

/// What a child has measured.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) rows: u32,
    /// Bytes of the fields that were stale.
    pub(super) bytes: u64,
    /// By the clock on the wall.
    pub(super) seconds: f64,
    /// Processor time of the whole process, which other processes do not change.
    pub(super) cpu_seconds: f64,
    pub(super) peak_kilobytes: usize,
    pub(super) kept_bytes: u64,
}

/// Starts a child and waits for it.
pub(super) fn start(work: Work, database: &Path, rows: u32) -> Result<Measured, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args([FLAG, work.name()]).arg(database).arg(rows.to_string());
    let output = command.output().map_err(|error| format!("the child did not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("the child's answer: {error}"))
}

/// The child.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let ended = match arguments {
        [name, database, rows] => work(name, database, rows),
        _ => Err("a child takes its work, a database and a number of rows".into()),
    };
    match ended {
        Ok(measured) => {
            println!("{}", serde_json::to_string(&measured).unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

type Error = Box<dyn std::error::Error>;

fn work(name: &str, database: &str, rows: &str) -> Result<Measured, Error> {
    let known = Work::ALL.into_iter().find(|(_, known)| *known == name);
    let (work, _) = known.ok_or("there is no such work")?;
    let rows: u32 = rows.parse()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match work {
        Work::Fill | Work::FillSnapshots => runtime.block_on(fill(work, database, rows)),
        _ => runtime.block_on(migrate(work, database, rows)),
    }
}

async fn fill(work: Work, database: &str, rows: u32) -> Result<Measured, Error> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let (create, insert, count) = match work {
        Work::FillSnapshots => (
            CREATE_SNAPSHOTS,
            INSERT_SNAPSHOTS,
            "SELECT sum(octet_length(content)) FROM note_snapshots",
        ),
        _ => (CREATE, INSERT, "SELECT sum(octet_length(body)) FROM notes"),
    };
    sqlx::query(create).execute(&mut connection).await?;
    sqlx::query(insert).bind(rows).execute(&mut connection).await?;
    let bytes: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await?;
    connection.close().await?;
    let bytes = bytes.unsigned_abs();
    Ok(Measured { rows, bytes, seconds: 0.0, cpu_seconds: 0.0, peak_kilobytes: 0, kept_bytes: 0 })
}

async fn migrate(work: Work, database: &str, rows: u32) -> Result<Measured, Error> {
    let store = SqliteStore::connect(database).await?;
    let options = work.options();
    let runtime = tokio::runtime::Handle::current();
    let before = cpu_time::ProcessTime::now();
    let (seconds, report) = tokio::task::block_in_place(|| {
        seconds_of(|| {
            runtime.block_on(async {
                match work {
                    Work::Snapshots => {
                        MigrateNoteSnapshotsJob::migrate(&store, &options, &NoProgress).await
                    }
                    _ => MigrateNoteJob::migrate(&store, &options, &NoProgress).await,
                }
            })
        })
    });
    let cpu_seconds = before.elapsed().as_secs_f64();
    let counts = *report?.counts();
    if counts.migrated != u64::from(rows) || counts.scanned != counts.migrated {
        return Err(format!("not every row was migrated: {counts:?}").into());
    }
    let peak_kilobytes = status("VmHWM:").ok_or("there is no /proc/self/status")?;
    let kept = match work {
        Work::Kept => store.kept(RunId::new(1)).await?,
        _ => Kept::default(),
    };
    let kept_bytes = kept.bytes;
    store.pool().close().await;
    Ok(Measured { rows, bytes: 0, seconds, cpu_seconds, peak_kilobytes, kept_bytes })
}
