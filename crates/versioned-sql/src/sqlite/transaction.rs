//! Transactions, on as few connections as there are calls at once.
//!
//! Layer: adapters. Invariant: calls one after the other use one connection, so memory for its pages is not multiplied.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use sqlx::{Sqlite, SqlitePool, Transaction};

/// How often others go first before time is given to them, ..
const YIELDS_MAX: u32 = 100;

/// .. in steps of at first a millisecond, each twice as long as the one before, so many times; that is an eighth of a second
/// before a further connection is opened.
const STEPS_MAX: u32 = 7;

/// A transaction that reads.
pub(super) async fn reading(
    pool: &SqlitePool,
) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    wait_for_the_last(pool).await;
    pool.begin().await
}

/// A transaction that writes. The lock is taken before anything is read: a transaction that reads first could not always be
/// made one that writes.
pub(super) async fn writing(
    pool: &SqlitePool,
) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    wait_for_the_last(pool).await;
    pool.begin_with("BEGIN IMMEDIATE").await
}

/// Lets the connection of the call before come home. The pool takes it back in a task of its own, and would otherwise open
/// another one in the meantime, and over a long run as many as it may. On a busy machine its thread may not run for many
/// milliseconds.
async fn wait_for_the_last(pool: &SqlitePool) {
    for turn in 0..YIELDS_MAX + STEPS_MAX {
        let is_one_out = pool.num_idle() == 0 && pool.size() > 0;
        if !is_one_out || pool.size() >= pool.options().get_max_connections() {
            return;
        }
        match turn {
            0..YIELDS_MAX => Yield(false).await,
            _ => tokio::time::sleep(Duration::from_millis(1 << (turn - YIELDS_MAX))).await,
        }
    }
}

/// Pending once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
