//! Runs, their states and checkpoints.
//!
//! Layer: adapters.

use sqlx::{Row as _, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use versioned_store::{
    Checkpoint, OpenedRun, RunCounts, RunId, RunKind, RunRecord, RunRequest, RunState,
    StoreProblem, Transition,
};

use super::{count, reading, tables, writing};
use crate::{sql::Sql, sqlite::error::Fault};

const SELECT: &str = "SELECT r.id, r.entity, r.table_name, r.kind, r.target, r.settings, r.who, \
     r.at_ms, r.state, u.number, u.position, u.scanned, u.migrated, u.current, u.skipped, \
     u.deleted, u.conflict, u.quarantined, u.detail \
     FROM versioned_runs r JOIN versioned_units u ON u.run = r.id AND u.unit = 0";

/// The runs with their unit, as [`record`] reads them.
fn select(condition: &'static str) -> Sql {
    let mut sql = Sql::default();
    sql.text(SELECT).text(condition);
    sql
}

pub(super) async fn open(pool: &SqlitePool, request: &RunRequest) -> Result<OpenedRun, Fault> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    tables::create(&mut transaction).await?;
    let sql = select(
        " WHERE r.entity = ? AND r.table_name = ? AND r.kind = ? AND r.target IS ? \
         AND r.state IN ('running', 'interrupted') ORDER BY r.id DESC LIMIT 1",
    );
    let unfinished = sqlx::query(sql.into_safe())
        .bind(&request.entity)
        .bind(&request.table)
        .bind(request.kind.as_str())
        .bind(request.target.map(RunId::number))
        .fetch_optional(&mut *transaction)
        .await?;
    let unfinished = unfinished.map(|row| record(&row)).transpose()?;
    let mut superseded = None;
    if let Some(mut run) = unfinished {
        let is_same = run.request.settings == request.settings;
        let to = if is_same { RunState::Running } else { RunState::Superseded };
        let why = if is_same { "resumed" } else { "the settings are others" };
        set_state(&mut transaction, &by(request, run.id, Some(run.state), to, why)).await?;
        if is_same {
            transaction.commit().await?;
            run.state = to;
            return Ok(OpenedRun { run, is_resumed: true, superseded: None });
        }
        superseded = Some(run.id);
    }
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO versioned_runs (entity, table_name, kind, target, settings, who, at_ms, state) \
         VALUES (?, ?, ?, ?, ?, ?, ?, 'running') RETURNING id",
    )
    .bind(&request.entity)
    .bind(&request.table)
    .bind(request.kind.as_str())
    .bind(request.target.map(RunId::number))
    .bind(&request.settings)
    .bind(&request.who)
    .bind(request.at_ms)
    .fetch_one(&mut *transaction)
    .await?;
    sqlx::query("INSERT INTO versioned_units (run, unit) VALUES (?, 0)")
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    let (id, state) = (RunId::new(id), RunState::Running);
    note(&mut transaction, &by(request, id, None, state, "started")).await?;
    transaction.commit().await?;
    let checkpoint = Checkpoint::default();
    let run = RunRecord { id, request: request.clone(), state, checkpoint };
    Ok(OpenedRun { run, is_resumed: false, superseded })
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

pub(super) async fn change_state(pool: &SqlitePool, transition: &Transition) -> Result<(), Fault> {
    let unknown = StoreProblem::RunUnknown { run: transition.run };
    let Some(mut transaction) = writing(pool).await? else {
        return Err(unknown.into());
    };
    let found: Option<String> = sqlx::query_scalar("SELECT state FROM versioned_runs WHERE id = ?")
        .bind(transition.run.number())
        .fetch_optional(&mut *transaction)
        .await?;
    let found = state(&found.ok_or(unknown)?)?;
    if Some(found) != transition.from || !found.may_become(transition.to) {
        let (state, to) = (found.as_str(), transition.to.as_str());
        return Err(StoreProblem::TransitionIllegal { run: transition.run, state, to }.into());
    }
    set_state(&mut transaction, transition).await?;
    transaction.commit().await?;
    Ok(())
}

async fn set_state(connection: &mut SqliteConnection, to: &Transition) -> Result<(), Fault> {
    sqlx::query("UPDATE versioned_runs SET state = ? WHERE id = ?")
        .bind(to.to.as_str())
        .bind(to.run.number())
        .execute(&mut *connection)
        .await?;
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
            who: row.try_get(6)?,
            at_ms: row.try_get(7)?,
        },
        state: state(&row.try_get::<String, _>(8)?)?,
        checkpoint: Checkpoint { number: number(9)?, position, counts, detail },
    })
}
