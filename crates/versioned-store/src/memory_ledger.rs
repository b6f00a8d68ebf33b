//! The ledger of the store in memory.
//!
//! Layer: store. Invariant: a batch is applied as a whole or not at all, as in a database.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Batch, BatchLimits, Claim, ColumnValue, DependentRow, EntityKey, EntityTable, FollowUp,
    JobLedger, Kept, KeptDependent, KeyPart, MemoryStore, OpenedRun, Opening, OutboxEntry,
    OutboxWrite, QuarantineEntry, QuarantineRequest, Released, RunId, RunRecord, RunRequest,
    RunState, StoreError, StoreProblem, StoredPreImage, Transition, WriteOutcome,
    memory::{Record, State, Table, rows_of, write_row},
    memory_history,
};

/// Name of the ledger in errors that are of no table.
const LEDGER: &str = "ledger";

/// All that is known of runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    runs: Vec<RunRecord>,
    transitions: Vec<Transition>,
    /// By entity and text of the key, which is the order in which a database lists them.
    quarantine: BTreeMap<(String, String), QuarantineEntry>,
    pre_images: Vec<(RunId, StoredPreImage)>,
    outbox: Vec<(EntityKey, OutboxEntry)>,
    messages: i64,
}

impl Ledger {
    fn run(&mut self, id: RunId) -> Result<&mut RunRecord, StoreProblem> {
        let run = self.runs.iter_mut().find(|run| run.id == id);
        run.ok_or(StoreProblem::RunUnknown { run: id })
    }

    fn note(
        &mut self,
        id: RunId,
        from: Option<RunState>,
        to: RunState,
        by: &RunRequest,
        why: &str,
    ) {
        let (who, at_ms, why) = (by.who.clone(), by.at_ms, why.to_owned());
        self.transitions.push(Transition { run: id, from, to, who, at_ms, why });
    }

    fn open(&mut self, request: &RunRequest, claim: &Claim) -> Result<OpenedRun, StoreProblem> {
        let same = |run: &&mut RunRecord| {
            let known = &run.request;
            run.state.is_unfinished()
                && (&known.entity, &known.table, known.kind, known.target)
                    == (&request.entity, &request.table, request.kind, request.target)
        };
        let mut superseded = None;
        if let Some(run) = self.runs.iter_mut().rev().find(same) {
            let (id, from) = (run.id, Some(run.state));
            match run.opening(request, claim)? {
                Opening::Same => {
                    let is_resumed = run.checkpoint.number > 0;
                    return Ok(OpenedRun { run: run.clone(), is_resumed, superseded: None });
                }
                Opening::Resumed => {
                    run.state = RunState::Running;
                    run.lease = run.lease.next(request, claim);
                    let run = run.clone();
                    self.note(id, from, RunState::Running, request, "resumed");
                    return Ok(OpenedRun { run, is_resumed: true, superseded: None });
                }
                Opening::Superseded => {
                    run.state = RunState::Superseded;
                    run.lease.until_ms = 0;
                    superseded = Some(id);
                    self.note(id, from, RunState::Superseded, request, "the settings are others");
                }
            }
        }
        let id = RunId::new(i64::try_from(self.runs.len()).unwrap_or(i64::MAX).saturating_add(1));
        let run = RunRecord::started(id, request, claim);
        self.runs.push(run.clone());
        self.note(id, None, RunState::Running, request, "started");
        Ok(OpenedRun { run, is_resumed: false, superseded })
    }

    /// Notes what follows from a batch that has been checked.
    fn apply(
        &mut self,
        run: RunId,
        until_ms: i64,
        follow_up: FollowUp,
        mut dependents: BTreeMap<EntityKey, Vec<KeptDependent>>,
    ) -> Result<(), StoreProblem> {
        let record = self.run(run)?;
        record.checkpoint = follow_up.checkpoint;
        record.lease.until_ms = until_ms;
        let entity = record.request.entity.clone();
        for key in follow_up.released {
            self.quarantine.remove(&(entity.clone(), key.to_ledger_text()));
        }
        for entry in follow_up.quarantine {
            let place = (entry.entity.clone(), entry.key.to_ledger_text());
            self.quarantine.insert(place, entry);
        }
        for image in follow_up.pre_images {
            let place = self.pre_images.last().map_or(1, |(_, last)| last.place.saturating_add(1));
            let dependents = dependents.remove(&image.key).unwrap_or_default();
            self.pre_images.push((run, StoredPreImage { place, image, dependents }));
        }
        if let Some(withdrawn) = follow_up.withdrawn {
            let keys: BTreeSet<&EntityKey> = withdrawn.keys.iter().collect();
            self.outbox
                .retain(|(of, entry)| entry.run != Some(withdrawn.run) || !keys.contains(of));
        }
        self.post(Some(run), follow_up.outbox);
        Ok(())
    }

    /// Keeps messages until they are delivered.
    pub(crate) fn post(&mut self, run: Option<RunId>, messages: Vec<OutboxWrite>) {
        for write in messages {
            self.messages = self.messages.saturating_add(1);
            let entry = OutboxEntry { id: self.messages, run, message: write.message };
            self.outbox.push((write.of, entry));
        }
    }

    fn kept(&self, run: RunId) -> Kept {
        let mut kept = Kept::default();
        for (_, stored) in self.pre_images.iter().filter(|(of, _)| *of == run) {
            kept.rows += 1;
            kept.bytes += byte_len(stored) as u64;
        }
        kept
    }
}

/// Bytes of a pre-image with its dependent rows.
fn byte_len(stored: &StoredPreImage) -> usize {
    let columns = stored.dependents.iter().flat_map(|row| row.before.iter().chain([&row.after]));
    let values = columns.flatten().map(|(name, value)| name.len() + value.byte_len());
    stored.image.content.len() + values.sum::<usize>()
}

impl MemoryStore {
    fn commit(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreProblem> {
        let mut state = self.lock();
        let mut replaced = Vec::new();
        let committed = commit_in(&mut state, table, batch, &mut replaced);
        if committed.is_err() {
            // What a batch that cannot be finished has written is taken back.
            for (name, key, record) in replaced.into_iter().rev() {
                let Some(rows) = state.tables.get_mut(&name) else { continue };
                match record {
                    Some(record) => rows.insert(key, record),
                    None => rows.remove(&key),
                };
            }
        }
        committed
    }
}

/// Rows before they were changed: table, key, and the row, if there was one.
type Replaced = Vec<(String, EntityKey, Option<Record>)>;

fn commit_in(
    state: &mut State,
    table: &EntityTable,
    batch: &Batch<'_>,
    replaced: &mut Replaced,
) -> Result<Vec<WriteOutcome>, StoreProblem> {
    let State { tables, ledger, commits } = state;
    let checked = batch.writes.iter().map(|write| Ok((write, table.check_write(write)?)));
    let checked: Vec<_> = checked.collect::<Result<_, StoreProblem>>()?;
    rows_of(tables, table)?;
    let mut outcomes = Vec::with_capacity(checked.len() + batch.restores.len());
    for (write, next) in checked {
        let key = &write.expected.key;
        let before = rows_of(tables, table)?.get(key).cloned();
        replaced.push((table.name().to_owned(), key.clone(), before));
        outcomes.push(write_row(table, tables, write, next));
    }
    for restore in batch.restores {
        let of_row = outcomes.get(restore.write).copied().unwrap_or(WriteOutcome::Conflict);
        outcomes.push(match of_row {
            WriteOutcome::Written => put_back(tables, &restore.dependent, replaced)?,
            other => other,
        });
    }
    let mut follow_up = (batch.follow)(&outcomes);
    let number = follow_up.checkpoint.number;
    ledger.run(batch.run)?.check_batch(batch.token, number)?;
    let new = std::mem::take(&mut follow_up.commits);
    let plan = memory_history::plan(tables, commits, table, new)?;
    let mut kept: BTreeMap<EntityKey, Vec<KeptDependent>> = BTreeMap::new();
    for write in &follow_up.dependents {
        let dependent = set_dependent(tables, &write.row, replaced)?;
        if write.keep {
            kept.entry(write.of.clone()).or_default().push(dependent);
        }
    }
    ledger.apply(batch.run, batch.until_ms, follow_up, kept)?;
    plan.apply(tables, commits);
    Ok(outcomes)
}

/// Inserts a row, or sets its columns where its key exists; says how it was before and how it is now.
pub(crate) fn set_dependent(
    tables: &mut BTreeMap<String, Table>,
    row: &DependentRow,
    replaced: &mut Replaced,
) -> Result<KeptDependent, StoreProblem> {
    let key = dependent_key(&row.key)?;
    let rows = tables.get_mut(&row.table).ok_or(StoreProblem::TableUnknown)?;
    replaced.push((row.table.clone(), key.clone(), rows.get(&key).cloned()));
    let before = rows.get(&key).map(columns);
    let record = rows.entry(key).or_default();
    record.extend(row.set.iter().cloned());
    let after = columns(record);
    Ok(KeptDependent { table: row.table.clone(), key: row.key.clone(), before, after })
}

/// Puts a row back, if it is still as it was set.
fn put_back(
    tables: &mut BTreeMap<String, Table>,
    dependent: &KeptDependent,
    replaced: &mut Replaced,
) -> Result<WriteOutcome, StoreProblem> {
    let key = dependent_key(&dependent.key)?;
    let rows = tables.get_mut(&dependent.table).ok_or(StoreProblem::TableUnknown)?;
    let Some(now) = rows.get(&key).map(columns) else {
        return Ok(WriteOutcome::Gone);
    };
    if !dependent.is_as_set(&now) {
        return Ok(WriteOutcome::Conflict);
    }
    replaced.push((dependent.table.clone(), key.clone(), rows.get(&key).cloned()));
    match &dependent.before {
        Some(before) => rows.insert(key, before.iter().cloned().collect()),
        None => rows.remove(&key),
    };
    Ok(WriteOutcome::Written)
}

fn columns(record: &Record) -> Vec<(String, ColumnValue)> {
    record.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub(crate) fn dependent_key(key: &[(String, ColumnValue)]) -> Result<EntityKey, StoreProblem> {
    let part = |value: &ColumnValue| match value {
        ColumnValue::Integer(number) => Some(KeyPart::Integer(*number)),
        ColumnValue::Text(text) => Some(KeyPart::Text(text.clone())),
        ColumnValue::Bytes(bytes) => bytes.as_slice().try_into().ok().map(KeyPart::Uuid),
        _ => None,
    };
    let parts: Option<Vec<_>> = key.iter().map(|(_, value)| part(value)).collect();
    match parts {
        Some(parts) if !parts.is_empty() => Ok(EntityKey::new(parts)),
        _ => Err(StoreProblem::LedgerMalformed {
            what: "the key of a dependent row",
            found: format!("{key:?}").into(),
        }),
    }
}

impl JobLedger for MemoryStore {
    async fn open_run(&self, request: &RunRequest, claim: &Claim) -> Result<OpenedRun, StoreError> {
        let opened = self.lock().ledger.open(request, claim);
        opened.map_err(|problem| problem.into_error("open_run", LEDGER))
    }

    async fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        if let Some(turn) = batch.turn {
            turn.wait().await;
        }
        self.commit(table, batch)
            .map_err(|problem| problem.into_error("commit_batch", table.name()))
    }

    async fn change_state(
        &self,
        transition: &Transition,
        token: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        let mut change = || {
            let run = state.ledger.run(transition.run)?;
            run.check_change(transition, token)?;
            run.state = transition.to;
            run.lease.until_ms = 0;
            state.ledger.transitions.push(transition.clone());
            Ok(())
        };
        change().map_err(|problem: StoreProblem| problem.into_error("change_state", LEDGER))
    }

    async fn runs(&self, entity: Option<&str>, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        let state = self.lock();
        let wanted = |run: &&RunRecord| entity.is_none_or(|entity| run.request.entity == entity);
        let runs = state.ledger.runs.iter().rev().filter(wanted);
        Ok(runs.take(limit as usize).cloned().collect())
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRecord>, StoreError> {
        Ok(self.lock().ledger.run(id).ok().cloned())
    }

    async fn transitions(&self, run: RunId) -> Result<Vec<Transition>, StoreError> {
        let state = self.lock();
        let transitions = state.ledger.transitions.iter();
        Ok(transitions.filter(|transition| transition.run == run).cloned().collect())
    }

    async fn quarantined(
        &self,
        request: &QuarantineRequest,
    ) -> Result<Vec<QuarantineEntry>, StoreError> {
        let state = self.lock();
        let after = request.after.as_ref();
        let after = after.map(|(entity, key)| (entity.clone(), key.to_ledger_text()));
        let entries = (state.ledger.quarantine.iter())
            .filter(|(place, _)| after.as_ref().is_none_or(|after| *place > after))
            .map(|(_, entry)| entry)
            .filter(|entry| request.entity.as_ref().is_none_or(|entity| entry.entity == *entity));
        Ok(entries.take(request.limit as usize).cloned().collect())
    }

    async fn release(&self, entity: &str, released: &Released) -> Result<u64, StoreError> {
        let quarantine = &mut self.lock().ledger.quarantine;
        let before = quarantine.len();
        quarantine.retain(|(of, _), entry| {
            of != entity
                || match released {
                    Released::Key(key) => entry.key != *key,
                    Released::NotFoundBy { run, except } => {
                        entry.run >= *run || except.contains(&entry.key.to_entity_id())
                    }
                }
        });
        Ok((before - quarantine.len()) as u64)
    }

    async fn pre_images(
        &self,
        run: RunId,
        before: Option<i64>,
        limits: BatchLimits,
    ) -> Result<Vec<StoredPreImage>, StoreError> {
        let state = self.lock();
        let images = state.ledger.pre_images.iter().rev().filter(|(of, _)| *of == run);
        let wanted = images
            .map(|(_, stored)| stored)
            .filter(|stored| before.is_none_or(|before| stored.place < before));
        let (mut page, mut bytes) = (Vec::new(), 0);
        for stored in wanted.take(limits.rows() as usize) {
            bytes += byte_len(stored);
            page.push(stored.clone());
            if bytes >= limits.bytes_max {
                break;
            }
        }
        Ok(page)
    }

    async fn kept(&self, run: RunId) -> Result<Kept, StoreError> {
        Ok(self.lock().ledger.kept(run))
    }

    async fn forget(&self, run: RunId) -> Result<Kept, StoreError> {
        let ledger = &mut self.lock().ledger;
        let kept = ledger.kept(run);
        ledger.pre_images.retain(|(of, _)| *of != run);
        Ok(kept)
    }

    async fn undelivered(&self, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let state = self.lock();
        let waiting = state.ledger.outbox.iter().map(|(_, entry)| entry);
        Ok(waiting.take(limit as usize).cloned().collect())
    }

    async fn remove_delivered(&self, entry: i64) -> Result<(), StoreError> {
        self.lock().ledger.outbox.retain(|(_, known)| known.id != entry);
        Ok(())
    }
}
