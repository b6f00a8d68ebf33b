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

/// Tables and their columns, in the order of names and columns.
const COLUMNS: &str = "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR)
    FROM information_schema.columns
    WHERE table_schema = database() ORDER BY table_name, ordinal_position";

/// The next number of a table whose rows are named by theirs.
const NEXT_RUN: &str = "SELECT CAST(coalesce(max(id), 0) + 1 AS SIGNED) FROM start_versioned_runs";

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
        if tables.contains_key("versioned_runs") {
            let next: i64 = match tables.contains_key("start_versioned_runs") {
                true => sqlx::query_scalar(NEXT_RUN).fetch_one(self.store().pool()).await.unwrap(),
                false => 1,
            };
            self.run(&format!("ALTER TABLE versioned_runs AUTO_INCREMENT = {next}")).await;
        }
    }

    async fn rows(&self, left_out: &[&str]) -> String {
        let tables = tables(self).await;
        let shown = tables
            .iter()
            .filter(|(name, _)| is_of_the_job(name) && !name.starts_with("versioned_"));
        let selects = shown.map(|(name, columns)| {
            let columns = columns.iter().filter(|column| !left_out.contains(&column.as_str()));
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

/// The tables with their columns.
async fn tables(fixture: &MariaDbFixture) -> BTreeMap<String, Vec<String>> {
    let rows = sqlx::query(COLUMNS).fetch_all(fixture.store().pool()).await.unwrap();
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    for row in rows {
        tables.entry(row.get(0)).or_default().push(row.get(1));
    }
    tables
}
