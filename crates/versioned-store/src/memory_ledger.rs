//! The ledger of the store in memory.
//!
//! Layer: store. Invariant: a batch is applied as a whole or not at all, as in a database.

use std::collections::BTreeMap;

use crate::{
    Batch, BatchLimits, Checkpoint, ColumnValue, DependentRow, EntityKey, EntityTable, FollowUp,
    JobLedger, Kept, KeyPart, MemoryStore, OpenedRun, OutboxEntry, OutboxMessage, PreImage,
    QuarantineEntry, QuarantineRequest, Released, RunId, RunRecord, RunRequest, RunState,
    StoreError, StoreProblem, StoredPreImage, Transition, WriteOutcome,
    memory::{Record, State, rows_of, write_row},
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
    pre_images: Vec<(RunId, PreImage)>,
    outbox: Vec<(OutboxEntry, Option<i64>)>,
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

    fn open(&mut self, request: &RunRequest) -> OpenedRun {
        let same = |run: &&mut RunRecord| {
            let known = &run.request;
            run.state.is_unfinished()
                && (&known.entity, &known.table, known.kind, known.target)
                    == (&request.entity, &request.table, request.kind, request.target)
        };
        let mut superseded = None;
        if let Some(run) = self.runs.iter_mut().rev().find(same) {
            let (id, from) = (run.id, Some(run.state));
            if run.request.settings == request.settings {
                run.state = RunState::Running;
                let run = run.clone();
                self.note(id, from, RunState::Running, request, "resumed");
                return OpenedRun { run, is_resumed: true, superseded: None };
            }
            run.state = RunState::Superseded;
            superseded = Some(id);
            self.note(id, from, RunState::Superseded, request, "the settings are others");
        }
        let id = RunId::new(i64::try_from(self.runs.len()).unwrap_or(i64::MAX).saturating_add(1));
        let (state, checkpoint) = (RunState::Running, Checkpoint::default());
        let run = RunRecord { id, request: request.clone(), state, checkpoint };
        self.runs.push(run.clone());
        self.note(id, None, RunState::Running, request, "started");
        OpenedRun { run, is_resumed: false, superseded }
    }

    fn apply(&mut self, run: RunId, follow_up: FollowUp) -> Result<(), StoreProblem> {
        let record = self.run(run)?;
        record.checkpoint = follow_up.checkpoint;
        let entity = record.request.entity.clone();
        for key in follow_up.released {
            self.quarantine.remove(&(entity.clone(), key.to_ledger_text()));
        }
        for entry in follow_up.quarantine {
            let place = (entry.entity.clone(), entry.key.to_ledger_text());
            self.quarantine.insert(place, entry);
        }
        self.pre_images.extend(follow_up.pre_images.into_iter().map(|image| (run, image)));
        self.post(Some(run), follow_up.outbox);
        Ok(())
    }

    /// Keeps messages until they are delivered.
    pub(crate) fn post(&mut self, run: Option<RunId>, messages: Vec<OutboxMessage>) {
        for message in messages {
            let id = i64::try_from(self.outbox.len()).unwrap_or(i64::MAX).saturating_add(1);
            self.outbox.push((OutboxEntry { id, run, message }, None));
        }
    }

    fn kept(&self, run: RunId) -> Kept {
        let mut kept = Kept::default();
        for (_, image) in self.pre_images.iter().filter(|(of, _)| *of == run) {
            kept.rows += 1;
            kept.bytes += image.content.len() as u64;
        }
        kept
    }
}

impl MemoryStore {
    fn commit(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreProblem> {
        let mut state = self.lock();
        let State { tables, ledger, commits } = &mut *state;
        let checked = batch.writes.iter().map(|write| Ok((write, table.check_write(write)?)));
        let checked: Vec<_> = checked.collect::<Result<_, StoreProblem>>()?;
        let rows = rows_of(tables, table)?;
        // What a batch that cannot be finished has written is taken back.
        let before: Vec<(EntityKey, Option<Record>)> = (batch.writes.iter().rev())
            .map(|write| (write.expected.key.clone(), rows.get(&write.expected.key).cloned()))
            .collect();
        let outcomes: Vec<WriteOutcome> = (checked.into_iter())
            .map(|(write, next)| write_row(table, tables, write, next))
            .collect();
        let mut follow_up = (batch.follow)(&outcomes);
        let finish = || {
            let number = follow_up.checkpoint.number;
            check_next(ledger.run(batch.run)?, number)?;
            for row in &follow_up.dependents {
                dependent_key(row)?;
                if !tables.contains_key(&row.table) {
                    return Err(StoreProblem::TableUnknown);
                }
            }
            let plan = memory_history::plan(
                tables,
                commits,
                table,
                std::mem::take(&mut follow_up.commits),
            )?;
            for row in &follow_up.dependents {
                let (key, rows) = (dependent_key(row)?, tables.get_mut(&row.table));
                let record = rows.ok_or(StoreProblem::TableUnknown)?.entry(key).or_default();
                record.extend(row.set.iter().cloned());
            }
            plan.apply(tables, commits);
            ledger.apply(batch.run, follow_up)
        };
        let finished = finish();
        if finished.is_err() {
            let rows = rows_of(&mut state.tables, table)?;
            for (key, record) in before {
                match record {
                    Some(record) => rows.insert(key, record),
                    None => rows.remove(&key),
                };
            }
        }
        finished.map(|()| outcomes)
    }
}

/// Refuses a checkpoint that is not the next one of a running run.
fn check_next(run: &RunRecord, number: u64) -> Result<(), StoreProblem> {
    let found = run.checkpoint.number;
    if run.state != RunState::Running || number.checked_sub(1) != Some(found) {
        let state = run.state.as_str();
        return Err(StoreProblem::RunMoved { run: run.id, state, found, number });
    }
    Ok(())
}

pub(crate) fn dependent_key(row: &DependentRow) -> Result<EntityKey, StoreProblem> {
    let part = |value: &ColumnValue| match value {
        ColumnValue::Integer(number) => Some(KeyPart::Integer(*number)),
        ColumnValue::Text(text) => Some(KeyPart::Text(text.clone())),
        ColumnValue::Bytes(bytes) => bytes.as_slice().try_into().ok().map(KeyPart::Uuid),
        _ => None,
    };
    let parts: Option<Vec<_>> = row.key.iter().map(|(_, value)| part(value)).collect();
    match parts {
        Some(parts) if !parts.is_empty() => Ok(EntityKey::new(parts)),
        _ => Err(StoreProblem::LedgerMalformed {
            what: "the key of a dependent row",
            found: format!("{:?}", row.key).into(),
        }),
    }
}

impl JobLedger for MemoryStore {
    async fn open_run(&self, request: &RunRequest) -> Result<OpenedRun, StoreError> {
        Ok(self.lock().ledger.open(request))
    }

    async fn commit_batch(
        &self,
        table: &EntityTable,
        batch: &Batch<'_>,
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        self.commit(table, batch)
            .map_err(|problem| problem.into_error("commit_batch", table.name()))
    }

    async fn change_state(&self, transition: &Transition) -> Result<(), StoreError> {
        let mut state = self.lock();
        let mut change = || {
            let run = state.ledger.run(transition.run)?;
            let is_legal = run.state.may_become(transition.to);
            if Some(run.state) != transition.from || !is_legal {
                return Err(StoreProblem::TransitionIllegal {
                    run: run.id,
                    state: run.state.as_str(),
                    to: transition.to.as_str(),
                });
            }
            run.state = transition.to;
            state.ledger.transitions.push(transition.clone());
            Ok(())
        };
        change().map_err(|problem| problem.into_error("change_state", LEDGER))
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
                        entry.run == *run || except.contains(&entry.key.to_entity_id())
                    }
                }
        });
        Ok((before - quarantine.len()) as u64)
    }

    async fn pre_images(
        &self,
        run: RunId,
        after: i64,
        limits: BatchLimits,
    ) -> Result<Vec<StoredPreImage>, StoreError> {
        let state = self.lock();
        let placed = (state.ledger.pre_images.iter()).filter(|(of, _)| *of == run).zip(1..);
        let placed = placed.filter(|(_, place)| *place > after).take(limits.rows() as usize);
        let (mut images, mut bytes) = (Vec::new(), 0);
        for ((_, image), place) in placed {
            bytes += image.content.len();
            images.push(StoredPreImage { place, image: image.clone() });
            if bytes >= limits.bytes_max {
                break;
            }
        }
        Ok(images)
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
        let waiting = state.ledger.outbox.iter().filter(|(_, at_ms)| at_ms.is_none());
        Ok(waiting.take(limit as usize).map(|(entry, _)| entry.clone()).collect())
    }

    async fn mark_delivered(&self, entry: i64, at_ms: i64) -> Result<(), StoreError> {
        let outbox = &mut self.lock().ledger.outbox;
        if let Some((_, delivered)) = outbox.iter_mut().find(|(known, _)| known.id == entry) {
            delivered.get_or_insert(at_ms);
        }
        Ok(())
    }
}
