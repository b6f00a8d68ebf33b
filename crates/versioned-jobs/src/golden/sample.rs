//! Sampling: documents of a table, some of each combination of stored versions, with what their chains make of them.
//!
//! Layer: jobs. Uses the port `ModelStore`; writes nothing. Invariant: a table is read page by page, and of each document no
//! more than its key, size and shape is kept until it is chosen.

use versioned_core::{EntityKind, json::Pointer};
use versioned_store::{
    BatchLimits, Bodies, EntityKey, EntityTable, ModelStore, Row, ScanRequest, StoreError,
};

use super::{
    GoldenDocument, GoldenError, Scrub,
    select::{Candidate, Choice},
    shape::{shape, versions_label},
};
use crate::{
    Fetched, VersionedModel,
    content::{document_of, text_hash},
    prefetch::{Asked, When, prefetch},
};

/// How documents are sampled.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct GoldenOptions {
    per_version: usize,
    bytes_max: usize,
    scrub: Option<Scrub>,
}

impl Default for GoldenOptions {
    /// Three documents of each combination, of at most 64 KiB each, as they are.
    fn default() -> Self {
        Self { per_version: 3, bytes_max: 64 << 10, scrub: None }
    }
}

impl GoldenOptions {
    /// How many documents of each combination of stored versions, from 1 to 100.
    #[must_use]
    pub fn with_per_version(self, documents: usize) -> Self {
        Self { per_version: documents.clamp(1, 100), ..self }
    }

    /// Leaves out documents of more bytes.
    #[must_use]
    pub fn with_bytes_max(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }

    /// Scrubs each document before it is recorded.
    #[must_use]
    pub fn with_scrub(self, scrub: Scrub) -> Self {
        Self { scrub: Some(scrub), ..self }
    }
}

/// Documents of one table.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct GoldenSample {
    /// The documents, by their versions.
    pub documents: Vec<GoldenDocument>,
    /// How many documents there are of each combination of stored versions.
    pub combinations: Vec<(String, u64)>,
    /// What was left out.
    pub left_out: LeftOut,
}

/// How many documents were no candidates, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LeftOut {
    /// Marked as deleted.
    pub deleted: u64,
    /// Of too many bytes.
    pub too_large: u64,
    /// No document can be made of the row.
    pub unreadable: u64,
    /// Of combinations of versions beyond the first thousand.
    pub beyond: u64,
    /// Chosen, and then refused by the function that scrubs: place and reason.
    pub not_scrubbed: Vec<(Pointer, String)>,
}

/// Samples the documents of a table of an entity: its models, or its snapshots.
///
/// Of each combination of stored versions it takes the smallest document, the largest one, then documents of other shapes,
/// then others in the order of a hash of their keys. So the same table gives the same documents.
///
/// # Errors
///
/// [`GoldenError`] if the store failed, or what conversions need could not be fetched.
pub async fn sample<M: VersionedModel, S: ModelStore>(
    store: &S,
    table: &EntityTable,
    options: &GoldenOptions,
) -> Result<GoldenSample, GoldenError> {
    let kind = EntityKind::of::<M::DomainObject>();
    let mut sample = GoldenSample::default();
    let choice = choose(store, table, options, &mut sample.left_out).await?;
    for (versions, documents, keys) in choice.chosen(options.per_version) {
        sample.combinations.push((versions.to_owned(), documents));
        let rows = rows(store, table, &keys).await?;
        let asked = Asked { table, rows: &rows, check_needs: &[], when: When::Converted };
        let entity = table.declaration().entity;
        let fetched = prefetch::<M, S>(store, asked).await;
        let fetched = fetched.map_err(|source| GoldenError::Prefetch { entity, source })?;
        let nothing = Fetched::default();
        for row in &rows {
            let Some(stored) = document_of(table, row) else { continue };
            let fetched = fetched.get(&row.key).unwrap_or(&nothing).texts();
            if let Some(document) = record(kind, stored, fetched, options, &mut sample.left_out)
                && !sample.documents.contains(&document)
            {
                sample.documents.push(document);
            }
        }
    }
    sample.left_out.beyond = choice.beyond;
    Ok(sample)
}

/// Scrubs and records a document; one that cannot be scrubbed is left out.
fn record(
    kind: EntityKind,
    stored: String,
    fetched: Vec<(String, String)>,
    options: &GoldenOptions,
    left_out: &mut LeftOut,
) -> Option<GoldenDocument> {
    let Some(scrub) = options.scrub else {
        return Some(GoldenDocument::record(kind, stored, fetched));
    };
    match GoldenDocument::scrubbed(kind.declaration().entity, &stored, &fetched, scrub) {
        Ok((stored, fetched)) => Some(GoldenDocument::record(kind, stored, fetched)),
        Err(error) => {
            let place = error.pointer().cloned().unwrap_or_default();
            left_out.not_scrubbed.push((place, error.to_string()));
            None
        }
    }
}

async fn choose<S: ModelStore>(
    store: &S,
    table: &EntityTable,
    options: &GoldenOptions,
    left_out: &mut LeftOut,
) -> Result<Choice, GoldenError> {
    let declaration = table.declaration();
    let mut choice = Choice::default();
    let mut after: Option<EntityKey> = None;
    loop {
        let limits = BatchLimits::default();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
        let page = store.scan(table, &request).await.map_err(|source| failed(table, source))?;
        for row in &page.rows {
            let document = match document_of(table, row) {
                _ if row.deleted => {
                    left_out.deleted += 1;
                    continue;
                }
                None => {
                    left_out.unreadable += 1;
                    continue;
                }
                Some(document) if document.len() > options.bytes_max => {
                    left_out.too_large += 1;
                    continue;
                }
                Some(document) => document,
            };
            let candidate = Candidate {
                order: text_hash([row.key.to_ledger_text().as_str()]),
                key: row.key.clone(),
                bytes: document.len(),
                shape: shape(declaration, &document),
            };
            let versions = versions_label(declaration, &document);
            choice.add(versions, candidate, options.per_version);
        }
        match page.rows.last() {
            _ if page.is_last => return Ok(choice),
            Some(last) if request.after.as_ref().is_none_or(|after| *after < last.key) => {
                after = Some(last.key.clone());
            }
            _ => return Err(GoldenError::BrokenStore { entity: declaration.entity }),
        }
    }
}

/// The rows with these keys that are still there.
async fn rows<S: ModelStore>(
    store: &S,
    table: &EntityTable,
    keys: &[EntityKey],
) -> Result<Vec<Row>, GoldenError> {
    let rows = store.get_many(table, keys).await.map_err(|source| failed(table, source))?;
    Ok(rows.into_iter().flatten().filter(|row| !row.deleted).collect())
}

fn failed(table: &EntityTable, source: StoreError) -> GoldenError {
    GoldenError::Store { entity: table.declaration().entity, source }
}
