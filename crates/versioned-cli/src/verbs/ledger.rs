//! `runs`, `cancel`, `undo`, `forget`: what the ledger knows of runs, and what can be done about them.
//!
//! Layer: cli. Invariant: a run is undone by the job of its own entity and table.

use clap::ArgMatches;
use serde::Serialize;
use versioned_jobs::{Align, JobOptions, StopFlag, TextTable};
use versioned_store::{JobLedger, Kept, RunId, RunRecord, RunState, Transition};

use crate::{
    Output, VerbError, args,
    error::UsageError,
    exit_code,
    job::{AnyJob, at_ms},
};

/// Runs that are listed.
const RUNS_MAX: u32 = 50;

#[derive(Serialize)]
struct RunLine<'a> {
    run: i64,
    entity: &'a str,
    table: &'a str,
    kind: &'static str,
    target: Option<i64>,
    state: &'static str,
    who: &'a str,
    at_ms: i64,
    owner: &'a str,
    held_until_ms: i64,
    scanned: u64,
    migrated: u64,
    conflict: u64,
    quarantined: u64,
    kept_rows: u64,
    kept_bytes: u64,
}

fn line(run: &RunRecord, kept: Kept) -> RunLine<'_> {
    let (request, counts) = (&run.request, run.checkpoint.counts);
    RunLine {
        run: run.id.number(),
        entity: &request.entity,
        table: &request.table,
        kind: request.kind.as_str(),
        target: request.target.map(RunId::number),
        state: run.state.as_str(),
        who: &request.who,
        at_ms: request.at_ms,
        owner: &run.lease.owner,
        held_until_ms: run.lease.until_ms,
        scanned: counts.scanned,
        migrated: counts.migrated,
        conflict: counts.conflict,
        quarantined: counts.quarantined,
        kept_rows: kept.rows,
        kept_bytes: kept.bytes,
    }
}

/// Lists the runs, newest first.
pub(crate) async fn runs<S: JobLedger>(store: &S, output: &Output) -> Result<u8, VerbError> {
    let mut table = TextTable::new(&[
        ("run", Align::Right),
        ("entity", Align::Left),
        ("what", Align::Left),
        ("state", Align::Left),
        ("who", Align::Left),
        ("rows", Align::Right),
        ("written", Align::Right),
        ("conflicts", Align::Right),
        ("quarantined", Align::Right),
        ("kept bytes", Align::Right),
    ]);
    for run in store.runs(None, RUNS_MAX).await? {
        let line = line(&run, store.kept(run.id).await?);
        if output.is_json() {
            output.json_line("run", &line);
            continue;
        }
        let what = match line.target {
            Some(target) => format!("{} run {target}", line.kind),
            None => line.kind.to_owned(),
        };
        table.row([
            line.run.to_string(),
            line.entity.to_owned(),
            what,
            line.state.to_owned(),
            line.who.to_owned(),
            line.scanned.to_string(),
            line.migrated.to_string(),
            line.conflict.to_string(),
            line.quarantined.to_string(),
            line.kept_bytes.to_string(),
        ]);
    }
    match (output.is_json(), table.is_empty()) {
        (true, _) => {}
        (false, true) => output.line("no runs are in the ledger"),
        (false, false) => output.text(table),
    }
    Ok(exit_code::DONE)
}

async fn known<S: JobLedger>(store: &S, run: RunId) -> Result<RunRecord, VerbError> {
    let record = store.run(run).await?;
    record.ok_or_else(|| UsageError::RunUnknown { run: run.number() }.into())
}

/// Ends an unfinished run for good.
pub(crate) async fn cancel<S: JobLedger>(
    store: &S,
    run: RunId,
    who: &str,
    output: &Output,
) -> Result<u8, VerbError> {
    let record = known(store, run).await?;
    let transition = Transition {
        run,
        from: Some(record.state),
        to: RunState::Cancelled,
        who: who.to_owned(),
        at_ms: at_ms(),
        why: "cancelled by the operator".to_owned(),
    };
    store.change_state(&transition, None).await?;
    if output.is_json() {
        let record = known(store, run).await?;
        output.json_line("cancel", &line(&record, store.kept(run).await?));
        return Ok(exit_code::DONE);
    }
    output.line(format_args!(
        "run {run} is cancelled; what it has written stays, and the next run starts anew"
    ));
    Ok(exit_code::DONE)
}

/// Puts back what a run replaced.
pub(crate) async fn undo<S: JobLedger>(
    jobs: &[Box<dyn AnyJob<S>>],
    store: &S,
    matches: &ArgMatches,
    stop: &StopFlag,
    output: &Output,
) -> Result<u8, VerbError> {
    let run = args::run_id(matches);
    let options =
        JobOptions::default().with_ledger(args::operator(matches)).with_stop(stop.clone());
    let options = args::with_lease(matches, options);
    let record = known(store, run).await?;
    let of_run = |job: &&dyn AnyJob<S>| {
        let table = job.table();
        job.name() == record.request.entity
            && table.is_ok_and(|table| table.name() == record.request.table)
    };
    let Some(job) = jobs.iter().map(AsRef::as_ref).find(of_run) else {
        let (entity, table) = (record.request.entity, record.request.table);
        return Err(UsageError::RunOfNoJob { run: run.number(), entity, table }.into());
    };
    let kept = store.kept(run).await?;
    if !output.is_json() {
        output.line(format_args!("kept before: {} rows, {} bytes", kept.rows, kept.bytes));
    }
    match job.undo(store, run, &options).await {
        Ok(report) if output.is_json() => output.json_line("undo", &report),
        Ok(report) => output.text(report),
        Err(error) => {
            let code = exit_code::of_job_error(&error);
            output.error(&error, error.help(), code);
            return Ok(code);
        }
    }
    Ok(exit_code::DONE)
}

/// Drops what is kept of what a run replaced.
pub(crate) async fn forget<S: JobLedger>(
    store: &S,
    run: RunId,
    output: &Output,
) -> Result<u8, VerbError> {
    let record = known(store, run).await?;
    if record.state.is_unfinished() {
        return Err(UsageError::RunUnfinished { run: run.number() }.into());
    }
    let before = store.forget(run).await?;
    let after = store.kept(run).await?;
    if output.is_json() {
        output.json_line("forget", &line(&record, before));
    } else {
        output.line(format_args!(
            "run {run} cannot be undone any more: kept before {} rows, {} bytes; now {} rows, {} bytes",
            before.rows, before.bytes, after.rows, after.bytes
        ));
    }
    Ok(exit_code::DONE)
}
