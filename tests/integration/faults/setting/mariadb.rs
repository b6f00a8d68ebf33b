//! MariaDB: tables beside the others hold what is remembered, and scripts of several statements do the work.

use std::{collections::BTreeMap, sync::Arc};

use versioned_sql::{
    MySqlStore,
    sqlx::{self, AssertSqlSafe, Row as _},
};
use versioned_testkit::{
    conformance::StoreFixture as _,
    faults::{FaultKind, FaultSetting, Moment},
};

use super::{
    Kind, Work,
    server::{self, KINDS, MOMENTS, ServerDatabase},
};
use crate::jobs::{backend::MariaDbFixture, lesson::Layout};

/// A database on the private MariaDB server.
pub(in crate::faults) struct MariaDb;

impl Kind for MariaDb {
    const NAME: &'static str = "mariadb";

    const KINDS: &'static [FaultKind] = KINDS;

    const MOMENTS: &'static [Moment] = MOMENTS;

    type Store = MySqlStore;

    async fn setting(layout: Layout, work: Work) -> impl FaultSetting<Store = MySqlStore> {
        server::setting::<MariaDbFixture>(layout, work).await
    }
}

/// What the names of tables begin with that hold the start.
const START: &str = "start_";

/// Tables and their columns, in the order of names and columns; and whether a column counts up.
const COLUMNS: &str = "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR),
    extra = 'auto_increment' FROM information_schema.columns
    WHERE table_schema = database() ORDER BY table_name, ordinal_position";

impl ServerDatabase for MariaDbFixture {
    fn store_of_its_own(&self) -> Arc<MySqlStore> {
        Arc::new(MySqlStore::new(self.store().pool().clone()))
    }

    async fn run(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn refuse(&self, table: &str, key: &str) {
        let sql = format!(
            "CREATE TRIGGER refuse BEFORE UPDATE ON {table} FOR EACH ROW IF old.id = '{key}' \
             THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the row is locked'; END IF"
        );
        self.run(&sql).await;
    }

    async fn meddle(&self, _: &str, _: &str) {
        panic!("no trigger of MariaDB passes over a row");
    }

    async fn remember(&self) {
        for table in tables(self).await.keys() {
            self.run(&format!("CREATE TABLE {START}{table} AS SELECT * FROM {table}")).await;
        }
    }

    async fn put_back(&self) {
        let tables = tables(self).await;
        let mut script = String::from("START TRANSACTION; ");
        for table in tables.keys().filter(|name| is_of_the_job(name)) {
            script += &format!("DELETE FROM {table}; ");
            let start = format!("{START}{table}");
            if tables.contains_key(&start) {
                script += &format!("INSERT INTO {table} SELECT * FROM {start}; ");
            }
        }
        self.run(&(script + "COMMIT")).await;
        // The numbers of other tables of the ledger are not compared.
        let numbered = tables.iter().filter(|(name, table)| {
            let is_compared = *name == "versioned_runs" || !name.starts_with("versioned_");
            table.is_numbered && is_compared && is_of_the_job(name)
        });
        for (table, _) in numbered {
            // The server takes the first number that is free.
            self.run(&format!("ALTER TABLE {table} AUTO_INCREMENT = 1")).await;
        }
    }

    async fn rows(&self, left_out: &[&str]) -> String {
        let tables = tables(self).await;
        let shown = tables
            .iter()
            .filter(|(name, _)| is_of_the_job(name) && !name.starts_with("versioned_"));
        let selects = shown.map(|(name, table)| {
            let columns =
                table.columns.iter().filter(|column| !left_out.contains(&column.as_str()));
            let literals = columns.map(|column| format!("CAST(quote(`{column}`) AS BINARY)"));
            let literals = literals.collect::<Vec<_>>().join(", ");
            format!("SELECT concat_ws(', ', '{name}', {literals}) FROM {name}")
        });
        let sql = selects.collect::<Vec<_>>().join(" UNION ALL ");
        let rows = sqlx::query(AssertSqlSafe(sql)).persistent(false);
        let rows = rows.fetch_all(self.store().pool()).await.unwrap();
        let mut lines: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
        lines.sort_unstable();
        String::from_utf8_lossy(&lines.join(&b'\n')).into_owned()
    }
}

/// Whether a table is one that a job works on; the version of the ledger stays with its tables.
fn is_of_the_job(table: &str) -> bool {
    !table.starts_with(START) && table != "versioned_ledger"
}

/// A table as far as it matters here.
#[derive(Default)]
struct Table {
    columns: Vec<String>,
    is_numbered: bool,
}

/// The tables with their columns.
async fn tables(fixture: &MariaDbFixture) -> BTreeMap<String, Table> {
    let rows = sqlx::query(COLUMNS).fetch_all(fixture.store().pool()).await.unwrap();
    let mut tables = BTreeMap::<String, Table>::new();
    for row in rows {
        let table = tables.entry(row.get(0)).or_default();
        table.columns.push(row.get(1));
        table.is_numbered |= row.get::<bool, _>(2);
    }
    tables
}
