//! `audit`, `migrate` and `quarantine replay`: runs of jobs, one after the other.
//!
//! Layer: cli. Invariant: what was done before a run ended early is shown before the reason for its end.

use versioned_jobs::{JobError, JobOptions, JobReport, Mode, Printable};
use versioned_store::JobLedger;

use crate::{Output, exit_code, job::AnyJob, progress::RunProgress, skip_file::Skipped};

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Run(Mode),
    Replay,
}

/// Runs the jobs in their order; ends early only where going on makes no sense.
pub(crate) async fn run_jobs<S: JobLedger>(
    kind: Kind,
    jobs: &[&dyn AnyJob<S>],
    store: &S,
    options: &JobOptions,
    output: &Output,
) -> u8 {
    let mut code = exit_code::DONE;
    for (index, job) in jobs.iter().enumerate() {
        if index > 0 && !output.is_json() {
            output.line("");
        }
        let progress = RunProgress::new(output);
        let ended = match kind {
            Kind::Run(mode) => job.run(mode, store, options, &progress).await,
            Kind::Replay => job.replay(store, options, &progress).await,
        };
        // Clears the bar.
        drop(progress);
        let job_code = match ended {
            Ok(report) => {
                show_report(&report, output);
                show_skipped(&report, options, output);
                if report.counts().failures() > 0 { exit_code::FINDINGS } else { exit_code::DONE }
            }
            Err(error) => show_end(&error, output),
        };
        code = exit_code::worse(code, job_code);
        if job_code == exit_code::INTERRUPTED {
            let left = jobs.len() - index - 1;
            if left > 0 {
                output.error_line(format!("  not started: {left} more of the chosen entities"));
            }
            return code;
        }
    }
    code
}

fn show_report(report: &JobReport, output: &Output) {
    if output.is_json() {
        output.json_line("report", report);
        return;
    }
    output.text(report);
    let counts = report.counts();
    if counts.failed > 0 {
        output.line("  failed rows were left as they are; their reasons are above");
    }
    if counts.quarantined > 0 {
        output.line(
            "  quarantined rows were left as they are; `quarantine list` and `show ID` say why",
        );
    }
    if counts.conflict > 0 {
        output.line("  rows in conflict changed while they were converted: run again to take them");
    }
}

/// Says why entities of a list are skipped.
pub(crate) fn show_reasons(skipped: &[Skipped], output: &Output) {
    if output.is_json() {
        return;
    }
    for (id, reason) in skipped {
        let (id, reason) = (Printable(id.as_str()), Printable(reason));
        output.line(format_args!("skip `{id}`: {reason}"));
    }
}

/// A mistyped id is skipped nowhere, so the entity that was meant has been taken.
fn show_skipped(report: &JobReport, options: &JobOptions, output: &Output) {
    let (named, skipped) = (options.skipped().len() as u64, report.counts().skipped);
    if skipped < named && !output.is_json() {
        output.line(format_args!(
            "  skipped {skipped} of the {named} ids that `--skip` names: check the others"
        ));
    }
}

fn show_end(error: &JobError, output: &Output) -> u8 {
    let code = exit_code::of_job_error(error);
    if let Some(report) = error.report().filter(|report| report.counts().scanned > 0) {
        show_report(report, output);
    }
    let run = error.report().and_then(JobReport::run);
    let goes_on_elsewhere = matches!(error, JobError::TakenOver { .. });
    if let (Some(run), exit_code::INTERRUPTED, false, false) =
        (run, code, output.is_json(), goes_on_elsewhere)
    {
        let rows = error.report().map_or(0, |report| report.counts().scanned);
        output.line(format_args!(
            "  run {run} is saved in the ledger; the same command goes on after its {rows} rows"
        ));
    }
    if let (JobError::PutBack { undone, .. }, false) = (error, output.is_json()) {
        output.text(undone);
    }
    output.error(error, error.help(), code);
    code
}
