//! What a read tells the outside of the fields that it upgraded.
//!
//! Layer: jobs. Invariant: a read of what is current says nothing and costs nothing; where nobody listens, that of what is
//! stale costs next to nothing beside its conversions.

use std::{error::Error, fmt};

use versioned_core::FieldChange;
use versioned_store::EntityKey;

/// Counts the fields that reads have upgraded, by `entity`, `field` and the version `from`.
const UPGRADES: &str = "versioned_upgrades_on_read_total";

/// Reports the fields of one entity that a read has upgraded.
pub(crate) fn report(entity: &'static str, key: &EntityKey, changes: &[FieldChange]) {
    for FieldChange { field, from, to, .. } in changes {
        tracing::debug!(
            entity,
            id = %key,
            field,
            from = from.get(),
            to = to.get(),
            "upgraded on read",
        );
        let from = from.to_string();
        metrics::counter!(UPGRADES, "entity" => entity, "field" => *field, "from" => from)
            .increment(1);
    }
}

/// Reports that what a read has upgraded could not be written back.
pub(crate) fn report_not_written(entity: &'static str, key: &EntityKey, error: &dyn Error) {
    tracing::warn!(entity, id = %key, error = %Chain(error), "not written back");
}

/// An error with its causes, on one line.
struct Chain<'e>(&'e dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
