//! Undo: put back what a run replaced.
//!
//! Layer: jobs. Invariant: a row is put back only if it is as the run wrote it; what others have written since stays.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use versioned_core::EntityId;
use versioned_store::{
    Batch, Checkpoint, EntityTable, FollowUp, JobLedger, Kept, ModelVersion, NewCommit, RowWrite,
    RunCounts, RunId, RunKind, RunRecord, RunRequest, RunState, StoreError, StoreErrorKind,
    StoredPreImage, Transition, WriteOutcome,
};

use crate::{
    JobError, JobOptions, Printable,
    content::{self, PutBack},
    convert::next_version,
    error::count_of,
    ledger::now_ms,
    subject::Subject,
};

/// Most ids of conflicts that are listed; all are counted.
const CONFLICTS_MAX: usize = 1000;

/// Runs that are looked through for an undo of the same run.
const RUNS_MAX: u32 = 1000;

/// What an undo did.
///
/// As JSON: `entity`, `run`, `undone_by`, `restored`, `conflicts`, `gone`, `unreadable`, `conflict_ids`, `kept_rows`,
/// `kept_bytes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UndoReport {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// The run that was undone.
    pub run: i64,
    /// The run that undid it.
    pub undone_by: i64,
    /// Rows that were put back.
    pub restored: u64,
    /// Rows that have changed since, and were left as they are.
    pub conflicts: u64,
    /// Rows that are gone, and were not brought back.
    pub gone: u64,
    /// Rows whose pre-image does not fit the table any more, or that the database refuses.
    pub unreadable: u64,
    /// The rows in conflict, by the text of their keys; at most 1000.
    pub conflict_ids: Vec<String>,
    /// Rows of which the ledger keeps what was replaced, until they are forgotten.
    pub kept_rows: u64,
    /// Bytes of that.
    pub kept_bytes: u64,
}

impl fmt::Display for UndoReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, run, restored, conflicts, gone, unreadable, .. } = self;
        write!(formatter, "undo run {run} over {}: ", Printable(entity))?;
        writeln!(formatter, "{} put back", count_of(*restored, "row"))?;
        for (rows, what) in [
            (conflicts, "changed since, left as they are"),
            (gone, "gone, not brought back"),
            (unreadable, "cannot be put back"),
        ] {
            if *rows > 0 {
                writeln!(formatter, "  {}: {what}", count_of(*rows, "row"))?;
            }
        }
        for id in &self.conflict_ids {
            writeln!(formatter, "  conflict: {}", Printable(id))?;
        }
        let kept = count_of(self.kept_rows, "row");
        writeln!(
            formatter,
            "  still kept: {kept}, {} bytes; `forget {run}` drops them",
            self.kept_bytes
        )
    }
}

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
    let failed = |source| interrupted(entity, Some(run), source);
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
    store.change_state(&Transition { run, from, to, who, at_ms, why }).await.map_err(failed)?;
    Ok(report)
}

pub(crate) fn interrupted(
    entity: &'static str,
    run: Option<RunId>,
    source: StoreError,
) -> JobError {
    let run = run.unwrap_or(RunId::new(0));
    JobError::UndoInterrupted { entity, run, source: Some(source) }
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
    let failed = |source| interrupted(entity, Some(run), source);
    let is_done =
        |known: &RunRecord| known.request.target == Some(run) && known.state == RunState::Finished;
    let runs = store.runs(Some(entity), RUNS_MAX).await.map_err(failed)?;
    let done = runs.into_iter().find(is_done);
    let record = match done {
        Some(done) => done,
        None => finish(subject, store, run, who, options).await?,
    };
    let kept = store.kept(run).await.map_err(failed)?;
    Ok(report(entity, run, &record, kept))
}

fn report(entity: &'static str, run: RunId, record: &RunRecord, kept: Kept) -> UndoReport {
    let counts = record.checkpoint.counts;
    UndoReport {
        entity,
        run: run.number(),
        undone_by: record.id.number(),
        restored: counts.migrated,
        conflicts: counts.conflict,
        gone: counts.deleted,
        unreadable: counts.quarantined,
        conflict_ids: ids(&record.checkpoint.detail),
        kept_rows: kept.rows,
        kept_bytes: kept.bytes,
    }
}

async fn finish<D, S: JobLedger>(
    subject: &Subject<D>,
    store: &S,
    run: RunId,
    who: &str,
    options: &JobOptions,
) -> Result<RunRecord, JobError> {
    let (entity, table) = (subject.name, &subject.table);
    let failed = |source| interrupted(entity, Some(run), source);
    let request = RunRequest {
        entity: entity.to_owned(),
        table: table.name().to_owned(),
        kind: RunKind::Undo,
        target: Some(run),
        settings: String::new(),
        who: who.to_owned(),
        at_ms: now_ms(options),
    };
    let mut record = store.open_run(&request).await.map_err(failed)?.run;
    let id = record.id;
    let change = |to, why: &str| {
        let (who, at_ms, why) = (who.to_owned(), now_ms(options), why.to_owned());
        Transition { run: id, from: Some(RunState::Running), to, who, at_ms, why }
    };
    loop {
        let position = record.checkpoint.position.as_deref();
        let after = position.and_then(|place| place.parse().ok()).unwrap_or(0);
        let images = store.pre_images(run, after, options.limits()).await.map_err(failed)?;
        if images.is_empty() {
            break;
        }
        if options.stop().is_set() {
            let stopped = change(RunState::Interrupted, "a stop was asked for");
            store.change_state(&stopped).await.map_err(failed)?;
            return Err(JobError::UndoInterrupted { entity, run, source: None });
        }
        let at_ms = now_ms(options);
        let ended = match put_back_batch(subject, store, &mut record, &images, at_ms).await {
            Err(error) if error.kind() == StoreErrorKind::Rejected => {
                one_by_one(subject, store, &mut record, &images, at_ms).await
            }
            ended => ended,
        };
        ended.map_err(failed)?;
    }
    let finished = change(RunState::Finished, "came to its last row");
    store.change_state(&finished).await.map_err(failed)?;
    Ok(record)
}

/// What is to become of one pre-image.
enum Plan {
    Write,
    Conflict,
    Gone,
    Unreadable,
}

async fn put_back_batch<D, S: JobLedger>(
    subject: &Subject<D>,
    store: &S,
    record: &mut RunRecord,
    images: &[StoredPreImage],
    at_ms: i64,
) -> Result<(), StoreError> {
    let table = &subject.table;
    let (mut commits, undone) = (Vec::new(), record.request.target.unwrap_or(record.id));
    let keys: Vec<_> = images.iter().map(|stored| stored.image.key.clone()).collect();
    let rows = store.get_many(table, &keys).await?;
    let (mut plans, mut writes) = (Vec::with_capacity(images.len()), Vec::new());
    for (stored, row) in images.iter().zip(rows) {
        plans.push(match row {
            None => Plan::Gone,
            Some(row) => match content::put_back(table, &stored.image.content, row) {
                PutBack::Write(write) if table.history().is_none() => {
                    writes.push(write);
                    Plan::Write
                }
                PutBack::Write(write) => match commit_of(subject, &write, undone, at_ms) {
                    Some(commit) => {
                        writes.push(write);
                        commits.push(commit);
                        Plan::Write
                    }
                    None => Plan::Unreadable,
                },
                PutBack::Changed => Plan::Conflict,
                PutBack::Unreadable => Plan::Unreadable,
            },
        });
    }
    let planned = Planned { plans: &plans, writes: &writes, commits: &commits };
    commit(table, store, record, images, &planned).await
}

/// The commit that puts a row back: history goes on, and is never written over.
fn commit_of<D>(
    subject: &Subject<D>,
    write: &RowWrite,
    undone: RunId,
    at_ms: i64,
) -> Option<NewCommit> {
    let row = &write.expected;
    let model_version = next_version(row)?;
    // What is put back was there before the version that the run wrote, which the row still has.
    let to = ModelVersion::new(row.model_version?.checked_sub(1)?);
    let snapshot = content::document_after(&subject.table, write)?;
    let record = subject.hooks.put_back(undone, to, at_ms);
    Some(NewCommit { key: row.key.clone(), model_version, snapshot, record })
}

/// What is written of a batch.
struct Planned<'p> {
    plans: &'p [Plan],
    writes: &'p [RowWrite],
    /// One for each write, or none in a table without a history.
    commits: &'p [NewCommit],
}

/// The same with each row in a transaction of its own, so that one that the database refuses stops no other.
async fn one_by_one<D, S: JobLedger>(
    subject: &Subject<D>,
    store: &S,
    record: &mut RunRecord,
    images: &[StoredPreImage],
    at_ms: i64,
) -> Result<(), StoreError> {
    for image in images {
        let one = std::slice::from_ref(image);
        match put_back_batch(subject, store, record, one, at_ms).await {
            Err(error) if error.kind() == StoreErrorKind::Rejected => {
                let plans = &[Plan::Unreadable];
                let planned = Planned { plans, writes: &[], commits: &[] };
                commit(&subject.table, store, record, one, &planned).await?;
            }
            ended => ended?,
        }
    }
    Ok(())
}

async fn commit<S: JobLedger>(
    table: &EntityTable,
    store: &S,
    record: &mut RunRecord,
    images: &[StoredPreImage],
    planned: &Planned<'_>,
) -> Result<(), StoreError> {
    let before = record.checkpoint.clone();
    let next = |outcomes: &[WriteOutcome]| {
        let mut counts = before.counts;
        let mut conflicts = ids(&before.detail);
        let mut outcomes = outcomes.iter();
        for (plan, stored) in planned.plans.iter().zip(images) {
            let id = stored.image.key.to_entity_id();
            let plan = match plan {
                Plan::Write => match outcomes.next() {
                    Some(WriteOutcome::Written) => &Plan::Write,
                    Some(WriteOutcome::Gone) => &Plan::Gone,
                    _ => &Plan::Conflict,
                },
                plan => plan,
            };
            count(plan, &id, &mut counts, &mut conflicts);
        }
        let position = images.last().map(|stored| stored.place.to_string());
        let detail = json!({ "conflicts": conflicts }).to_string();
        Checkpoint { number: before.number + 1, position, counts, detail }
    };
    let follow = |outcomes: &[WriteOutcome]| {
        let written = planned.commits.iter().zip(outcomes);
        let written = written.filter(|(_, outcome)| **outcome == WriteOutcome::Written);
        let commits = written.map(|(commit, _)| commit.clone()).collect();
        FollowUp { checkpoint: next(outcomes), commits, ..FollowUp::default() }
    };
    let batch = Batch { run: record.id, writes: planned.writes, follow: &follow };
    let outcomes = store.commit_batch(table, &batch).await?;
    record.checkpoint = next(&outcomes);
    Ok(())
}

fn count(plan: &Plan, id: &EntityId, counts: &mut RunCounts, conflicts: &mut Vec<String>) {
    counts.scanned += 1;
    match plan {
        Plan::Write => counts.migrated += 1,
        Plan::Gone => counts.deleted += 1,
        Plan::Unreadable => counts.quarantined += 1,
        Plan::Conflict => {
            counts.conflict += 1;
            if conflicts.len() < CONFLICTS_MAX {
                conflicts.push(id.as_str().to_owned());
            }
        }
    }
}

/// The rows in conflict, from what a ledger has stored.
fn ids(detail: &str) -> Vec<String> {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let ids = detail["conflicts"].as_array().into_iter().flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}
