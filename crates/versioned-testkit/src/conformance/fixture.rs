//! What a store's tests provide, and what the rules share.

use std::future::Future;

use versioned_core::Declaration;
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityKey, EntityTable, MemoryStore, ModelStore, Page, Row,
    RowWrite, ScanRequest, StorageModel, WriteOutcome,
};

/// A store under test, with what an application would do to its tables.
///
/// The methods panic where the database refuses.
pub trait StoreFixture: Sync {
    /// The store.
    type Store: ModelStore;

    /// The store under test.
    fn store(&self) -> &Self::Store;

    /// Creates the table, with its id columns as the primary key. Columns keep the type of what is put into them, as far as the
    /// database can.
    fn create_table(&self, table: &EntityTable) -> impl Future<Output = ()> + Send;

    /// Inserts the row, or replaces the one with its key.
    fn put(&self, table: &EntityTable, row: Row) -> impl Future<Output = ()> + Send;

    /// Whether a column holds values of any type, row by row. Where columns have types of their own, a plain field's column
    /// is of texts, or of integers for `nextIndex` and `pages`, and rules put nothing else there.
    fn is_loosely_typed(&self) -> bool {
        true
    }

    /// Whether texts may have U+0000.
    fn takes_zeros(&self) -> bool {
        true
    }

    /// Removes the row.
    fn delete(&self, table: &EntityTable, key: &EntityKey) -> impl Future<Output = ()> + Send;
}

impl StoreFixture for MemoryStore {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    async fn create_table(&self, table: &EntityTable) {
        Self::create_table(self, table);
    }

    async fn put(&self, table: &EntityTable, row: Row) {
        self.replace(table, row).expect("the row fits the table");
    }

    async fn delete(&self, table: &EntityTable, key: &EntityKey) {
        self.delete(table, key).expect("the table exists");
    }
}

/// A table of a declaration, created.
pub(super) async fn table<F: StoreFixture>(
    fixture: &F,
    declaration: &'static Declaration,
    model: StorageModel,
) -> EntityTable {
    let table = EntityTable::new(declaration, model).expect("the storage model fits");
    fixture.create_table(&table).await;
    table
}

pub(super) async fn put_all<F: StoreFixture>(
    fixture: &F,
    table: &EntityTable,
    rows: impl IntoIterator<Item = Row>,
) {
    for row in rows {
        fixture.put(table, row).await;
    }
}

pub(super) fn request(bodies: Bodies) -> ScanRequest {
    ScanRequest { after: None, until: None, limits: BatchLimits::default(), bodies }
}

pub(super) async fn scan<F: StoreFixture>(
    fixture: &F,
    table: &EntityTable,
    request: &ScanRequest,
) -> Page {
    fixture.store().scan(table, request).await.expect("the page can be read")
}

/// All pages of a scan, each after the last key of the one before.
pub(super) async fn pages<F: StoreFixture>(
    fixture: &F,
    table: &EntityTable,
    mut request: ScanRequest,
) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    loop {
        let page = scan(fixture, table, &request).await;
        let is_last = page.is_last;
        if let Some(row) = page.rows.last() {
            request.after = Some(row.key.clone());
        } else {
            assert!(is_last, "a page without rows must be the last one, or a scan never ends");
        }
        pages.push(page);
        if is_last {
            return pages;
        }
    }
}

pub(super) async fn get<F: StoreFixture>(
    fixture: &F,
    table: &EntityTable,
    key: &EntityKey,
) -> Option<Row> {
    fixture.store().get(table, key).await.expect("the row can be read")
}

pub(super) async fn write<F: StoreFixture>(
    fixture: &F,
    table: &EntityTable,
    writes: &[RowWrite],
) -> Vec<WriteOutcome> {
    fixture.store().write_batch(table, writes).await.expect("the batch can be written")
}

pub(super) fn text(text: &str) -> ColumnValue {
    ColumnValue::Text(text.to_owned())
}
