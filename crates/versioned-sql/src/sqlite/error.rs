//! What goes wrong in SQLite, as errors of the store.
//!
//! Layer: adapters.

use std::path::{Path, PathBuf};

use versioned_store::{EntityTable, StoreError, StoreErrorKind, StoreProblem};

/// What went wrong in a call, before the call and the table are named.
#[derive(Debug)]
pub(super) enum Fault {
    /// The driver or the database says so.
    Driver(sqlx::Error),
    /// The store found it.
    Problem(StoreProblem),
}

impl Fault {
    pub(super) fn named(self, operation: &'static str, table: &EntityTable) -> StoreError {
        self.named_on(operation, table.name())
    }

    pub(super) fn named_on(self, operation: &'static str, target: &str) -> StoreError {
        match self {
            Self::Driver(cause) => named(operation, target, cause, None),
            Self::Problem(problem) => problem.into_error(operation, target),
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(cause: sqlx::Error) -> Self {
        Self::Driver(cause)
    }
}

impl From<StoreProblem> for Fault {
    fn from(problem: StoreProblem) -> Self {
        Self::Problem(problem)
    }
}

/// The error of opening a database, whose file is at `path` if the target could be read that far.
pub(super) fn connect(
    operation: &'static str,
    target: &str,
    path: Option<&Path>,
    cause: sqlx::Error,
) -> StoreError {
    let (kind, _) = classify(&cause);
    if let (StoreErrorKind::Misconfigured, Some(problem)) = (kind, path.and_then(FileProblem::of)) {
        let help = problem.help();
        return StoreError::new(kind, operation, target, problem).with_help(help);
    }
    let help = "check the path, and the rights on the file and on its folder";
    named(operation, target, cause, Some(help))
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

fn named(
    operation: &'static str,
    target: &str,
    cause: sqlx::Error,
    help: Option<&'static str>,
) -> StoreError {
    let (kind, known_help) = classify(&cause);
    let error = match cause {
        // sqlx would say the same words in front of what the database says.
        sqlx::Error::Database(inner) => StoreError::new(kind, operation, target, Box::new(inner)),
        sqlx::Error::Configuration(inner) => {
            let help = "correct the address of the database";
            return StoreError::new(kind, operation, target, inner).with_help(help);
        }
        other => StoreError::new(kind, operation, target, other),
    };
    let help = help.filter(|_| kind == StoreErrorKind::Misconfigured);
    match known_help.or(help) {
        Some(help) => error.with_help(help),
        None => error,
    }
}

fn classify(cause: &sqlx::Error) -> (StoreErrorKind, Option<&'static str>) {
    match cause {
        sqlx::Error::PoolTimedOut => (StoreErrorKind::Transient, None),
        sqlx::Error::Configuration(_) => (StoreErrorKind::Misconfigured, None),
        sqlx::Error::Database(inner) => {
            let code = inner.code().and_then(|code| code.parse::<u32>().ok());
            classify_code(code.unwrap_or(0), inner.message())
        }
        _ => (StoreErrorKind::Other, None),
    }
}

/// Sorts SQLite's extended result codes; their low byte is the primary one.
fn classify_code(code: u32, message: &str) -> (StoreErrorKind, Option<&'static str>) {
    match code & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED.
        5 | 6 => (StoreErrorKind::Transient, Some("another connection writes; run again")),
        // SQLITE_ERROR, which is said of SQL that does not fit the schema too.
        1 if message.contains("no such") => (StoreErrorKind::Misconfigured, None),
        // SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_AUTH.
        8 => (StoreErrorKind::Misconfigured, Some("open the database for writing")),
        14 | 23 => (StoreErrorKind::Misconfigured, None),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        11 => (StoreErrorKind::Corrupt, Some("restore the database from a backup")),
        26 => (StoreErrorKind::Misconfigured, Some("name the file of an SQLite database")),
        // SQLITE_FULL.
        13 => (StoreErrorKind::Other, Some("make room on the disk, then run again")),
        // SQLITE_TOOBIG.
        18 => (StoreErrorKind::Rejected, Some("the row is larger than SQLite stores")),
        // SQLITE_CONSTRAINT.
        19 => (
            StoreErrorKind::Rejected,
            Some("a constraint or trigger of the table refuses the row; change either"),
        ),
        _ => (StoreErrorKind::Other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_busy_database_is_worth_another_try() {
        for (code, message, kind) in [
            (5, "database is locked", StoreErrorKind::Transient),
            (517, "database is locked", StoreErrorKind::Transient),
            (262, "database table is locked", StoreErrorKind::Transient),
            (1, "no such table: a", StoreErrorKind::Misconfigured),
            (1, "near \"x\": syntax error", StoreErrorKind::Other),
            (14, "unable to open database file", StoreErrorKind::Misconfigured),
            (11, "database disk image is malformed", StoreErrorKind::Corrupt),
            (13, "database or disk is full", StoreErrorKind::Other),
            (18, "string or blob too big", StoreErrorKind::Rejected),
            (275, "CHECK constraint failed", StoreErrorKind::Rejected),
        ] {
            assert_eq!(classify_code(code, message).0, kind, "{code} {message}");
        }
    }
}
