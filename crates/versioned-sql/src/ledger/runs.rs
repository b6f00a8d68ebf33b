//! Runs, their states and checkpoints.
//!
//! Layer: adapters. Invariant: who changes a run or writes a batch of it has locked its rows first.

use versioned_store::{
    Checkpoint, Claim, Lease, OpenedRun, Opening, RunCounts, RunId, RunKind, RunRecord, RunRequest,
    RunState, StoreProblem, Transition,
};

use super::{reading, stored, tables, writing};
use crate::{
    connection::{Database, Transaction},
    dialect::Dialect,
    error::{Fault, retried},
    found::Found,
    statement::{Statement, maybe_number, maybe_text, number, text},
};

/// The runs with their unit, as [`record`] reads them; a condition follows.
const SELECT: &str = "SELECT r.id, r.entity, r.table_name, r.kind, r.target, r.settings, r.who, \
     r.at_ms, r.state, u.number, u.position, u.scanned, u.migrated, u.current, u.skipped, \
     u.deleted, u.conflict, u.quarantined, u.detail, r.must_finish, u.token, u.owner, u.since_ms, \
     u.until_ms \
     FROM versioned_runs r JOIN versioned_units u ON u.run = r.id AND u.unit = 0";

pub(super) async fn open(
    database: &Database,
    request: &RunRequest,
    claim: &Claim,
) -> Result<OpenedRun, Fault> {
    // A claim that is made twice is made once, so a lost connection is no reason to doubt.
    open_once(database, request, claim).await.map_err(Fault::repeatable)
}

async fn open_once(
    database: &Database,
    request: &RunRequest,
    claim: &Claim,
) -> Result<OpenedRun, Fault> {
    tables::create_before(database).await?;
    let mut transaction = database.writing().await?;
    tables::create(&mut transaction).await?;
    lock_ledger(&mut transaction).await?;
    let mut superseded = None;
    if let Some(mut run) = unfinished(&mut transaction, request).await? {
        match run.opening(request, claim)? {
            Opening::Same => {
                let is_resumed = run.checkpoint.number > 0;
                transaction.commit().await?;
                return Ok(OpenedRun { run, is_resumed, superseded: None });
            }
            Opening::Resumed => {
                let to = by(request, run.id, Some(run.state), RunState::Running, "resumed");
                set_state(&mut transaction, &to).await?;
                run.lease = run.lease.next(request, claim);
                set_lease(&mut transaction, &run).await?;
                transaction.commit().await?;
                run.state = RunState::Running;
                return Ok(OpenedRun { run, is_resumed: true, superseded: None });
            }
            Opening::Superseded => {
                let (from, why) = (Some(run.state), "the settings are others");
                let to = by(request, run.id, from, RunState::Superseded, why);
                set_state(&mut transaction, &to).await?;
                superseded = Some(run.id);
            }
        }
    }
    let run = start(&mut transaction, request, claim).await?;
    transaction.commit().await?;
    Ok(OpenedRun { run, is_resumed: false, superseded })
}

/// Of two processes that start a run, one waits for the other; SQLite lets one write at a time anyway.
async fn lock_ledger(transaction: &mut Transaction) -> Result<(), Fault> {
    if transaction.dialect() != Dialect::Sqlite {
        let lock = "SELECT version FROM versioned_ledger FOR UPDATE";
        transaction.all(Statement::with(transaction.dialect(), lock, &[])?).await?;
    }
    Ok(())
}

/// Locks the rows that a statement reads.
fn lock(statement: &mut Statement) {
    if statement.sql.dialect() != Dialect::Sqlite {
        statement.sql.text(" FOR UPDATE");
    }
}

async fn unfinished(
    transaction: &mut Transaction,
    request: &RunRequest,
) -> Result<Option<RunRecord>, Fault> {
    let mut statement = Statement::with(transaction.dialect(), SELECT, &[])?;
    let values = [text(&request.entity), text(&request.table), text(request.kind.as_str())];
    statement.add(" WHERE r.entity = ? AND r.table_name = ? AND r.kind = ?", &values)?;
    match request.target {
        Some(target) => statement.add(" AND r.target = ?", &[number(target.number())])?,
        None => statement.add(" AND r.target IS NULL", &[])?,
    };
    statement
        .add(" AND r.state IN ('running', 'interrupted') ORDER BY r.id DESC LIMIT 1", &[])?;
    lock(&mut statement);
    transaction.first(statement).await?.map(record).transpose()
}

async fn start(
    transaction: &mut Transaction,
    request: &RunRequest,
    claim: &Claim,
) -> Result<RunRecord, Fault> {
    let values = [
        text(&request.entity),
        text(&request.table),
        text(request.kind.as_str()),
        maybe_number(request.target.map(RunId::number)),
        text(&request.settings),
        number(request.must_finish.into()),
        text(&request.who),
        number(request.at_ms),
    ];
    let statement = Statement::with(
        transaction.dialect(),
        "INSERT INTO versioned_runs \
         (entity, table_name, kind, target, settings, must_finish, who, at_ms, state) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running')",
        &values,
    )?;
    let ids = transaction.insert(statement, "id").await?;
    let id = ids.first().copied().unwrap_or_default();
    let run = RunRecord::started(RunId::new(id), request, claim);
    let Lease { token, owner, since_ms, until_ms } = &run.lease;
    let values =
        [number(id), number(stored(*token)), text(owner), number(*since_ms), number(*until_ms)];
    let statement = Statement::with(
        transaction.dialect(),
        "INSERT INTO versioned_units (run, unit, detail, token, owner, since_ms, until_ms) \
         VALUES (?, 0, '', ?, ?, ?, ?)",
        &values,
    )?;
    transaction.execute(statement).await?;
    note(transaction, &by(request, run.id, None, RunState::Running, "started")).await?;
    Ok(run)
}

async fn set_lease(transaction: &mut Transaction, run: &RunRecord) -> Result<(), Fault> {
    let Lease { token, owner, since_ms, until_ms } = &run.lease;
    let run = number(run.id.number());
    let values = [number(stored(*token)), text(owner), number(*since_ms), number(*until_ms), run];
    let statement = Statement::with(
        transaction.dialect(),
        "UPDATE versioned_units SET token = ?, owner = ?, since_ms = ?, until_ms = ? \
         WHERE run = ? AND unit = 0",
        &values,
    )?;
    transaction.execute(statement).await?;
    Ok(())
}

fn by(
    request: &RunRequest,
    run: RunId,
    from: Option<RunState>,
    to: RunState,
    why: &str,
) -> Transition {
    let (who, at_ms, why) = (request.who.clone(), request.at_ms, why.to_owned());
    Transition { run, from, to, who, at_ms, why }
}

pub(super) async fn change_state(
    database: &Database,
    transition: &Transition,
    token: Option<u64>,
) -> Result<(), Fault> {
    let unknown = StoreProblem::RunUnknown { run: transition.run };
    let Some(mut transaction) = writing(database).await? else {
        return Err(unknown.into());
    };
    let found = get_locked(&mut transaction, transition.run).await?.ok_or(unknown)?;
    found.check_change(transition, token)?;
    set_state(&mut transaction, transition).await?;
    match transaction.commit().await {
        Err(lost) if lost.is_in_doubt() => {
            // Waits for the lost transaction, should the server be still about to commit it.
            let now = retried(|| async {
                let mut transaction = database.writing().await?;
                get_locked(&mut transaction, transition.run).await
            });
            match now.await {
                Ok(Some(now)) if now.state == transition.to => Ok(()),
                Ok(Some(now)) if Some(now.state) == transition.from => Err(lost.repeatable()),
                _ => Err(lost),
            }
        }
        done => done,
    }
}

/// Changes the state; a lease ends with it, and the next one is set by whoever goes on.
async fn set_state(transaction: &mut Transaction, to: &Transition) -> Result<(), Fault> {
    let (dialect, run) = (transaction.dialect(), number(to.run.number()));
    let state = "UPDATE versioned_runs SET state = ? WHERE id = ?";
    let state = Statement::with(dialect, state, &[text(to.to.as_str()), run.clone()])?;
    transaction.execute(state).await?;
    let lease = "UPDATE versioned_units SET until_ms = 0 WHERE run = ? AND unit = 0";
    transaction.execute(Statement::with(dialect, lease, &[run])?).await?;
    note(transaction, to).await
}

async fn note(transaction: &mut Transaction, transition: &Transition) -> Result<(), Fault> {
    let values = [
        number(transition.run.number()),
        maybe_text(transition.from.map(RunState::as_str)),
        text(transition.to.as_str()),
        text(&transition.who),
        number(transition.at_ms),
        text(&transition.why),
    ];
    let statement = Statement::with(
        transaction.dialect(),
        "INSERT INTO versioned_transitions (run, from_state, to_state, who, at_ms, why) \
         VALUES (?, ?, ?, ?, ?, ?)",
        &values,
    )?;
    transaction.execute(statement).await?;
    Ok(())
}

pub(super) async fn list(
    database: &Database,
    entity: Option<&str>,
    limit: u32,
) -> Result<Vec<RunRecord>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(Vec::new());
    };
    let mut statement = Statement::with(database.dialect(), SELECT, &[])?;
    if let Some(entity) = entity {
        statement.add(" WHERE r.entity = ?", &[text(entity)])?;
    }
    statement.add(" ORDER BY r.id DESC LIMIT ?", &[number(limit.into())])?;
    transaction.all(statement).await?.into_iter().map(record).collect()
}

pub(super) async fn get(database: &Database, id: RunId) -> Result<Option<RunRecord>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(None);
    };
    get_in(&mut transaction, id).await
}

pub(super) async fn get_in(
    transaction: &mut Transaction,
    id: RunId,
) -> Result<Option<RunRecord>, Fault> {
    let statement = select_one(transaction.dialect(), id)?;
    transaction.first(statement).await?.map(record).transpose()
}

/// The same, and lets nobody else change it before the transaction ends.
pub(super) async fn get_locked(
    transaction: &mut Transaction,
    id: RunId,
) -> Result<Option<RunRecord>, Fault> {
    let mut statement = select_one(transaction.dialect(), id)?;
    lock(&mut statement);
    transaction.first(statement).await?.map(record).transpose()
}

fn select_one(dialect: Dialect, id: RunId) -> Result<Statement, Fault> {
    let mut statement = Statement::with(dialect, SELECT, &[])?;
    statement.add(" WHERE r.id = ?", &[number(id.number())])?;
    Ok(statement)
}

pub(super) async fn transitions(
    database: &Database,
    run: RunId,
) -> Result<Vec<Transition>, Fault> {
    let Some(mut transaction) = reading(database).await? else {
        return Ok(Vec::new());
    };
    let statement = Statement::with(
        database.dialect(),
        "SELECT from_state, to_state, who, at_ms, why FROM versioned_transitions \
         WHERE run = ? ORDER BY id",
        &[number(run.number())],
    )?;
    let read = |mut row: Found| {
        let from = row.optional_text(0)?;
        Ok(Transition {
            run,
            from: from.as_deref().map(state).transpose()?,
            to: state(&row.text(1)?)?,
            who: row.text(2)?,
            at_ms: row.integer(3)?,
            why: row.text(4)?,
        })
    };
    transaction.all(statement).await?.into_iter().map(read).collect()
}

fn state(name: &str) -> Result<RunState, StoreProblem> {
    RunState::from_name(name).ok_or_else(|| StoreProblem::LedgerMalformed {
        what: "the state of a run",
        found: name.into(),
    })
}

fn record(mut row: Found) -> Result<RunRecord, Fault> {
    let kind = row.text(3)?;
    let kind = RunKind::from_name(&kind).ok_or_else(|| StoreProblem::LedgerMalformed {
        what: "the kind of a run",
        found: kind.as_str().into(),
    })?;
    let counts = RunCounts {
        scanned: row.count(11)?,
        migrated: row.count(12)?,
        current: row.count(13)?,
        skipped: row.count(14)?,
        deleted: row.count(15)?,
        conflict: row.count(16)?,
        quarantined: row.count(17)?,
    };
    let (position, detail) = (row.optional_text(10)?, row.text(18)?);
    Ok(RunRecord {
        id: RunId::new(row.integer(0)?),
        request: RunRequest {
            entity: row.text(1)?,
            table: row.text(2)?,
            kind,
            target: row.optional_integer(4)?.map(RunId::new),
            settings: row.text(5)?,
            must_finish: row.is_true(19)?,
            who: row.text(6)?,
            at_ms: row.integer(7)?,
        },
        state: state(&row.text(8)?)?,
        checkpoint: Checkpoint { number: row.count(9)?, position, counts, detail },
        lease: Lease {
            token: row.count(20)?,
            owner: row.text(21)?,
            since_ms: row.integer(22)?,
            until_ms: row.integer(23)?,
        },
    })
}
