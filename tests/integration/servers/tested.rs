//! What stories have to know of a server: how it is reached, who waits on it, and how connections are ended.

use std::time::Duration;

use versioned_sql::{
    Timeouts,
    sqlx::{self, AssertSqlSafe, MySql, Postgres, Row as _},
};
use versioned_testkit::{
    conformance::StoreFixture as _,
    servers::{MariaDb, Postgres as PostgresKind, PrivateServer, ServerKind},
};

use super::proxy::Proxy;
use crate::{
    jobs::{
        backend::{Backend, MariaDbFixture, PostgresFixture},
        block_on,
    },
    store::mariadb::fixture::TEXT_KEY,
};

/// A backend over a server.
pub(super) trait Tested: Backend {
    type Kind: ServerKind;

    /// Counts the transactions of the database that wait for a lock.
    const WAITING: &'static str;
    /// Says which connections these are.
    const WAITERS: &'static str;
    /// What makes a database in which a job loses deadlocks, and what the other program does for that.
    const LOSES: (&'static str, &'static str);
    /// Ends a connection, whose number follows.
    const KILL: (&'static str, &'static str);

    /// In the database at an address.
    fn at(url: &str) -> impl Future<Output = Self> + Send;

    /// A line to a database, and the address to which it leads.
    fn line(server: &PrivateServer<Self::Kind>, database: &str) -> (Proxy, String);

    /// Runs SQL.
    fn run(&self, sql: &str) -> impl Future<Output = ()> + Send;

    /// The store with other timeouts.
    fn with_timeouts(&self, timeouts: Timeouts) -> Self::Store;

    /// Begins a transaction that stays open.
    fn hold(&self) -> impl Future<Output = Held> + Send;
}

impl Tested for PostgresFixture {
    type Kind = PostgresKind;

    const WAITING: &'static str = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    const WAITERS: &'static str = "SELECT pid FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    // The server undoes whoever notices the deadlock.
    const LOSES: (&'static str, &'static str) = (
        "ALTER DATABASE {database} SET deadlock_timeout = '3s'",
        "SET LOCAL deadlock_timeout = '1h'",
    );
    const KILL: (&'static str, &'static str) = ("SELECT pg_terminate_backend(", ")");

    async fn at(url: &str) -> Self {
        Self::at(url, "TEXT").await
    }

    fn line(server: &PrivateServer<Self::Kind>, database: &str) -> (Proxy, String) {
        let name = ".s.PGSQL.5432";
        let proxy = Proxy::before(&server.folder().join(name), name);
        let folder = proxy.folder().to_str().unwrap();
        let url = format!("postgres://postgres@localhost/{database}?host={folder}");
        (proxy, url)
    }

    fn with_timeouts(&self, timeouts: Timeouts) -> Self::Store {
        self.store().clone().with_timeouts(timeouts)
    }

    async fn run(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn hold(&self) -> Held {
        Held::Postgres(self.store().pool().begin().await.unwrap())
    }
}

impl Tested for MariaDbFixture {
    type Kind = MariaDb;

    // What InnoDB says of its transactions is not brought up to date while several tests ask for it: who takes that long
    // over so few rows waits.
    const WAITING: &'static str = "SELECT count(*) FROM information_schema.processlist \
        WHERE db = database() AND command = 'Execute' AND time_ms > 300 \
        AND info LIKE '%`lessons`%FOR UPDATE%'";
    const WAITERS: &'static str = "SELECT id FROM information_schema.processlist \
        WHERE db = database() AND command = 'Execute' AND time_ms > 300 \
        AND info LIKE '%`lessons`%FOR UPDATE%'";
    // The server undoes whoever has written less.
    const LOSES: (&'static str, &'static str) = (
        "CREATE TABLE heavy AS SELECT seq AS number FROM seq_1_to_1000",
        "UPDATE heavy SET number = number + 1",
    );
    const KILL: (&'static str, &'static str) = ("KILL CONNECTION ", "");

    async fn at(url: &str) -> Self {
        Self::at(url, TEXT_KEY).await
    }

    fn line(server: &PrivateServer<Self::Kind>, database: &str) -> (Proxy, String) {
        let name = "socket";
        let proxy = Proxy::before(&server.folder().join(name), name);
        let socket = proxy.folder().join(name);
        let url = format!("mysql://root@localhost/{database}?socket={}", socket.display());
        (proxy, url)
    }

    fn with_timeouts(&self, timeouts: Timeouts) -> Self::Store {
        self.store().clone().with_timeouts(timeouts)
    }

    async fn run(&self, sql: &str) {
        self.execute(sql).await;
    }

    async fn hold(&self) -> Held {
        Held::MariaDb(self.store().pool().begin().await.unwrap())
    }
}

/// A transaction of another program.
#[derive(Debug)]
pub(super) enum Held {
    Postgres(sqlx::Transaction<'static, Postgres>),
    MariaDb(sqlx::Transaction<'static, MySql>),
}

impl Held {
    /// Runs a statement, and says how many rows it concerned.
    pub(super) async fn run(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Self::Postgres(it) => sqlx::query(sql).execute(&mut **it).await?.rows_affected(),
            Self::MariaDb(it) => sqlx::query(sql).execute(&mut **it).await?.rows_affected(),
        })
    }

    /// The rows of a number and a text.
    pub(super) async fn read(&mut self, sql: &str) -> Result<Vec<(i64, String)>, sqlx::Error> {
        let sql = AssertSqlSafe(sql);
        Ok(match self {
            Self::Postgres(it) => {
                let rows = sqlx::query(sql).fetch_all(&mut **it).await?;
                rows.iter().map(|row| (row.get(0), row.get_unchecked(1))).collect()
            }
            Self::MariaDb(it) => {
                let rows = sqlx::query(sql).fetch_all(&mut **it).await?;
                rows.iter().map(|row| (row.get(0), row.get_unchecked(1))).collect()
            }
        })
    }

    pub(super) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Postgres(it) => it.commit().await,
            Self::MariaDb(it) => it.commit().await,
        }
    }
}

/// How often, and how long apart, a test looks whether somebody waits.
const LOOKS_MAX: u32 = 600;
const LOOK: Duration = Duration::from_millis(25);

/// Returns once somebody waits for a lock in a database.
pub(super) fn until_somebody_waits<T: Tested>(server: &PrivateServer<T::Kind>, database: &str) {
    for _ in 0..LOOKS_MAX {
        if server.query(database, T::WAITING).unwrap().trim() != "0" {
            return;
        }
        block_on(async { tokio::time::sleep(LOOK).await });
    }
    panic!("nobody waits for a lock");
}

/// Ends the connections that wait for a lock.
pub(super) fn kill_who_waits<T: Tested>(server: &PrivateServer<T::Kind>, database: &str) -> usize {
    let waiters = server.query(database, T::WAITERS).unwrap();
    let waiters: Vec<&str> = waiters.split_whitespace().collect();
    let (kill, end) = T::KILL;
    for waiter in &waiters {
        server.query(database, &format!("{kill}{waiter}{end}")).unwrap();
    }
    waiters.len()
}
