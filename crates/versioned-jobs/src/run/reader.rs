//! Where the pages of a run come from.
//!
//! Layer: jobs. Invariant: a page follows on the one before it; what would miss rows or never end is refused. A page has
//! more rows than a batch only where pages before it had nothing to convert.

use std::sync::Arc;

use versioned_store::{
    BatchLimits, Bodies, EntityKey, EntityTable, JobLedger, Page, QuarantineRequest, Row,
    ScanRequest,
};

use super::Source;
use crate::{JobOptions, ending::EndedEarly, subject::Subject};

/// Reads the pages of a run; it borrows nothing of the run, so that it reads while the run does something else.
pub(super) struct Reader<'a, D, S> {
    pub(super) store: &'a S,
    pub(super) options: &'a JobOptions,
    pub(super) subject: Arc<Subject<D>>,
    pub(super) source: Source,
    /// Whether every row is read with all its columns, whatever its versions are.
    pub(super) reads_all: bool,
    pub(super) reach: Reach,
}

/// How many rows the next page may have: where rows come without fields, a page costs about as much with many of them.
#[derive(Debug)]
pub(super) struct Reach {
    /// Most rows of a batch.
    batch: usize,
    limits: BatchLimits,
    /// Pages in a row without anything to convert.
    idle: u32,
}

/// So many pages without anything to convert come before longer ones.
const IDLE_MIN: u32 = 4;

impl Reach {
    pub(super) fn new(options: &JobOptions) -> Self {
        let limits = options.limits();
        let batch = usize::try_from(limits.rows()).unwrap_or(usize::MAX);
        Self { batch, limits, idle: 0 }
    }

    /// Cuts a page that is longer than a batch before the first row that may be converted; the rows from there on are
    /// read again in pages of a batch, shortly before they are written.
    pub(super) fn note(&mut self, table: &EntityTable, page: &mut Page) {
        let has_fields = |row: &Row| {
            let mut values = table.columns().iter().zip(&row.values);
            values.any(|(column, value)| {
                column.key_part.is_none() && !column.kind.is_version() && value.is_some()
            })
        };
        let Some(first) = page.rows.iter().position(has_fields) else {
            self.idle += 1;
            if self.idle >= IDLE_MIN {
                let rows = self.limits.rows().saturating_mul(2);
                self.limits.rows_max = rows.min(BatchLimits::ROWS_MAX);
            }
            return;
        };
        self.idle = 0;
        self.limits.rows_max = u32::try_from(self.batch).unwrap_or(BatchLimits::ROWS_MAX);
        if page.rows.len() > self.batch {
            page.rows.truncate(first.max(self.batch));
            page.is_last = false;
        }
    }
}

impl<D, S: JobLedger> Reader<'_, D, S> {
    /// Reads the page after a key.
    pub(super) async fn read(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        match self.source {
            Source::Table => self.scan(after).await,
            Source::Quarantine => self.read_quarantined(after).await,
        }
    }

    fn table(&self) -> &EntityTable {
        &self.subject.table
    }

    async fn scan(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        let limits = self.reach.limits;
        let bodies = if self.reads_all { Bodies::All } else { Bodies::Stale };
        let request = ScanRequest { after, until: None, limits, bodies };
        let page = self.store.scan(self.table(), &request).await?;
        check_page(request.after.as_ref(), &page)?;
        Ok(page)
    }

    async fn read_quarantined(&self, after: Option<EntityKey>) -> Result<Page, EndedEarly> {
        let entity = self.subject.name;
        let limit = self.options.limits().rows();
        let after = after.map(|key| (entity.to_owned(), key));
        let request = QuarantineRequest { entity: Some(entity.to_owned()), after, limit };
        let entries = self.store.quarantined(&request).await?;
        let is_last = u32::try_from(entries.len()).unwrap_or(u32::MAX) < limit;
        let keys: Vec<EntityKey> = entries.into_iter().map(|entry| entry.key).collect();
        let found = self.store.get_many(self.table(), &keys).await?;
        if found.len() != keys.len() {
            return Err(EndedEarly::Broken("it did not say of every key whether there is a row"));
        }
        let rows = found.into_iter().zip(keys).map(|(row, key)| {
            let values = vec![None; self.table().columns().len()];
            row.unwrap_or(Row { key, model_version: None, deleted: true, values, stamp: None })
        });
        Ok(Page { rows: rows.collect(), is_last })
    }
}

/// Refuses a page that would make the scan miss rows or never end.
fn check_page(after: Option<&EntityKey>, page: &Page) -> Result<(), EndedEarly> {
    if page.rows.is_empty() && !page.is_last {
        return Err(EndedEarly::Broken("it gave an empty page that is not the last one"));
    }
    let mut previous = after;
    for row in &page.rows {
        if previous.is_some_and(|previous| *previous >= row.key) {
            return Err(EndedEarly::Broken("it gave rows that are not in the order of their keys"));
        }
        previous = Some(&row.key);
    }
    Ok(())
}
