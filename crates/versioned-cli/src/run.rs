//! Running jobs with the options of a command line.
//!
//! Layer: cli.

use clap::ArgMatches;
use versioned_jobs::{Mode, StopFlag};
use versioned_store::JobLedger;

use crate::{Output, VerbError, args, job::AnyJob, verbs};

/// Runs jobs with the options of a command line.
pub(crate) async fn run<S: JobLedger>(
    kind: verbs::Kind,
    jobs: &[&dyn AnyJob<S>],
    matches: &ArgMatches,
    output: &Output,
    stop: &StopFlag,
    store: impl Future<Output = Result<S, VerbError>>,
) -> Result<u8, VerbError> {
    let skipped = args::skip_file(matches)?;
    let mut options = args::job_options(matches, stop, &skipped);
    if kind != verbs::Kind::Run(Mode::Audit) {
        options = args::writing_options(matches, options);
    }
    let store = store.await?;
    verbs::show_reasons(&skipped, output);
    Ok(verbs::run_jobs(kind, jobs, &store, &options, output).await)
}
