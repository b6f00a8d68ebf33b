//! The tables of the ledger.
//!
//! Layer: adapters.

use versioned_store::StoreProblem;

use crate::{
    connection::{Database, Transaction, definition},
    dialect::Dialect,
    error::Fault,
    schema::Schema,
    statement::Statement,
};

/// The version of the ledger that this program reads and writes.
const VERSION: i64 = 1;

/// The tables of version 1, with types as [`definition`] takes them.
///
/// `versioned_units` could hold several units of a run, one for each range of keys; a run has one so far, unit 0, which
/// is the whole table. Its row has the checkpoint and the lease, so a batch updates one row.
const CREATE: [&str; 13] = [
    "CREATE TABLE IF NOT EXISTS versioned_runs (
    id $n,
    entity $s NOT NULL,
    table_name $s NOT NULL,
    kind $s NOT NULL,
    target $i,
    settings $t NOT NULL,
    must_finish $i NOT NULL,
    who $t NOT NULL,
    at_ms $i NOT NULL,
    state $s NOT NULL
)",
    "CREATE TABLE IF NOT EXISTS versioned_units (
    run $i NOT NULL,
    unit $i NOT NULL,
    after_key $t,
    until_key $t,
    number $i NOT NULL DEFAULT 0,
    position $t,
    scanned $i NOT NULL DEFAULT 0,
    migrated $i NOT NULL DEFAULT 0,
    current $i NOT NULL DEFAULT 0,
    skipped $i NOT NULL DEFAULT 0,
    deleted $i NOT NULL DEFAULT 0,
    conflict $i NOT NULL DEFAULT 0,
    quarantined $i NOT NULL DEFAULT 0,
    detail $t NOT NULL,
    token $i NOT NULL,
    owner $t NOT NULL,
    since_ms $i NOT NULL,
    until_ms $i NOT NULL,
    PRIMARY KEY (run, unit)
)$e",
    "CREATE TABLE IF NOT EXISTS versioned_transitions (
    id $n,
    run $i NOT NULL,
    from_state $t,
    to_state $t NOT NULL,
    who $t NOT NULL,
    at_ms $i NOT NULL,
    why $t NOT NULL
)",
    "CREATE INDEX versioned_transitions_of_run ON versioned_transitions (run, id)",
    "CREATE TABLE IF NOT EXISTS versioned_quarantine (
    entity $s NOT NULL,
    \"key\" $k NOT NULL,
    field $t,
    step_from $i,
    step_to $i,
    pointer $t,
    causes $t NOT NULL,
    help $t,
    content_hash $t NOT NULL,
    run $i NOT NULL,
    PRIMARY KEY (entity, \"key\")
)$e",
    "CREATE TABLE IF NOT EXISTS versioned_pre_images (
    place $n,
    run $i NOT NULL,
    \"key\" $t NOT NULL,
    content $b NOT NULL
)",
    "CREATE INDEX versioned_pre_images_of_run ON versioned_pre_images (run, place)",
    "CREATE TABLE IF NOT EXISTS versioned_dependents (
    place $n,
    \"of\" $i NOT NULL,
    run $i NOT NULL,
    table_name $t NOT NULL,
    \"key\" $b NOT NULL,
    \"before\" $b,
    \"after\" $b NOT NULL
)",
    "CREATE INDEX versioned_dependents_of_pre_image ON versioned_dependents (\"of\", place)",
    "CREATE INDEX versioned_dependents_of_run ON versioned_dependents (run)",
    "CREATE TABLE IF NOT EXISTS versioned_outbox (
    id $n,
    run $i,
    \"key\" $k NOT NULL,
    topic $t NOT NULL,
    payload $t NOT NULL
)",
    "CREATE INDEX versioned_outbox_of_entity ON versioned_outbox (run, \"key\")",
    "CREATE TABLE IF NOT EXISTS versioned_ledger (version $i NOT NULL PRIMARY KEY)",
];

/// Whether there is a ledger; one of a later version is refused.
pub(crate) async fn exist(transaction: &mut Transaction) -> Result<bool, Fault> {
    if !Schema::of(transaction, "versioned_ledger").await?.exists() {
        return Ok(false);
    }
    let dialect = transaction.dialect();
    let statement =
        Statement::with(dialect, "SELECT coalesce(max(version), 0) FROM versioned_ledger", &[])?;
    let version = transaction.first(statement).await?.map_or(Ok(0), |row| row.integer(0))?;
    match version {
        1..=VERSION => Ok(true),
        // MySQL creates tables outside of transactions: whoever does so has not come to the end yet.
        0 if dialect == Dialect::MySql => Ok(false),
        0 => Err(StoreProblem::LedgerMalformed { what: "its version", found: "0".into() }.into()),
        found => Err(StoreProblem::LedgerTooNew { found, known: VERSION }.into()),
    }
}

/// Creates the tables where a transaction cannot, before it begins: MySQL would commit it.
pub(crate) async fn create_before(database: &Database) -> Result<(), Fault> {
    if database.dialect() != Dialect::MySql {
        return Ok(());
    }
    let mut transaction = database.writing().await?;
    if exist(&mut transaction).await? {
        return transaction.commit().await;
    }
    let dialect = Dialect::MySql;
    // Locks are the server's: without the name of the database, others on it would be waited for.
    let lock = "SELECT coalesce(get_lock(concat('versioned_ledger ', \
         md5(coalesce(database(), ''))), 10), 0)";
    let lock = transaction.first(Statement::with(dialect, lock, &[])?).await?;
    let created = match lock.map_or(Ok(false), |row| row.is_true(0))? {
        true => create_in_mysql(&mut transaction).await,
        // Whoever has the lock creates them; what is missing then is said by the statement that misses it.
        false => Ok(()),
    };
    let release = "SELECT release_lock(concat('versioned_ledger ', \
         md5(coalesce(database(), ''))))";
    transaction.first(Statement::with(dialect, release, &[])?).await?;
    created?;
    transaction.commit().await
}

async fn create_in_mysql(transaction: &mut Transaction) -> Result<(), Fault> {
    if exist(transaction).await? {
        return Ok(());
    }
    // What a process that was killed has left behind is empty: the version is what says that the ledger is there.
    for table in ["runs", "units", "transitions", "quarantine", "pre_images", "dependents", "outbox"]
    {
        let name = format!("versioned_{table}");
        // Without any, no right to drop tables is needed.
        if Schema::of(transaction, &name).await?.exists() {
            let mut statement = Statement::new(Dialect::MySql);
            statement.sql.text("DROP TABLE ").name(&name);
            transaction.execute(statement).await?;
        }
    }
    define(transaction).await
}

/// Creates the tables, where they do not exist yet.
pub(crate) async fn create(transaction: &mut Transaction) -> Result<(), Fault> {
    let dialect = transaction.dialect();
    if dialect == Dialect::MySql || exist(transaction).await? {
        return Ok(());
    }
    if dialect == Dialect::Postgres {
        // Two who create them at once would both find none.
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended('versioned_ledger', 0)) IS NULL";
        transaction.first(Statement::with(dialect, lock, &[])?).await?;
        if exist(transaction).await? {
            return Ok(());
        }
    }
    define(transaction).await
}

async fn define(transaction: &mut Transaction) -> Result<(), Fault> {
    let dialect = transaction.dialect();
    for text in CREATE {
        transaction.execute(definition(dialect, text)).await?;
    }
    let version = "INSERT INTO versioned_ledger (version) VALUES (1)";
    transaction.execute(Statement::with(dialect, version, &[])?).await?;
    Ok(())
}
