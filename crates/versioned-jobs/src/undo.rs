//! Undo: put back what a run replaced.
//!
//! Layer: jobs. Invariant: a row is put back only if it is as the run wrote it; what others have written since stays. The
//! latest is put back first, so that a row that was set twice comes back to what it was at first.

use serde_json::{Value, json};
use versioned_store::{
    Batch, Checkpoint, ColumnValue, FollowUp, JobLedger, KeptDependent, ModelVersion, NewCommit,
    Restore, RowWrite, RunId, RunKind, RunRecord, RunRequest, RunState, StoreError, StoreErrorKind,
    StoreProblem, StoredPreImage, Transition, Withdrawn, WriteOutcome,
};

use crate::{
    JobError, JobOptions, UndoReport,
    content::{self, PutBack},
    convert::next_version,
    ledger::{claim, now_ms, until_ms},
    subject::Subject,
};

/// Most rows in conflict that are listed; all are counted.
const CONFLICTS_MAX: usize = 1000;

/// Runs that are looked through for an undo of the same run.
const RUNS_MAX: u32 = 1000;

/// Puts back what a run replaced, and says in the ledger that it is undone.
pub(crate) async fn undo<D, S: JobLedger>(
    subject: &Subject<D>,
    store: &S,
    run: RunId,
    options: &JobOptions,
) -> Result<UndoReport, JobError> {
    let (entity, table) = (subject.name, &subject.table);
    let refused = |why| JobError::NotUndoable { entity, run, why };
    let Some(who) = options.who() else {
        return Err(JobError::LedgerNeeded { entity, what: "an undo" });
    };
    let failed = |source| interrupted(entity, run, source);
    let target = store.run(run).await.map_err(failed)?;
    let target = target.ok_or_else(|| refused("the ledger has no such run"))?;
    let request = &target.request;
    if request.entity != entity || request.table != table.name() {
        return Err(refused("it is of another entity or table"));
    }
    match target.state {
        RunState::Running | RunState::Interrupted => {
            return Err(refused("it is not finished; cancel it first"));
        }
        RunState::Undone => return Err(refused("it is undone already")),
        _ if request.kind == RunKind::Undo => return Err(refused("it is an undo itself")),
        _ => {}
    }
    if store.kept(run).await.map_err(failed)?.rows == 0 && target.checkpoint.counts.migrated > 0 {
        return Err(refused("nothing is kept of what it replaced"));
    }
    let report = put_back(subject, store, run, who, options).await?;
    let (who, at_ms) = (who.to_owned(), now_ms(options));
    let why = format!("put back by run {}", report.undone_by);
    let (from, to) = (Some(target.state), RunState::Undone);
    let undone = Transition { run, from, to, who, at_ms, why };
    store.change_state(&undone, None).await.map_err(failed)?;
    Ok(report)
}

pub(crate) fn interrupted(entity: &'static str, run: RunId, source: StoreError) -> JobError {
    match source.problem() {
        Some(StoreProblem::RunHeld { .. }) => JobError::NotStarted { entity, source },
        _ => JobError::UndoInterrupted { entity, run, source: Some(source) },
    }
}

/// Puts back what a run replaced, or goes on with that. The state of the run itself stays.
pub(crate) async fn put_back<D, S: JobLedger>(
    subject: &Subject<D>,
    store: &S,
    run: RunId,
    who: &str,
    options: &JobOptions,
) -> Result<UndoReport, JobError> {
    let entity = subject.name;
    let failed = |source| interrupted(entity, run, source);
    let is_done =
        |known: &RunRecord| known.request.target == Some(run) && known.state == RunState::Finished;
    let runs = store.runs(Some(entity), RUNS_MAX).await.map_err(failed)?;
    let record = match runs.into_iter().find(is_done) {
        Some(done) => done,
        None => {
            let undoing = Undoing::open(subject, store, run, who, options).await.map_err(failed)?;
            undoing.finish().await?
        }
    };
    let kept = store.kept(run).await.map_err(failed)?;
    let (counts, mut detail) = (record.checkpoint.counts, Detail::of(&record.checkpoint.detail));
    detail.conflicts.sort();
    Ok(UndoReport {
        entity,
        run: run.number(),
        undone_by: record.id.number(),
        restored: counts.migrated,
        conflicts: counts.conflict,
        gone: counts.deleted,
        unreadable: counts.quarantined,
        conflict_ids: detail.conflicts,
        dependents_restored: detail.dependents_restored,
        dependents_conflicts: detail.dependents_conflicts,
        dependent_conflicts: detail.dependent_conflicts,
        kept_rows: kept.rows,
        kept_bytes: kept.bytes,
    })
}

/// A run that puts another one back.
struct Undoing<'u, D, S> {
    subject: &'u Subject<D>,
    store: &'u S,
    /// The run that is undone.
    run: RunId,
    who: &'u str,
    options: &'u JobOptions,
    record: RunRecord,
}

/// What is to become of one pre-image.
enum Plan {
    Write,
    Conflict,
    Gone,
    Unreadable,
}

/// What a batch puts back.
#[derive(Default)]
struct Batched {
    plans: Vec<Plan>,
    writes: Vec<RowWrite>,
    restores: Vec<Restore>,
    /// One for each write, or none in a table without a history.
    commits: Vec<NewCommit>,
}

impl<'u, D, S: JobLedger> Undoing<'u, D, S> {
    async fn open(
        subject: &'u Subject<D>,
        store: &'u S,
        run: RunId,
        who: &'u str,
        options: &'u JobOptions,
    ) -> Result<Self, StoreError> {
        let request = RunRequest {
            entity: subject.name.to_owned(),
            table: subject.table.name().to_owned(),
            kind: RunKind::Undo,
            target: Some(run),
            settings: String::new(),
            must_finish: false,
            who: who.to_owned(),
            at_ms: now_ms(options),
        };
        let record = store.open_run(&request, &claim(who, options)).await?.run;
        Ok(Self { subject, store, run, who, options, record })
    }

    async fn finish(mut self) -> Result<RunRecord, JobError> {
        let (entity, run) = (self.subject.name, self.run);
        let failed = |source| interrupted(entity, run, source);
        loop {
            let position = self.record.checkpoint.position.as_deref();
            let before = position.and_then(|place| place.parse().ok());
            let limits = self.options.limits();
            let images = self.store.pre_images(run, before, limits).await.map_err(failed)?;
            if images.is_empty() {
                break;
            }
            if self.options.stop().is_set() {
                let why = "a stop was asked for";
                self.become_state(RunState::Interrupted, why).await.map_err(failed)?;
                return Err(JobError::UndoInterrupted { entity, run, source: None });
            }
            let ended = match self.put_back(&images).await {
                Err(error) if error.kind() == StoreErrorKind::Rejected => {
                    self.one_by_one(&images).await
                }
                ended => ended,
            };
            ended.map_err(failed)?;
        }
        self.become_state(RunState::Finished, "came to its last row").await.map_err(failed)?;
        Ok(self.record)
    }

    async fn become_state(&self, to: RunState, why: &str) -> Result<(), StoreError> {
        let (run, who, why) = (self.record.id, self.who.to_owned(), why.to_owned());
        let (from, at_ms) = (Some(RunState::Running), now_ms(self.options));
        let transition = Transition { run, from, to, who, at_ms, why };
        self.store.change_state(&transition, Some(self.record.lease.token)).await
    }

    async fn put_back(&mut self, images: &[StoredPreImage]) -> Result<(), StoreError> {
        let keys: Vec<_> = images.iter().map(|stored| stored.image.key.clone()).collect();
        let table = &self.subject.table;
        let at_ms = table.history().map(|_| now_ms(self.options));
        let rows = self.store.get_many(table, &keys).await?;
        let mut batched = Batched::default();
        for (stored, row) in images.iter().zip(rows) {
            let Some(row) = row else {
                batched.plans.push(Plan::Gone);
                continue;
            };
            batched.plans.push(match content::put_back(table, &stored.image.content, row) {
                PutBack::Write(row) => {
                    let commit = at_ms.map(|at_ms| self.commit_of(&row, at_ms));
                    if commit == Some(None) {
                        batched.plans.push(Plan::Unreadable);
                        continue;
                    }
                    batched.commits.extend(commit.flatten());
                    let write = batched.writes.len();
                    batched.writes.push(row);
                    // What was set last is put back first here too.
                    let dependents = stored.dependents.iter().rev().cloned();
                    let restores = dependents.map(|dependent| Restore { write, dependent });
                    batched.restores.extend(restores);
                    Plan::Write
                }
                PutBack::Changed => Plan::Conflict,
                PutBack::Unreadable => Plan::Unreadable,
            });
        }
        self.commit(images, &batched).await
    }

    /// The same with each row in a transaction of its own, so that one that the database refuses stops no other.
    async fn one_by_one(&mut self, images: &[StoredPreImage]) -> Result<(), StoreError> {
        for image in images {
            let one = std::slice::from_ref(image);
            match self.put_back(one).await {
                Err(error) if error.kind() == StoreErrorKind::Rejected => {
                    let plans = vec![Plan::Unreadable];
                    self.commit(one, &Batched { plans, ..Batched::default() }).await?;
                }
                ended => ended?,
            }
        }
        Ok(())
    }

    /// The commit that puts a row back: history goes on, and is never written over.
    fn commit_of(&self, write: &RowWrite, at_ms: i64) -> Option<NewCommit> {
        let row = &write.expected;
        let model_version = next_version(row)?;
        // What is put back was there before the version that the run wrote, which the row still has.
        let to = ModelVersion::new(row.model_version?.checked_sub(1)?);
        let snapshot = content::document_after(&self.subject.table, write)?;
        let record = self.subject.hooks.put_back(self.run, to, at_ms);
        Some(NewCommit { key: row.key.clone(), model_version, snapshot, record })
    }

    async fn commit(
        &mut self,
        images: &[StoredPreImage],
        batched: &Batched,
    ) -> Result<(), StoreError> {
        let (before, of_run) = (&self.record.checkpoint, self.run);
        let follow =
            |outcomes: &[WriteOutcome]| follow_up(before, of_run, images, batched, outcomes);
        let Batched { writes, restores, .. } = batched;
        let (run, token) = (self.record.id, self.record.lease.token);
        let until_ms = until_ms(self.options);
        let (follow, turn): (&(dyn Fn(&_) -> _ + Send + Sync), _) = (&follow, None);
        let batch = Batch { run, token, until_ms, writes, restores, follow, turn };
        let outcomes = self.store.commit_batch(&self.subject.table, &batch).await?;
        let checkpoint = follow(&outcomes).checkpoint;
        self.record.checkpoint = checkpoint;
        Ok(())
    }
}

/// What follows from the outcomes of the writes and then of the restores.
fn follow_up(
    before: &Checkpoint,
    of_run: RunId,
    images: &[StoredPreImage],
    batched: &Batched,
    outcomes: &[WriteOutcome],
) -> FollowUp {
    let (mut counts, mut detail) = (before.counts, Detail::of(&before.detail));
    let (of_rows, of_dependents) =
        outcomes.split_at_checked(batched.writes.len()).unwrap_or((outcomes, &[]));
    let mut withdrawn = Withdrawn { run: of_run, keys: Vec::new() };
    let mut written = of_rows.iter();
    for (plan, stored) in batched.plans.iter().zip(images) {
        counts.scanned += 1;
        let plan = match plan {
            Plan::Write => match written.next() {
                Some(WriteOutcome::Written) => &Plan::Write,
                Some(WriteOutcome::Gone) => &Plan::Gone,
                _ => &Plan::Conflict,
            },
            plan => plan,
        };
        match plan {
            Plan::Write => {
                counts.migrated += 1;
                withdrawn.keys.push(stored.image.key.clone());
            }
            Plan::Gone => counts.deleted += 1,
            Plan::Unreadable => counts.quarantined += 1,
            Plan::Conflict => {
                counts.conflict += 1;
                note(&mut detail.conflicts, || stored.image.key.to_entity_id().as_str().to_owned());
            }
        }
    }
    for (restore, outcome) in batched.restores.iter().zip(of_dependents) {
        match (of_rows.get(restore.write), outcome) {
            (Some(WriteOutcome::Written), WriteOutcome::Written) => detail.dependents_restored += 1,
            (Some(WriteOutcome::Written), _) => {
                detail.dependents_conflicts += 1;
                note(&mut detail.dependent_conflicts, || name_of(&restore.dependent));
            }
            // It stays with its entity, which was left as it is.
            _ => {}
        }
    }
    let position = images.last().map(|stored| stored.place.to_string());
    let checkpoint =
        Checkpoint { number: before.number + 1, position, counts, detail: detail.to_text() };
    let written = batched.commits.iter().zip(of_rows);
    let written = written.filter(|(_, outcome)| **outcome == WriteOutcome::Written);
    let commits = written.map(|(commit, _)| commit.clone()).collect();
    FollowUp { checkpoint, withdrawn: Some(withdrawn), commits, ..FollowUp::default() }
}

fn note(list: &mut Vec<String>, text: impl FnOnce() -> String) {
    if list.len() < CONFLICTS_MAX {
        list.push(text());
    }
}

/// A dependent row, as people know it.
fn name_of(dependent: &KeptDependent) -> String {
    let key = dependent.key.iter().map(|(name, value)| match value {
        ColumnValue::Integer(number) => format!("{name} {number}"),
        ColumnValue::Text(text) => format!("{name} `{text}`"),
        other => format!("{name} {other:?}"),
    });
    format!("{}: {}", dependent.table, key.collect::<Vec<_>>().join(", "))
}

/// What a ledger keeps of an undo besides its counts.
#[derive(Default)]
struct Detail {
    conflicts: Vec<String>,
    dependents_restored: u64,
    dependents_conflicts: u64,
    dependent_conflicts: Vec<String>,
}

impl Detail {
    fn of(stored: &str) -> Self {
        let stored: Value = serde_json::from_str(stored).unwrap_or_default();
        let texts = |name: &str| {
            let texts = stored[name].as_array().into_iter().flatten();
            texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        Self {
            conflicts: texts("conflicts"),
            dependents_restored: stored["dependents_restored"].as_u64().unwrap_or(0),
            dependents_conflicts: stored["dependents_conflicts"].as_u64().unwrap_or(0),
            dependent_conflicts: texts("dependent_conflicts"),
        }
    }

    fn to_text(&self) -> String {
        json!({
            "conflicts": self.conflicts,
            "dependents_restored": self.dependents_restored,
            "dependents_conflicts": self.dependents_conflicts,
            "dependent_conflicts": self.dependent_conflicts,
        })
        .to_string()
    }
}
