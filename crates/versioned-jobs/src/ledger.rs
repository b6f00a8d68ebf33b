//! The ledger's side of a run: what it opens, saves with each batch, and closes.
//!
//! Layer: jobs. Invariant: a checkpoint counts the rows that its transaction has written, so the counts of a run that was
//! interrupted anywhere add up.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use versioned_core::EntityId;
use versioned_store::{
    Batch, Checkpoint, Claim, DependentWrite, EntityKey, EntityTable, FollowUp, JobLedger,
    OpenedRun, OutboxWrite, PreImage, QuarantineEntry, Released, RunId, RunKind, RunRecord,
    RunRequest, RunState, StoreError, Transition, Turn as _, WriteOutcome,
};

use crate::{
    JobOptions, Outcome, Policy,
    content::text_hash,
    convert::{BatchPlan, FailedRow, RowPlan},
    run::Place,
    subject::Subject,
    tally::{Tally, errors_of},
};

/// Batches without any effect after which the checkpoint is saved all the same. A run over current rows would otherwise
/// wait for the disk at every batch, only to know later that it need not read them again.
const UNSAVED_MAX: u32 = 16;

/// Runs of the same entity that are looked through for the one before.
const RUNS_MAX: u32 = 1000;

/// A run that is open in the ledger.
#[derive(Debug, Clone)]
pub(crate) struct OpenRun {
    id: RunId,
    token: u64,
    number: u64,
    position: Option<String>,
    unsaved: u32,
    /// When the checkpoint was saved, by the clock of the run.
    saved_at: Duration,
    /// Whether entities that need no quarantine any more leave it with their batch.
    releases: bool,
    /// Whether what is replaced is kept.
    keeps: bool,
    who: String,
}

/// When it is, in milliseconds since 1970.
pub(crate) fn now_ms(options: &JobOptions) -> i64 {
    i64::try_from(options.clock().since_1970().as_millis()).unwrap_or(i64::MAX)
}

/// When a lease ends that begins now, in milliseconds since 1970.
pub(crate) fn until_ms(options: &JobOptions) -> i64 {
    let lease = i64::try_from(options.lease().as_millis()).unwrap_or(i64::MAX);
    now_ms(options).saturating_add(lease)
}

/// Claims of this process so far.
static CLAIMS: AtomicU64 = AtomicU64::new(0);

/// The claim of a run that starts now.
pub(crate) fn claim(who: &str, options: &JobOptions) -> Claim {
    let (process, number) = (std::process::id(), CLAIMS.fetch_add(1, Ordering::Relaxed));
    let owner = match number {
        0 => format!("{who} (process {process})"),
        number => format!("{who} (process {process}, start {})", number + 1),
    };
    Claim { owner, until_ms: until_ms(options), take_over: options.take_over() }
}

/// What must be the same for a run to be resumed.
fn settings(table: &EntityTable, options: &JobOptions) -> String {
    let declaration = table.declaration();
    let versions = declaration.versioned.iter();
    let versions = versions.map(|attribute| format!("{}={}", attribute.field, attribute.max));
    let keeps = if options.keep_before() { "kept" } else { "dropped" };
    let versions = versions.collect::<Vec<_>>().join(" ");
    let settings = format!("{versions}; {}; before {keeps}", options.policy().as_str());
    if options.skipped().is_empty() {
        return settings;
    }
    // Rows that were skipped before the stop would otherwise never be looked at once they are off the list.
    let skipped = text_hash(options.skipped().iter().map(EntityId::as_str));
    format!("{settings}; skipped {skipped:032x}")
}

impl OpenRun {
    /// Starts a run, or goes on with one.
    pub(crate) async fn open<D, S: JobLedger>(
        store: &S,
        subject: &Subject<D>,
        kind: RunKind,
        who: &str,
        options: &JobOptions,
    ) -> Result<(Self, OpenedRun), StoreError> {
        let request = RunRequest {
            entity: subject.name.to_owned(),
            table: subject.table.name().to_owned(),
            kind,
            target: None,
            settings: settings(&subject.table, options),
            must_finish: options.policy() == Policy::AllOrNothing,
            who: who.to_owned(),
            at_ms: now_ms(options),
        };
        let opened = store.open_run(&request, &claim(who, options)).await?;
        // What is put back must be in quarantine again, so nothing leaves it before the end.
        let releases = kind == RunKind::Replay && options.policy() != Policy::AllOrNothing;
        let run = Self {
            id: opened.run.id,
            token: opened.run.lease.token,
            number: opened.run.checkpoint.number,
            position: opened.run.checkpoint.position.clone(),
            unsaved: 0,
            saved_at: options.clock().now(),
            releases,
            keeps: options.keep_before(),
            who: who.to_owned(),
        };
        Ok((run, opened))
    }

    pub(crate) fn id(&self) -> RunId {
        self.id
    }

    /// The key after which the run goes on; `None` from the first one.
    pub(crate) fn after(&self) -> Option<EntityKey> {
        self.position.as_deref().and_then(EntityKey::from_ledger_text)
    }

    /// Writes a batch and what the ledger says of it, when it is its turn; gives what became of the writes, and the run as it
    /// is then.
    pub(crate) async fn commit<S: JobLedger>(
        &self,
        store: &S,
        table: &EntityTable,
        plan: &BatchPlan,
        place: &Place,
        options: &JobOptions,
    ) -> Result<(Vec<WriteOutcome>, Self), StoreError> {
        let last = plan.keys.last().map(EntityKey::to_ledger_text);
        let position = |run: &Self| last.clone().or_else(|| run.position.clone());
        let now = options.clock().now();
        if !plan.has_effect() && !self.releases {
            place.wait().await;
            let run = &place.standing().run;
            // The lease must not run out in a long stretch of current rows.
            let is_fresh = now.saturating_sub(run.saved_at) <= options.lease() / 3;
            if is_fresh && run.unsaved + 1 < UNSAVED_MAX {
                let (position, unsaved) = (position(run), run.unsaved + 1);
                return Ok((Vec::new(), Self { position, unsaved, ..run.clone() }));
            }
        }
        let follow = |outcomes: &[WriteOutcome]| {
            let standing = place.standing();
            let mut tally = standing.tally.clone();
            tally.add(plan, outcomes, Outcome::Quarantined);
            let (number, position) = (standing.run.number + 1, position(&standing.run));
            let (counts, detail) = (tally.run_counts(), tally.detail());
            let checkpoint = Checkpoint { number, position, counts, detail };
            self.follow_up(checkpoint, plan, outcomes)
        };
        let (run, token, until_ms) = (self.id, self.token, until_ms(options));
        let (writes, restores) = (plan.writes.as_slice(), [].as_slice());
        let turn = place.turn();
        let batch = Batch { run, token, until_ms, writes, restores, follow: &follow, turn };
        let outcomes = store.commit_batch(table, &batch).await?;
        let before = &place.standing().run;
        let (number, position) = (before.number + 1, position(before));
        Ok((outcomes, Self { number, position, unsaved: 0, saved_at: now, ..before.clone() }))
    }

    fn follow_up(
        &self,
        checkpoint: Checkpoint,
        plan: &BatchPlan,
        outcomes: &[WriteOutcome],
    ) -> FollowUp {
        let mut follow_up = FollowUp { checkpoint, ..FollowUp::default() };
        let mut outcomes = outcomes.iter();
        for (row, key) in plan.rows.iter().zip(&plan.keys) {
            let leaves = match row {
                RowPlan::Failed(failed) => {
                    follow_up.quarantine.push(self.entry(key, failed));
                    false
                }
                RowPlan::Write(changed) => match outcomes.next() {
                    Some(WriteOutcome::Written) => {
                        let before = changed.before.clone();
                        follow_up
                            .pre_images
                            .extend(before.map(|content| PreImage { key: key.clone(), content }));
                        let of = || key.clone();
                        follow_up.commits.extend(changed.commit.as_deref().cloned());
                        let dependents = changed.effects.dependents.iter().cloned();
                        follow_up.dependents.extend(dependents.map(|row| DependentWrite {
                            of: of(),
                            row,
                            keep: self.keeps,
                        }));
                        let messages = changed.effects.outbox.iter().cloned();
                        follow_up
                            .outbox
                            .extend(messages.map(|message| OutboxWrite { of: of(), message }));
                        true
                    }
                    outcome => outcome == Some(&WriteOutcome::Gone),
                },
                RowPlan::Current | RowPlan::Deleted => true,
                RowPlan::Skipped => false,
            };
            if self.releases && leaves {
                follow_up.released.push(key.clone());
            }
        }
        follow_up
    }

    fn entry(&self, key: &EntityKey, failed: &FailedRow) -> QuarantineEntry {
        let failure = &failed.failure;
        QuarantineEntry {
            entity: failure.entity.to_owned(),
            key: key.clone(),
            field: failure.field().map(str::to_owned),
            step: failure.step().map(|(from, to)| (from.into(), to.into())),
            pointer: failure.pointer().map(|pointer| pointer.as_str().to_owned()),
            causes: failure.causes(),
            help: failure.help().map(str::to_owned),
            content_hash: failed.content_hash.clone(),
            run: self.id,
        }
    }

    /// Saves what was not worth a transaction of its own.
    pub(crate) async fn save<S: JobLedger>(
        &mut self,
        store: &S,
        table: &EntityTable,
        tally: &Tally,
        options: &JobOptions,
    ) -> Result<(), StoreError> {
        if self.unsaved == 0 {
            return Ok(());
        }
        let checkpoint = Checkpoint {
            number: self.number + 1,
            position: self.position.clone(),
            counts: tally.run_counts(),
            detail: tally.detail(),
        };
        let follow =
            |_: &[WriteOutcome]| FollowUp { checkpoint: checkpoint.clone(), ..FollowUp::default() };
        let (run, token, until_ms) = (self.id, self.token, until_ms(options));
        let batch =
            Batch { run, token, until_ms, writes: &[], restores: &[], follow: &follow, turn: None };
        store.commit_batch(table, &batch).await?;
        (self.number, self.unsaved) = (self.number + 1, 0);
        Ok(())
    }

    /// Takes those out of quarantine that this run has not found again, apart from those that it did not look at.
    pub(crate) async fn release_others<S: JobLedger>(
        &self,
        store: &S,
        entity: &str,
        except: impl Iterator<Item = EntityId>,
    ) -> Result<(), StoreError> {
        let released = Released::NotFoundBy { run: self.id, except: except.collect() };
        store.release(entity, &released).await.map(drop)
    }

    /// Ends the run, or interrupts it.
    pub(crate) async fn become_state<S: JobLedger>(
        &self,
        store: &S,
        to: RunState,
        why: String,
        options: &JobOptions,
    ) -> Result<(), StoreError> {
        let (run, who, at_ms) = (self.id, self.who.clone(), now_ms(options));
        let from = Some(RunState::Running);
        let transition = Transition { run, from, to, who, at_ms, why };
        store.change_state(&transition, Some(self.token)).await
    }

    /// The run of the same table that ended before this one, if it had exactly these errors.
    pub(crate) async fn same_errors<D, S: JobLedger>(
        &self,
        store: &S,
        subject: &Subject<D>,
        tally: &Tally,
    ) -> Result<Option<RunId>, StoreError> {
        let runs = store.runs(Some(subject.name), RUNS_MAX).await?;
        let is_before = |run: &&RunRecord| {
            let has_ended = matches!(run.state, RunState::Finished | RunState::Stopped);
            let request = &run.request;
            run.id < self.id
                && has_ended
                && request.kind == RunKind::Migrate
                && request.table == subject.table.name()
        };
        let before = runs.iter().find(is_before);
        let is_same = |run: &&RunRecord| {
            run.checkpoint.counts.quarantined == tally.run_counts().quarantined
                && errors_of(&run.checkpoint.detail) == tally.errors
        };
        Ok(before.filter(is_same).map(|run| run.id))
    }
}
