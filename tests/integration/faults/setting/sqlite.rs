//! Copies of a start in SQLite files.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use versioned_sql::{
    SqliteStore,
    sqlx::{
        self, AssertSqlSafe, Row as _, SqliteConnection,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};
use versioned_testkit::faults::{FaultKind, FaultSetting, ledger_text};

use super::{Kind, Shown, Work, fill, left_out};
use crate::jobs::{
    backend::{Backend as _, SqliteFile},
    lesson::Layout,
};

/// SQLite files.
pub(in crate::faults) struct Sqlite;

impl Kind for Sqlite {
    const NAME: &'static str = "sqlite";

    // Opening a file for each run takes its time, and a kill asks for the most.
    const KINDS: &'static [FaultKind] = &[FaultKind::Kill];

    type Store = SqliteStore;

    async fn setting(layout: Layout, work: Work) -> impl FaultSetting<Store = SqliteStore> {
        let template = SqliteFile::open().await;
        let table = layout.table();
        fill(&template, layout, work).await;
        if let Some(key) = work.refused_by_the_database() {
            let name = table.name();
            template
                .execute(&format!(
                    "CREATE TRIGGER refuse BEFORE UPDATE ON {name} WHEN old.id = '{key}' \
                     BEGIN SELECT RAISE(ABORT, 'the row is locked'); END"
                ))
                .await;
        }
        if let Some(key) = work.changed_by_another() {
            let name = table.name();
            template
                .execute(&format!(
                    "CREATE TRIGGER meddle BEFORE UPDATE ON {name} WHEN old.id = '{key}' \
                     BEGIN SELECT RAISE(IGNORE); END"
                ))
                .await;
        }
        // The file alone is copied, so nothing may be left in the write-ahead log.
        template.execute("PRAGMA wal_checkpoint(TRUNCATE)").await;
        let copies = SqliteSetting { template, copies: AtomicU32::new(0), work };
        Shown { copies, is_in_any_order: work.is_in_any_order() }
    }
}

struct SqliteSetting {
    template: SqliteFile,
    copies: AtomicU32,
    work: Work,
}

/// A file that is removed in the end.
struct SqliteCopy(PathBuf);

impl FaultSetting for SqliteSetting {
    type Store = SqliteStore;
    type Copy = SqliteCopy;

    async fn copy(&self) -> SqliteCopy {
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let template = self.template.path();
        let path = Path::new(&template).with_file_name(format!("copy-{number}.db"));
        fs::copy(&template, &path).unwrap();
        SqliteCopy(path)
    }

    async fn open(&self, copy: &SqliteCopy) -> Arc<SqliteStore> {
        // The process is not killed for real, so nothing need be flushed.
        let options = SqliteConnectOptions::new()
            .filename(&copy.0)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
        Arc::new(SqliteStore::new(pool.unwrap()))
    }

    async fn stored(&self, copy: &SqliteCopy) -> String {
        let store = self.open(copy).await;
        let mut connection = store.pool().acquire().await.unwrap();
        ledger_text(&*store).await.unwrap() + &every_row(&mut connection, left_out(self.work)).await
    }
}

impl Drop for SqliteCopy {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let path = format!("{}{suffix}", self.0.display());
            // SQLite removes some of them itself; the folder goes in the end.
            let _removed = fs::remove_file(path);
        }
    }
}

/// Every row of every table but those of the ledger, as SQL literals, which show types and bytes; some columns left out.
async fn every_row(connection: &mut SqliteConnection, left_out: &[&str]) -> String {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                  AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                  AND name NOT LIKE 'versioned\\_%' ESCAPE '\\' ORDER BY name";
    let tables = sqlx::query(tables).fetch_all(&mut *connection).await.unwrap();
    let mut text = String::new();
    for table in tables {
        let table: String = table.get(0);
        let columns = "SELECT name FROM pragma_table_info(?) ORDER BY cid";
        let columns = sqlx::query(columns).bind(&table).fetch_all(&mut *connection).await.unwrap();
        let columns = columns.iter().map(|column| column.get::<String, _>(0));
        let columns: Vec<_> = columns.filter(|name| !left_out.contains(&name.as_str())).collect();
        let literals = columns.iter().map(|column| format!("quote(\"{column}\")"));
        let literals = literals.collect::<Vec<_>>().join(" || ', ' || ");
        let rows = format!("SELECT {literals} FROM \"{table}\" ORDER BY 1");
        let rows = sqlx::query(AssertSqlSafe(rows)).fetch_all(&mut *connection).await.unwrap();
        text += &format!("{table} ({})\n", columns.join(", "));
        for row in rows {
            text += &format!("{}\n", row.get::<String, _>(0));
        }
    }
    text
}
