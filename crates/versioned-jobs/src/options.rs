//! What the caller of a job decides.
//!
//! Layer: jobs.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use versioned_core::EntityId;
use versioned_store::BatchLimits;

use crate::{Clock, FailureLimit, Policy, SystemClock, ValueCheck};

/// How a job runs.
///
/// # Examples
///
/// ```
/// use versioned_jobs::JobOptions;
///
/// let options = JobOptions::default().with_batch_rows(100).with_check_type(false);
/// assert_eq!(options.limits().rows_max, 100);
/// ```
#[derive(Debug, Clone)]
pub struct JobOptions {
    limits: BatchLimits,
    check_type: bool,
    counts_losses: bool,
    value_checks: Option<Arc<dyn ValueCheck>>,
    failures_kept: usize,
    skip: BTreeSet<EntityId>,
    stop: StopFlag,
    clock: Arc<dyn Clock>,
    who: Option<String>,
    lease: Duration,
    take_over: bool,
    policy: Policy,
    keep_before: bool,
    failure_limit: Option<FailureLimit>,
    stop_on_same_errors: bool,
    writers: usize,
}

impl JobOptions {
    /// Most rows of a batch.
    pub const BATCH_ROWS_MAX: u32 = 10_000;

    /// Most batches that are written side by side.
    pub const WRITERS_MAX: usize = 8;

    /// Sets the most rows of a batch; a number outside 1 to [`BATCH_ROWS_MAX`](Self::BATCH_ROWS_MAX) counts as the
    /// nearest one inside. Default: 500.
    ///
    /// Where page after page has nothing to convert, pages become longer, up to `BATCH_ROWS_MAX` rows; what is written stays
    /// within the bound.
    #[must_use]
    pub fn with_batch_rows(mut self, rows: u32) -> Self {
        self.limits.rows_max = rows.clamp(1, Self::BATCH_ROWS_MAX);
        self
    }

    /// Sets after how many bytes a batch ends; the row that reaches them still belongs to it. Default: 16 MiB.
    ///
    /// A run holds about two batches and the converted form of one of them in memory, and both for each further
    /// [writer](Self::with_writers).
    #[must_use]
    pub fn with_batch_bytes(mut self, bytes: usize) -> Self {
        self.limits.bytes_max = bytes.max(1);
        self
    }

    /// Sets whether a migrated entity must fit its Rust type before it is written. Default: yes.
    ///
    /// The check deserialises every entity that a chain has changed, which costs about as much as reading it does.
    /// Switch it off where every chain ends in a typed step.
    #[must_use]
    pub fn with_check_type(mut self, check_type: bool) -> Self {
        self.check_type = check_type;
        self
    }

    /// Sets whether the report counts what steps with a declared loss drop. Default: yes.
    ///
    /// It costs nothing where no chain declares a loss; a step that does is watched, which writes and scans the value of a
    /// stale field before and after it.
    #[must_use]
    pub fn with_counted_losses(mut self, counts_losses: bool) -> Self {
        self.counts_losses = counts_losses;
        self
    }

    /// Makes an audit check every value that is stored, and what each step of a chain makes of it. Default: no checks.
    ///
    /// Such an audit reads all columns of all rows, current ones included, and runs the chains a second time, step by step.
    /// A run that writes does not check.
    #[must_use]
    pub fn with_value_checks(mut self, checks: Arc<dyn ValueCheck>) -> Self {
        self.value_checks = Some(checks);
        self
    }

    /// Sets how many failures the report keeps in full; all are counted and shown to
    /// [`Progress::failed`](crate::Progress::failed). Default: 100.
    #[must_use]
    pub fn with_failures_kept(mut self, failures: usize) -> Self {
        self.failures_kept = failures;
        self
    }

    /// Adds entities that the job leaves alone, by the text of their keys; they are counted as skipped.
    #[must_use]
    pub fn with_skipped(mut self, ids: impl IntoIterator<Item = EntityId>) -> Self {
        self.skip.extend(ids);
        self
    }

    /// Sets the flag that asks the run to stop after the current batch.
    #[must_use]
    pub fn with_stop(mut self, stop: StopFlag) -> Self {
        self.stop = stop;
        self
    }

    /// Sets the clock that measures the run. Default: the system's.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Keeps a ledger of the run, which says that it was started by `who`. Default: none is kept.
    ///
    /// With a ledger a run that was interrupted goes on where it ended, entities that fail are quarantined with their
    /// reasons, and what a run replaced can be kept and put back. The ledger lies in tables of its own in the same
    /// database, which the first run creates. An audit has none.
    #[must_use]
    pub fn with_ledger(mut self, who: impl Into<String>) -> Self {
        self.who = Some(who.into());
        self
    }

    /// Sets how long nobody else may go on with the run after its last batch, where a ledger is kept. Default: 30 seconds.
    ///
    /// It only matters where a process was killed or sleeps. A run that works puts the end of its lease off with each
    /// batch, and one whose lease is over works on until somebody else takes it over.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets whether the run is gone on with even if another process holds it, which is told so at its next batch; nothing
    /// is written twice. Default: no.
    #[must_use]
    pub fn with_take_over(mut self, take_over: bool) -> Self {
        self.take_over = take_over;
        self
    }

    /// Sets what the run does about entities that fail; [`Policy::AllOrNothing`] needs a ledger.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets whether the run keeps what it replaces, so that it can be undone; needs a ledger. Default: no.
    #[must_use]
    pub fn with_keep_before(mut self, keep_before: bool) -> Self {
        self.keep_before = keep_before;
        self
    }

    /// Sets how many failures the run bears. Default: as many as there are.
    #[must_use]
    pub fn with_failure_limit(mut self, limit: FailureLimit) -> Self {
        self.failure_limit = Some(limit);
        self
    }

    /// Sets whether a run ends with an error where exactly the entities fail, with the same reasons, that failed in the
    /// run before: to run again does not help then. Needs a ledger. Default: no.
    #[must_use]
    pub fn with_stop_on_same_errors(mut self, stop: bool) -> Self {
        self.stop_on_same_errors = stop;
        self
    }

    /// Sets how many batches are written side by side, where the store gains from it (those over servers do); a number outside 1 to
    /// [`WRITERS_MAX`](Self::WRITERS_MAX) counts as the nearest one inside. Default: 2.
    ///
    /// Batches are committed in the order of their keys all the same: with more writers, a run that is killed has more
    /// batches to repeat that were not committed, and needs as many more connections and as much more memory. Where
    /// anything is fetched for conversions or checks, batches are written one by one.
    #[must_use]
    pub fn with_writers(mut self, writers: usize) -> Self {
        self.writers = writers.clamp(1, Self::WRITERS_MAX);
        self
    }

    /// Who starts the run, where a ledger is kept.
    #[must_use]
    pub fn who(&self) -> Option<&str> {
        self.who.as_deref()
    }

    /// How long nobody else may go on with the run after its last batch.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// Whether the run is gone on with even if another process holds it.
    #[must_use]
    pub fn take_over(&self) -> bool {
        self.take_over
    }

    /// What the run does about entities that fail.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Whether the run keeps what it replaces.
    #[must_use]
    pub fn keep_before(&self) -> bool {
        self.keep_before || self.policy == Policy::AllOrNothing
    }

    /// How many failures the run bears.
    #[must_use]
    pub fn failure_limit(&self) -> Option<FailureLimit> {
        self.failure_limit
    }

    /// Whether a run ends with an error where the same entities fail as in the run before.
    #[must_use]
    pub fn stop_on_same_errors(&self) -> bool {
        self.stop_on_same_errors
    }

    /// How many batches are written side by side.
    #[must_use]
    pub fn writers(&self) -> usize {
        self.writers
    }

    /// Bounds of a batch.
    #[must_use]
    pub fn limits(&self) -> BatchLimits {
        self.limits
    }

    /// Whether a migrated entity must fit its Rust type before it is written.
    #[must_use]
    pub fn check_type(&self) -> bool {
        self.check_type
    }

    /// Whether the report counts what steps with a declared loss drop.
    #[must_use]
    pub fn counts_losses(&self) -> bool {
        self.counts_losses
    }

    /// What an audit checks values by.
    #[must_use]
    pub fn value_checks(&self) -> Option<&Arc<dyn ValueCheck>> {
        self.value_checks.as_ref()
    }

    /// How many failures the report keeps in full.
    #[must_use]
    pub fn failures_kept(&self) -> usize {
        self.failures_kept
    }

    /// The entities that the job leaves alone.
    #[must_use]
    pub fn skipped(&self) -> &BTreeSet<EntityId> {
        &self.skip
    }

    /// The flag that asks the run to stop.
    #[must_use]
    pub fn stop(&self) -> &StopFlag {
        &self.stop
    }

    /// The clock that measures the run.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }
}

impl Default for JobOptions {
    fn default() -> Self {
        Self {
            limits: BatchLimits::default(),
            check_type: true,
            counts_losses: true,
            value_checks: None,
            failures_kept: 100,
            skip: BTreeSet::new(),
            stop: StopFlag::default(),
            clock: Arc::new(SystemClock::new()),
            who: None,
            lease: Duration::from_secs(30),
            take_over: false,
            policy: Policy::Continue,
            keep_before: false,
            failure_limit: None,
            stop_on_same_errors: false,
            writers: 2,
        }
    }
}

/// A flag that asks runs to stop between two batches; clones share it.
///
/// # Examples
///
/// ```
/// use versioned_jobs::StopFlag;
///
/// let stop = StopFlag::default();
/// let seen_by_the_run = stop.clone();
/// stop.set();
/// assert!(seen_by_the_run.is_set());
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks every run that has the flag to stop after its current batch.
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a stop was asked for.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_at_least_one_row_and_at_most_ten_thousand() {
        let rows = |rows| JobOptions::default().with_batch_rows(rows).limits().rows_max;
        assert_eq!((rows(0), rows(7), rows(u32::MAX)), (1, 7, 10_000));
        assert_eq!(JobOptions::default().with_batch_bytes(0).limits().bytes_max, 1);
        let writers = |writers| JobOptions::default().with_writers(writers).writers();
        assert_eq!((writers(0), writers(3), writers(100)), (1, 3, 8));
    }
}
