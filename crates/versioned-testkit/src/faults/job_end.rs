//! How a run of a job ended, as far as the harness has to know.
//!
//! Layer: testkit.

use std::{error::Error, fmt::Write as _};

use versioned_jobs::{JobError, JobReport};

/// How a run of a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobEnd {
    /// It went through, and says this. Where nothing is left to do, the text must be the same as after an undisturbed
    /// run, so it has no times and no names that are made up.
    Done(String),
    /// It ended early, for this reason; running it again goes on.
    Early(String),
    /// It broke a rule: its counts do not add up, for example.
    Broken(String),
}

impl JobEnd {
    /// Ended early because of this error and its causes.
    #[must_use]
    pub fn early(error: &dyn Error) -> Self {
        Self::Early(chain(error))
    }
}

/// Done with the counts, changes and failures of the report, also where the job's options ended the run; broken where the counts do not add up or the store is said
/// to have broken its contract.
impl From<Result<JobReport, JobError>> for JobEnd {
    fn from(ended: Result<JobReport, JobError>) -> Self {
        let report = match &ended {
            Ok(report) => Some(report),
            Err(error) => error.report(),
        };
        if let Some(counts) = report.map(JobReport::counts).filter(|counts| !counts.is_balanced()) {
            return Self::Broken(format!("the counts do not add up: {counts:?}"));
        }
        match ended {
            Ok(report) => Self::Done(text(&report)),
            Err(
                JobError::TooManyFailures { report, .. }
                | JobError::SameErrors { report, .. }
                | JobError::AuditFailed { report, .. },
            ) => Self::Done(format!("ended by its options: {}", text(&report))),
            Err(error @ JobError::BrokenStore { .. }) => Self::Broken(chain(&error)),
            Err(error) => Self::early(&error),
        }
    }
}

fn text(report: &JobReport) -> String {
    let changes: Vec<_> = report.changes().collect();
    let side_outputs: Vec<_> = report.side_outputs().collect();
    let (entity, counts) = (report.entity(), report.counts());
    let mut text = format!("{entity} {counts:?} {changes:?} {side_outputs:?}");
    for failure in report.failures() {
        _ = write!(text, "\n{failure}");
    }
    text
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
