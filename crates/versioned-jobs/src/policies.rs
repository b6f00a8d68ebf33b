//! What is done before a run and after it, where its policy asks for more than to go on.
//!
//! Layer: jobs. Invariant: an all-or-nothing run that did not come to its end has left nothing behind, and a process that
//! is killed on the way there is gone on with by the next run.

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{JobLedger, RunState, Transition};

use crate::{
    JobError, JobOptions, JobReport, Mode, NoProgress, Policy, Progress,
    ledger::now_ms,
    run::{EndedEarly, Run, Source},
    subject::Subject,
    undo,
};

/// Runs a migration under its policy.
pub(crate) async fn migrate<D: BaseVersionedDomainObject, S: JobLedger>(
    subject: Subject<D>,
    store: &S,
    options: &JobOptions,
    progress: &dyn Progress,
) -> Result<JobReport, JobError> {
    let mut run =
        Run::new(store, subject.clone(), Mode::Migrate, Source::Table, options, progress)?;
    let mut opened = run.open().await;
    let is_new = run.report().counts().scanned == 0;
    if opened.is_ok() && options.policy() == Policy::AllOrNothing && is_new {
        let (mode, source) = (Mode::Audit, Source::Table);
        let audit = Run::new(store, subject.clone(), mode, source, options, &NoProgress)?;
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
    let (error, put_back) = match run.work(opened).await {
        Ok(report) => return Ok(report),
        Err((error, None)) => return Err(error),
        Err((error, Some(put_back))) => (error, put_back),
    };
    let (run, report) = put_back;
    let Some(who) = options.who() else { return Err(error) };
    let undone = undo::put_back(&subject, store, run, who, options).await?;
    let entity = report.entity();
    // One step: a run that is stopped and not yet undone would be put back again by the next one.
    let change = Transition {
        run,
        from: Some(RunState::Running),
        to: RunState::Undone,
        who: who.to_owned(),
        at_ms: now_ms(options),
        why: "not all could be written, and what had been was put back".to_owned(),
    };
    let changed = store.change_state(&change).await;
    changed.map_err(|source| undo::interrupted(entity, Some(run), source))?;
    Err(JobError::PutBack { entity, report: Box::new(report), undone: Box::new(undone) })
}
