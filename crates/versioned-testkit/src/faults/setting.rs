//! Where a job is run again and again: copies of one start.
//!
//! Layer: testkit.

use std::{fmt, future::Future, sync::Arc};

use versioned_store::{
    BatchLimits, Bodies, EntityTable, MemoryStore, ModelStore, ScanRequest, StoreError,
};

/// Makes copies of the start of a job, and says what is stored in them.
///
/// The methods panic where the database refuses.
pub trait FaultSetting {
    /// The store.
    type Store;

    /// A database, until it is dropped.
    type Copy;

    /// A new copy of the start.
    fn copy(&self) -> impl Future<Output = Self::Copy>;

    /// Opens a store over the copy, as a process that starts does. Nothing is kept from one call to the next but the copy.
    fn open(&self, copy: &Self::Copy) -> impl Future<Output = Arc<Self::Store>>;

    /// All that is stored, as a text that is the same only where what is stored is the same, times and names that are made
    /// up apart.
    fn stored(&self, copy: &Self::Copy) -> impl Future<Output = String>;
}

/// Copies of a store in memory.
pub struct MemorySetting<F> {
    tables: Vec<EntityTable>,
    start: F,
}

impl<F: Fn() -> MemoryStore> MemorySetting<F> {
    /// A setting that makes the start by the function, and compares these tables.
    pub fn new(tables: impl IntoIterator<Item = EntityTable>, start: F) -> Self {
        Self { tables: tables.into_iter().collect(), start }
    }
}

impl<F> fmt::Debug for MemorySetting<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<_> = self.tables.iter().map(EntityTable::name).collect();
        formatter.debug_struct("MemorySetting").field("tables", &tables).finish_non_exhaustive()
    }
}

impl<F: Fn() -> MemoryStore> FaultSetting for MemorySetting<F> {
    type Store = MemoryStore;
    type Copy = Arc<MemoryStore>;

    async fn copy(&self) -> Arc<MemoryStore> {
        Arc::new((self.start)())
    }

    async fn open(&self, copy: &Arc<MemoryStore>) -> Arc<MemoryStore> {
        Arc::clone(copy)
    }

    async fn stored(&self, copy: &Arc<MemoryStore>) -> String {
        let mut text = String::new();
        for table in &self.tables {
            text += &stored_text(&**copy, table).await.expect("the store in memory can be read");
        }
        text
    }
}

/// Every row of a table with all columns that the storage model names, one line each; values show their type.
///
/// # Errors
///
/// [`StoreError`] if the store cannot be read.
pub async fn stored_text<S: ModelStore>(
    store: &S,
    table: &EntityTable,
) -> Result<String, StoreError> {
    let mut text = format!("{}\n", table.name());
    let mut after = None;
    loop {
        let limits = BatchLimits::default();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
        let page = store.scan(table, &request).await?;
        for row in &page.rows {
            text += &format!("{row:?}\n");
        }
        match page.rows.last() {
            Some(last) if !page.is_last => after = Some(last.key.clone()),
            _ => return Ok(text),
        }
    }
}
