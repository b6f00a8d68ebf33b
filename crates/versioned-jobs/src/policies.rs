//! What is done before a run and after it, where its policy asks for more than to go on.
//!
//! Layer: jobs. Invariant: an all-or-nothing run that did not come to its end has left nothing behind, and a process that
//! is killed on the way there is gone on with by the next run.

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{JobLedger, RunState};

use crate::{
    JobError, JobOptions, JobReport, Mode, NoProgress, Policy, Progress,
    ending::{EndedEarly, PutBack, Unfinished},
    prefetch::Prefetch,
    run::{Run, Source},
    subject::Subject,
    undo,
};

/// Runs a migration or a replay under its policy.
pub(crate) async fn run<D: BaseVersionedDomainObject, S: JobLedger>(
    (subject, prefetch): (Subject<D>, Prefetch<S>),
    store: &S,
    source: Source,
    options: &JobOptions,
    progress: &dyn Progress,
) -> Result<JobReport, JobError> {
    let mut run =
        Run::new(store, (subject.clone(), prefetch), Mode::Migrate, source, options, progress)?;
    let mut opened = run.open().await;
    let is_new = run.report().counts().scanned == 0;
    if opened.is_ok() && options.policy() == Policy::AllOrNothing && is_new {
        let mode = Mode::Audit;
        let audit =
            Run::new(store, (subject.clone(), prefetch), mode, source, options, &NoProgress)?;
        opened = match audit.finish().await {
            Ok(report) if report.counts().failures() > 0 => {
                report.failures().iter().for_each(|failure| progress.failed(failure));
                Err(EndedEarly::AuditFailed(Box::new(report)))
            }
            Ok(_) => Ok(()),
            Err(JobError::Stopped { .. }) => Err(EndedEarly::Stopped),
            Err(JobError::Store { source, .. }) => Err(EndedEarly::Store(source)),
            Err(error) => Err(EndedEarly::Other(Box::new(error))),
        };
    }
    let PutBack { run, report } = match run.work(opened).await {
        Ok(report) => return Ok(report),
        Err(Unfinished::Failed(error)) => return Err(*error),
        Err(Unfinished::PutBack(put_back)) => put_back,
    };
    let (entity, who) = (report.entity(), options.who().unwrap_or_default());
    let undone = undo::put_back(&subject, store, run.id(), who, options).await?;
    // One step: a run that is stopped and not yet undone would be put back again by the next one.
    let why = "not all could be written, and what had been was put back".to_owned();
    let changed = run.become_state(store, RunState::Undone, why, options).await;
    changed.map_err(|source| undo::interrupted(entity, run.id(), source))?;
    Err(JobError::PutBack { entity, report, undone: Box::new(undone) })
}
