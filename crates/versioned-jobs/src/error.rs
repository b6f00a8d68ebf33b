//! Why a job ended early.
//!
//! Layer: jobs. Invariant: an error of a run carries the report of the batches that were done before it.

use versioned_core::MigrationError;
use versioned_store::{RunId, StorageModelError, StoreError, StoreProblem};

use crate::{EntityError, HookError, JobReport, UndoReport};

/// Why a run, or a census, ended before its last row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The storage model does not fit the declaration. Nothing was read.
    #[error("the storage model of `{entity}` does not fit its declaration")]
    #[non_exhaustive]
    StorageModel {
        /// Name of the entity kind.
        entity: &'static str,
        /// Which column, and why.
        source: StorageModelError,
    },

    /// There are no snapshots, since the storage model has no history. Nothing was read.
    #[error("the storage model of `{entity}` has no history, so there are no snapshots")]
    #[non_exhaustive]
    HistoryMissing {
        /// Name of the entity kind.
        entity: &'static str,
    },

    /// The store failed. Batches before that are written.
    #[error("the run over `{entity}` ended after {}: the store failed", done(.report))]
    #[non_exhaustive]
    Store {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// What the store says.
        source: StoreError,
    },

    /// No run could be started, or gone on with, as another one stands in the way. Nothing was read.
    #[error("no run over `{entity}` was started")]
    #[non_exhaustive]
    NotStarted {
        /// Name of the entity kind.
        entity: &'static str,
        /// Which run stands in the way, and who works on it.
        source: StoreError,
    },

    /// Another process has taken the run over and goes on with it. Batches before that are written.
    #[error("the run over `{entity}` ended here after {}: it was taken over", done(.report))]
    #[non_exhaustive]
    TakenOver {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// Who works on it now.
        source: StoreError,
    },

    /// The store failed while versions were counted.
    #[error("the census of `{entity}` ended early: the store failed")]
    #[non_exhaustive]
    Census {
        /// Name of the entity kind.
        entity: &'static str,
        /// What the store says.
        source: StoreError,
    },

    /// What conversions or checks need from elsewhere could not be fetched. Batches before that are written.
    #[error("the run over `{entity}` ended after {}: what conversions or checks need could not be fetched",
        done(.report))]
    #[non_exhaustive]
    Prefetch {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// What the hook says.
        source: HookError,
    },

    /// A stop was asked for. Batches before that are written.
    #[error("the run over `{entity}` was stopped after {}", done(.report))]
    #[non_exhaustive]
    Stopped {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
    },

    /// The options or hooks of the job need a ledger. Nothing was read.
    #[error("{what} of `{entity}` cannot be had without a ledger")]
    #[non_exhaustive]
    LedgerNeeded {
        /// Name of the entity kind.
        entity: &'static str,
        /// What needs it.
        what: &'static str,
    },

    /// More entities failed than the options let pass. Batches before that are written.
    #[error("the run over `{entity}` ended after {}: {} failed, more than {percent} %",
        done(.report), .report.counts().failures())]
    #[non_exhaustive]
    TooManyFailures {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// How many percent the options let pass.
        percent: u8,
    },

    /// The same entities failed as in the run before, with the same reasons.
    #[error("the same {} of `{entity}` failed as in run {before}, with the same reasons",
        count_of(.report.counts().failures(), "row"))]
    #[non_exhaustive]
    SameErrors {
        /// Name of the entity kind.
        entity: &'static str,
        /// The run before.
        before: RunId,
        /// What was done.
        report: Box<JobReport>,
    },

    /// The audit before an all-or-nothing run found failures. Nothing was written.
    #[error("nothing of `{entity}` was written: {} would fail",
        count_of(.report.counts().failures(), "row"))]
    #[non_exhaustive]
    AuditFailed {
        /// Name of the entity kind.
        entity: &'static str,
        /// The report of the audit.
        report: Box<JobReport>,
    },

    /// An all-or-nothing run met a failure or a conflict while it wrote, and what it had written was put back.
    #[error("the run over `{entity}` met {} and put back what it had written",
        met(.report))]
    #[non_exhaustive]
    PutBack {
        /// Name of the entity kind.
        entity: &'static str,
        /// What was done before.
        report: Box<JobReport>,
        /// What was put back.
        undone: Box<UndoReport>,
    },

    /// A run cannot be undone.
    #[error("run {run} over `{entity}` cannot be undone: {why}")]
    #[non_exhaustive]
    NotUndoable {
        /// Name of the entity kind.
        entity: &'static str,
        /// The run.
        run: RunId,
        /// Why.
        why: &'static str,
    },

    /// A run was being undone and ended early. Batches before that are put back.
    #[error("run {run} over `{entity}` is undone in part: {}", why(.source.as_ref()))]
    #[non_exhaustive]
    UndoInterrupted {
        /// Name of the entity kind.
        entity: &'static str,
        /// The run that is undone.
        run: RunId,
        /// What the store says; `None` for a stop.
        source: Option<StoreError>,
    },

    /// The store broke its contract, so that going on could skip rows or never end.
    #[error("the store broke its contract on table `{table}` of `{entity}`: {broken}")]
    #[non_exhaustive]
    BrokenStore {
        /// Name of the entity kind.
        entity: &'static str,
        /// Name of the table.
        table: String,
        /// What it did.
        broken: &'static str,
        /// What was done before.
        report: Option<Box<JobReport>>,
    },
}

impl JobError {
    /// What was done before the run ended; `None` where nothing was.
    #[must_use]
    pub fn report(&self) -> Option<&JobReport> {
        match self {
            Self::Store { report, .. }
            | Self::TakenOver { report, .. }
            | Self::Prefetch { report, .. }
            | Self::Stopped { report, .. }
            | Self::TooManyFailures { report, .. }
            | Self::SameErrors { report, .. }
            | Self::AuditFailed { report, .. }
            | Self::PutBack { report, .. } => Some(report),
            Self::BrokenStore { report, .. } => report.as_deref(),
            Self::StorageModel { .. }
            | Self::HistoryMissing { .. }
            | Self::NotStarted { .. }
            | Self::Census { .. }
            | Self::LedgerNeeded { .. }
            | Self::NotUndoable { .. }
            | Self::UndoInterrupted { .. } => None,
        }
    }

    /// Whether the same call may succeed later. It goes on where this one ended: what is written is current.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store { source, .. } | Self::Census { source, .. } => source.is_retryable(),
            Self::UndoInterrupted { source, .. } => {
                source.as_ref().is_none_or(StoreError::is_retryable)
            }
            Self::NotStarted { source, .. } => {
                matches!(source.problem(), Some(StoreProblem::RunHeld { .. }))
            }
            // What others have changed meanwhile may stand still the next time.
            Self::Stopped { .. } | Self::PutBack { .. } | Self::Prefetch { .. } => true,
            Self::StorageModel { .. }
            | Self::HistoryMissing { .. }
            | Self::TakenOver { .. }
            | Self::BrokenStore { .. }
            | Self::LedgerNeeded { .. }
            | Self::TooManyFailures { .. }
            | Self::SameErrors { .. }
            | Self::AuditFailed { .. }
            | Self::NotUndoable { .. } => false,
        }
    }

    /// What the operator can do next, if anything is known.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::StorageModel { .. } => Some("change the storage model as the cause says"),
            Self::HistoryMissing { .. } => Some("say where it lies: `StorageModel::history(..)`"),
            Self::Store { source, .. }
            | Self::Census { source, .. }
            | Self::NotStarted { source, .. }
            | Self::TakenOver { source, .. } => source.help(),
            Self::LedgerNeeded { .. } => Some("keep one: `JobOptions::with_ledger(..)`"),
            Self::TooManyFailures { .. } | Self::SameErrors { .. } => {
                Some("repair the entities or their conversions; `quarantine list` names them")
            }
            Self::AuditFailed { .. } => {
                Some("repair the entities or their conversions, or skip them; then run again")
            }
            Self::PutBack { .. } => Some("run again when nobody else writes to these rows"),
            Self::NotUndoable { .. } => Some("see `runs` for the states of runs"),
            Self::UndoInterrupted { source: Some(source), .. } if is_taken_over(source) => {
                source.help()
            }
            Self::UndoInterrupted { .. } => Some("undo it again: it goes on where it ended"),
            Self::Prefetch { .. } => Some("see the cause; then run it again: it goes on"),
            Self::Stopped { .. } => Some("run it again: it goes on where it ended"),
            Self::BrokenStore { .. } => Some("report this to the maintainers of the store"),
        }
    }
}

fn done(report: &JobReport) -> String {
    count_of(report.counts().scanned, "row")
}

fn why(source: Option<&StoreError>) -> &'static str {
    match source {
        Some(source) if is_taken_over(source) => "another process has taken it over",
        Some(_) => "the store failed",
        None => "a stop was asked for",
    }
}

fn is_taken_over(source: &StoreError) -> bool {
    matches!(source.problem(), Some(StoreProblem::LeaseLost { .. }))
}

fn met(report: &JobReport) -> String {
    let counts = report.counts();
    match counts.failures() {
        0 => count_of(counts.conflict, "conflict"),
        failures => count_of(failures, "failure"),
    }
}

/// So many things; the plural has an `s`.
pub(crate) fn count_of(number: u64, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        number => format!("{number} {thing}s"),
    }
}

impl From<MigrationError> for EntityError {
    fn from(error: MigrationError) -> Self {
        Self::Migration { error: Box::new(error) }
    }
}
