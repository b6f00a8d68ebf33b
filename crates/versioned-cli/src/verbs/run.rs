//! `audit` and `migrate`: runs of jobs, one after the other.
//!
//! Layer: cli. Invariant: what was done before a run ended early is shown before the reason for its end.

use versioned_jobs::{JobError, JobOptions, JobReport, Mode};
use versioned_store::ModelStore;

use crate::{Output, exit_code, job::AnyJob, progress::RunProgress};

/// Runs the jobs in their order; ends early only where going on makes no sense.
pub(crate) async fn run_jobs<S: ModelStore>(
    mode: Mode,
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
        let ended = job.run(mode, store, options, &progress).await;
        // Clears the bar.
        drop(progress);
        let job_code = match ended {
            Ok(report) => {
                show_report(&report, output);
                show_skipped(&report, options, output);
                if report.counts().failed > 0 { exit_code::FINDINGS } else { exit_code::DONE }
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
    if counts.conflict > 0 {
        output.line("  rows in conflict changed while they were converted: run again to take them");
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
    output.error(error, error.help(), code);
    code
}
