//! The loop of a run: pages in, batches out.
//!
//! Layer: jobs. Invariant: an audit differs from a migration in that it commits nothing; every row has one outcome.

mod reader;
mod turns;
mod writing;

use std::{sync::Arc, time::Duration};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use versioned_core::BaseVersionedDomainObject;
use versioned_store::{EntityTable, JobLedger, Page, Row, RunKind, StoreProblem};

use crate::{
    JobError, JobOptions, JobReport, Mode, Policy, Progress, Validity,
    convert::{BatchPlan, ConvertOptions, plan_batch},
    ending::EndedEarly,
    ledger::{OpenRun, now_ms},
    prefetch::{Asked, FetchedByKey, Prefetch, When, converts_with_fetched},
    subject::Subject,
    tally::Tally,
};
use reader::{Reach, Reader};
pub(crate) use turns::Place;
use turns::{Queue, Turns};

/// Where the rows of a run come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Table,
    Quarantine,
}

/// One execution of a job.
pub(crate) struct Run<'a, D, S> {
    pub(crate) store: &'a S,
    pub(crate) options: &'a JobOptions,
    progress: &'a dyn Progress,
    prefetch: Prefetch<S>,
    mode: Mode,
    pub(crate) source: Source,
    pub(crate) subject: Arc<Subject<D>>,
    convert: ConvertOptions,
    pub(crate) started: Duration,
    pub(crate) report: JobReport,
    pub(crate) ledger: Option<OpenRun>,
    turns: Option<Turns>,
    /// How many batches are written side by side.
    writers: usize,
    /// Whether something is fetched for conversions or checks, which must be what the batches before have left.
    fetches: bool,
}

impl<'a, D: BaseVersionedDomainObject, S: JobLedger> Run<'a, D, S> {
    pub(crate) fn new(
        store: &'a S,
        (subject, prefetch): (Subject<D>, Prefetch<S>),
        mode: Mode,
        source: Source,
        options: &'a JobOptions,
        progress: &'a dyn Progress,
    ) -> Result<Self, JobError> {
        let (entity, hooks) = (subject.name, &subject.hooks);
        if mode == Mode::Migrate && options.who().is_none() {
            let needs = [
                (source == Source::Quarantine, "a replay of the quarantine"),
                (options.keep_before(), "what a run replaces"),
                (hooks.writes(), "rows and messages that are written with an entity"),
                (subject.table.history().is_some(), "commits to a history"),
                (options.stop_on_same_errors(), "a comparison with the run before"),
            ];
            if let Some((_, what)) = needs.into_iter().find(|(needs, _)| *needs) {
                return Err(JobError::LedgerNeeded { entity, what });
            }
        }
        let mut report = JobReport::new(entity, mode, options.failures_kept());
        let value_checks = options.value_checks().filter(|_| mode == Mode::Audit).cloned();
        if value_checks.is_some() {
            report.add_validity(Validity::default());
        }
        let fetches = converts_with_fetched(&subject.table) || !hooks.check_needs().is_empty();
        let writers = match mode == Mode::Migrate && store.writes_ahead() && !fetches {
            true => options.writers(),
            false => 1,
        };
        Ok(Self {
            store,
            options,
            progress,
            prefetch,
            mode,
            source,
            subject: Arc::new(subject),
            convert: ConvertOptions {
                check_type: options.check_type(),
                counts_losses: options.counts_losses(),
                value_checks,
                keep_before: mode == Mode::Migrate && options.keep_before(),
                skip: Arc::new(options.skipped().clone()),
                fetched: Arc::default(),
                at_ms: 0,
            },
            started: options.clock().now(),
            report,
            ledger: None,
            turns: None,
            writers,
            fetches,
        })
    }

    /// Opens the run in the ledger, if it has one.
    pub(crate) async fn open(&mut self) -> Result<(), EndedEarly> {
        let (Mode::Migrate, Some(who)) = (self.mode, self.options.who()) else {
            return Ok(());
        };
        let kind = match self.source {
            Source::Table => RunKind::Migrate,
            Source::Quarantine => RunKind::Replay,
        };
        let opened = OpenRun::open(self.store, &self.subject, kind, who, self.options).await;
        let (ledger, opened) = opened.map_err(|error| match error.problem() {
            Some(StoreProblem::RunHeld { .. } | StoreProblem::RunMustFinish { .. }) => {
                let entity = self.report.entity();
                EndedEarly::Other(Box::new(JobError::NotStarted { entity, source: error }))
            }
            _ => EndedEarly::Store(error),
        })?;
        let checkpoint = &opened.run.checkpoint;
        let declaration = self.table().declaration();
        self.report.set_tally(Tally::of(checkpoint.counts, &checkpoint.detail, declaration));
        self.report.set_run(&opened);
        self.turns = Some(Turns::new(ledger.clone(), self.report.tally().clone()));
        self.ledger = Some(ledger);
        Ok(())
    }

    pub(crate) fn report(&self) -> &JobReport {
        &self.report
    }

    pub(crate) fn table(&self) -> &EntityTable {
        &self.subject.table
    }

    pub(crate) async fn run_batches(&mut self) -> Result<(), EndedEarly> {
        self.check_policies()?;
        let total = match self.progress.wants_total() {
            true => Some(self.store.count(self.table()).await?),
            false => None,
        };
        self.progress.started(self.report.entity(), self.mode, total);
        let after = self.ledger.as_ref().and_then(OpenRun::after);
        let (store, options, source) = (self.store, self.options, self.source);
        let reads_all = self.subject.needs_all_columns() || self.convert.value_checks.is_some();
        let subject = Arc::clone(&self.subject);
        let reach = Reach::new(options);
        let mut reader = Reader { store, options, subject, source, reads_all, reach };
        let queue = &mut Queue::default();
        let mut next = Some(self.alongside(queue, reader.read(after)).await?);
        while let Some(page) = next.take() {
            let page = match page {
                Ok(_) if self.options.stop().is_set() => Err(EndedEarly::Stopped),
                page => page,
            };
            let mut page = match page {
                Ok(page) => page,
                Err(ended) => return self.finish_all(queue).await.and(Err(ended)),
            };
            reader.reach.note(self.table(), &mut page);
            let last = page.rows.last().map(|row| row.key.clone());
            let is_last = page.is_last;
            let scanned = page.rows.len();
            // Where anything is fetched, no batch is being written meanwhile.
            let fetched = self.prefetch(&page.rows).await?;
            let conversion = self.convert(page, fetched);
            if self.writers == 1 {
                // The batch before is written while this page is converted, and out of memory before the next one is read.
                self.finish_all(queue).await?;
            }
            // The next page is read while this one is converted: two pages are in memory, never more.
            if !is_last {
                next = Some(self.alongside(queue, reader.read(last)).await?);
            }
            let plan = joined(self.alongside(queue, conversion).await?)?;
            if plan.rows.len() != scanned {
                return Err(EndedEarly::Broken("a row has no plan"));
            }
            if self.options.stop().is_set() {
                // It came while the batch before was being written: one writer would not have begun this one.
                return self.finish_all(queue).await.and(Err(EndedEarly::Stopped));
            }
            self.begin_writing(queue, plan).await?;
        }
        self.finish_all(queue).await
    }

    /// What conversions and checks of the stale rows of a page need from elsewhere.
    async fn prefetch(&self, rows: &[Row]) -> Result<FetchedByKey, EndedEarly> {
        let (table, check_needs) = (self.table(), self.subject.hooks.check_needs());
        let asked = Asked { table, rows, check_needs, when: When::Converted };
        (self.prefetch)(self.store, asked).await.map_err(EndedEarly::Prefetch)
    }

    fn convert(&self, page: Page, fetched: FetchedByKey) -> JoinHandle<BatchPlan> {
        let (subject, mut options) = (Arc::clone(&self.subject), self.convert.clone());
        options.fetched = Arc::new(fetched);
        if subject.table.history().is_some() {
            options.at_ms = now_ms(self.options);
        }
        spawn_blocking(move || plan_batch(&subject, page.rows, &options))
    }

    fn check_policies(&self) -> Result<(), EndedEarly> {
        let counts = self.report.counts();
        let is_put_back =
            self.mode == Mode::Migrate && self.options.policy() == Policy::AllOrNothing;
        if let Some(ledger) = self.ledger.as_ref().filter(|_| is_put_back)
            && counts.failures() + counts.conflict > 0
        {
            return Err(EndedEarly::PutBack(Box::new(ledger.clone())));
        }
        match self.options.failure_limit() {
            Some(limit) if limit.is_passed(counts.failures(), counts.scanned) => {
                Err(EndedEarly::TooManyFailures(limit.as_percent()))
            }
            _ => Ok(()),
        }
    }
}

/// A conversion's panic is caught per entity, so what arrives here is a mistake of this crate's and goes on.
fn joined(plan: Result<BatchPlan, JoinError>) -> Result<BatchPlan, EndedEarly> {
    match plan {
        Ok(plan) => Ok(plan),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down.
            Err(_) => Err(EndedEarly::Stopped),
        },
    }
}
