//! Copies of a start in a database of a private server: one after the other in one database, whose tables are put back.

use std::sync::Arc;

use versioned_store::HistoryStore;
use versioned_testkit::faults::{FaultKind, FaultSetting, Moment, ledger_text};

use super::{Shown, Work, fill, left_out};
use crate::jobs::{history::Keeper, lesson::Layout};

/// A kill asks for the most.
pub(super) const KINDS: &[FaultKind] = &[FaultKind::Kill];

/// A kill before a call leaves what one after the call before it has left.
pub(super) const MOMENTS: &[Moment] = &[Moment::After];

/// A database on a server.
pub(super) trait ServerDatabase: Keeper {
    /// A store over the pool of this database, which has nothing in it but the pool.
    fn store_of_its_own(&self) -> Arc<Self::Store>;

    /// Runs SQL.
    async fn run(&self, sql: &str);

    /// Makes the table refuse to update this row.
    async fn refuse(&self, table: &str, key: &str);

    /// Makes every update find this row changed, where the database can be made to.
    async fn meddle(&self, table: &str, key: &str);

    /// Remembers what is stored as the start.
    async fn remember(&self);

    /// Puts back what was remembered: rows, and the numbers that are given next. The tables of a ledger stay, without rows.
    async fn put_back(&self);

    /// Every row of every table but those of the ledger, some columns left out.
    async fn rows(&self, left_out: &[&str]) -> String;
}

pub(super) async fn setting<D>(layout: Layout, work: Work) -> impl FaultSetting<Store = D::Store>
where
    D: ServerDatabase<Store: HistoryStore + 'static>,
{
    let database = D::open().await;
    fill(&database, layout, work).await;
    let table = layout.table();
    if let Some(key) = work.refused_by_the_database() {
        database.refuse(table.name(), key).await;
    }
    if let Some(key) = work.changed_by_another() {
        database.meddle(table.name(), key).await;
    }
    database.remember().await;
    let copies = ServerSetting { database, left_out: left_out(work) };
    Shown { copies, is_in_any_order: work.is_in_any_order() }
}

struct ServerSetting<D> {
    database: D,
    left_out: &'static [&'static str],
}

/// The database as it was at the start; the next one begins once this one is done with.
struct Turn;

impl<D: ServerDatabase> FaultSetting for ServerSetting<D> {
    type Store = D::Store;
    type Copy = Turn;

    async fn copy(&self) -> Turn {
        self.database.put_back().await;
        Turn
    }

    async fn open(&self, _: &Turn) -> Arc<D::Store> {
        // New connections would take more time than all else.
        self.database.store_of_its_own()
    }

    async fn stored(&self, _: &Turn) -> String {
        let ledger = ledger_text(self.database.store()).await.unwrap();
        ledger + &self.database.rows(self.left_out).await
    }
}
