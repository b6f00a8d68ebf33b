//! Copies of a start: in memory, in SQLite files, and in databases of private servers.

mod mariadb;
mod postgres;
mod server;
mod sqlite;

use std::sync::Arc;

use versioned_store::{HistoryStore, MemoryStore, StoreErrorKind};
use versioned_testkit::faults::{FaultKind, FaultSetting, MemorySetting, Moment};

pub(super) use self::{mariadb::MariaDb, postgres::Postgres, sqlite::Sqlite};
use super::works::{Work, shelf, shelves};
use crate::jobs::{
    history::{Keeper, stats},
    lesson::Layout,
};

/// A kind of store with its setting.
pub(super) trait Kind {
    const NAME: &'static str;

    /// Kinds of faults that are tried unless all are asked for.
    const KINDS: &'static [FaultKind];

    /// Moments at which they strike then.
    const MOMENTS: &'static [Moment] = &Moment::BOTH;

    type Store: HistoryStore + 'static;

    async fn setting(layout: Layout, work: Work) -> impl FaultSetting<Store = Self::Store>;
}

/// Makes the tables of a start and fills them, for any database.
async fn fill<B: Keeper>(backend: &B, layout: Layout, work: Work) {
    let table = layout.table();
    backend.create_table(&table).await;
    for lesson in work.lessons() {
        backend.put(&table, lesson.row(layout)).await;
    }
    backend.create_table(&shelves()).await;
    backend.put(&shelves(), shelf()).await;
    if let Some(kept) = work.kept_table(layout) {
        backend.create_history_tables(&kept).await;
        backend.create_table(&stats()).await;
        for row in work.snapshots() {
            backend.put(&kept.snapshots().unwrap(), row).await;
        }
    }
    work.prepare(layout, backend.store()).await;
    for lesson in work.changes() {
        backend.put(&table, lesson.row(layout)).await;
    }
}

/// The store in memory.
pub(super) struct Memory;

impl Kind for Memory {
    const NAME: &'static str = "memory";

    const KINDS: &'static [FaultKind] = &[
        FaultKind::Fail(StoreErrorKind::Transient),
        FaultKind::Fail(StoreErrorKind::Rejected),
        FaultKind::Duplicate,
        FaultKind::Kill,
    ];

    type Store = MemoryStore;

    async fn setting(layout: Layout, work: Work) -> impl FaultSetting<Store = MemoryStore> {
        let (start, table) = (MemoryStore::new(), layout.table());
        fill(&start, layout, work).await;
        let mut tables = vec![table, shelves()];
        if let Some(kept) = work.kept_table(layout) {
            let snapshots = kept.snapshots().unwrap();
            tables = vec![kept, shelves(), stats(), snapshots];
        }
        let copies = MemorySetting::new(tables, move || start.clone());
        Shown { copies, is_in_any_order: work.is_in_any_order() }
    }
}

/// A setting in which the order of lines may not count.
struct Shown<T> {
    copies: T,
    is_in_any_order: bool,
}

impl<T: FaultSetting> FaultSetting for Shown<T> {
    type Store = T::Store;
    type Copy = T::Copy;

    async fn copy(&self) -> T::Copy {
        self.copies.copy().await
    }

    async fn open(&self, copy: &T::Copy) -> Arc<T::Store> {
        self.copies.open(copy).await
    }

    async fn stored(&self, copy: &T::Copy) -> String {
        let text = self.copies.stored(copy).await;
        if !self.is_in_any_order {
            return text;
        }
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    }
}

/// The columns that say when and in which order something was written, where neither counts.
fn left_out(work: Work) -> &'static [&'static str] {
    if work.is_in_any_order() { &["number", "at_ms"] } else { &[] }
}
