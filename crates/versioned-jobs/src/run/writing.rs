//! Writing of batches: one after the other, or side by side.
//!
//! Layer: jobs. Invariant: what became of batches is counted in the order of their keys. Where one cannot be written, those
//! after it are undone before anything else is tried, so that nothing of this run is in its way.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use versioned_core::BaseVersionedDomainObject;
use versioned_store::{JobLedger, Row, StoreError, StoreErrorKind, WriteOutcome};

use super::{
    Run,
    turns::{Queue, Writing, Written, owned},
};
use crate::{
    EntityError, EntityFailure, Mode, Outcome,
    content::content_hash,
    convert::{BatchPlan, FailedRow, RowPlan},
    ending::EndedEarly,
};

/// What comes next where batches are being written while something else is done.
enum Next<T> {
    Over((BatchPlan, Result<Written, StoreError>)),
    Other(T),
}

impl<'a, D: BaseVersionedDomainObject, S: JobLedger> Run<'a, D, S> {
    /// Does something else while batches are being written.
    pub(super) async fn alongside<F: Future>(
        &mut self,
        queue: &mut Queue<'a>,
        other: F,
    ) -> Result<F::Output, EndedEarly> {
        let mut other = pin!(other);
        loop {
            let next = poll_fn(|context| match queue.poll_first(context) {
                Poll::Ready(first) => Poll::Ready(Next::Over(first)),
                Poll::Pending => other.as_mut().poll(context).map(Next::Other),
            });
            match next.await {
                Next::Other(output) => return Ok(output),
                Next::Over((plan, Ok(written))) => self.count_first(queue, plan, written)?,
                Next::Over((plan, Err(error))) => {
                    let others = queue.undo();
                    // It may have a connection that is needed.
                    let output = other.await;
                    self.recover(plan, error, others).await?;
                    return Ok(output);
                }
            }
        }
    }

    /// Begins to write what was planned, once fewer batches than may be are being written. Where something is fetched from
    /// what was written, the batch is over when this returns.
    pub(super) async fn begin_writing(
        &mut self,
        queue: &mut Queue<'a>,
        plan: BatchPlan,
    ) -> Result<(), EndedEarly> {
        while queue.len() >= self.writers {
            self.finish_first(queue).await?;
        }
        let plan = Arc::new(plan);
        queue.push(Arc::clone(&plan), self.writing(plan, queue.len()));
        if self.fetches {
            self.finish_all(queue).await?;
        }
        Ok(())
    }

    pub(super) async fn finish_all(&mut self, queue: &mut Queue<'a>) -> Result<(), EndedEarly> {
        while queue.len() > 0 {
            self.finish_first(queue).await?;
        }
        Ok(())
    }

    async fn finish_first(&mut self, queue: &mut Queue<'a>) -> Result<(), EndedEarly> {
        match poll_fn(|context| queue.poll_first(context)).await {
            (plan, Ok(written)) => self.count_first(queue, plan, written),
            (plan, Err(error)) => self.recover(plan, error, queue.undo()).await,
        }
    }

    /// Counts a batch. If a stop was asked for, those after it are undone, as one writer would not have begun them.
    fn count_first(
        &mut self,
        queue: &mut Queue<'a>,
        plan: BatchPlan,
        written: Written,
    ) -> Result<(), EndedEarly> {
        self.count(plan, written)?;
        if self.options.stop().is_set() && !queue.undo().is_empty() {
            return Err(EndedEarly::Stopped);
        }
        Ok(())
    }

    /// Goes on after a batch that could not be written, and others after it that were undone for it: one after the other.
    async fn recover(
        &mut self,
        plan: BatchPlan,
        error: StoreError,
        others: Vec<BatchPlan>,
    ) -> Result<(), EndedEarly> {
        if error.kind() == StoreErrorKind::Rejected {
            self.write_singly(plan).await?;
        } else if error.is_retryable() && self.writers > 1 {
            // What was in its way may have been another one, as where a trigger writes the same row for all.
            self.writers = 1;
            self.write(plan).await?;
        } else {
            return Err(error.into());
        }
        for plan in others {
            self.write(plan).await?;
        }
        Ok(())
    }

    /// Writes what was planned.
    async fn write(&mut self, plan: BatchPlan) -> Result<(), EndedEarly> {
        match self.write_now(plan).await {
            (plan, Err(error)) if error.kind() == StoreErrorKind::Rejected => {
                self.write_singly(plan).await
            }
            (plan, written) => self.count(plan, written?),
        }
    }

    /// Writes a batch of which the database refuses a row, in parts with one write each, so that the row that is refused
    /// stops no other.
    async fn write_singly(&mut self, plan: BatchPlan) -> Result<(), EndedEarly> {
        for part in plan.into_single_writes() {
            let (mut part, written) = self.write_now(part).await;
            let written = match written {
                Err(error) if error.kind() == StoreErrorKind::Rejected => {
                    let Some(write) = part.writes.first() else {
                        return Err(error.into());
                    };
                    let failed = self.rejected(&write.expected, error);
                    part.fail_write(failed);
                    let written;
                    (part, written) = self.write_now(part).await;
                    written?
                }
                written => written?,
            };
            self.count(part, written)?;
        }
        Ok(())
    }

    /// Writes a batch whose turn it is.
    async fn write_now(&mut self, plan: BatchPlan) -> (BatchPlan, Result<Written, StoreError>) {
        let plan = Arc::new(plan);
        let written = self.writing(Arc::clone(&plan), 0).await;
        (owned(plan), written)
    }

    fn rejected(&self, row: &Row, error: StoreError) -> FailedRow {
        let (entity, id) = (self.report.entity(), row.key.to_entity_id());
        let error = EntityError::Rejected { entity, id: id.clone(), source: Box::new(error) };
        let failure = EntityFailure::new(entity, id, error);
        FailedRow { failure, content_hash: content_hash(self.table(), row) }
    }

    /// Writes a batch before which so many others are not over yet.
    fn writing(&self, plan: Arc<BatchPlan>, ahead: usize) -> Writing<'a> {
        let (store, options, subject) = (self.store, self.options, Arc::clone(&self.subject));
        match (self.mode, &self.ledger, &self.turns) {
            (Mode::Audit, ..) => Box::pin(async move {
                let outcomes = vec![WriteOutcome::Written; plan.writes.len()];
                Ok(Written { outcomes, run: None })
            }),
            (Mode::Migrate, Some(ledger), Some(turns)) => {
                let (ledger, place) = (ledger.clone(), turns.place(ahead, self.writers > 1));
                Box::pin(async move {
                    let table = &subject.table;
                    let committed = ledger.commit(store, table, &plan, &place, options).await;
                    committed.map(|(outcomes, run)| Written { outcomes, run: Some(run) })
                })
            }
            (Mode::Migrate, ..) => Box::pin(async move {
                let outcomes = match plan.writes.is_empty() {
                    true => Vec::new(),
                    false => store.write_batch(&subject.table, &plan.writes).await?,
                };
                Ok(Written { outcomes, run: None })
            }),
        }
    }

    /// Counts what became of each row; it is the next batch's turn then.
    fn count(&mut self, plan: BatchPlan, written: Written) -> Result<(), EndedEarly> {
        let Written { outcomes, run } = written;
        if outcomes.len() != plan.writes.len() {
            return Err(EndedEarly::Broken("it did not say of every write what became of it"));
        }
        let failure = match self.ledger {
            Some(_) => Outcome::Quarantined,
            None => Outcome::Failed,
        };
        let mut tally = self.report.tally().clone();
        tally.add(&plan, &outcomes, failure);
        self.report.set_tally(tally.clone());
        if let (Some(run), Some(turns)) = (run, &self.turns) {
            self.ledger = Some(run.clone());
            turns.next(run, tally);
        }
        if self.convert.value_checks.is_some() {
            self.report.add_validity(*plan.validity);
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
}
