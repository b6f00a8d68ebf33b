//! Exit codes of the command line.
//!
//! Layer: cli. Scripts and schedulers decide by these, so a number never changes its meaning.

use versioned_jobs::{FetchError, JobError, SaveError};
use versioned_store::{StoreError, StoreErrorKind};

/// Done, or nothing to do. Stale rows that a census or an audit has found are no finding.
pub const DONE: u8 = 0;

/// The command line, the storage model or the configuration of the database is wrong; run again after a correction.
pub const USAGE: u8 = 1;

/// There are findings: entities that failed, a check that is broken, data that is corrupt.
pub const FINDINGS: u8 = 2;

/// The run was interrupted, or the database was lost; the same command goes on where it ended.
pub const INTERRUPTED: u8 = 3;

/// The worse of two codes: interrupted, then usage, then findings, then done.
#[must_use]
pub fn worse(first: u8, second: u8) -> u8 {
    let severity = |code: u8| match code {
        DONE => 0,
        FINDINGS => 1,
        USAGE => 2,
        _ => 3,
    };
    if severity(second) > severity(first) { second } else { first }
}

/// The exit code of a failure of the store.
#[must_use]
pub fn of_store_error(error: &StoreError) -> u8 {
    match error.kind() {
        StoreErrorKind::Misconfigured | StoreErrorKind::Unsupported => USAGE,
        StoreErrorKind::Corrupt => FINDINGS,
        // A lost connection that the adapter could not name is `Other`.
        _ => INTERRUPTED,
    }
}

/// The exit code of a run that ended early.
#[must_use]
pub fn of_job_error(error: &JobError) -> u8 {
    match error {
        JobError::StorageModel { .. } => USAGE,
        JobError::Store { source, .. }
        | JobError::NotStarted { source, .. }
        | JobError::Census { source, .. } => of_store_error(source),
        JobError::UndoInterrupted { source: Some(source), .. } => of_store_error(source),
        JobError::LedgerNeeded { .. } | JobError::NotUndoable { .. } => USAGE,
        JobError::BrokenStore { .. }
        | JobError::TooManyFailures { .. }
        | JobError::SameErrors { .. }
        | JobError::AuditFailed { .. }
        | JobError::PutBack { .. } => FINDINGS,
        _ => INTERRUPTED,
    }
}

/// The exit code of an entity that could not be read.
#[must_use]
pub fn of_fetch_error(error: &FetchError) -> u8 {
    match error {
        FetchError::StorageModel { .. } => USAGE,
        FetchError::Store { source, .. } | FetchError::StoreMany { source, .. } => {
            of_store_error(source)
        }
        // The entity itself, or a store that breaks its contract.
        _ => FINDINGS,
    }
}

/// The exit code of an entity that was not saved.
#[must_use]
pub fn of_save_error(error: &SaveError) -> u8 {
    match error {
        SaveError::StorageModel { .. } | SaveError::Unsupported { .. } => USAGE,
        SaveError::Store { source, .. } => of_store_error(source),
        SaveError::Read { error } => match error {
            FetchError::Absent { .. }
            | FetchError::VersionAbsent { .. }
            | FetchError::HistoryMissing { .. } => USAGE,
            error => of_fetch_error(error),
        },
        // The entity itself, or somebody who was first.
        _ => FINDINGS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interruption_outweighs_a_mistake_and_a_mistake_outweighs_findings() {
        assert_eq!(worse(DONE, FINDINGS), FINDINGS);
        assert_eq!(worse(USAGE, FINDINGS), USAGE);
        assert_eq!(worse(USAGE, INTERRUPTED), INTERRUPTED);
        assert_eq!(worse(INTERRUPTED, DONE), INTERRUPTED);
    }

    #[test]
    fn a_lost_database_is_resumable_and_a_missing_table_is_not() {
        let of = |kind| {
            let source = std::io::Error::other("no");
            of_store_error(&StoreError::new(kind, "scan", "notebooks", source))
        };
        assert_eq!(of(StoreErrorKind::Transient), INTERRUPTED);
        assert_eq!(of(StoreErrorKind::Other), INTERRUPTED);
        assert_eq!(of(StoreErrorKind::Misconfigured), USAGE);
        assert_eq!(of(StoreErrorKind::Unsupported), USAGE);
        assert_eq!(of(StoreErrorKind::Corrupt), FINDINGS);
    }
}
