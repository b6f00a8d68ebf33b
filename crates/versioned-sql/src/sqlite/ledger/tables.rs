//! The tables of the ledger.
//!
//! Layer: adapters.

use sqlx::SqliteConnection;
use versioned_store::StoreProblem;

use crate::sqlite::error::Fault;

/// The version of the ledger that this program reads and writes.
const VERSION: i64 = 1;

/// The tables of version 1.
///
/// `versioned_units` could hold several units of a run, one for each range of keys; a run has one so far, unit 0, which
/// is the whole table. Its row has the checkpoint and the lease, so a batch updates one row.
const CREATE: &str = "
CREATE TABLE versioned_ledger (version INTEGER NOT NULL);
CREATE TABLE versioned_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    table_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    target INTEGER,
    settings TEXT NOT NULL,
    must_finish INTEGER NOT NULL,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL
);
CREATE TABLE versioned_units (
    run INTEGER NOT NULL,
    unit INTEGER NOT NULL,
    after_key TEXT,
    until_key TEXT,
    number INTEGER NOT NULL DEFAULT 0,
    position TEXT,
    scanned INTEGER NOT NULL DEFAULT 0,
    migrated INTEGER NOT NULL DEFAULT 0,
    current INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    conflict INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    token INTEGER NOT NULL,
    owner TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (run, unit)
) WITHOUT ROWID;
CREATE TABLE versioned_transitions (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    who TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    why TEXT NOT NULL
);
CREATE INDEX versioned_transitions_of_run ON versioned_transitions (run, id);
CREATE TABLE versioned_quarantine (
    entity TEXT NOT NULL,
    key TEXT NOT NULL,
    field TEXT,
    step_from INTEGER,
    step_to INTEGER,
    pointer TEXT,
    causes TEXT NOT NULL,
    help TEXT,
    content_hash TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (entity, key)
) WITHOUT ROWID;
CREATE TABLE versioned_pre_images (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX versioned_pre_images_of_run ON versioned_pre_images (run, place);
CREATE TABLE versioned_dependents (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    of INTEGER NOT NULL,
    run INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    key BLOB NOT NULL,
    before BLOB,
    after BLOB NOT NULL
);
CREATE INDEX versioned_dependents_of_pre_image ON versioned_dependents (of, place);
CREATE INDEX versioned_dependents_of_run ON versioned_dependents (run);
CREATE TABLE versioned_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER,
    key TEXT NOT NULL,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX versioned_outbox_of_entity ON versioned_outbox (run, key);
INSERT INTO versioned_ledger (version) VALUES (1);
";

/// Whether there is a ledger; one of a later version is refused.
pub(super) async fn exist(connection: &mut SqliteConnection) -> Result<bool, Fault> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'versioned_ledger'",
    )
    .fetch_optional(&mut *connection)
    .await?;
    if found.is_none() {
        return Ok(false);
    }
    let version: i64 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM versioned_ledger")
        .fetch_one(connection)
        .await?;
    match version {
        1..=VERSION => Ok(true),
        0 => Err(StoreProblem::LedgerMalformed { what: "its version", found: "0".into() }.into()),
        found => Err(StoreProblem::LedgerTooNew { found, known: VERSION }.into()),
    }
}

/// Creates the tables, where they do not exist yet.
pub(in crate::sqlite) async fn create(connection: &mut SqliteConnection) -> Result<(), Fault> {
    if !exist(connection).await? {
        sqlx::raw_sql(CREATE).execute(connection).await?;
    }
    Ok(())
}
