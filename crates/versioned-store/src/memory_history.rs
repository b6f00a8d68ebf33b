//! The history of the store in memory.
//!
//! Layer: store. Invariant: a save is applied as a whole or not at all, as in a database; snapshots lie in a table as any
//! other, so that a scan of them needs nothing of its own.

use std::collections::BTreeMap;

use crate::{
    BatchLimits, ColumnValue, CommitEntry, CommitsRequest, EntityKey, EntityTable, HistoryStore,
    MemoryStore, ModelChange, ModelCommit, ModelVersion, NewCommit, OutboxWrite, Row, Snapshot,
    StoreError, StoreProblem, WriteOutcome,
    memory::{Record, State, Tables, compare, rows_of, write_row},
    memory_ledger::dependent_key,
    memory_rows::record_of,
};

/// Commits by the name of their table.
pub(crate) type CommitLogs = BTreeMap<String, CommitLog>;

/// The commits of a table.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommitLog {
    /// In their order; the first one has number 1.
    entries: Vec<CommitEntry>,
    /// The place of a commit by the key of its snapshot.
    places: BTreeMap<EntityKey, usize>,
}

/// For a snapshot that counts as deleted with its model: whether the model is deleted or gone.
pub(crate) fn is_orphan(tables: &Tables, table: &EntityTable, key: &EntityKey) -> bool {
    let Some(parent) = table.parent() else { return false };
    let models = tables.get(parent.table());
    let model = key.of_snapshot().and_then(|(key, _)| models?.get(&key));
    let is_deleted = |model: &Record| {
        let flag = parent.deleted().and_then(|column| model.get(column));
        // What can be no flag is no zero either.
        flag.is_some_and(|flag| flag.as_flag().unwrap_or(true))
    };
    model.is_none_or(is_deleted)
}

/// The commits of rows that were written, checked against the tables to which they go.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    snapshots: String,
    content: String,
    log: String,
    commits: Vec<NewCommit>,
}

/// Checks commits; nothing is written.
pub(crate) fn plan(
    tables: &Tables,
    logs: &CommitLogs,
    table: &EntityTable,
    commits: Vec<NewCommit>,
) -> Result<Plan, StoreProblem> {
    if commits.is_empty() {
        return Ok(Plan::default());
    }
    let history = table.history_or_problem()?;
    let (snapshots, log) = (history.snapshots_table(), history.commits_table());
    let unknown = |table: &str| StoreProblem::HistoryTableUnknown { table: table.into() };
    let stored = tables.get(snapshots).ok_or_else(|| unknown(snapshots))?;
    let logged = logs.get(log).ok_or_else(|| unknown(log))?;
    for (index, commit) in commits.iter().enumerate() {
        table.check_new_commit(commit)?;
        let (key, version) = (&commit.key, commit.model_version);
        let place = key.at(version);
        let mut earlier = commits[..index].iter();
        let exists = |table: &str| {
            let (table, key) = (table.into(), key.clone());
            StoreProblem::HistoryExists { table, key, version }
        };
        let is_twice = earlier.any(|one| (&one.key, one.model_version) == (key, version));
        if stored.contains_key(&place) || is_twice {
            return Err(exists(snapshots));
        }
        if logged.places.contains_key(&place) {
            return Err(exists(log));
        }
    }
    let content = history.content().to_owned();
    Ok(Plan { snapshots: snapshots.to_owned(), content, log: log.to_owned(), commits })
}

impl Plan {
    /// Writes what was checked.
    pub(crate) fn apply(self, tables: &mut Tables, logs: &mut CommitLogs) {
        let Self { snapshots, content, log, commits } = self;
        if commits.is_empty() {
            return;
        }
        let (stored, log) = (tables.entry(snapshots).or_default(), logs.entry(log).or_default());
        for NewCommit { key, model_version, snapshot, record } in commits {
            let place = key.at(model_version);
            let text = ColumnValue::Text(snapshot);
            stored.insert(place.clone(), Record::from([(content.clone(), text)]));
            log.places.insert(place, log.entries.len());
            let number = i64::try_from(log.entries.len()).unwrap_or(i64::MAX).saturating_add(1);
            log.entries.push(CommitEntry { number, key, model_version, record });
        }
    }
}

impl MemoryStore {
    /// Creates the tables of the history, where they do not exist yet; nothing for a table without one.
    pub fn create_history_tables(&self, table: &EntityTable) {
        let state = &mut *self.lock();
        if let Some(history) = table.history() {
            state.tables.entry(history.snapshots_table().to_owned()).or_default();
            state.commits.entry(history.commits_table().to_owned()).or_default();
        }
    }
}

/// Saves models; what it could not finish it takes back.
fn commit_models(
    state: &mut State,
    table: &EntityTable,
    commits: &[ModelCommit],
) -> Result<Vec<WriteOutcome>, StoreProblem> {
    let versions = commits.iter().map(|commit| table.check_commit(commit));
    let versions: Vec<Option<ModelVersion>> = versions.collect::<Result<_, _>>()?;
    let rows = rows_of(&mut state.tables, table)?;
    let before: Vec<(EntityKey, Option<Record>)> = (commits.iter().rev())
        .map(|commit| commit.change.key())
        .map(|key| (key.clone(), rows.get(key).cloned()))
        .collect();
    let changes = commits.iter().map(|commit| &commit.change).zip(&versions);
    let outcomes =
        changes.map(|(change, version)| apply(&mut state.tables, table, change, *version));
    let outcomes = WriteOutcome::all_or_none(outcomes.collect());
    let is_written = outcomes.iter().all(|outcome| *outcome == WriteOutcome::Written);
    let finished = match is_written {
        true => finish(state, table, commits, &versions),
        false => Ok(()),
    };
    if finished.is_err() || !is_written {
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

/// Changes one model, if it is what it was.
fn apply(
    tables: &mut Tables,
    table: &EntityTable,
    change: &ModelChange,
    version: Option<ModelVersion>,
) -> WriteOutcome {
    let version = version.map(ModelVersion::number);
    match change {
        ModelChange::Create(model) => {
            let rows = tables.entry(table.name().to_owned()).or_default();
            if rows.contains_key(&model.key) {
                return WriteOutcome::Conflict;
            }
            let (key, values) = (model.key.clone(), model.values.iter().cloned().map(Some));
            let values = values.collect();
            let row = Row { key, model_version: version, deleted: false, values, stamp: None };
            let (key, record) = record_of(table, row);
            rows.insert(key, record);
            WriteOutcome::Written
        }
        ModelChange::Update(write) => write_row(table, tables, write, version),
        ModelChange::MarkDeleted(expected) => {
            if let Err(outcome) = compare(table, tables, expected) {
                return outcome;
            }
            let rows = tables.entry(table.name().to_owned()).or_default();
            let record = rows.entry(expected.key.clone()).or_default();
            if let Some(column) = table.deleted() {
                record.insert(column.to_owned(), ColumnValue::Boolean(true));
            }
            if let (Some(column), Some(version)) = (table.model_version(), version) {
                record.insert(column.to_owned(), ColumnValue::Integer(version));
            }
            WriteOutcome::Written
        }
    }
}

/// Writes what goes with models that were changed, or nothing.
fn finish(
    state: &mut State,
    table: &EntityTable,
    commits: &[ModelCommit],
    versions: &[Option<ModelVersion>],
) -> Result<(), StoreProblem> {
    let has_history = table.history().is_some();
    let new = commits.iter().zip(versions).filter(|_| has_history);
    let new = new.filter_map(|(commit, version)| {
        let (key, model_version) = (commit.change.key().clone(), (*version)?);
        let (snapshot, record) = (commit.snapshot.clone(), commit.record.clone());
        Some(NewCommit { key, model_version, snapshot, record })
    });
    let plan = plan(&state.tables, &state.commits, table, new.collect())?;
    let mut dependents = Vec::new();
    for row in commits.iter().flat_map(|commit| &commit.dependents) {
        if !state.tables.contains_key(&row.table) {
            return Err(StoreProblem::TableUnknown);
        }
        dependents.push((row, dependent_key(&row.key)?));
    }
    plan.apply(&mut state.tables, &mut state.commits);
    for (row, key) in dependents {
        let record = state.tables.entry(row.table.clone()).or_default().entry(key).or_default();
        record.extend(row.set.iter().cloned());
    }
    for commit in commits {
        let of = commit.change.key();
        let messages = commit.outbox.iter().cloned();
        let messages = messages.map(|message| OutboxWrite { of: of.clone(), message });
        state.ledger.post(None, messages.collect());
    }
    Ok(())
}

fn log<'s>(state: &'s State, table: &EntityTable) -> Result<&'s CommitLog, StoreProblem> {
    let name = table.history_or_problem()?.commits_table();
    let unknown = || StoreProblem::HistoryTableUnknown { table: name.into() };
    state.commits.get(name).ok_or_else(unknown)
}

impl HistoryStore for MemoryStore {
    async fn commit_models(
        &self,
        table: &EntityTable,
        commits: &[ModelCommit],
    ) -> Result<Vec<WriteOutcome>, StoreError> {
        let committed = commit_models(&mut self.lock(), table, commits);
        committed.map_err(|problem| problem.into_error("commit_models", table.name()))
    }

    async fn snapshot(
        &self,
        table: &EntityTable,
        key: &EntityKey,
        version: ModelVersion,
    ) -> Result<Option<Snapshot>, StoreError> {
        let state = self.lock();
        let read = || {
            table.stored_key(key)?;
            let (history, log) = (table.history_or_problem()?, log(&state, table)?);
            let stored = state.tables.get(history.snapshots_table()).ok_or_else(|| {
                StoreProblem::HistoryTableUnknown { table: history.snapshots_table().into() }
            })?;
            let place = key.at(version);
            Ok(stored.get(&place).map(|found| Snapshot {
                model_version: version,
                content: found.get(history.content()).cloned().unwrap_or(ColumnValue::Null),
                record: log.places.get(&place).map(|place| log.entries[*place].record.clone()),
            }))
        };
        read().map_err(|problem: StoreProblem| problem.into_error("snapshot", table.name()))
    }

    async fn commits(
        &self,
        table: &EntityTable,
        request: &CommitsRequest,
    ) -> Result<Vec<CommitEntry>, StoreError> {
        let state = self.lock();
        let read = || {
            let log = log(&state, table)?;
            let after =
                |entry: &&CommitEntry| request.after.is_none_or(|after| entry.number > after);
            let limit = request.limit.min(BatchLimits::ROWS_MAX) as usize;
            let Some(key) = &request.of else {
                return Ok(log.entries.iter().filter(after).take(limit).cloned().collect());
            };
            table.stored_key(key)?;
            let (first, last) = (ModelVersion::new(i64::MIN), ModelVersion::new(i64::MAX));
            let places = log.places.range(key.at(first)..=key.at(last));
            let mut places: Vec<usize> = places.map(|(_, place)| *place).collect();
            places.sort_unstable();
            let entries = places.into_iter().map(|place| &log.entries[place]);
            Ok(entries.filter(after).take(limit).cloned().collect())
        };
        read().map_err(|problem: StoreProblem| problem.into_error("commits", table.name()))
    }
}
