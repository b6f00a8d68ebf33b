//! What a migration is given beside the stored entity.
//!
//! Layer: core. Invariant: a document that needs no conversion needs none of it.

use crate::{
    FetchedAttribute, SchemaVersion, VersionedAttribute,
    document::{FoundVersion, Member},
};

/// What a migration is given beside the stored entity, and whether it counts losses.
///
/// # Examples
///
/// ```
/// use versioned_core::{MigrationOptions, document::{Member, MemberValue}};
///
/// let sizes = MemberValue::Json(r#"{"a.png": 120}"#);
/// let fetched = [Member { key: "image_sizes", value: sizes }];
/// let options = MigrationOptions::new().with_fetched(&fetched).with_counted_losses(true);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct MigrationOptions<'a> {
    fetched: &'a [Member<'a>],
    counts_losses: bool,
}

impl<'a> MigrationOptions<'a> {
    /// Nothing is fetched, and losses are not counted.
    #[must_use]
    pub const fn new() -> Self {
        Self { fetched: &[], counts_losses: false }
    }

    /// Gives the values that were fetched, under the names that the declaration has for them.
    ///
    /// Names that no field declares are ignored.
    #[must_use]
    pub const fn with_fetched(self, fetched: &'a [Member<'a>]) -> Self {
        Self { fetched, ..self }
    }

    /// Whether what steps with a declared loss drop is counted. That writes and scans the value of a stale field before and
    /// after each of these steps, and costs nothing for all others.
    #[must_use]
    pub const fn with_counted_losses(self, counts_losses: bool) -> Self {
        Self { counts_losses, ..self }
    }

    pub(crate) fn fetched(&self, name: &str) -> Option<Member<'a>> {
        self.fetched.iter().find(|member| member.key == name).copied()
    }

    pub(crate) const fn counts_losses(&self) -> bool {
        self.counts_losses
    }
}

impl VersionedAttribute {
    /// What has to be fetched before an entity with this stored version is migrated; nothing if the field is current, or
    /// cannot be migrated at all.
    ///
    /// The version is that of [`stored_versions`](crate::document::stored_versions), or of a version column through
    /// [`FoundVersion::of`].
    #[must_use]
    pub fn fetched_for(&self, stored: &FoundVersion) -> &'static [FetchedAttribute] {
        let from = match stored {
            FoundVersion::Number(version) => Some(*version),
            FoundVersion::Missing => self.missing_version,
            FoundVersion::Malformed(_) => None,
        };
        let is_stale = |from: SchemaVersion| self.min <= from && from < self.max;
        if from.is_some_and(is_stale) { self.fetched } else { &[] }
    }
}
