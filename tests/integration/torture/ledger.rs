//! What the ledger says in the end, against what is stored.

use std::{collections::BTreeSet, path::Path};

use versioned_sql::sqlx::{self, SqliteConnection};

use super::writer::connect;

/// Number of the latest migration that has finished.
pub(super) async fn last_migration(path: &Path) -> i64 {
    let mut database = connect(path).await;
    let sql = "SELECT max(id) FROM versioned_runs WHERE kind = 'migrate' AND state = 'finished'";
    sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap()
}

/// Whether a run is undone.
pub(super) async fn is_undone(path: &Path, run: i64) -> bool {
    let mut database = connect(path).await;
    let sql = "SELECT state = 'undone' FROM versioned_runs WHERE id = ?";
    sqlx::query_scalar(sql).bind(run).fetch_one(&mut database).await.unwrap()
}

/// Rows that were put back by all undos.
pub(super) async fn restored(database: &mut SqliteConnection) -> u64 {
    let sql = "SELECT coalesce(sum(u.migrated), 0) FROM versioned_units u \
               JOIN versioned_runs r ON r.id = u.run WHERE r.kind = 'undo'";
    let rows: i64 = sqlx::query_scalar(sql).fetch_one(database).await.unwrap();
    u64::try_from(rows).unwrap()
}

/// How much in the ledger is not as it must be, now that nothing works and the last migration has seen every row.
pub(super) async fn mistakes(path: &Path, rows: u64, failing: &BTreeSet<String>) -> u64 {
    let mut database = connect(path).await;
    // Runs whose outcomes do not add up, and runs that are neither over nor were gone on with.
    let unbalanced = "SELECT count(*) FROM versioned_units WHERE scanned <> \
                      migrated + current + skipped + deleted + conflict + quarantined";
    let left = "SELECT count(*) FROM versioned_runs r JOIN versioned_units u ON u.run = r.id \
                WHERE r.state IN ('running', 'interrupted') OR u.until_ms <> 0";
    let mut mistakes = 0;
    for sql in [unbalanced, left] {
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap();
        mistakes += u64::try_from(found).unwrap();
    }
    // The last migration has scanned what is stored, and put every failing row into quarantine.
    let last = "SELECT u.scanned, u.quarantined, u.migrated + u.current FROM versioned_units u \
                JOIN versioned_runs r ON r.id = u.run WHERE r.kind = 'migrate' \
                ORDER BY r.id DESC LIMIT 1";
    let last: (i64, i64, i64) = sqlx::query_as(last).fetch_one(&mut database).await.unwrap();
    let counted = [last.0, last.1, last.2].map(|rows| u64::try_from(rows).unwrap());
    let failed = u64::try_from(failing.len()).unwrap();
    mistakes += u64::from(counted != [rows, failed, rows - failed]);
    let quarantined = "SELECT key ->> '$[0]' FROM versioned_quarantine";
    let quarantined: Vec<String> =
        sqlx::query_scalar(quarantined).fetch_all(&mut database).await.unwrap();
    let quarantined: BTreeSet<String> = quarantined.into_iter().collect();
    mistakes += u64::try_from(quarantined.symmetric_difference(failing).count()).unwrap();
    mistakes
}
