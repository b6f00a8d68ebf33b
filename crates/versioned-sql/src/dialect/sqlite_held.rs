//! Connections of SQLite while they are in a transaction, and how they come home.
//!
//! Layer: adapters. Invariant: calls one after the other use one connection, so memory for its pages is not multiplied. A
//! pool takes a connection that is dropped back in a task of its own, and would open another one for the next call in the
//! meantime, and over a long run as many as it may.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Sqlite, SqliteConnection, SqlitePool, pool::PoolConnection};
use tokio::{runtime::Handle, sync::watch};

/// How many connections are on their way home.
#[derive(Debug, Clone, Default)]
pub(crate) struct Returns(Arc<watch::Sender<usize>>);

impl Returns {
    /// Waits until the pool has a connection that nobody uses, or none is on its way to it any more.
    async fn wait(&self, pool: &SqlitePool) {
        let mut returning = self.0.subscribe();
        let is_over = returning.wait_for(|returning| *returning == 0 || pool.num_idle() > 0);
        let _gone = is_over.await.is_err();
    }
}

/// One connection that is on its way home.
struct Return(Returns);

impl Return {
    fn begin(returns: &Returns) -> Self {
        returns.0.send_modify(|returning| *returning += 1);
        Self(returns.clone())
    }
}

impl Drop for Return {
    fn drop(&mut self) {
        self.0.0.send_modify(|returning| *returning -= 1);
    }
}

/// A connection in a transaction, which is rolled back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    /// There until the transaction has ended.
    connection: Option<PoolConnection<Sqlite>>,
    returns: Returns,
}

impl Held {
    /// Begins a transaction.
    pub(super) async fn begin(
        pool: &SqlitePool,
        how: &'static str,
        returns: &Returns,
    ) -> Result<Self, sqlx::Error> {
        returns.wait(pool).await;
        let connection = Some(pool.acquire().await?);
        // From here on it is rolled back, whether it has begun or not.
        let mut held = Self { connection, returns: returns.clone() };
        sqlx::raw_sql(how).execute(&mut *held).await?;
        Ok(held)
    }

    /// Commits the transaction, and brings the connection home.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("COMMIT").await
    }

    /// Rolls the transaction back, and brings the connection home.
    pub(crate) async fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, how: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(how).execute(&mut *self).await?;
        if let Some(mut connection) = self.connection.take() {
            connection.return_to_pool().await;
        }
        Ok(())
    }
}

impl Deref for Held {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("it is there until the transaction has ended")
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("it is there until the transaction has ended")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let Ok(runtime) = Handle::try_current() else {
            // There is nothing that could bring it home: it is closed with its pool.
            return;
        };
        let returning = Return::begin(&self.returns);
        runtime.spawn(async move {
            // Where no transaction has begun, or it was committed after all, there is none to roll back.
            let _none = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.is_err();
            connection.return_to_pool().await;
            drop(returning);
        });
    }
}
