//! Reading one document without a database, and why it may be of no use.

use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, MigrationError, MigrationOptions};

use super::{fetched, sizes};

use crate::domain::{Invalid, Validate};

/// Why a stored entity is of no use to the program of today.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Unusable {
    /// It cannot be brought to the latest versions.
    #[error(transparent)]
    #[non_exhaustive]
    Unreadable {
        /// Why.
        source: MigrationError,
    },
    /// It can be, and then breaks a rule.
    #[error(transparent)]
    #[non_exhaustive]
    Invalid {
        /// Which rule.
        source: Invalid,
    },
}

/// Reads a stored document; returns the valid object, and which fields were upgraded.
pub(crate) fn read<D>(document: &Value) -> Result<(D, String), Unusable>
where
    D: BaseVersionedDomainObject + Validate,
{
    let unreadable = |source| Unusable::Unreadable { source };
    let stored = document.to_string();
    let sizes = sizes();
    let fetched = fetched(&sizes);
    let options = MigrationOptions::new().with_fetched(&fetched);
    let migrated =
        D::migrate_to_latest_schema_versions_with(&stored, &options).map_err(unreadable)?;
    let object = migrated.to_object().map_err(unreadable)?;
    object.validate(object.is_strict()).map_err(|source| Unusable::Invalid { source })?;
    let changes = migrated.changes().iter();
    let changes =
        changes.map(|change| format!("{} {} to {}", change.field, change.from, change.to));
    Ok((object, changes.collect::<Vec<_>>().join(", ")))
}
