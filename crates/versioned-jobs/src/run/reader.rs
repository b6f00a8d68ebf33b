//! Where the pages of a run come from.
//!
//! Layer: jobs. Invariant: a page follows on the one before it; what would miss rows or never end is refused.

use std::sync::Arc;

use versioned_store::{
    Bodies, EntityKey, EntityTable, JobLedger, Page, QuarantineRequest, Row, ScanRequest,
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
        let limits = self.options.limits();
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
