//! SQLite: against a loop without the library, with the same conversion and batches of the same size.

use std::{fs, path::PathBuf};

use versioned_core::{
    BaseVersionedDomainObject as _,
    document::{Member, MemberValue, WriteValue},
};
use versioned_sql::{
    SqliteStore,
    sqlx::{self, SqlitePool},
};

use super::{
    Error, Ground, ROWS, Side, migrate, runtime,
    spent::{Spent, spent_by},
    table,
};
use crate::{
    cases::scale::Folder,
    measure::Session,
    subjects::sheet::{Sheet, body},
};

pub(crate) fn run(session: &Session) {
    super::measure(session, Sqlite::start());
}

struct Sqlite {
    folder: Folder,
    runtime: tokio::runtime::Runtime,
    template: PathBuf,
}

/// Rows of a batch of the bare loop, as the job has them.
const BATCH: i64 = 500;

type StoredRow = (i64, i64, String, i64);

impl Sqlite {
    fn start() -> Result<Self, Error> {
        let folder = Folder::new()?;
        let template = folder.path("sheets.db");
        let this = Self { folder, runtime: runtime()?, template };
        this.runtime.block_on(this.fill())?;
        Ok(this)
    }

    async fn fill(&self) -> Result<(), Error> {
        let store = SqliteStore::connect_or_create(path(&self.template)?).await?;
        let create = "CREATE TABLE sheets (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, \
             body TEXT NOT NULL, body_schema_version INTEGER NOT NULL)";
        sqlx::query(create).execute(store.pool()).await?;
        let mut transaction = store.pool().begin().await?;
        for number in 1..=ROWS {
            let insert = sqlx::query("INSERT INTO sheets VALUES (?, 1, ?, 1)");
            insert.bind(number).bind(body(number)).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        store.create_history_tables(&table::kept()?).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(store.pool()).await?;
        store.pool().close().await;
        Ok(())
    }

    fn copy(&self) -> PathBuf {
        self.folder.path("turn.db")
    }

    fn restore(&self) -> Result<(), Error> {
        let copy = self.copy();
        self.folder.remove(&copy);
        fs::copy(&self.template, &copy)?;
        fs::File::open(&copy)?.sync_all()?;
        Ok(())
    }

    fn job(&self, side: Side, expect: u32) -> Result<Spent, Error> {
        let store = self.runtime.block_on(SqliteStore::connect(path(&self.copy())?))?;
        let spent = migrate(&self.runtime, (&store, None), side, expect.into())?;
        self.runtime.block_on(store.pool().close());
        Ok(spent)
    }

    fn bare(&self, keeps: bool) -> Result<Spent, Error> {
        // Only to open the file with the same settings.
        let store = self.runtime.block_on(SqliteStore::connect(path(&self.copy())?))?;
        let (spent, done) =
            spent_by(None, || self.runtime.block_on(bare_loop(store.pool(), keeps)));
        done?;
        self.runtime.block_on(store.pool().close());
        Ok(spent)
    }

    async fn digest(&self) -> Result<String, Error> {
        let store = SqliteStore::connect(path(&self.copy())?).await?;
        let sql = "SELECT id, version, body, body_schema_version FROM sheets ORDER BY id";
        let rows: Vec<StoredRow> = sqlx::query_as(sql).fetch_all(store.pool()).await?;
        store.pool().close().await;
        let mut digest = 0_u64;
        for row in &rows {
            for byte in format!("{row:?}").bytes() {
                digest = (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        Ok(format!("{} {digest:016x}", rows.len()))
    }
}

fn path(path: &std::path::Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| "the target folder has no name in UTF-8".into())
}

/// What one would write by hand: pages by key, the chain, an update of each row that is still at its version.
async fn bare_loop(pool: &SqlitePool, keeps: bool) -> Result<(), Error> {
    let mut after = i64::MIN;
    loop {
        let sql = "SELECT id, version, body, body_schema_version FROM sheets WHERE id > ? \
             AND body_schema_version < 2 ORDER BY id LIMIT ?";
        let query = sqlx::query_as(sql).bind(after).bind(BATCH);
        let rows: Vec<StoredRow> = query.fetch_all(pool).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        for (id, version, body, schema_version) in rows {
            let body = converted(&body, schema_version)?;
            let update = "UPDATE sheets SET body = ?, body_schema_version = 2, \
                 version = version + 1 WHERE id = ? AND version = ?";
            let update = sqlx::query(update).bind(&body).bind(id).bind(version);
            if update.execute(&mut *transaction).await?.rows_affected() != 1 {
                return Err("somebody else has written".into());
            }
            if keeps {
                let content = format!(r#"{{"id":{id},"body":{body},"body_schema_version":2}}"#);
                let insert = "INSERT INTO sheet_snapshots (id, version, content) VALUES (?, ?, ?)";
                let insert = sqlx::query(insert).bind(id).bind(version + 1).bind(content);
                insert.execute(&mut *transaction).await?;
                let insert = "INSERT INTO sheet_commits \
                     (id, version, kind, committer, message, commands, at_ms) \
                     VALUES (?, ?, 'migrate', 'bench', 'Migrated body from 1 to 2', \
                     '[{\"cmd\": \"migrate\", \"field\": \"body\", \"from\": 1, \"to\": 2}]', 0)";
                let insert = sqlx::query(insert).bind(id).bind(version + 1);
                insert.execute(&mut *transaction).await?;
            }
        }
        transaction.commit().await?;
    }
}

fn converted(body: &str, schema_version: i64) -> Result<String, Error> {
    let members = [
        Member { key: "body", value: MemberValue::Json(body) },
        Member { key: "body_schema_version", value: MemberValue::Integer(schema_version) },
    ];
    let migrated = Sheet::migrate_members_to_latest_schema_versions(&members)?;
    let write = migrated.writes.into_iter().find_map(|write| match (write.key, write.value) {
        ("body", WriteValue::Json(json)) => Some(json),
        _ => None,
    });
    write.ok_or_else(|| "the body was not written".into())
}

impl Ground for Sqlite {
    const NAME: &'static str = "sqlite";
    const AGAINST: &'static str = "a_bare_loop";

    fn turn(&mut self, side: Side) -> Result<(Spent, String), Error> {
        self.restore()?;
        let spent = match side {
            Side::Bare | Side::BareKept => self.bare(side.is_kept())?,
            Side::Job | Side::JobKept => self.job(side, ROWS)?,
        };
        Ok((spent, self.runtime.block_on(self.digest())?))
    }

    fn nothing_to_do(&mut self) -> Result<Spent, Error> {
        self.job(Side::Job, 0)
    }
}
