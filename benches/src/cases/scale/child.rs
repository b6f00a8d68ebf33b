//! The processes: one fills a table, in an SQLite file or at the URL of a server, others migrate it and measure themselves.

use std::{
    ffi::OsStr,
    process::{Command, ExitCode},
};

use serde::{Deserialize, Serialize};
use versioned_jobs::{
    BaseMigrateVersionedModelJob as _, BaseMigrateVersionedModelSnapshotsJob as _, JobOptions,
    NoProgress, VersionedModel as _,
};
use versioned_sql::{
    SqlStore,
    sqlx::{
        self, Connection as _, MySqlConnection, PgConnection, Row as _, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use versioned_store::{
    BatchLimits, Bodies, ColumnKind, JobLedger as _, Kept, ModelStore as _, RunId, ScanRequest,
};

use crate::{
    cases::memory::status,
    measure::seconds_of,
    subjects::note::{
        CREATE, CREATE_IN_MARIADB, CREATE_IN_POSTGRES, CREATE_SNAPSHOTS, INSERT, INSERT_IN_MARIADB,
        INSERT_SNAPSHOTS, MigrateNoteJob, MigrateNoteSnapshotsJob, NOTES, Notes,
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
    /// Migrates, with a ledger, what is current already.
    Current,
}

impl Work {
    const ALL: [(Self, &str); 7] = [
        (Self::Fill, "fill"),
        (Self::Plain, "plain"),
        (Self::Ledger, "ledger"),
        (Self::Kept, "kept"),
        (Self::FillSnapshots, "fill-snapshots"),
        (Self::Snapshots, "snapshots"),
        (Self::Current, "current"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(work, _)| *work == self).map_or("", |(_, name)| name)
    }

    fn options(self) -> JobOptions {
        let options = JobOptions::default();
        match self {
            Self::Fill | Self::FillSnapshots | Self::Plain => options,
            Self::Ledger | Self::Snapshots | Self::Current => options.with_ledger("bench"),
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
    /// Documents that a scan reads which asks for stale ones.
    pub(super) documents: u64,
}

/// Starts a child and waits for it.
pub(super) fn start(
    work: Work,
    database: impl AsRef<OsStr>,
    rows: u32,
) -> Result<Measured, String> {
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
        Work::Fill if database.contains("://") => runtime.block_on(fill_on_server(database, rows)),
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
    sqlx::query(insert).bind(1).bind(rows).execute(&mut connection).await?;
    let bytes: i64 = sqlx::query_scalar(count).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(filled(rows, bytes))
}

fn filled(rows: u32, bytes: i64) -> Measured {
    let bytes = bytes.unsigned_abs();
    let (seconds, cpu_seconds, peak_kilobytes) = (0.0, 0.0, 0);
    Measured { rows, bytes, seconds, cpu_seconds, peak_kilobytes, kept_bytes: 0, documents: 0 }
}

/// Rows that are sent to a server at once.
const PAGE: u32 = 1_000;

/// SQLite makes the rows, so that they are the same everywhere.
async fn fill_on_server(url: &str, rows: u32) -> Result<Measured, Error> {
    let mut source = SqliteConnection::connect("sqlite::memory:").await?;
    let mut server = Server::connect(url).await?;
    server.create().await?;
    let mut first = 1;
    while first <= rows {
        let last = rows.min(first + PAGE - 1);
        let notes = sqlx::query(NOTES).bind(first).bind(last).fetch_all(&mut source).await?;
        let notes: Vec<[&str; 2]> = notes.iter().map(|note| [note.get(0), note.get(2)]).collect();
        server.insert(&notes).await?;
        first = last + 1;
    }
    let bytes = server.settle().await?;
    Ok(filled(rows, bytes))
}

/// A connection that fills a table.
enum Server {
    Postgres(PgConnection),
    MariaDb(MySqlConnection),
}

impl Server {
    async fn connect(url: &str) -> Result<Self, Error> {
        Ok(match url.starts_with("postgres:") {
            true => Self::Postgres(PgConnection::connect(url).await?),
            false => Self::MariaDb(MySqlConnection::connect(url).await?),
        })
    }

    async fn create(&mut self) -> Result<(), Error> {
        match self {
            Self::Postgres(connection) => {
                sqlx::raw_sql(CREATE_IN_POSTGRES).execute(connection).await?;
            }
            Self::MariaDb(connection) => {
                sqlx::raw_sql(CREATE_IN_MARIADB).execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Inserts stale notes, each with its id and its body.
    async fn insert(&mut self, notes: &[[&str; 2]]) -> Result<(), Error> {
        match self {
            Self::Postgres(connection) => {
                let rows = notes.iter().map(|[id, body]| {
                    let body = body.replace('\\', r"\\");
                    format!("{id}\t1\t{body}\t1\n")
                });
                let mut copy = connection.copy_in_raw("COPY notes FROM STDIN").await?;
                copy.send(rows.collect::<String>().into_bytes()).await?;
                copy.finish().await?;
            }
            Self::MariaDb(connection) => {
                let notes = serde_json::to_string(notes)?;
                sqlx::query(INSERT_IN_MARIADB).bind(notes).execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Leaves nothing to write for later, as far as the server can be told, and counts the bytes of the documents.
    async fn settle(&mut self) -> Result<i64, Error> {
        Ok(match self {
            Self::Postgres(connection) => {
                for sql in ["VACUUM (FREEZE, ANALYZE) notes", "CHECKPOINT"] {
                    sqlx::raw_sql(sql).execute(&mut *connection).await?;
                }
                let count = "SELECT sum(octet_length(body::text))::bigint FROM notes";
                sqlx::query_scalar(count).fetch_one(connection).await?
            }
            Self::MariaDb(connection) => {
                sqlx::raw_sql("ANALYZE TABLE notes").execute(&mut *connection).await?;
                let count = "SELECT CAST(sum(octet_length(body)) AS SIGNED) FROM notes";
                sqlx::query_scalar(count).fetch_one(connection).await?
            }
        })
    }
}

async fn migrate(work: Work, database: &str, rows: u32) -> Result<Measured, Error> {
    let store = SqlStore::connect(database).await?;
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
    let changed = if work == Work::Current { counts.current } else { counts.migrated };
    if changed != u64::from(rows) || counts.scanned != changed {
        return Err(format!("not every row was what it had to be: {counts:?}").into());
    }
    let peak_kilobytes = status("VmHWM:").ok_or("there is no /proc/self/status")?;
    let kept = match work {
        Work::Kept => store.kept(RunId::new(1)).await?,
        _ => Kept::default(),
    };
    let kept_bytes = kept.bytes;
    let documents = match work {
        Work::Current => documents_read(&store).await?,
        _ => 0,
    };
    let pool = store.pool();
    if let Some(pool) = pool.as_sqlite() {
        // What is in its log is to be in the file.
        pool.close().await;
    }
    let bytes = 0;
    Ok(Measured { rows, bytes, seconds, cpu_seconds, peak_kilobytes, kept_bytes, documents })
}

/// How many documents the scan of a migration reads.
async fn documents_read(store: &SqlStore) -> Result<u64, Error> {
    let table = Notes::table()?;
    let is_document: Vec<bool> = table
        .columns()
        .iter()
        .map(|column| matches!(column.kind, ColumnKind::Json { .. }))
        .collect();
    let limits = BatchLimits { rows_max: BatchLimits::ROWS_MAX, ..BatchLimits::default() };
    let mut request = ScanRequest { after: None, until: None, limits, bodies: Bodies::Stale };
    let mut documents = 0;
    loop {
        let page = store.scan(&table, &request).await?;
        for row in &page.rows {
            let read = row.values.iter().zip(&is_document);
            documents += read.filter(|(value, is)| **is && value.is_some()).count() as u64;
        }
        match page.rows.last() {
            Some(last) if !page.is_last => request.after = Some(last.key.clone()),
            _ => return Ok(documents),
        }
    }
}
