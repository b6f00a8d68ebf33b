//! SQLite: how its connections are opened.
//!
//! Layer: adapters.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use versioned_store::{StoreError, StoreErrorKind};

use crate::{dialect::Dialect, error, store::Store};

/// A store in an SQLite database.
///
/// Values keep the type that SQLite stored them in (`NULL`, integer, real, text, blob), whatever the column was declared
/// as, with one exception: 0 and 1 in a column declared `BOOLEAN` or `BOOL` are truth values. A write compares types and bytes,
/// whatever the column's collation.
///
/// Text keys are ordered by their bytes. Where the id column has another collation than `BINARY`, SQLite cannot use its
/// index for that order and sorts the table for every page; an index over `id COLLATE BINARY` helps.
///
/// It is cheap to clone: clones share the pool.
///
/// # Examples
///
/// ```no_run
/// # async fn open() -> Result<(), versioned_store::StoreError> {
/// use versioned_sql::SqliteStore;
///
/// let store = SqliteStore::connect("var/app.db").await?;
/// # Ok(())
/// # }
/// ```
pub type SqliteStore = Store<SqlitePool>;

/// Connections of a pool that this crate opens: one that writes, some that read.
const CONNECTIONS_MAX: u32 = 8;

/// Rows that a connection's thread reads ahead. A page is measured before it is read, so many rows are no more memory.
const ROW_BUFFER: usize = 1000;

/// Memory for pages of the file per connection, as `PRAGMA cache_size` takes it: 16 MiB. A page of rows is measured and then
/// read, which should go to the file once.
const CACHE_KIB: &str = "-16384";

/// How long a connection waits for another one that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

impl Store<SqlitePool> {
    /// Opens an existing database, given by its path or by an `sqlite:` URL.
    ///
    /// The database is put into WAL mode, which stays with the file, so that the application reads on while a batch is
    /// written (a URL with `mode=ro` leaves the file as it is). Connections wait 5 seconds for another writer, and a batch is flushed to the disk before it
    /// counts as written (`synchronous = FULL`), so neither a killed process nor a power cut loses it.
    ///
    /// # Errors
    ///
    /// `Misconfigured` if the file cannot be opened, `Unsupported` for a database in memory, `Transient` if it is busy.
    pub async fn connect(url_or_path: &str) -> Result<Self, StoreError> {
        Self::open(url_or_path, false).await
    }

    /// The same as [`connect`](Self::connect), for a database that may not exist yet: an empty one is created then.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    pub async fn connect_or_create(url_or_path: &str) -> Result<Self, StoreError> {
        Self::open(url_or_path, true).await
    }

    async fn open(url_or_path: &str, create: bool) -> Result<Self, StoreError> {
        if url_or_path.contains(":memory:") || url_or_path.contains("mode=memory") {
            let cause = InMemory;
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                error::CONNECT,
                url_or_path,
                cause,
            )
            .with_help("name a file"));
        }
        let mut options = match url_or_path.starts_with("sqlite:") {
            true => SqliteConnectOptions::from_str(url_or_path)
                .map_err(|cause| refused(url_or_path, None, cause))?,
            false => SqliteConnectOptions::new().filename(url_or_path),
        };
        options = options
            .busy_timeout(BUSY_TIMEOUT)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", CACHE_KIB)
            .row_buffer_size(ROW_BUFFER);
        if create {
            options = options.create_if_missing(true);
        }
        if !is_read_only(url_or_path) {
            options = options.journal_mode(SqliteJournalMode::Wal);
        }
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS_MAX);
        let path = options.get_filename().to_owned();
        let pool = pool.connect_with(options).await;
        let pool = pool.map_err(|cause| refused(url_or_path, Some(&path), cause))?;
        Ok(Self::new(pool))
    }
}

/// Why a pool cannot be opened on a database in memory.
#[derive(Debug, thiserror::Error)]
#[error("every connection of a pool would have a database in memory of its own")]
struct InMemory;

fn is_read_only(url: &str) -> bool {
    let parameters = url.strip_prefix("sqlite:").and_then(|url| url.split_once('?'));
    parameters.is_some_and(|(_, all)| all.split('&').any(|one| one == "mode=ro"))
}

/// The error of opening a database, whose file is at `path` if the target could be read that far.
fn refused(target: &str, path: Option<&Path>, cause: sqlx::Error) -> StoreError {
    let (kind, _) = error::classify(Dialect::Sqlite, &cause);
    if let (StoreErrorKind::Misconfigured, Some(problem)) = (kind, path.and_then(FileProblem::of)) {
        let help = problem.help();
        return StoreError::new(kind, error::CONNECT, target, problem).with_help(help);
    }
    let help = "check the path, and the rights on the file and on its folder";
    error::connect(Dialect::Sqlite, target, cause, help)
}

/// Why a file cannot be opened as a database, where that can be seen from outside.
#[derive(Debug, thiserror::Error)]
enum FileProblem {
    #[error("there is no file `{}`, and none was created", .path.display())]
    Missing { path: PathBuf },

    #[error("there is no folder `{}`, so no file was created in it", .folder.display())]
    FolderMissing { folder: PathBuf },

    #[error("`{}` is a folder", .path.display())]
    IsFolder { path: PathBuf },
}

impl FileProblem {
    fn of(path: &Path) -> Option<Self> {
        // An operator who is in another folder than he thinks sees it by the whole path.
        let path = std::path::absolute(path).ok()?;
        let folder = path.parent()?.to_owned();
        if path.is_dir() {
            return Some(Self::IsFolder { path });
        }
        if !folder.is_dir() {
            return Some(Self::FolderMissing { folder });
        }
        (!path.try_exists().ok()?).then_some(Self::Missing { path })
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "check the path, or run what creates the database first",
            Self::FolderMissing { .. } => "check the path, or create the folder",
            Self::IsFolder { .. } => "name the database file in it",
        }
    }
}
