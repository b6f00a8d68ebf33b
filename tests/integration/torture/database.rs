//! A connection to whichever database, as the application and the tests use it beside the migration.

use std::time::Duration;

use versioned_sql::sqlx::{
    self, AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _,
    SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

impl Kind {
    /// The kind of database at an address: a URL, or a path for SQLite.
    pub(super) fn at(address: &str) -> Self {
        match address.split_once("://") {
            Some(("postgres", _)) => Self::Postgres,
            Some(("mysql", _)) => Self::MariaDb,
            _ => Self::Sqlite,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }
}

/// What stands for `?1` and so on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Argument<'a> {
    Number(i64),
    Text(&'a str),
}

impl From<i64> for Argument<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
}

impl Cell {
    pub(super) fn number(&self) -> i64 {
        match self {
            Self::Number(number) => *number,
            other => panic!("{other:?} is no number"),
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            other => panic!("{other:?} is no text"),
        }
    }
}

#[derive(Debug)]
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    MariaDb(MySqlConnection),
}

/// Runs the same words on whichever connection it is.
macro_rules! on {
    ($connection:expr, $open:ident => $body:expr) => {
        match $connection {
            Connection::Sqlite($open) => $body,
            Connection::Postgres($open) => $body,
            Connection::MariaDb($open) => $body,
        }
    };
}

/// A value of a row, which is a number or a text.
macro_rules! cell {
    ($row:expr, $index:expr) => {
        match $row.try_get::<Option<i64>, _>($index) {
            Ok(number) => number.map_or(Cell::Null, Cell::Number),
            Err(_) => $row.get::<Option<String>, _>($index).map_or(Cell::Null, Cell::Text),
        }
    };
}

/// A query with its arguments.
macro_rules! bound {
    ($sql:expr, $arguments:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for argument in $arguments {
            query = match argument {
                Argument::Number(number) => query.bind(number),
                Argument::Text(text) => query.bind(text.to_owned()),
            };
        }
        query
    }};
}

impl Connection {
    /// Opens a database; SQLite waits for others longer than a batch takes.
    pub(super) async fn open(address: &str) -> Result<Self, sqlx::Error> {
        Ok(match Kind::at(address) {
            Kind::Postgres => Self::Postgres(PgConnection::connect(address).await?),
            Kind::MariaDb => {
                let mut connection = MySqlConnection::connect(address).await?;
                // By default a statement locks every row that it looks at.
                let isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
                sqlx::raw_sql(isolation).execute(&mut connection).await?;
                Self::MariaDb(connection)
            }
            Kind::Sqlite => {
                let options = SqliteConnectOptions::new()
                    .filename(address)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .busy_timeout(Duration::from_secs(30));
                Self::Sqlite(SqliteConnection::connect_with(&options).await?)
            }
        })
    }

    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Sqlite(_) => Kind::Sqlite,
            Self::Postgres(_) => Kind::Postgres,
            Self::MariaDb(_) => Kind::MariaDb,
        }
    }

    /// Runs a statement, and says how many rows it concerned.
    pub(super) async fn execute(
        &mut self,
        sql: &str,
        arguments: &[Argument<'_>],
    ) -> Result<u64, sqlx::Error> {
        let (sql, arguments) = spelled(self.kind(), sql, arguments);
        on!(self, open => Ok(bound!(sql, arguments).execute(open).await?.rows_affected()))
    }

    /// Runs a statement, and gives its rows.
    pub(super) async fn rows(
        &mut self,
        sql: &str,
        arguments: &[Argument<'_>],
    ) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        let (sql, arguments) = spelled(self.kind(), sql, arguments);
        on!(self, open => {
            let rows = bound!(sql, arguments).fetch_all(open).await?;
            Ok(rows.iter().map(|row| (0..row.len()).map(|index| cell!(row, index)).collect()).collect())
        })
    }

    /// Runs what cannot be prepared, such as the beginning of a transaction.
    pub(super) async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        on!(self, open => sqlx::raw_sql(sql).execute(open).await.map(drop))
    }

    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        on!(self, open => open.close().await)
    }
}

/// A statement as the database spells it: PostgreSQL has `$1` for `?1`, and MariaDB counts by itself.
fn spelled<'a>(kind: Kind, sql: &str, arguments: &[Argument<'a>]) -> (String, Vec<Argument<'a>>) {
    if kind == Kind::Sqlite {
        return (sql.to_owned(), arguments.to_vec());
    }
    let mut parts = sql.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut counted = Vec::new();
    for part in parts {
        let number: usize = part[..1].parse().unwrap();
        if kind == Kind::Postgres {
            text.push('$');
            text.push_str(part);
        } else {
            text.push('?');
            text.push_str(&part[1..]);
            counted.push(arguments[number - 1]);
        }
    }
    (text, if kind == Kind::Postgres { arguments.to_vec() } else { counted })
}

#[test]
fn arguments_are_spelled_as_the_database_counts_them() {
    let arguments = [Argument::Number(1), Argument::Text("b")];
    let (sql, bound) = spelled(Kind::MariaDb, "a = ?2 AND b = ?1 AND c = ?2", &arguments);
    assert_eq!((sql.as_str(), bound.len()), ("a = ? AND b = ? AND c = ?", 3));
    let (sql, bound) = spelled(Kind::Postgres, "a = ?2::text", &arguments);
    assert_eq!((sql.as_str(), bound.len()), ("a = $2::text", 2));
}
