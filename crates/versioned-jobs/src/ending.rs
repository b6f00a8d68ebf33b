//! How a run ends: what it says in the ledger, and what its caller is told.
//!
//! Layer: jobs. Invariant: whoever has lost a run to somebody else says nothing more about it in the ledger.

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{JobLedger, RunId, RunState, StoreError, StoreErrorKind, StoreProblem};

use crate::{
    HookError, JobError, JobReport, Policy,
    ledger::OpenRun,
    run::{Run, Source},
};

/// Why a run ended before its last row.
pub(crate) enum EndedEarly {
    Store(StoreError),
    Stopped,
    Prefetch(HookError),
    Broken(&'static str),
    TooManyFailures(u8),
    SameErrors(RunId),
    AuditFailed(Box<JobReport>),
    Other(Box<JobError>),
    /// What the run has written must be put back.
    PutBack(Box<OpenRun>),
}

impl From<StoreError> for EndedEarly {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A run that has not come to its end.
pub(crate) enum Unfinished {
    Failed(Box<JobError>),
    /// What it has written must be put back.
    PutBack(PutBack),
}

/// A run that must be put back.
pub(crate) struct PutBack {
    /// The run, which still works: whoever goes on with it puts it back as well.
    pub(crate) run: OpenRun,
    /// What it had done before.
    pub(crate) report: Box<JobReport>,
}

impl<D: BaseVersionedDomainObject, S: JobLedger> Run<'_, D, S> {
    /// Works to the end, as a run does that is never put back: an audit.
    pub(crate) async fn finish(self) -> Result<JobReport, JobError> {
        match self.work(Ok(())).await {
            Ok(report) => Ok(report),
            Err(Unfinished::Failed(error)) => Err(*error),
            Err(Unfinished::PutBack(_)) => unreachable!("an audit has no ledger to put back from"),
        }
    }

    /// Works to the end, if the run could be opened.
    pub(crate) async fn work(
        mut self,
        opened: Result<(), EndedEarly>,
    ) -> Result<JobReport, Unfinished> {
        let ended = match opened {
            Ok(()) => self.run_batches().await,
            Err(ended) => Err(ended),
        };
        let ended = self.close(ended).await;
        self.report.set_elapsed(self.options.clock().now().saturating_sub(self.started));
        let (entity, table) = (self.report.entity(), self.table().name().to_owned());
        let report = Box::new(self.report);
        let error = match ended {
            Ok(()) => return Ok(*report),
            Err(EndedEarly::PutBack(run)) => {
                return Err(Unfinished::PutBack(PutBack { run: *run, report }));
            }
            Err(EndedEarly::Store(source)) => match source.problem() {
                Some(StoreProblem::LeaseLost { .. }) => {
                    JobError::TakenOver { entity, report, source }
                }
                _ => JobError::Store { entity, report, source },
            },
            Err(EndedEarly::Stopped) => JobError::Stopped { entity, report },
            Err(EndedEarly::Prefetch(source)) => JobError::Prefetch { entity, report, source },
            Err(EndedEarly::AuditFailed(report)) => JobError::AuditFailed { entity, report },
            Err(EndedEarly::Other(error)) => *error,
            Err(EndedEarly::TooManyFailures(percent)) => {
                JobError::TooManyFailures { entity, report, percent }
            }
            Err(EndedEarly::SameErrors(before)) => JobError::SameErrors { entity, before, report },
            Err(EndedEarly::Broken(broken)) => {
                JobError::BrokenStore { entity, table, broken, report: Some(report) }
            }
        };
        Err(Unfinished::Failed(Box::new(error)))
    }

    /// Says in the ledger how the run ended.
    async fn close(&mut self, ended: Result<(), EndedEarly>) -> Result<(), EndedEarly> {
        let Some(mut ledger) = self.ledger.take() else {
            return ended;
        };
        let closed = self.close_in(&mut ledger, ended).await;
        self.ledger = Some(ledger);
        closed
    }

    async fn close_in(
        &self,
        ledger: &mut OpenRun,
        ended: Result<(), EndedEarly>,
    ) -> Result<(), EndedEarly> {
        let (store, options, tally) = (self.store, self.options, self.report.tally());
        let (to, why) = match &ended {
            Ok(()) => (RunState::Finished, "came to its last row".to_owned()),
            Err(EndedEarly::Stopped) => (RunState::Interrupted, "a stop was asked for".to_owned()),
            Err(EndedEarly::TooManyFailures(percent)) => {
                (RunState::Stopped, format!("more than {percent} % failed"))
            }
            Err(EndedEarly::AuditFailed(_)) => {
                (RunState::Stopped, "the audit found failures".to_owned())
            }
            // Somebody else goes on with the run, or it goes on to be put back.
            Err(EndedEarly::Store(error)) if error.kind() == StoreErrorKind::Conflict => {
                return ended;
            }
            Err(EndedEarly::PutBack(_)) => return ended,
            Err(EndedEarly::Prefetch(_)) => {
                (RunState::Interrupted, "what conversions need was not fetched".to_owned())
            }
            Err(EndedEarly::Store(_) | EndedEarly::Broken(_) | EndedEarly::Other(_)) => {
                // The store may be lost; what matters is saved already.
                let why = "the store failed".to_owned();
                ledger.become_state(store, RunState::Interrupted, why, options).await.ok();
                return ended;
            }
            Err(EndedEarly::SameErrors(_)) => return ended,
        };
        ledger.save(store, self.table(), tally, options).await?;
        let (mut to, mut why, mut ended) = (to, why, ended);
        // A replay that had to bring up all of them has done so, or it would not be here.
        let has_seen_all = self.source == Source::Table || options.policy() == Policy::AllOrNothing;
        if to == RunState::Finished && has_seen_all {
            let skipped = options.skipped().iter().cloned();
            ledger.release_others(store, self.report.entity(), skipped).await?;
            if self.source == Source::Table
                && options.stop_on_same_errors()
                && tally.counts.failures() > 0
            {
                let same = ledger.same_errors(store, &self.subject, tally).await?;
                if let Some(before) = same {
                    (to, why) = (RunState::Stopped, format!("the same errors as run {before}"));
                    ended = Err(EndedEarly::SameErrors(before));
                }
            }
        }
        ledger.become_state(store, to, why, options).await?;
        ended
    }
}
