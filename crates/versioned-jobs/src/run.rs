//! The loop of a run: pages in, batches out.
//!
//! Layer: jobs. Invariant: an audit differs from a migration in that it commits nothing; every row has one outcome.

use std::{sync::Arc, time::Duration};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use versioned_core::BaseVersionedDomainObject;
use versioned_store::{
    Bodies, EntityKey, EntityTable, JobLedger, Page, QuarantineRequest, Row, RunKind, ScanRequest,
    StoreError, StoreErrorKind, StoreProblem, WriteOutcome,
};

use crate::{
    EntityError, EntityFailure, JobError, JobOptions, JobReport, Mode, Outcome, Policy, Progress,
    Validity,
    content::content_hash,
    convert::{BatchPlan, ConvertOptions, FailedRow, RowPlan, plan_batch},
    ending::EndedEarly,
    ledger::{OpenRun, now_ms},
    prefetch::{Asked, FetchedByKey, Prefetch, When},
    subject::Subject,
    tally::Tally,
};

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
        let mut next = Some(self.read(after).await);
        while let Some(page) = next.take() {
            let page = page?;
            if self.options.stop().is_set() {
                return Err(EndedEarly::Stopped);
            }
            let last = page.rows.last().map(|row| row.key.clone());
            let is_last = page.is_last;
            let scanned = page.rows.len();
            let fetched = self.prefetch(&page.rows).await?;
            let conversion = self.convert(page, fetched);
            // The next page is read while this one is converted: two pages are in memory, never more.
            if !is_last {
                next = Some(self.read(last).await);
            }
            let plan = joined(conversion.await)?;
            if plan.rows.len() != scanned {
                return Err(EndedEarly::Broken("a row has no plan"));
            }
            self.write(plan).await?;
        }
        Ok(())
    }

    /// What conversions and checks of the stale rows of a page need from elsewhere.
    async fn prefetch(&self, rows: &[Row]) -> Result<FetchedByKey, EndedEarly> {
        let (table, check_needs) = (self.table(), self.subject.hooks.check_needs());
        let asked = Asked { table, rows, check_needs, when: When::Converted };
        (self.prefetch)(self.store, asked).await.map_err(EndedEarly::Prefetch)
    }

    async fn read(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        match self.source {
            Source::Table => self.scan(after).await,
            Source::Quarantine => self.read_quarantined(after).await,
        }
    }

    async fn scan(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        let limits = self.options.limits();
        let needs_all = self.subject.needs_all_columns() || self.convert.value_checks.is_some();
        let bodies = if needs_all { Bodies::All } else { Bodies::Stale };
        let request = ScanRequest { after, until: None, limits, bodies };
        let page = self.store.scan(self.table(), &request).await?;
        check_page(request.after.as_ref(), &page)?;
        Ok(page)
    }

    async fn read_quarantined(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        let entity = self.report.entity();
        let limit = self.options.limits().rows();
        let after = after.map(|key| (entity.to_owned(), key));
        let request = QuarantineRequest { entity: Some(entity.to_owned()), after, limit };
        let entries = self.store.quarantined(&request).await?;
        let is_last = u32::try_from(entries.len()).unwrap_or(u32::MAX) < limit;
        let keys: Vec<EntityKey> = entries.into_iter().map(|entry| entry.key).collect();
        let found = self.store.get_many(self.table(), &keys).await?;
        if found.len() != keys.len() {
            return Err(EndedEarly::Broken("it did not say of every key whether there is a row"));
        }
        let rows = found.into_iter().zip(keys).map(|(row, key)| {
            let values = vec![None; self.table().columns().len()];
            row.unwrap_or(Row { key, model_version: None, deleted: true, values })
        });
        Ok(Page { rows: rows.collect(), is_last })
    }

    fn convert(&self, page: Page, fetched: FetchedByKey) -> JoinHandle<BatchPlan> {
        let (subject, mut options) = (Arc::clone(&self.subject), self.convert.clone());
        options.fetched = Arc::new(fetched);
        if subject.table.history().is_some() {
            options.at_ms = now_ms(self.options);
        }
        spawn_blocking(move || plan_batch(&subject, page.rows, &options))
    }

    /// Writes what was planned. If the database refuses a row of the batch, the batch is cut into parts with one write
    /// each, so that the row that is refused stops no other.
    async fn write(&mut self, plan: BatchPlan) -> Result<(), EndedEarly> {
        match self.commit(&plan).await {
            Err(EndedEarly::Store(error)) if error.kind() == StoreErrorKind::Rejected => {}
            outcomes => return self.count(plan, &outcomes?),
        }
        for mut part in plan.into_single_writes() {
            let outcomes = match self.commit(&part).await {
                Err(EndedEarly::Store(error)) if error.kind() == StoreErrorKind::Rejected => {
                    let Some(write) = part.writes.first() else {
                        return Err(error.into());
                    };
                    let failed = self.rejected(&write.expected, error);
                    part.fail_write(failed);
                    self.commit(&part).await?
                }
                outcomes => outcomes?,
            };
            self.count(part, &outcomes)?;
        }
        Ok(())
    }

    fn rejected(&self, row: &Row, error: StoreError) -> FailedRow {
        let (entity, id) = (self.report.entity(), row.key.to_entity_id());
        let error = EntityError::Rejected { entity, id: id.clone(), source: Box::new(error) };
        let failure = EntityFailure::new(entity, id, error);
        FailedRow { failure, content_hash: content_hash(self.table(), row) }
    }

    async fn commit(&mut self, plan: &BatchPlan) -> Result<Vec<WriteOutcome>, EndedEarly> {
        let (store, table) = (self.store, &self.subject.table);
        let outcomes = match (self.mode, &mut self.ledger) {
            (Mode::Audit, _) => vec![WriteOutcome::Written; plan.writes.len()],
            (Mode::Migrate, Some(ledger)) => {
                ledger.commit(store, table, plan, self.report.tally(), self.options).await?
            }
            (Mode::Migrate, None) if plan.writes.is_empty() => Vec::new(),
            (Mode::Migrate, None) => store.write_batch(table, &plan.writes).await?,
        };
        if outcomes.len() != plan.writes.len() {
            return Err(EndedEarly::Broken("it did not say of every write what became of it"));
        }
        Ok(outcomes)
    }

    /// Counts what became of each row.
    fn count(&mut self, plan: BatchPlan, outcomes: &[WriteOutcome]) -> Result<(), EndedEarly> {
        let failure = match self.ledger {
            Some(_) => Outcome::Quarantined,
            None => Outcome::Failed,
        };
        let mut tally = self.report.tally().clone();
        tally.add(&plan, outcomes, failure);
        self.report.set_tally(tally);
        if self.convert.value_checks.is_some() {
            self.report.add_validity(plan.validity);
        }
        for row in plan.rows {
            if let RowPlan::Failed(failed) = row {
                self.progress.failed(&failed.failure);
                self.report.add_failure(failed.failure);
            }
        }
        debug_assert!(self.report.counts().is_balanced(), "every row has one outcome");
        self.progress.advanced(self.report.counts());
        self.check_policies()
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

/// Refuses a page that would make the scan miss rows or never end.
fn check_page(after: Option<&EntityKey>, page: &Page) -> Result<(), EndedEarly> {
    if page.rows.is_empty() && !page.is_last {
        return Err(EndedEarly::Broken("it gave an empty page that is not the last one"));
    }
    let mut previous = after;
    for row in &page.rows {
        if previous.is_some_and(|previous| *previous >= row.key) {
            return Err(EndedEarly::Broken("it gave rows that are not in the order of their keys"));
        }
        previous = Some(&row.key);
    }
    Ok(())
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
