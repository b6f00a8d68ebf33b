//! The table of sheets, as each database has it.

use versioned_core::BaseVersionedDomainObject as _;
use versioned_jobs::VersionedModel as _;
use versioned_store::EntityTable;

use super::Error;
use crate::subjects::sheet::{KeptSheets, Sheet, body};

/// Bytes of the documents of so many rows, as they were written.
#[expect(clippy::cast_precision_loss, reason = "figures are rounded when they are printed")]
pub(super) fn bytes(rows: u32) -> f64 {
    (1..=rows).map(|number| body(number).len() as f64).sum()
}

/// The table with its history, whose tables a store creates.
pub(super) fn kept() -> Result<EntityTable, Error> {
    Ok(EntityTable::new(Sheet::schema_versioned_attributes(), KeptSheets::storage_model())?)
}
