//! A store that numbers its calls and lets a fault strike one of them.
//!
//! Layer: testkit. Invariant: every method of every port goes through [`FaultStore::call`], so none is left unnumbered.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use versioned_store::{
    Batch, BatchLimits, Claim, CommitEntry, CommitsRequest, EntityKey, EntityTable, HistoryStore,
    JobLedger, Kept, ModelCommit, ModelStore, ModelVersion, OpenedRun, OutboxEntry, Page,
    QuarantineEntry, QuarantineRequest, Released, Row, RowWrite, RunId, RunRecord, RunRequest,
    ScanRequest, Snapshot, StoreError, StoreErrorKind, StoredPreImage, Transition, VersionCount,
    WriteOutcome,
};

use super::{Fault, FaultError, FaultKind, Moment};

/// A store around another one, in which one fault strikes; see the [module](super) for an example.
///
/// It does not write ahead, whatever the store inside does: batches that are written side by side would be over in another
/// order each time, so a call that is numbered would not strike the same state twice. The order in which they are committed
/// is that of one writer, and what is theirs alone is for tests that kill processes and servers.
#[derive(Debug)]
pub struct FaultStore<S> {
    inner: Arc<S>,
    fault: Option<Fault>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    operations: Vec<&'static str>,
    has_struck: bool,
    killed_at: Option<u64>,
}

/// What a call has to do.
enum Course {
    Undisturbed,
    Struck(Fault),
    Dead(FaultError),
}

impl<S> FaultStore<S> {
    /// A store that only numbers its calls.
    #[must_use]
    pub fn undisturbed(inner: impl Into<Arc<S>>) -> Self {
        Self { inner: inner.into(), fault: None, state: Mutex::default() }
    }

    /// A store in which this fault strikes.
    #[must_use]
    pub fn with_fault(inner: impl Into<Arc<S>>, fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::undisturbed(inner) }
    }

    /// The store inside.
    #[must_use]
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Names of the methods that were called, in the order of calls, those after a kill included.
    #[must_use]
    pub fn operations(&self) -> Vec<&'static str> {
        self.state().operations.clone()
    }

    /// Whether the fault has struck.
    #[must_use]
    pub fn has_struck(&self) -> bool {
        self.state().has_struck
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, operation: &'static str) -> Course {
        let mut state = self.state();
        state.operations.push(operation);
        let call = u64::try_from(state.operations.len()).unwrap_or(u64::MAX);
        if let Some(killed_at) = state.killed_at {
            return Course::Dead(FaultError::Killed { call, killed_at });
        }
        let Some(fault) = self.fault.filter(|fault| fault.call == call) else {
            return Course::Undisturbed;
        };
        state.has_struck = true;
        if fault.kind == FaultKind::Kill {
            state.killed_at = Some(call);
        }
        Course::Struck(fault)
    }

    /// Makes one call of the store inside, or what the fault makes of it.
    async fn call<T, F>(
        &self,
        operation: &'static str,
        target: &str,
        effect: impl Fn() -> F + Send,
    ) -> Result<T, StoreError>
    where
        T: Send,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let fault = match self.next(operation) {
            Course::Undisturbed => return effect().await,
            Course::Dead(cause) => {
                return Err(cause.into_store_error(StoreErrorKind::Other, operation, target));
            }
            Course::Struck(fault) => fault,
        };
        let is_after = fault.moment == Moment::After;
        let kind = match fault.kind {
            FaultKind::Fail(kind) => kind,
            FaultKind::Kill => StoreErrorKind::Other,
            FaultKind::Delay { polls } if is_after => {
                let answer = effect().await;
                Delay(polls).await;
                return answer;
            }
            FaultKind::Delay { polls } => {
                Delay(polls).await;
                return effect().await;
            }
            FaultKind::Duplicate => {
                let first = effect().await;
                let second = effect().await;
                return if is_after { first } else { second };
            }
        };
        if is_after {
            effect().await?;
        }
        let cause = match fault.kind {
            FaultKind::Kill => FaultError::Killed { call: fault.call, killed_at: fault.call },
            _ => FaultError::Injected { call: fault.call },
        };
        Err(cause.into_store_error(kind, operation, target))
    }
}

/// Pending for a number of polls, each of which asks for the next one.
struct Delay(u32);

impl Future for Delay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            None => Poll::Ready(()),
            Some(left) => {
                self.0 = left;
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}

/// Implements a port; one line per method, after the text that errors name as what was acted upon. Arguments are references
/// or `Copy`, since a call may be made twice.
macro_rules! port {
    ($port:ident { $($target:expr => $name:ident($($argument:ident: $of:ty),*) -> $answer:ty;)* }) => {
        impl<S: $port> $port for FaultStore<S> {
            $(
                async fn $name(&self, $($argument: $of),*) -> Result<$answer, StoreError> {
                    let effect = || self.inner.$name($($argument),*);
                    self.call(stringify!($name), $target, effect).await
                }
            )*
        }
    };
}

port! { ModelStore {
    table.name() => scan(table: &EntityTable, request: &ScanRequest) -> Page;
    table.name() => write_batch(table: &EntityTable, writes: &[RowWrite]) -> Vec<WriteOutcome>;
    table.name() => get(table: &EntityTable, key: &EntityKey) -> Option<Row>;
    table.name() => get_many(table: &EntityTable, keys: &[EntityKey]) -> Vec<Option<Row>>;
    table.name() => count(table: &EntityTable) -> u64;
    table.name() => version_counts(table: &EntityTable) -> Vec<VersionCount>;
} }

/// What errors of the ledger name where no table is meant.
const LEDGER: &str = "ledger";

port! { JobLedger {
    request.table.as_str() => open_run(request: &RunRequest, claim: &Claim) -> OpenedRun;
    table.name() => commit_batch(table: &EntityTable, batch: &Batch<'_>) -> Vec<WriteOutcome>;
    LEDGER => change_state(transition: &Transition, token: Option<u64>) -> ();
    LEDGER => runs(entity: Option<&str>, limit: u32) -> Vec<RunRecord>;
    LEDGER => run(id: RunId) -> Option<RunRecord>;
    LEDGER => transitions(run: RunId) -> Vec<Transition>;
    LEDGER => quarantined(request: &QuarantineRequest) -> Vec<QuarantineEntry>;
    LEDGER => release(entity: &str, released: &Released) -> u64;
    LEDGER => pre_images(run: RunId, before: Option<i64>, limits: BatchLimits)
        -> Vec<StoredPreImage>;
    LEDGER => kept(run: RunId) -> Kept;
    LEDGER => forget(run: RunId) -> Kept;
    LEDGER => undelivered(limit: u32) -> Vec<OutboxEntry>;
    LEDGER => remove_delivered(entry: i64) -> ();
} }

port! { HistoryStore {
    table.name() =>
        commit_models(table: &EntityTable, commits: &[ModelCommit]) -> Vec<WriteOutcome>;
    table.name() =>
        snapshot(table: &EntityTable, key: &EntityKey, version: ModelVersion) -> Option<Snapshot>;
    table.name() => commits(table: &EntityTable, request: &CommitsRequest) -> Vec<CommitEntry>;
} }
