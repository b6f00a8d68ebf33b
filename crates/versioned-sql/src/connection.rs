//! Pools, transactions, and what they run.
//!
//! Layer: adapters. Invariant: a transaction that reads sees one snapshot; one that writes waits for a lock as long as
//! [`Timeouts`] say, and no longer.

use std::future::poll_fn;
use std::time::Duration;

#[cfg(feature = "sqlite")]
use crate::dialect::sqlite_held::{Held, Returns};
use crate::{
    ahead::Ahead,
    dialect::{Dialect, OwnType},
    error::Fault,
    found::Found,
    statement::{Arguments, Statement},
};

/// How long a transaction may keep others waiting, and be kept waiting by them.
///
/// SQLite has a busy timeout instead, which belongs to the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "applications build it")]
pub struct Timeouts {
    /// How long a statement waits for a lock that somebody else has. MariaDB and MySQL count whole seconds.
    pub lock: Duration,
    /// How long a statement may run at all. MySQL limits only statements that read.
    pub statement: Duration,
}

impl Default for Timeouts {
    /// 5 seconds for a lock, a minute for a statement.
    fn default() -> Self {
        Self { lock: Duration::from_secs(5), statement: Duration::from_secs(60) }
    }
}

/// The pool of one of the databases.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlx::SqlitePool),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::PgPool),
    #[cfg(feature = "mysql")]
    MySql(sqlx::MySqlPool),
}

/// A database, as the functions of this crate see it.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) pool: Pool,
    pub(crate) timeouts: Timeouts,
    pub(crate) ahead: Ahead,
    #[cfg(feature = "sqlite")]
    pub(crate) returns: Returns,
}

impl Database {
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.pool {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Pool::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "mysql")]
            Pool::MySql(_) => Dialect::MySql,
        }
    }

    /// A transaction that reads.
    pub(crate) async fn reading(&self) -> Result<Transaction, Fault> {
        Ok(match &self.pool {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => Transaction::Sqlite(
                crate::dialect::sqlite::reading(pool, &self.returns).await.map_err(Fault::sqlite)?,
            ),
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => Transaction::Postgres(
                crate::dialect::postgres::reading(pool, self.timeouts)
                    .await
                    .map_err(Fault::postgres)?,
            ),
            #[cfg(feature = "mysql")]
            Pool::MySql(pool) => Transaction::MySql(
                crate::dialect::mysql::reading(pool, self.timeouts).await.map_err(Fault::mysql)?,
            ),
        })
    }

    /// A transaction that writes.
    pub(crate) async fn writing(&self) -> Result<Transaction, Fault> {
        Ok(match &self.pool {
            #[cfg(feature = "sqlite")]
            Pool::Sqlite(pool) => Transaction::Sqlite(
                crate::dialect::sqlite::writing(pool, &self.returns).await.map_err(Fault::sqlite)?,
            ),
            #[cfg(feature = "postgres")]
            Pool::Postgres(pool) => Transaction::Postgres(
                crate::dialect::postgres::writing(pool, self.timeouts)
                    .await
                    .map_err(Fault::postgres)?,
            ),
            #[cfg(feature = "mysql")]
            Pool::MySql(pool) => Transaction::MySql(
                crate::dialect::mysql::writing(pool, self.timeouts).await.map_err(Fault::mysql)?,
            ),
        })
    }
}

/// A transaction; rolled back when it is dropped.
#[derive(Debug)]
pub(crate) enum Transaction {
    #[cfg(feature = "sqlite")]
    Sqlite(Held),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    #[cfg(feature = "mysql")]
    MySql(sqlx::Transaction<'static, sqlx::MySql>),
}

impl Transaction {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => Dialect::Sqlite,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Dialect::Postgres,
            #[cfg(feature = "mysql")]
            Self::MySql(_) => Dialect::MySql,
        }
    }

    /// Runs a statement and gives its rows; it is prepared once per connection and text.
    pub(crate) async fn all(&mut self, statement: Statement) -> Result<Vec<Found>, Fault> {
        let mut rows = Vec::new();
        self.each(statement, |row| {
            rows.push(row);
            Ok(true)
        })
        .await?;
        Ok(rows)
    }

    /// Runs a statement and hands its rows over one by one, until no more are wanted.
    ///
    /// They are handed over as they come, so that those that are not wanted are in memory one at a time.
    pub(crate) async fn each(
        &mut self,
        statement: Statement,
        mut take: impl FnMut(Found) -> Result<bool, Fault> + Send,
    ) -> Result<(), Fault> {
        let sql = statement.sql.into_safe();
        match (self, statement.arguments) {
            #[cfg(feature = "sqlite")]
            (Self::Sqlite(transaction), Arguments::Sqlite(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let mut rows = query.fetch(&mut **transaction);
                while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
                    let row = row.map_err(Fault::sqlite)?;
                    if !take(crate::dialect::sqlite::row(&row)?)? {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "postgres")]
            (Self::Postgres(transaction), Arguments::Postgres(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let mut rows = query.fetch(&mut **transaction);
                while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
                    let row = row.map_err(Fault::postgres)?;
                    if !take(crate::dialect::postgres::row(&row)?)? {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "mysql")]
            (Self::MySql(transaction), Arguments::MySql(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let mut rows = query.fetch(&mut **transaction);
                while let Some(row) = poll_fn(|context| rows.as_mut().poll_next(context)).await {
                    let row = row.map_err(Fault::mysql)?;
                    if !take(crate::dialect::mysql::row(&row)?)? {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(any(
                all(feature = "sqlite", feature = "postgres"),
                all(feature = "sqlite", feature = "mysql"),
                all(feature = "postgres", feature = "mysql"),
            ))]
            (transaction, _) => unreachable!("a statement of another than {transaction:?}"),
        }
    }

    /// Runs a statement and gives its first row.
    pub(crate) async fn first(&mut self, statement: Statement) -> Result<Option<Found>, Fault> {
        Ok(self.all(statement).await?.into_iter().next())
    }

    /// Runs a statement and says how many rows it concerned.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, Fault> {
        Ok(self.run(statement).await?.0)
    }

    /// Runs the statements of a text for SQLite, one after the other, and says of each how many rows it concerned.
    #[cfg(feature = "sqlite")]
    pub(crate) async fn execute_each(&mut self, statement: Statement) -> Result<Vec<u64>, Fault> {
        let sql = statement.sql.into_safe();
        match (self, statement.arguments) {
            (Self::Sqlite(transaction), Arguments::Sqlite(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                crate::dialect::sqlite::execute_each(transaction, query).await
            }
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            (transaction, _) => unreachable!("statements for another than {transaction:?}"),
        }
    }

    /// How many rows a statement concerned, and the first number that MySQL gave to one.
    async fn run(&mut self, statement: Statement) -> Result<(u64, u64), Fault> {
        let sql = statement.sql.into_safe();
        match (self, statement.arguments) {
            #[cfg(feature = "sqlite")]
            (Self::Sqlite(transaction), Arguments::Sqlite(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let done = query.execute(&mut **transaction).await.map_err(Fault::sqlite)?;
                Ok((done.rows_affected(), 0))
            }
            #[cfg(feature = "postgres")]
            (Self::Postgres(transaction), Arguments::Postgres(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let done = query.execute(&mut **transaction).await.map_err(Fault::postgres)?;
                Ok((done.rows_affected(), 0))
            }
            #[cfg(feature = "mysql")]
            (Self::MySql(transaction), Arguments::MySql(arguments)) => {
                let query = sqlx::query_with(sql, arguments);
                let done = query.execute(&mut **transaction).await.map_err(Fault::mysql)?;
                Ok((done.rows_affected(), done.last_insert_id()))
            }
            #[cfg(any(
                all(feature = "sqlite", feature = "postgres"),
                all(feature = "sqlite", feature = "mysql"),
                all(feature = "postgres", feature = "mysql"),
            ))]
            (transaction, _) => unreachable!("a statement of another than {transaction:?}"),
        }
    }

    /// Inserts rows into a table of this crate, and gives the numbers that they got, in their order.
    pub(crate) async fn insert(
        &mut self,
        mut statement: Statement,
        number: &'static str,
    ) -> Result<Vec<i64>, Fault> {
        if self.dialect() != Dialect::MySql {
            statement.sql.text(" RETURNING ").name(number);
            let rows = self.all(statement).await?;
            let mut numbers: Vec<i64> =
                rows.iter().map(|row| row.integer(0)).collect::<Result<_, _>>()?;
            // They count up in the order of the rows, in which nothing says that they come back.
            numbers.sort_unstable();
            return Ok(numbers);
        }
        let (count, first) = self.run(statement).await?;
        let step = Statement::with(Dialect::MySql, "SELECT @@auto_increment_increment", &[])?;
        let step = self.first(step).await?.map_or(Ok(1), |row| row.integer(0))?;
        let (count, first) = (i64::try_from(count), i64::try_from(first));
        let (count, first) = (count.unwrap_or(0), first.unwrap_or(i64::MAX));
        Ok((0..count).map(|place| first.saturating_add(place.saturating_mul(step))).collect())
    }

    pub(crate) async fn commit(self) -> Result<(), Fault> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(transaction) => transaction.commit().await.map_err(Fault::sqlite),
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => {
                transaction.commit().await.map_err(Fault::postgres).map_err(Fault::at_commit)
            }
            #[cfg(feature = "mysql")]
            Self::MySql(transaction) => {
                transaction.commit().await.map_err(Fault::mysql).map_err(Fault::at_commit)
            }
        }
    }

    pub(crate) async fn rollback(self) -> Result<(), Fault> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(transaction) => transaction.rollback().await.map_err(Fault::sqlite),
            #[cfg(feature = "postgres")]
            Self::Postgres(transaction) => transaction.rollback().await.map_err(Fault::postgres),
            #[cfg(feature = "mysql")]
            Self::MySql(transaction) => transaction.rollback().await.map_err(Fault::mysql),
        }
    }
}

/// The statement of this crate's text that defines a table or an index, with a type for each `$` and a letter in it.
///
/// `$n` number, `$i` integer, `$s` name, `$k` key, `$t` text, `$b` bytes; `$e` ends a table that is all primary key.
pub(crate) fn definition(dialect: Dialect, text: &'static str) -> Statement {
    let mut statement = Statement::new(dialect);
    for (index, part) in text.split('$').enumerate() {
        if index == 0 {
            statement.sql.text(part);
            continue;
        }
        let own = match part.chars().next() {
            Some('n') => OwnType::Number,
            Some('i') => OwnType::Integer,
            Some('s') => OwnType::Name,
            Some('k') => OwnType::Key,
            Some('b') => OwnType::Bytes,
            Some('e') => {
                statement.sql.text(if dialect == Dialect::Sqlite { " WITHOUT ROWID" } else { "" });
                continue;
            }
            _ => OwnType::Text,
        };
        statement.sql.text(dialect.column_type(own)).text(part.get(1..).unwrap_or_default());
    }
    statement
}
