//! Batches that are written side by side, and their turns.
//!
//! Layer: jobs. Invariant: the turn of a batch comes when the one before it has been committed and counted, so checkpoints
//! and counts come in the order of the keys, and what is stored at any time is what one writer would have stored.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::sync::watch;
use versioned_store::{StoreError, Turn, WriteOutcome};

use crate::{convert::BatchPlan, ledger::OpenRun, tally::Tally};

/// How far a run has come when it is a batch's turn.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    turn: u64,
    pub(crate) run: OpenRun,
    pub(crate) tally: Tally,
}

/// The turns of the batches of a run.
#[derive(Debug)]
pub(super) struct Turns(watch::Sender<Arc<Standing>>);

impl Turns {
    pub(super) fn new(run: OpenRun, tally: Tally) -> Self {
        Self(watch::Sender::new(Arc::new(Standing { turn: 0, run, tally })))
    }

    /// The place of a batch before which so many others are not over yet.
    pub(super) fn place(&self, ahead: usize, is_side_by_side: bool) -> Place {
        let ahead = u64::try_from(ahead).unwrap_or(u64::MAX);
        let turn = self.0.borrow().turn.saturating_add(ahead);
        Place { turn, now: self.0.subscribe(), is_side_by_side }
    }

    /// Says that a batch is over, and it is the turn of the next one.
    pub(super) fn next(&self, run: OpenRun, tally: Tally) {
        let turn = self.0.borrow().turn.saturating_add(1);
        self.0.send_replace(Arc::new(Standing { turn, run, tally }));
    }
}

/// The place of a batch among those of its run.
#[derive(Debug)]
pub(crate) struct Place {
    turn: u64,
    now: watch::Receiver<Arc<Standing>>,
    is_side_by_side: bool,
}

impl Place {
    /// How far the run has come; of interest from the batch's turn on, until it is over.
    pub(crate) fn standing(&self) -> Arc<Standing> {
        Arc::clone(&self.now.borrow())
    }

    /// What a store waits for, where batches are written side by side.
    pub(crate) fn turn(&self) -> Option<&dyn Turn> {
        self.is_side_by_side.then_some(self)
    }
}

impl Turn for Place {
    fn wait(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut now = self.now.clone();
        Box::pin(async move {
            // Where the run is gone, nobody waits for the batch either.
            let _gone = now.wait_for(|standing| standing.turn >= self.turn).await.is_err();
        })
    }
}

/// What became of a batch, and the run as it is then, where there is a ledger.
pub(super) struct Written {
    pub(super) outcomes: Vec<WriteOutcome>,
    pub(super) run: Option<OpenRun>,
}

pub(super) type Writing<'a> =
    Pin<Box<dyn Future<Output = Result<Written, StoreError>> + Send + 'a>>;

/// Batches that are being written, in the order of their turns.
#[derive(Default)]
pub(super) struct Queue<'a>(VecDeque<Entry<'a>>);

struct Entry<'a> {
    plan: Arc<BatchPlan>,
    writing: Writing<'a>,
    written: Option<Result<Written, StoreError>>,
}

impl<'a> Queue<'a> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, plan: Arc<BatchPlan>, writing: Writing<'a>) {
        self.0.push_back(Entry { plan, writing, written: None });
    }

    /// Lets all of them go on, and gives the first one once it is over.
    pub(super) fn poll_first(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<(BatchPlan, Result<Written, StoreError>)> {
        for entry in self.0.iter_mut().filter(|entry| entry.written.is_none()) {
            if let Poll::Ready(written) = entry.writing.as_mut().poll(context) {
                entry.written = Some(written);
            }
        }
        match self.0.pop_front() {
            Some(Entry { plan, writing, written: Some(written) }) => {
                drop(writing);
                Poll::Ready((owned(plan), written))
            }
            Some(unfinished) => {
                self.0.push_front(unfinished);
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }

    /// Undoes what is being written, and gives back what was to be written.
    pub(super) fn undo(&mut self) -> Vec<BatchPlan> {
        let plans = self.0.drain(..).map(|Entry { plan, writing, .. }| {
            drop(writing);
            owned(plan)
        });
        plans.collect()
    }
}

/// The plan, which nobody else has any more: whoever wrote it is dropped.
pub(super) fn owned(plan: Arc<BatchPlan>) -> BatchPlan {
    Arc::into_inner(plan).expect("the future that wrote the plan is dropped")
}
