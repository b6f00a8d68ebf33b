//! Runs, their states and checkpoints.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    Checkpoint, Claim, Lease, OpenedRun, Opening, RunCounts, RunId, RunKind, RunRecord, RunRequest,
    RunState, StoreProblem, Transition,
};

use super::{count, reading, stored, tables, writing};
use crate::{
    sql::Sql,
    sqlite::{error::Fault, transaction},
};

const SELECT: &str = "SELECT r.id, r.entity, r.table_name, r.kind, r.target, r.settings, r.who, \
     r.at_ms, r.state, u.number, u.position, u.scanned, u.migrated, u.current, u.skipped, \
     u.deleted, u.conflict, u.quarantined, u.detail, r.must_finish, u.token, u.owner, u.since_ms, \
     u.until_ms \
     FROM versioned_runs r JOIN versioned_units u ON u.run = r.id AND u.unit = 0";

/// The runs with their unit, as [`record`] reads them.
fn select(condition: &'static str) -> Sql {
    let mut sql = Sql::default();
    sql.text(SELECT).text(condition);
    sql
}

pub(super) async fn open(
    pool: &SqlitePool,
    request: &RunRequest,
    claim: &Claim,
) -> Result<OpenedRun, Fault> {
    let mut transaction = transaction::writing(pool).await?;
    tables::create(&mut transaction).await?;
    let mut superseded = None;
    if let Some(mut run) = unfinished(&mut transaction, request).await? {
        match run.opening(request, claim)? {
            Opening::Same => {
                let is_resumed = run.checkpoint.number > 0;
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

async fn unfinished(
    connection: &mut SqliteConnection,
    request: &RunRequest,
) -> Result<Option<RunRecord>, Fault> {
    let sql = select(
        " WHERE r.entity = ? AND r.table_name = ? AND r.kind = ? AND r.target IS ? \
         AND r.state IN ('running', 'interrupted') ORDER BY r.id DESC LIMIT 1",
    );
    let row = sqlx::query(sql.into_safe())
        .bind(&request.entity)
        .bind(&request.table)
        .bind(request.kind.as_str())
        .bind(request.target.map(RunId::number))
        .fetch_optional(connection)
        .await?;
    row.map(|row| record(&row)).transpose()
}

async fn start(
    connection: &mut SqliteConnection,
    request: &RunRequest,
    claim: &Claim,
) -> Result<RunRecord, Fault> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO versioned_runs \
         (entity, table_name, kind, target, settings, must_finish, who, at_ms, state) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running') RETURNING id",
    )
    .bind(&request.entity)
    .bind(&request.table)
    .bind(request.kind.as_str())
    .bind(request.target.map(RunId::number))
    .bind(&request.settings)
    .bind(request.must_finish)
    .bind(&request.who)
    .bind(request.at_ms)
    .fetch_one(&mut *connection)
    .await?;
    let run = RunRecord::started(RunId::new(id), request, claim);
    sqlx::query(
        "INSERT INTO versioned_units (run, unit, token, owner, since_ms, until_ms) \
         VALUES (?, 0, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(stored(run.lease.token))
    .bind(&run.lease.owner)
    .bind(run.lease.since_ms)
    .bind(run.lease.until_ms)
    .execute(&mut *connection)
    .await?;
    note(connection, &by(request, run.id, None, RunState::Running, "started")).await?;
    Ok(run)
}

async fn set_lease(connection: &mut SqliteConnection, run: &RunRecord) -> Result<(), Fault> {
    sqlx::query(
        "UPDATE versioned_units SET token = ?, owner = ?, since_ms = ?, until_ms = ? \
         WHERE run = ? AND unit = 0",
    )
    .bind(stored(run.lease.token))
    .bind(&run.lease.owner)
    .bind(run.lease.since_ms)
    .bind(run.lease.until_ms)
    .bind(run.id.number())
    .execute(connection)
    .await?;
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
    pool: &SqlitePool,
    transition: &Transition,
    token: Option<u64>,
) -> Result<(), Fault> {
    let unknown = StoreProblem::RunUnknown { run: transition.run };
    let Some(mut transaction) = writing(pool).await? else {
        return Err(unknown.into());
    };
    let found = get_in(&mut transaction, transition.run).await?.ok_or(unknown)?;
    found.check_change(transition, token)?;
    set_state(&mut transaction, transition).await?;
    transaction.commit().await?;
    Ok(())
}

/// Changes the state; a lease ends with it, and the next one is set by whoever goes on.
async fn set_state(connection: &mut SqliteConnection, to: &Transition) -> Result<(), Fault> {
    for sql in [
        "UPDATE versioned_runs SET state = ?2 WHERE id = ?1",
        "UPDATE versioned_units SET until_ms = 0 WHERE run = ?1 AND unit = 0",
    ] {
        let query = sqlx::query(sql).bind(to.run.number()).bind(to.to.as_str());
        query.execute(&mut *connection).await?;
    }
    note(connection, to).await
}

async fn note(connection: &mut SqliteConnection, transition: &Transition) -> Result<(), Fault> {
    sqlx::query(
        "INSERT INTO versioned_transitions (run, from_state, to_state, who, at_ms, why) \
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(transition.run.number())
    .bind(transition.from.map(RunState::as_str))
    .bind(transition.to.as_str())
    .bind(&transition.who)
    .bind(transition.at_ms)
    .bind(&transition.why)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn list(
    pool: &SqlitePool,
    entity: Option<&str>,
    limit: u32,
) -> Result<Vec<RunRecord>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let sql = select(" WHERE ?1 IS NULL OR r.entity = ?1 ORDER BY r.id DESC LIMIT ?2");
    let rows =
        sqlx::query(sql.into_safe()).bind(entity).bind(limit).fetch_all(&mut *transaction).await?;
    rows.iter().map(record).collect()
}

pub(super) async fn get(pool: &SqlitePool, id: RunId) -> Result<Option<RunRecord>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(None);
    };
    get_in(&mut transaction, id).await
}

pub(super) async fn get_in(
    connection: &mut SqliteConnection,
    id: RunId,
) -> Result<Option<RunRecord>, Fault> {
    let sql = select(" WHERE r.id = ?");
    let row = sqlx::query(sql.into_safe()).bind(id.number()).fetch_optional(connection).await?;
    row.map(|row| record(&row)).transpose()
}

pub(super) async fn transitions(pool: &SqlitePool, run: RunId) -> Result<Vec<Transition>, Fault> {
    let Some(mut transaction) = reading(pool).await? else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query(
        "SELECT from_state, to_state, who, at_ms, why FROM versioned_transitions \
         WHERE run = ? ORDER BY id",
    )
    .bind(run.number())
    .fetch_all(&mut *transaction)
    .await?;
    let read = |row: &SqliteRow| {
        let from: Option<String> = row.try_get(0)?;
        Ok(Transition {
            run,
            from: from.as_deref().map(state).transpose()?,
            to: state(&row.try_get::<String, _>(1)?)?,
            who: row.try_get(2)?,
            at_ms: row.try_get(3)?,
            why: row.try_get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

fn state(name: &str) -> Result<RunState, StoreProblem> {
    RunState::from_name(name).ok_or_else(|| StoreProblem::LedgerMalformed {
        what: "the state of a run",
        found: name.into(),
    })
}

fn record(row: &SqliteRow) -> Result<RunRecord, Fault> {
    let kind: String = row.try_get(3)?;
    let kind = RunKind::from_name(&kind).ok_or_else(|| StoreProblem::LedgerMalformed {
        what: "the kind of a run",
        found: kind.as_str().into(),
    })?;
    let number = |index: usize| row.try_get::<i64, _>(index).map(count);
    let counts = RunCounts {
        scanned: number(11)?,
        migrated: number(12)?,
        current: number(13)?,
        skipped: number(14)?,
        deleted: number(15)?,
        conflict: number(16)?,
        quarantined: number(17)?,
    };
    let (position, detail) = (row.try_get(10)?, row.try_get(18)?);
    Ok(RunRecord {
        id: RunId::new(row.try_get(0)?),
        request: RunRequest {
            entity: row.try_get(1)?,
            table: row.try_get(2)?,
            kind,
            target: row.try_get::<Option<i64>, _>(4)?.map(RunId::new),
            settings: row.try_get(5)?,
            must_finish: row.try_get(19)?,
            who: row.try_get(6)?,
            at_ms: row.try_get(7)?,
        },
        state: state(&row.try_get::<String, _>(8)?)?,
        checkpoint: Checkpoint { number: number(9)?, position, counts, detail },
        lease: Lease {
            token: number(20)?,
            owner: row.try_get(21)?,
            since_ms: row.try_get(22)?,
            until_ms: row.try_get(23)?,
        },
    })
}
