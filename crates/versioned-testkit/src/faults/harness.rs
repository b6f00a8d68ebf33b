//! Runs a job under every fault.
//!
//! Layer: testkit. Invariant: every run starts from a copy of its own, so no fault sees what another one has left.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use super::{Difference, Fault, FaultKind, FaultReport, FaultSetting, FaultStore, JobEnd, Moment};

/// Runs a job under every fault: every call of the undisturbed run, before and after its effect, every kind.
///
/// After a fault the job is run again without one, at least once and until it is done. Then what is stored must be what the
/// undisturbed run has stored, and running the job once more must say what it says after an undisturbed run. So a job that
/// was done must change nothing and end as done when it is run again.
///
/// A killed job holds its run until its lease is over, so a job with a ledger is run with
/// [`JobOptions::with_take_over`](versioned_jobs::JobOptions::with_take_over).
#[derive(Debug, Clone)]
pub struct FaultHarness {
    kinds: Vec<FaultKind>,
    moments: Vec<Moment>,
    resumes_max: u32,
}

/// Why a harness could not try any fault: the undisturbed run went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HarnessError {
    /// It did not end as done, so there is nothing to compare with.
    #[error("run {run} of the job without a fault did not go through: {end:?}")]
    #[non_exhaustive]
    NotDone {
        /// Which run of the two over one copy, from 1.
        run: u32,
        /// How it ended.
        end: JobEnd,
    },

    /// The second run changed what is stored.
    #[error("the job without a fault changes what is stored when it is run again: {difference}")]
    #[non_exhaustive]
    NotStable {
        /// The first line that differs.
        difference: String,
    },
}

impl Default for FaultHarness {
    /// All kinds at both moments; a job must be done after at most 5 resumed runs.
    fn default() -> Self {
        let (kinds, moments) = (FaultKind::ALL.to_vec(), Moment::BOTH.to_vec());
        Self { kinds, moments, resumes_max: 5 }
    }
}

impl FaultHarness {
    /// Sets which kinds of faults are tried.
    #[must_use]
    pub fn with_kinds(self, kinds: impl IntoIterator<Item = FaultKind>) -> Self {
        Self { kinds: kinds.into_iter().collect(), ..self }
    }

    /// Sets at which moments faults strike.
    ///
    /// A kill before a call leaves what a kill after the call before it has left, so one moment is enough for kills in a
    /// job that makes one call after the other.
    #[must_use]
    pub fn with_moments(self, moments: impl IntoIterator<Item = Moment>) -> Self {
        Self { moments: moments.into_iter().collect(), ..self }
    }

    /// Sets after how many resumed runs a job must be done, at least 1.
    #[must_use]
    pub fn with_resumes_max(self, resumes_max: u32) -> Self {
        Self { resumes_max: resumes_max.max(1), ..self }
    }

    /// Runs the job under every fault.
    ///
    /// The number of runs grows with the number of calls, so small batches over few rows find as much as large tables do.
    ///
    /// # Errors
    ///
    /// [`HarnessError`] if the job does not even go through without a fault.
    pub async fn run<T, J>(&self, setting: &T, job: J) -> Result<FaultReport, HarnessError>
    where
        T: FaultSetting,
        J: AsyncFn(&FaultStore<T::Store>) -> JobEnd,
    {
        let (expected, operations) = undisturbed(setting, &job).await?;
        let mut report = FaultReport { operations, points: 0, runs: 2, differences: Vec::new() };
        for (operation, call) in report.operations.clone().into_iter().zip(1..) {
            for moment in self.moments.iter().copied() {
                for kind in self.kinds.iter().copied() {
                    let fault = Fault { call, moment, kind };
                    report.points += 1;
                    let tried = self.try_fault(setting, &job, fault, &expected, &mut report.runs);
                    if let Err(what) = tried.await {
                        report.differences.push(Difference { fault, operation, what });
                    }
                }
            }
        }
        Ok(report)
    }

    /// `Err` says what was different.
    async fn try_fault<T, J>(
        &self,
        setting: &T,
        job: &J,
        fault: Fault,
        expected: &Expected,
        runs: &mut u64,
    ) -> Result<(), String>
    where
        T: FaultSetting,
        J: AsyncFn(&FaultStore<T::Store>) -> JobEnd,
    {
        let copy = setting.copy().await;
        let store = FaultStore::with_fault(setting.open(&copy).await, fault);
        *runs += 1;
        let mut end = run(job, &store).await;
        if !store.has_struck() {
            return Err("the run made fewer calls than the undisturbed one".to_owned());
        }
        drop(store);
        let mut resumes = 0;
        while resumes == 0 || matches!(end, JobEnd::Early(_)) {
            if resumes == self.resumes_max {
                return Err(format!("not done after {resumes} resumed runs: {end:?}"));
            }
            if let JobEnd::Broken(what) = end {
                return Err(what);
            }
            resumes += 1;
            *runs += 1;
            end = run(job, &FaultStore::undisturbed(setting.open(&copy).await)).await;
        }
        if let JobEnd::Broken(what) = end {
            return Err(what);
        }
        if let Some(difference) = first_difference(&expected.stored, &setting.stored(&copy).await) {
            return Err(difference);
        }
        *runs += 1;
        match run(job, &FaultStore::undisturbed(setting.open(&copy).await)).await {
            JobEnd::Done(answer) if answer == expected.answer => Ok(()),
            JobEnd::Done(answer) => {
                Err(format!("it says {answer:?} in the end, not {:?}", expected.answer))
            }
            other => Err(format!("it ends as {other:?} where nothing is left to do")),
        }
    }
}

/// What the undisturbed run has left.
struct Expected {
    stored: String,
    /// What a second run says.
    answer: String,
}

async fn undisturbed<T, J>(
    setting: &T,
    job: &J,
) -> Result<(Expected, Vec<&'static str>), HarnessError>
where
    T: FaultSetting,
    J: AsyncFn(&FaultStore<T::Store>) -> JobEnd,
{
    let copy = setting.copy().await;
    let store = FaultStore::undisturbed(setting.open(&copy).await);
    match run(job, &store).await {
        JobEnd::Done(_) => {}
        end => return Err(HarnessError::NotDone { run: 1, end }),
    }
    let operations = store.operations();
    drop(store);
    let stored = setting.stored(&copy).await;
    let store = FaultStore::undisturbed(setting.open(&copy).await);
    let answer = match run(job, &store).await {
        JobEnd::Done(answer) => answer,
        end => return Err(HarnessError::NotDone { run: 2, end }),
    };
    match first_difference(&stored, &setting.stored(&copy).await) {
        Some(difference) => Err(HarnessError::NotStable { difference }),
        None => Ok((Expected { stored, answer }, operations)),
    }
}

/// Runs the job; a panic is a broken rule.
async fn run<S, J: AsyncFn(&FaultStore<S>) -> JobEnd>(job: &J, store: &FaultStore<S>) -> JobEnd {
    let mut running = pin!(job(store));
    poll_fn(|context| {
        // The store inside may be poisoned by the panic, which then shows as a difference as well.
        match catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                let text = text.unwrap_or_else(|| "without a text".to_owned());
                Poll::Ready(JobEnd::Broken(format!("the job panicked: {text}")))
            }
        }
    })
    .await
}

/// The first line in which two texts differ.
fn first_difference(expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let (mut expected, mut found) = (expected.lines(), found.lines());
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Some("the ends of lines differ".to_owned()),
            (expected, found) if expected != found => {
                let shown = |line: Option<&str>| line.unwrap_or("nothing").to_owned();
                let (expected, found) = (shown(expected), shown(found));
                return Some(format!("stored is `{found}`, expected `{expected}`"));
            }
            _ => {}
        }
    }
}
