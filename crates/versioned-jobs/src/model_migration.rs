//! Model migration: rewrite stored models so that every versioned field is at its latest schema version.
//!
//! Layer: jobs. Uses the port `ModelStore`; knows no driver. Invariant: each batch is one transaction, and what is
//! written is at its latest versions, so a run that ends anywhere is resumed by running it again.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use versioned_core::BaseVersionedDomainObject;
use versioned_store::{
    Bodies, EntityKey, EntityTable, ModelStore, Page, RowWrite, ScanRequest, StorageModel,
    StorageModelError, StoreError, StoreErrorKind, WriteOutcome,
};

use crate::{
    CensusReport, EntityError, EntityFailure, FetchError, JobError, JobOptions, JobReport, Mode,
    Outcome, Progress, census,
    convert::{BatchPlan, ConvertOptions, RowPlan, plan_batch},
    fetch,
};

/// What [`fetch_many`](BaseMigrateVersionedModelJob::fetch_many) gives: for each key its entity, `None` if it is absent or
/// marked as deleted, or why it cannot be read at its latest versions.
pub type FetchedMany<D> = Vec<Result<Option<D>, FetchError>>;

/// A job over the models of one entity kind: it names the domain object and how it is stored, and nothing else.
///
/// Everything else is provided. The methods are associated functions, since a job has no state of its own. They need
/// a Tokio runtime, because conversions run on its blocking threads.
/// There is an example on the [page of the crate](crate#examples).
pub trait BaseMigrateVersionedModelJob: Send + Sync + 'static {
    /// The domain object.
    type DomainObject: BaseVersionedDomainObject;

    /// How it lies in a table.
    fn storage_model() -> StorageModel;

    /// The table of the entity: the storage model, checked against the declaration.
    ///
    /// # Errors
    ///
    /// [`StorageModelError`] names the table, the column and the fix.
    fn table() -> Result<EntityTable, StorageModelError> {
        EntityTable::new(Self::DomainObject::schema_versioned_attributes(), Self::storage_model())
    }

    /// Brings every stored model to the latest schema versions.
    ///
    /// Each batch is written in one transaction, each row only if it is as it was read. An entity that fails is
    /// counted and reported, and left as it is. Running it again changes nothing that is current.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the run ended early; it has the report of what was done before.
    fn migrate<S: ModelStore>(
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<JobReport, JobError>> + Send {
        async move { Run::<Self, S>::new(store, Mode::Migrate, options, progress)?.finish().await }
    }

    /// Says what [`migrate`](Self::migrate) would do, and writes nothing.
    ///
    /// It is the same code up to the write itself, so it fails where the migration would. In its report, `migrated`
    /// counts the entities that would be migrated.
    ///
    /// # Errors
    ///
    /// As for [`migrate`](Self::migrate).
    fn audit<S: ModelStore>(
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<JobReport, JobError>> + Send {
        async move { Run::<Self, S>::new(store, Mode::Audit, options, progress)?.finish().await }
    }

    /// Counts which schema versions are stored.
    ///
    /// Where versions are columns the database counts them; where they lie in documents, every document is read.
    ///
    /// # Errors
    ///
    /// [`JobError`] if the store failed; nothing is returned then.
    fn census<S: ModelStore>(
        store: &S,
    ) -> impl Future<Output = Result<CensusReport, JobError>> + Send {
        async move { census::take(&checked_table::<Self>()?, store).await }
    }

    /// Reads one entity at its latest schema versions; `None` if it is absent or marked as deleted.
    ///
    /// Nothing is written back. Stale fields are converted on the task that calls, as they are one entity's.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed, or the entity cannot be brought to its latest versions.
    fn fetch<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Option<Self::DomainObject>, FetchError>> + Send {
        async move {
            let Some((table, row)) = fetch::row::<Self, S>(store, key).await? else {
                return Ok(None);
            };
            fetch::object::<Self::DomainObject>(&table, &row).map(Some)
        }
    }

    /// Reads entities as [`fetch`](Self::fetch) does, in the order of `keys`, with fewer calls of the store.
    ///
    /// An entity that cannot be brought to its latest versions is an error in its place and stops no other. All of them
    /// are in memory at once.
    ///
    /// # Errors
    ///
    /// [`FetchError`] if the store failed; the errors of single entities are in the list.
    fn fetch_many<S: ModelStore>(
        store: &S,
        keys: &[EntityKey],
    ) -> impl Future<Output = Result<FetchedMany<Self::DomainObject>, FetchError>> + Send {
        async move {
            let (table, rows) = fetch::rows::<Self, S>(store, keys).await?;
            let object = |row| fetch::object::<Self::DomainObject>(&table, &row);
            Ok(rows.into_iter().map(|row| row.map(object).transpose()).collect())
        }
    }

    /// Reads one entity as [`fetch`](Self::fetch) does, as the JSON text of its document.
    ///
    /// # Errors
    ///
    /// As for [`fetch`](Self::fetch), except that the text need not fit the Rust type.
    fn fetch_document<S: ModelStore>(
        store: &S,
        key: &EntityKey,
    ) -> impl Future<Output = Result<Option<String>, FetchError>> + Send {
        async move {
            let Some((table, row)) = fetch::row::<Self, S>(store, key).await? else {
                return Ok(None);
            };
            fetch::document::<Self::DomainObject>(&table, &row).map(Some)
        }
    }
}

fn checked_table<J: BaseMigrateVersionedModelJob + ?Sized>() -> Result<EntityTable, JobError> {
    let entity = J::DomainObject::schema_versioned_attributes().entity;
    J::table().map_err(|source| JobError::StorageModel { entity, source })
}

/// One execution of a job.
struct Run<'a, J: ?Sized, S> {
    store: &'a S,
    options: &'a JobOptions,
    progress: &'a dyn Progress,
    mode: Mode,
    table: Arc<EntityTable>,
    convert: Arc<ConvertOptions>,
    started: Duration,
    report: JobReport,
    job: std::marker::PhantomData<fn() -> Box<J>>,
}

impl<'a, J: BaseMigrateVersionedModelJob + ?Sized, S: ModelStore> Run<'a, J, S> {
    fn new(
        store: &'a S,
        mode: Mode,
        options: &'a JobOptions,
        progress: &'a dyn Progress,
    ) -> Result<Self, JobError> {
        let table = checked_table::<J>()?;
        let entity = table.declaration().entity;
        Ok(Self {
            store,
            options,
            progress,
            mode,
            table: Arc::new(table),
            convert: Arc::new(ConvertOptions {
                check_type: options.check_type(),
                skip: options.skipped().clone(),
            }),
            started: options.clock().now(),
            report: JobReport::new(entity, mode, options.failures_kept()),
            job: std::marker::PhantomData,
        })
    }

    async fn finish(mut self) -> Result<JobReport, JobError> {
        let ended = self.run_batches().await;
        self.report.set_elapsed(self.options.clock().now().saturating_sub(self.started));
        let entity = self.report.entity();
        match ended {
            Ok(()) => Ok(self.report),
            Err(EndedEarly::Store(source)) => {
                Err(JobError::Store { entity, report: Box::new(self.report), source })
            }
            Err(EndedEarly::Stopped) => {
                Err(JobError::Stopped { entity, report: Box::new(self.report) })
            }
            Err(EndedEarly::Broken(broken)) => Err(JobError::BrokenStore {
                entity,
                table: self.table.name().to_owned(),
                broken,
                report: Some(Box::new(self.report)),
            }),
        }
    }

    async fn run_batches(&mut self) -> Result<(), EndedEarly> {
        let total = match self.progress.wants_total() {
            true => Some(self.store.count(&self.table).await?),
            false => None,
        };
        self.progress.started(self.report.entity(), self.mode, total);
        let mut next = Some(self.scan(None).await);
        while let Some(page) = next.take() {
            let page = page?;
            if self.options.stop().is_set() {
                return Err(EndedEarly::Stopped);
            }
            let last = page.rows.last().map(|row| row.key.clone());
            let is_last = page.is_last;
            let scanned = page.rows.len();
            let conversion = self.convert(page);
            // The next page is read while this one is converted: two pages are in memory, never more.
            if !is_last {
                next = Some(self.scan(last).await);
            }
            let plan = joined(conversion.await)?;
            if plan.rows.len() != scanned {
                return Err(EndedEarly::Broken("a row has no plan"));
            }
            self.write(plan).await?;
        }
        Ok(())
    }

    async fn scan(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        let limits = self.options.limits();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::Stale };
        let page = self.store.scan(&self.table, &request).await?;
        check_page(request.after.as_ref(), &page)?;
        Ok(page)
    }

    fn convert(&self, page: Page) -> JoinHandle<BatchPlan> {
        let (table, options) = (Arc::clone(&self.table), Arc::clone(&self.convert));
        spawn_blocking(move || plan_batch::<J::DomainObject>(&table, page.rows, &options))
    }

    /// Writes what was planned, and counts what became of each row.
    async fn write(&mut self, plan: BatchPlan) -> Result<(), EndedEarly> {
        let written = match self.mode {
            Mode::Audit => plan.writes.iter().map(|_| Ok(WriteOutcome::Written)).collect(),
            Mode::Migrate => self.write_batch(&plan.writes).await?,
        };
        self.report.add_scanned(u64::try_from(plan.rows.len()).unwrap_or(u64::MAX));
        let mut written = written.into_iter();
        for row in plan.rows {
            match row {
                RowPlan::Current => self.report.add(Outcome::Current),
                RowPlan::Skipped => self.report.add(Outcome::Skipped),
                RowPlan::Deleted => self.report.add(Outcome::Deleted),
                RowPlan::Failed(failure) => self.fail(failure),
                RowPlan::Write(changed) => match written.next() {
                    Some(Ok(WriteOutcome::Written)) => {
                        self.report.add(Outcome::Migrated);
                        for change in changed.fields {
                            self.report.add_change(change.field, change.from, change.to);
                        }
                        for field in changed.side_outputs {
                            self.report.add_side_output(field);
                        }
                    }
                    Some(Ok(WriteOutcome::Gone)) => self.report.add(Outcome::Deleted),
                    Some(Err(failure)) => self.fail(failure),
                    // Whatever else a store may say one day, the row was not written as planned.
                    Some(Ok(_)) | None => self.report.add(Outcome::Conflict),
                },
            }
        }
        debug_assert!(self.report.counts().is_balanced(), "every row has one outcome");
        self.progress.advanced(self.report.counts());
        Ok(())
    }

    /// What became of each write. If the database refuses a row of the batch, each row is written on its own, so that
    /// the one that is refused stops no other.
    async fn write_batch(&self, writes: &[RowWrite]) -> Result<Vec<Attempt>, EndedEarly> {
        match self.write_together(writes).await {
            Err(EndedEarly::Store(error)) if error.kind() == StoreErrorKind::Rejected => {}
            outcomes => return Ok(outcomes?.into_iter().map(Ok).collect()),
        }
        let entity = self.report.entity();
        let mut attempts = Vec::with_capacity(writes.len());
        for write in writes {
            attempts.push(match self.write_together(std::slice::from_ref(write)).await {
                Ok(outcomes) => Ok(outcomes[0]),
                Err(EndedEarly::Store(error)) if error.kind() == StoreErrorKind::Rejected => {
                    let id = write.expected.key.to_entity_id();
                    let source = Box::new(error);
                    let error = EntityError::Rejected { entity, id: id.clone(), source };
                    Err(EntityFailure::new(entity, id, error))
                }
                Err(ended) => return Err(ended),
            });
        }
        Ok(attempts)
    }

    async fn write_together(&self, writes: &[RowWrite]) -> Result<Vec<WriteOutcome>, EndedEarly> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let outcomes = self.store.write_batch(&self.table, writes).await?;
        if outcomes.len() != writes.len() {
            return Err(EndedEarly::Broken("it did not say of every write what became of it"));
        }
        Ok(outcomes)
    }

    fn fail(&mut self, failure: EntityFailure) {
        self.progress.failed(&failure);
        self.report.add_failure(failure);
    }
}

/// What became of a write, or why the database refuses the row.
type Attempt = Result<WriteOutcome, EntityFailure>;

/// Why a run ended before its last row.
enum EndedEarly {
    Store(StoreError),
    Stopped,
    Broken(&'static str),
}

impl From<StoreError> for EndedEarly {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
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
