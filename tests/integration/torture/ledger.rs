//! What the ledger says in the end, against what is stored.

use std::collections::BTreeSet;

use super::{
    database::{Argument, Cell, Connection, Kind},
    writers::patient,
};
use crate::jobs::block_on;

/// How often a question is put again to a server that does not answer.
const TRIES_MAX: u32 = 100;

/// Asks a database; a server is asked again while it is down.
pub(super) fn ask(address: &str, sql: &str, arguments: &[Argument<'_>]) -> Vec<Vec<Cell>> {
    if Kind::at(address) == Kind::Sqlite {
        return block_on(async {
            let mut database = Connection::open(address).await.unwrap();
            let rows = database.rows(sql, arguments).await.unwrap();
            database.close().await.unwrap();
            rows
        });
    }
    let mut last = None;
    for _ in 0..TRIES_MAX {
        match block_on(patient(address).rows(sql, arguments)) {
            Ok(rows) => return rows,
            Err(error) => last = Some(error),
        }
    }
    panic!("{last:?}")
}

fn number(address: &str, sql: &str, arguments: &[Argument<'_>]) -> i64 {
    ask(address, sql, arguments)[0][0].number()
}

/// Number of the latest migration that has finished.
pub(super) fn last_migration(address: &str) -> i64 {
    let sql = "SELECT max(id) FROM versioned_runs WHERE kind = 'migrate' AND state = 'finished'";
    number(address, sql, &[])
}

/// Whether a run is undone.
pub(super) fn is_undone(address: &str, run: i64) -> bool {
    let sql = "SELECT count(*) FROM versioned_runs WHERE id = ?1 AND state = 'undone'";
    number(address, sql, &[run.into()]) == 1
}

/// Rows that were put back by all undos.
pub(super) fn restored(address: &str) -> u64 {
    let sql = "SELECT u.migrated FROM versioned_units u \
               JOIN versioned_runs r ON r.id = u.run WHERE r.kind = 'undo'";
    let rows: i64 = ask(address, sql, &[]).iter().map(|row| row[0].number()).sum();
    u64::try_from(rows).unwrap()
}

/// How much in the ledger is not as it must be, now that nothing works and the last migration has seen every row.
pub(super) fn mistakes(address: &str, rows: u64, failing: &BTreeSet<String>) -> u64 {
    // Runs whose outcomes do not add up, and runs that are neither over nor were gone on with.
    let unbalanced = "SELECT count(*) FROM versioned_units u WHERE u.scanned <> \
                      u.migrated + u.current + u.skipped + u.deleted + u.conflict + u.quarantined";
    let left = "SELECT count(*) FROM versioned_runs r JOIN versioned_units u ON u.run = r.id \
                WHERE r.state IN ('running', 'interrupted') OR u.until_ms <> 0";
    let mut mistakes = 0;
    for sql in [unbalanced, left] {
        mistakes += u64::try_from(number(address, sql, &[])).unwrap();
    }
    // The last migration has scanned what is stored, and put every failing row into quarantine.
    let last = "SELECT u.scanned, u.quarantined, u.migrated + u.current FROM versioned_units u \
                JOIN versioned_runs r ON r.id = u.run WHERE r.kind = 'migrate' \
                ORDER BY r.id DESC LIMIT 1";
    let last = ask(address, last, &[]);
    let counted: Vec<u64> =
        last[0].iter().map(|rows| u64::try_from(rows.number()).unwrap()).collect();
    let failed = u64::try_from(failing.len()).unwrap();
    mistakes += u64::from(counted != [rows, failed, rows - failed]);
    let quarantined = ask(address, "SELECT q.key FROM versioned_quarantine q", &[]);
    let quarantined: BTreeSet<String> = quarantined.iter().map(|row| id(row[0].text())).collect();
    mistakes += u64::try_from(quarantined.symmetric_difference(failing).count()).unwrap();
    mistakes
}

/// The id in a key as the ledger writes it.
fn id(key: &str) -> String {
    let parts: Vec<String> = serde_json::from_str(key).unwrap();
    parts.into_iter().next().unwrap()
}
