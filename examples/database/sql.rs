//! The application's own SQL, in whichever database.
//!
//! An application has one database and speaks to it through sqlx. These examples run on three, so
//! what differs is here: what types are called, and how a database says that a row is there already.

use std::error::Error;

use versioned_cli::VerbError;
use versioned_sql::{
    SqlStore,
    sqlx::{self, MySql, Postgres, QueryBuilder, Row as _, Sqlite},
};

/// Which SQL a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MariaDB and MySQL.
    MySql,
}

impl Dialect {
    /// The definitions of tables with the types of the database.
    ///
    /// `$KEY` is a text in an index, `$JSON` a document, `$TEXT` a text of any length and `$FLAG` a truth value.
    pub(crate) fn definitions(self, template: &str) -> String {
        let (key, json, text, flag) = match self {
            Self::Sqlite => ("TEXT", "TEXT", "TEXT", "INTEGER"),
            // By bytes, so that jobs can read in the order of the index.
            Self::Postgres => ("TEXT COLLATE \"C\"", "JSONB", "TEXT", "BOOLEAN"),
            Self::MySql => {
                let key = "VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
                (key, "JSON", "LONGTEXT CHARACTER SET utf8mb4", "BOOLEAN")
            }
        };
        let types = [("$KEY", key), ("$JSON", json), ("$TEXT", text), ("$FLAG", flag)];
        types.iter().fold(template.to_owned(), |sql, (name, own)| sql.replace(name, own))
    }
}

/// A statement in the words of each database, with a `?` for each parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sql {
    /// For SQLite.
    pub(crate) sqlite: &'static str,
    /// For PostgreSQL.
    pub(crate) postgres: &'static str,
    /// For MariaDB and MySQL.
    pub(crate) mysql: &'static str,
}

impl Sql {
    /// The words for a database.
    pub(crate) fn of(self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
            Dialect::MySql => self.mysql,
        }
    }
}

/// A parameter.
#[derive(Debug, Clone)]
pub(crate) enum Param {
    /// A text.
    Text(String),
    /// A document; PostgreSQL has to be told that the text is one.
    Json(String),
    /// An integer.
    Number(i64),
    /// A truth value.
    Flag(bool),
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// What the database says of a statement of the application's.
#[derive(Debug, thiserror::Error)]
#[error("the database refuses `{statement}`")]
pub(crate) struct SqlError {
    /// The first words of the statement.
    statement: String,
    source: Box<dyn Error + Send + Sync>,
}

impl SqlError {
    fn of(sql: &str) -> impl FnOnce(sqlx::Error) -> VerbError + use<> {
        let lines = sql.lines().filter(|line| !line.starts_with("--"));
        let words: Vec<&str> = lines.flat_map(str::split_whitespace).take(6).collect();
        let statement = words.join(" ");
        |error| {
            let source: Box<dyn Error + Send + Sync> = match error {
                // sqlx would add to it where in the server's own source it was said.
                sqlx::Error::Database(said) => {
                    let code = said.code().unwrap_or_default();
                    format!("{} ({code})", said.message()).into()
                }
                other => other.into(),
            };
            VerbError::from(Self { statement, source }).with_help(
                "see that the address names a database, that its user may create tables and write \
                 their rows, and that tables of the same names are of this example",
            )
        }
    }
}

/// A transaction in whichever database; rolled back when it is dropped.
pub(crate) enum Transaction {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
    MySql(sqlx::Transaction<'static, MySql>),
}

/// A statement with its parameters, each in the place of a `?` and marked as the database does it.
macro_rules! built {
    ($sql:expr, $params:expr) => {{
        let mut parts = $sql.split('?');
        let mut builder = QueryBuilder::new(parts.next().unwrap_or_default());
        for (part, param) in parts.zip($params) {
            match param {
                Param::Text(text) | Param::Json(text) => builder.push_bind(text.clone()),
                Param::Number(number) => builder.push_bind(*number),
                Param::Flag(flag) => builder.push_bind(*flag),
            };
            builder.push(part);
        }
        builder
    }};
}

/// The same for each of the databases.
macro_rules! each {
    ($self:expr, $transaction:ident => $do:expr) => {
        match $self {
            Self::Sqlite($transaction) => $do,
            Self::Postgres($transaction) => $do,
            Self::MySql($transaction) => $do,
        }
    };
}

impl Transaction {
    /// Begins one.
    pub(crate) async fn begin(store: &SqlStore) -> Result<Self, VerbError> {
        let pool = store.pool();
        let begun = if let Some(pool) = pool.as_postgres() {
            pool.begin().await.map(Self::Postgres)
        } else if let Some(pool) = pool.as_mysql() {
            pool.begin().await.map(Self::MySql)
        } else if let Some(pool) = pool.as_sqlite() {
            pool.begin().await.map(Self::Sqlite)
        } else {
            Err(sqlx::Error::PoolClosed)
        };
        begun.map_err(SqlError::of("BEGIN"))
    }

    /// Which SQL it speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(_) => Dialect::MySql,
        }
    }

    /// Runs definitions of tables, one after the other.
    pub(crate) async fn define(&mut self, template: &str) -> Result<(), VerbError> {
        let sql = self.dialect().definitions(template);
        for one in sql.split_inclusive(';').filter(|one| !one.trim().is_empty()) {
            self.execute(one, &[]).await?;
        }
        Ok(())
    }

    /// Runs a statement, and says how many rows it concerned.
    pub(crate) async fn execute(&mut self, sql: &str, params: &[Param]) -> Result<u64, VerbError> {
        self.run(sql, params).await.map_err(SqlError::of(sql))
    }

    async fn run(&mut self, sql: &str, params: &[Param]) -> Result<u64, sqlx::Error> {
        Ok(each!(self, transaction => {
            built!(sql, params).build().execute(&mut **transaction).await?.rows_affected()
        }))
    }

    /// Inserts a row, unless there is one with its key; says whether it did.
    pub(crate) async fn insert(
        &mut self,
        table: &str,
        columns: &[(&str, Param)],
    ) -> Result<bool, VerbError> {
        let dialect = self.dialect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mark = |param: &Param| match (dialect, param) {
            (Dialect::Postgres, Param::Json(_)) => "?::jsonb",
            _ => "?",
        };
        let marks: Vec<&str> = columns.iter().map(|(_, param)| mark(param)).collect();
        let params: Vec<Param> = columns.iter().map(|(_, param)| param.clone()).collect();
        let (names, marks) = (names.join(", "), marks.join(", "));
        let mut sql = format!("INSERT INTO {table} ({names}) VALUES ({marks})");
        if dialect != Dialect::MySql {
            sql.push_str(" ON CONFLICT DO NOTHING");
        }
        match self.run(&sql, &params).await {
            // MySQL's `INSERT IGNORE` would ignore what else is wrong too.
            Err(sqlx::Error::Database(said))
                if dialect == Dialect::MySql && said.is_unique_violation() =>
            {
                Ok(false)
            }
            done => Ok(done.map_err(SqlError::of(&sql))? > 0),
        }
    }

    /// The first column of each row, a text.
    pub(crate) async fn texts(
        &mut self,
        sql: &str,
        params: &[Param],
    ) -> Result<Vec<String>, VerbError> {
        let texts: Result<Vec<String>, sqlx::Error> = each!(self, transaction => {
            let rows = built!(sql, params).build().fetch_all(&mut **transaction).await;
            // MariaDB calls texts of a binary collation bytes.
            rows.and_then(|rows| rows.iter().map(|row| row.try_get_unchecked(0)).collect())
        });
        texts.map_err(SqlError::of(sql))
    }

    /// Commits.
    pub(crate) async fn commit(self) -> Result<(), VerbError> {
        each!(self, transaction => transaction.commit().await.map_err(SqlError::of("COMMIT")))
    }
}
