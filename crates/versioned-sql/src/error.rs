//! What goes wrong in databases, as errors of the store.
//!
//! Layer: adapters.

use std::{error::Error, future::Future, pin::Pin, time::Duration};

use versioned_store::{ColumnValue, EntityTable, StoreError, StoreErrorKind, StoreProblem};

use crate::dialect::Dialect;

/// What went wrong in a call, before the call and the table are named.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The driver or the database says so; whether while it committed, so that nobody knows whether it did.
    Driver { dialect: Dialect, cause: sqlx::Error, at_commit: bool },
    /// A value cannot be bound, or is not what the reader expects.
    Reading(Box<dyn Error + Send + Sync>),
    /// The store found it.
    Problem(StoreProblem),
}

impl Fault {
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(cause: sqlx::Error) -> Self {
        Self::Driver { dialect: Dialect::Sqlite, cause, at_commit: false }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn postgres(cause: sqlx::Error) -> Self {
        Self::Driver { dialect: Dialect::Postgres, cause, at_commit: false }
    }

    #[cfg(feature = "mysql")]
    pub(crate) fn mysql(cause: sqlx::Error) -> Self {
        Self::Driver { dialect: Dialect::MySql, cause, at_commit: false }
    }

    /// The same, said while it committed.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(crate) fn at_commit(self) -> Self {
        match self {
            Self::Driver { dialect, cause, .. } => Self::Driver { dialect, cause, at_commit: true },
            other => other,
        }
    }

    pub(crate) fn unbindable(value: &ColumnValue) -> Self {
        Self::Reading(format!("{} cannot be bound", value.type_name()).into())
    }

    pub(crate) fn named(self, operation: &'static str, table: &EntityTable) -> StoreError {
        self.named_on(operation, table.name())
    }

    pub(crate) fn named_on(self, operation: &'static str, target: &str) -> StoreError {
        match self {
            Self::Driver { dialect, cause, .. } => named(dialect, operation, target, cause, None),
            Self::Reading(cause) => {
                StoreError::new(StoreErrorKind::Other, operation, target, cause)
            }
            Self::Problem(problem) => problem.into_error(operation, target),
        }
    }

    /// Whether a row could not be inserted because there is one with the same unique columns.
    pub(crate) fn is_duplicate(&self) -> bool {
        match self {
            Self::Driver { dialect, cause: sqlx::Error::Database(inner), .. } => {
                *dialect != Dialect::Sqlite && inner.is_unique_violation()
            }
            _ => false,
        }
    }

    /// Whether the transaction is known to be undone, and may well succeed when it is tried once more.
    fn is_undone(&self) -> bool {
        let Self::Driver { dialect, cause, at_commit } = self else { return false };
        match (dialect, cause) {
            #[cfg(feature = "postgres")]
            (Dialect::Postgres, sqlx::Error::Database(inner))
                if crate::dialect::postgres::is_undone(&inner.code().unwrap_or_default()) =>
            {
                true
            }
            #[cfg(feature = "mysql")]
            (Dialect::MySql, sqlx::Error::Database(inner))
                if crate::dialect::mysql::is_undone(crate::dialect::mysql::number(inner.as_ref())) =>
            {
                true
            }
            _ => !at_commit && self.is_loss(),
        }
    }

    /// Whether the connection to a server was lost.
    fn is_loss(&self) -> bool {
        let Self::Driver { dialect, cause, .. } = self else { return false };
        match (dialect, cause) {
            (Dialect::Sqlite, _) => false,
            #[cfg(feature = "postgres")]
            (Dialect::Postgres, sqlx::Error::Database(inner)) => {
                crate::dialect::postgres::is_loss(&inner.code().unwrap_or_default())
            }
            #[cfg(feature = "mysql")]
            (Dialect::MySql, sqlx::Error::Database(inner)) => {
                crate::dialect::mysql::is_loss(crate::dialect::mysql::number(inner.as_ref()))
            }
            (_, sqlx::Error::Io(_)) => true,
            _ => false,
        }
    }

    /// Whether the connection was lost before the server said that it had committed: only what is stored says whether it has.
    pub(crate) fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Driver { at_commit: true, .. }) && self.is_loss()
    }

    /// The same for a transaction that is known to be undone, or that does no harm when it is done twice.
    pub(crate) fn repeatable(self) -> Self {
        match self {
            Self::Driver { dialect, cause, .. } => Self::Driver { dialect, cause, at_commit: false },
            other => other,
        }
    }
}

impl From<StoreProblem> for Fault {
    fn from(problem: StoreProblem) -> Self {
        Self::Problem(problem)
    }
}

/// How often a transaction is tried again after the database undid it for the sake of another one.
const RETRIES_MAX: u32 = 6;

/// How long the first of them waits; each further one waits twice as long.
const RETRY_AFTER: Duration = Duration::from_millis(10);

/// Runs a transaction, and runs it again where the database has undone it: for a deadlock, or to keep transactions
/// serializable, or because the connection was lost before the commit.
pub(crate) async fn retried<T, F>(mut call: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>> + Send,
{
    // Erased, because the futures of three drivers within each other are deeper than a compiler goes by itself.
    let mut call = || -> Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + '_>> {
        Box::pin(call())
    };
    let mut wait = RETRY_AFTER;
    for _ in 0..RETRIES_MAX {
        match call().await {
            Err(fault) if fault.is_undone() => {
                #[cfg(any(feature = "postgres", feature = "mysql"))]
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            other => return other,
        }
    }
    call().await
}

/// The same for a transaction that only reads, or that does no harm when it is done twice: it is run again even where nobody
/// knows whether it was committed.
pub(crate) async fn repeated<T, F>(mut call: impl FnMut() -> F) -> Result<T, Fault>
where
    F: Future<Output = Result<T, Fault>> + Send,
{
    retried(|| {
        let done = call();
        async { done.await.map_err(Fault::repeatable) }
    })
    .await
}

/// What errors of opening a database name as the operation.
pub(crate) const CONNECT: &str = "connect";

/// How long the first connection to a server may take to be opened.
#[cfg(any(feature = "postgres", feature = "mysql"))]
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Opens a first connection to a server, and closes it: a pool would try for half a minute and not say why it gave up.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) async fn reach<O>(options: &O) -> Result<(), sqlx::Error>
where
    O: sqlx::ConnectOptions<Connection: Sized>,
{
    let connection = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
    let no_answer = |_| {
        let seconds = CONNECT_TIMEOUT.as_secs();
        let text = format!("there was no answer within {seconds} seconds");
        sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, text))
    };
    sqlx::Connection::close(connection.map_err(no_answer)??).await
}

/// The error of opening a database.
pub(crate) fn connect(
    dialect: Dialect,
    target: &str,
    cause: sqlx::Error,
    help: &'static str,
) -> StoreError {
    named(dialect, CONNECT, target, cause, Some(help))
}

/// An address as errors show it.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // What follows `?` may hold one too.
    let path = path.split('?').next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        None => format!("{scheme}://{authority}{path}"),
    }
}

fn named(
    dialect: Dialect,
    operation: &'static str,
    target: &str,
    cause: sqlx::Error,
    help: Option<&'static str>,
) -> StoreError {
    let (kind, known_help) = classify(dialect, &cause);
    let error = match cause {
        // sqlx would say the same words in front of what the database says.
        #[cfg(feature = "postgres")]
        sqlx::Error::Database(inner) if dialect == Dialect::Postgres => {
            let said = crate::dialect::postgres::Said::of(inner.as_ref());
            StoreError::new(kind, operation, target, said)
        }
        sqlx::Error::Database(inner) => StoreError::new(kind, operation, target, Box::new(inner)),
        // The same with what the system says.
        sqlx::Error::Io(inner) => StoreError::new(kind, operation, target, inner),
        sqlx::Error::Configuration(inner) => {
            let help = "correct the address of the database";
            return StoreError::new(kind, operation, target, inner).with_help(help);
        }
        other => StoreError::new(kind, operation, target, other),
    };
    let help = help.filter(|_| kind == StoreErrorKind::Misconfigured);
    match known_help.or(help) {
        Some(help) => error.with_help(help),
        None => error,
    }
}

pub(crate) fn classify(
    dialect: Dialect,
    cause: &sqlx::Error,
) -> (StoreErrorKind, Option<&'static str>) {
    match cause {
        sqlx::Error::PoolTimedOut => {
            let help = "see that the database can be reached, and that neither its connections nor those of the pool \
                        are all in use";
            (StoreErrorKind::Transient, Some(help))
        }
        sqlx::Error::Configuration(_) => (StoreErrorKind::Misconfigured, None),
        sqlx::Error::Io(_) if dialect != Dialect::Sqlite => {
            (StoreErrorKind::Transient, Some("see that the server runs and can be reached"))
        }
        sqlx::Error::Database(inner) => match dialect {
            #[cfg(feature = "sqlite")]
            Dialect::Sqlite => {
                let code = inner.code().unwrap_or_default();
                crate::dialect::sqlite::classify(&code, inner.message())
            }
            #[cfg(feature = "postgres")]
            Dialect::Postgres => {
                crate::dialect::postgres::classify(&inner.code().unwrap_or_default())
            }
            #[cfg(feature = "mysql")]
            Dialect::MySql => {
                crate::dialect::mysql::classify(crate::dialect::mysql::number(inner.as_ref()))
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            _ => (StoreErrorKind::Other, None),
        },
        _ => (StoreErrorKind::Other, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://app:secret@host:5432/school?sslmode=off", "postgres://app@host:5432/school"),
            ("postgres://app:p@ss@host/school", "postgres://app@host/school"),
            ("mysql://host/school?password=secret", "mysql://host/school"),
            ("var/app.db", "var/app.db"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
