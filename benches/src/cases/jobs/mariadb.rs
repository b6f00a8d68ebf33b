//! MariaDB: a private server with the disk that it would have in production.

use std::time::{Duration, Instant};

use versioned_sql::{
    MySqlStore,
    sqlx::{self, Connection as _, Executor as _, MySqlConnection},
};
use versioned_testkit::servers::{MariaDbServer, ServerOptions};

use super::{
    Error, Ground, ROWS, Side, migrate, runtime,
    spent::{Spent, spent_by},
    table,
};
use crate::{measure::Session, subjects::sheet::body};

pub(crate) fn run(session: &Session) {
    super::measure(session, MariaDb::start());
}

/// The server's own statement.
const UPDATE: &str = "UPDATE sheets SET body = JSON_SET(body, '$.language', 'en'), \
     body_schema_version = 2, version = version + 1";

/// A snapshot and a commit for each row that the statement has changed, as the job keeps them.
const KEEP: [&str; 2] = [
    "INSERT INTO sheet_snapshots (id, version, content) SELECT id, version, \
     concat('{\"id\":', id, ',\"body\":', body, ',\"body_schema_version\":', \
     body_schema_version, '}') FROM sheets",
    "INSERT INTO sheet_commits (id, version, kind, committer, message, commands, at_ms) \
     SELECT id, version, 'migrate', 'bench', 'Migrated body from 1 to 2', \
     '[{\"cmd\": \"migrate\", \"field\": \"body\", \"from\": 1, \"to\": 2}]', 0 FROM sheets",
];

struct MariaDb {
    server: MariaDbServer,
    runtime: tokio::runtime::Runtime,
    database: String,
}

/// How long the server may take until all is on its disk.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);

impl MariaDb {
    fn start() -> Result<Self, Error> {
        // At once, and not as slowly as the server likes best when nobody waits for it.
        let options = ServerOptions::durable().with_setting("innodb-io-capacity", "20000");
        let server = MariaDbServer::start(&options)?;
        let database = server.create_database("rows")?;
        let this = Self { server, runtime: runtime()?, database };
        this.runtime.block_on(this.fill())?;
        Ok(this)
    }

    async fn fill(&self) -> Result<(), Error> {
        let mut connection = MySqlConnection::connect(&self.server.url(&self.database)).await?;
        let create = "CREATE TABLE stale (id bigint PRIMARY KEY, version bigint NOT NULL, \
             body json NOT NULL, body_schema_version integer NOT NULL)";
        connection.execute(create).await?;
        let mut transaction = connection.begin().await?;
        for number in 1..=ROWS {
            let insert = sqlx::query("INSERT INTO stale VALUES (?, 1, ?, 1)");
            insert.bind(i64::from(number)).bind(body(number)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(())
    }

    fn query(&self, sql: &str) -> Result<String, Error> {
        Ok(self.server.query(&self.database, sql)?)
    }

    fn restore(&self) -> Result<(), Error> {
        for sql in [
            "DROP TABLE IF EXISTS sheets, sheet_snapshots, sheet_commits, versioned_ledger, \
             versioned_runs, versioned_units, versioned_transitions, versioned_quarantine, \
             versioned_pre_images, versioned_dependents, versioned_outbox",
            "CREATE TABLE sheets LIKE stale",
            "INSERT INTO sheets SELECT * FROM stale",
        ] {
            self.query(sql)?;
        }
        let store = self.store()?;
        self.runtime.block_on(store.create_history_tables(&table::kept()?))?;
        self.runtime.block_on(store.pool().close());
        self.settle()
    }

    /// Waits until nothing is left to flush or to purge.
    #[expect(clippy::disallowed_methods, reason = "a server is another process with its own time")]
    fn settle(&self) -> Result<(), Error> {
        let begin = Instant::now();
        self.query("SET GLOBAL innodb_max_dirty_pages_pct = 0")?;
        let waiting = "SELECT sum(variable_value) FROM information_schema.global_status \
             WHERE variable_name IN ('innodb_buffer_pool_pages_dirty', \
             'innodb_history_list_length')";
        while self.query(waiting)?.trim() != "0" {
            if begin.elapsed() > SETTLED_WITHIN {
                return Err("the server did not come to rest".into());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.query("SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT")?;
        Ok(())
    }

    fn store(&self) -> Result<MySqlStore, Error> {
        let url = self.server.url(&self.database);
        Ok(self.runtime.block_on(MySqlStore::connect(&url))?)
    }

    fn update(&self, keeps: bool) -> Result<Spent, Error> {
        let url = self.server.url(&self.database);
        let mut connection = self.runtime.block_on(MySqlConnection::connect(&url))?;
        let (spent, done) = spent_by(self.server.process_id(), || {
            self.runtime.block_on(async {
                let mut transaction = connection.begin().await?;
                transaction.execute(UPDATE).await?;
                for sql in KEEP.into_iter().filter(|_| keeps) {
                    transaction.execute(sql).await?;
                }
                transaction.commit().await
            })
        });
        done?;
        self.runtime.block_on(connection.close())?;
        Ok(spent)
    }

    fn job(&self, side: Side, expect: u32) -> Result<Spent, Error> {
        let store = self.store()?;
        let server = self.server.process_id();
        let spent = migrate(&self.runtime, (&store, server), side, expect.into())?;
        self.runtime.block_on(store.pool().close());
        Ok(spent)
    }
}

impl Ground for MariaDb {
    const NAME: &'static str = "mariadb";
    const AGAINST: &'static str = "one_update";

    fn turn(&mut self, side: Side) -> Result<(Spent, String), Error> {
        self.restore()?;
        let spent = match side {
            Side::Bare | Side::BareKept => self.update(side.is_kept())?,
            Side::Job | Side::JobKept => self.job(side, ROWS)?,
        };
        let digest = "SELECT count(*), sum(crc32(concat_ws(' ', id, version, \
             body_schema_version, json_normalize(body)))) FROM sheets";
        Ok((spent, self.query(digest)?))
    }

    fn nothing_to_do(&mut self) -> Result<Spent, Error> {
        self.settle()?;
        self.job(Side::Job, 0)
    }
}
