//! PostgreSQL: a private server with the disk that it would have in production.

use versioned_sql::{
    PostgresStore,
    sqlx::{self, Connection as _, PgConnection},
};
use versioned_testkit::servers::{PostgresServer, ServerOptions};

use super::{
    Error, Ground, ROWS, Side, migrate, runtime,
    spent::{Spent, spent_by},
    table,
};
use crate::{measure::Session, subjects::sheet::body};

pub(crate) fn run(session: &Session) {
    super::measure(session, Postgres::start());
}

/// The server's own statement.
const UPDATE: &str = "UPDATE sheets SET body = body || '{\"language\": \"en\"}', \
     body_schema_version = 2, version = version + 1";

/// The same with a snapshot and a commit for each row, as the job keeps them.
const UPDATE_AND_KEEP: &str = "WITH changed AS (UPDATE sheets \
     SET body = body || '{\"language\": \"en\"}', body_schema_version = 2, version = version + 1 \
     RETURNING id, version, body, body_schema_version), \
     kept AS (INSERT INTO sheet_snapshots (id, version, content) \
     SELECT id, version, jsonb_build_object('id', id, 'body', body, \
     'body_schema_version', body_schema_version)::text FROM changed) \
     INSERT INTO sheet_commits (id, version, kind, committer, message, commands, at_ms) \
     SELECT id, version, 'migrate', 'bench', 'Migrated body from 1 to 2', \
     '[{\"cmd\": \"migrate\", \"field\": \"body\", \"from\": 1, \"to\": 2}]', 0 FROM changed";

struct Postgres {
    server: PostgresServer,
    runtime: tokio::runtime::Runtime,
    /// The database with the stale rows.
    template: String,
}

/// The database of a turn.
const TURN: &str = "turn";

impl Postgres {
    fn start() -> Result<Self, Error> {
        // A server that vacuums by itself would do so in some turns and not in others.
        let options = ServerOptions::durable().with_setting("autovacuum", "off");
        let server = PostgresServer::start(&options)?;
        let template = server.create_database("rows")?;
        let this = Self { server, runtime: runtime()?, template };
        this.runtime.block_on(this.fill())?;
        Ok(this)
    }

    async fn fill(&self) -> Result<(), Error> {
        let url = self.server.url(&self.template);
        let mut connection = PgConnection::connect(&url).await?;
        let create = "CREATE TABLE sheets (id bigint PRIMARY KEY, version bigint NOT NULL, \
             body jsonb NOT NULL, body_schema_version integer NOT NULL)";
        sqlx::query(create).execute(&mut connection).await?;
        let mut copy = connection.copy_in_raw("COPY sheets FROM STDIN").await?;
        for number in 1..=ROWS {
            let row = format!("{number}\t1\t{}\t1\n", body(number));
            copy.send(row.into_bytes()).await?;
        }
        copy.finish().await?;
        connection.close().await?;
        let store = PostgresStore::connect(&url).await?;
        store.create_history_tables(&table::kept()?).await?;
        store.pool().close().await;
        // Neither side is to write what only says that rows are visible to all.
        self.server.query(&self.template, "VACUUM (FREEZE, ANALYZE)")?;
        Ok(())
    }

    fn restore(&self) -> Result<(), Error> {
        for sql in [
            "DROP DATABASE IF EXISTS turn WITH (FORCE)".to_owned(),
            format!("CREATE DATABASE {TURN} TEMPLATE {} STRATEGY file_copy", self.template),
            "CHECKPOINT".to_owned(),
        ] {
            self.server.query("postgres", &sql)?;
        }
        Ok(())
    }

    fn update(&self, sql: &'static str) -> Result<Spent, Error> {
        let url = self.server.url(TURN);
        let mut connection = self.runtime.block_on(PgConnection::connect(&url))?;
        let (spent, done) = spent_by(self.server.process_id(), || {
            self.runtime.block_on(sqlx::query(sql).execute(&mut connection))
        });
        done?;
        self.runtime.block_on(connection.close())?;
        Ok(spent)
    }

    fn job(&self, side: Side, expect: u32) -> Result<Spent, Error> {
        let store = self.runtime.block_on(PostgresStore::connect(&self.server.url(TURN)))?;
        let server = self.server.process_id();
        let spent = migrate(&self.runtime, (&store, server), side, expect.into())?;
        self.runtime.block_on(store.pool().close());
        Ok(spent)
    }
}

impl Ground for Postgres {
    const NAME: &'static str = "postgres";
    const AGAINST: &'static str = "one_update";

    fn turn(&mut self, side: Side) -> Result<(Spent, String), Error> {
        self.restore()?;
        let spent = match side {
            Side::Bare => self.update(UPDATE)?,
            Side::BareKept => self.update(UPDATE_AND_KEEP)?,
            Side::Job | Side::JobKept => self.job(side, ROWS)?,
        };
        let digest = "SELECT count(*), sum(hashtextextended(concat_ws(' ', id, version, \
             body_schema_version, body), 0)::numeric) FROM sheets";
        Ok((spent, self.server.query(TURN, digest)?))
    }

    fn nothing_to_do(&mut self) -> Result<Spent, Error> {
        self.server.query(TURN, "VACUUM (FREEZE, ANALYZE) sheets")?;
        self.server.query("postgres", "CHECKPOINT")?;
        self.job(Side::Job, 0)
    }
}
