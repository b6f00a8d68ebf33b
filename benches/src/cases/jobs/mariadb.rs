//! MariaDB: a private server with the disk that it would have in production.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

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

/// What each turn begins with.
const CREATE: &str = "CREATE TABLE stale (id bigint PRIMARY KEY, version bigint NOT NULL, \
     body json NOT NULL, body_schema_version integer NOT NULL)";

/// Inserts a JSON array of stale rows, each with its id and its body as a text.
const INSERT: &str = "INSERT INTO stale SELECT sheet.id, 1, sheet.body, 1 FROM json_table(?, \
     '$[*]' COLUMNS (id bigint PATH '$[0]', body longtext PATH '$[1]')) AS sheet";

/// What both sides leave, but for the spaces: each has its own between members.
const DIGEST: &str = "SELECT count(*), sum(crc32(concat_ws(' ', id, version, \
     body_schema_version, replace(body, ' ', '')))) FROM sheets";

/// Rows of a statement that fills the table.
const PAGE: u32 = 100;

struct MariaDb {
    server: MariaDbServer,
    runtime: tokio::runtime::Runtime,
    database: String,
    /// Where the server keeps the tables of the database.
    data: PathBuf,
}

/// How long the server may take until all is on its disk.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);

/// The files of a table: its rows, and what the server says of them to another one.
const FILES: [&str; 2] = ["ibd", "cfg"];

/// Beside its durability, what an operator sets first: memory for the table, as PostgreSQL has that of the system, and a
/// log as long as PostgreSQL's. Then what it writes when nobody waits for it is written at once.
const SETTINGS: [(&str, &str); 3] = [
    ("innodb-buffer-pool-size", "1536M"),
    ("innodb-log-file-size", "1G"),
    ("innodb-io-capacity", "20000"),
];

impl MariaDb {
    fn start() -> Result<Self, Error> {
        let set = |options: ServerOptions, (name, value)| options.with_setting(name, value);
        let options = SETTINGS.into_iter().fold(ServerOptions::durable(), set);
        let server = MariaDbServer::start(&options)?;
        let database = server.create_database("rows")?;
        let data = Path::new(server.query(&database, "SELECT @@datadir")?.trim()).join(&database);
        let this = Self { server, runtime: runtime()?, database, data };
        this.runtime.block_on(this.fill())?;
        Ok(this)
    }

    /// Fills a table and keeps a copy of its files.
    async fn fill(&self) -> Result<(), Error> {
        let mut connection = MySqlConnection::connect(&self.server.url(&self.database)).await?;
        connection.execute(CREATE).await?;
        let mut transaction = connection.begin().await?;
        for first in (1..=ROWS).step_by(PAGE as usize) {
            let sheets: Vec<_> =
                (first..first + PAGE).map(|number| (number, body(number))).collect();
            let sheets = serde_json::to_string(&sheets)?;
            sqlx::query(INSERT).bind(sheets).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        connection.execute(sqlx::raw_sql("FLUSH TABLES stale FOR EXPORT")).await?;
        for file in FILES {
            fs::copy(self.data.join("stale").with_extension(file), self.kept(file))?;
        }
        connection.execute(sqlx::raw_sql("UNLOCK TABLES")).await?;
        connection.close().await?;
        Ok(())
    }

    fn kept(&self, file: &str) -> PathBuf {
        self.server.folder().join("stale").with_extension(file)
    }

    fn query(&self, sql: &str) -> Result<String, Error> {
        Ok(self.server.query(&self.database, sql)?)
    }

    /// Gives the table its files again, which costs neither a log nor pages to flush.
    fn restore(&self) -> Result<(), Error> {
        for sql in [
            "DROP TABLE IF EXISTS sheets, sheet_snapshots, sheet_commits, versioned_ledger, \
             versioned_runs, versioned_units, versioned_transitions, versioned_quarantine, \
             versioned_pre_images, versioned_dependents, versioned_outbox",
            "CREATE TABLE sheets LIKE stale",
            "ALTER TABLE sheets DISCARD TABLESPACE",
        ] {
            self.query(sql)?;
        }
        let owner = fs::metadata(&self.data)?;
        for file in FILES {
            let path = self.data.join("sheets").with_extension(file);
            fs::copy(self.kept(file), &path)?;
            chown(&path, Some(owner.uid()), Some(owner.gid()))?;
            fs::File::open(&path)?.sync_all()?;
        }
        self.query("ALTER TABLE sheets IMPORT TABLESPACE")?;
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
    // What is undone and flushed between the turns takes longer than they do.
    const ROUNDS: usize = 2;

    fn turn(&mut self, side: Side) -> Result<(Spent, String), Error> {
        self.restore()?;
        let spent = match side {
            Side::Bare | Side::BareKept => self.update(side.is_kept())?,
            Side::Job | Side::JobKept => self.job(side, ROWS)?,
        };
        Ok((spent, self.query(DIGEST)?))
    }

    fn nothing_to_do(&mut self) -> Result<Spent, Error> {
        self.settle()?;
        self.job(Side::Job, 0)
    }
}
