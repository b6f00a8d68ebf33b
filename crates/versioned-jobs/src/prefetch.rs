//! What conversions need from elsewhere, fetched before they run.
//!
//! Layer: jobs. Invariant: an entity that needs nothing is not asked about, so current entities cost no call.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use serde::Serialize;
use versioned_core::document::{FoundVersion, Member, MemberValue, stored_versions};
use versioned_store::{EntityKey, EntityTable, ModelStore, Row, TableLayout};

use crate::{HookError, VersionedModel, content::document_of};

/// A stale entity whose conversions need values that are fetched.
#[derive(Debug)]
pub struct Stale<'r> {
    table: &'r EntityTable,
    row: &'r Row,
    needs: Vec<&'static str>,
}

impl Stale<'_> {
    /// Its key; that of a snapshot ends with the model version.
    #[must_use]
    pub fn key(&self) -> &EntityKey {
        &self.row.key
    }

    /// The names that its stale fields declare as `fetched(..)`, each once.
    #[must_use]
    pub fn needs(&self) -> &[&'static str] {
        &self.needs
    }

    /// The stored document, at its old versions; of a table with a column per field at least the fields that take part in
    /// the migration. `None` if no document can be made of the row.
    #[must_use]
    pub fn document(&self) -> Option<String> {
        document_of(self.table, self.row)
    }
}

/// Values that were fetched for one entity, under the names that its declaration has for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fetched(BTreeMap<String, String>);

impl Fetched {
    /// Adds a value.
    ///
    /// # Errors
    ///
    /// The error of serde where the value cannot be written as JSON.
    pub fn with<T: Serialize>(
        mut self,
        name: impl Into<String>,
        value: &T,
    ) -> Result<Self, serde_json::Error> {
        self.0.insert(name.into(), serde_json::to_string(value)?);
        Ok(self)
    }

    /// The values as conversions take them.
    pub(crate) fn members(&self) -> Vec<Member<'_>> {
        self.0.iter().map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect()
    }
}

/// What was fetched for the entities of a page.
pub(crate) type FetchedByKey = BTreeMap<EntityKey, Fetched>;

/// The hook of an entity kind over one kind of store.
pub(crate) type Prefetch<S> = for<'a> fn(&'a S, &'a EntityTable, &'a [Row]) -> PrefetchFuture<'a>;

pub(crate) type PrefetchFuture<'a> =
    Pin<Box<dyn Future<Output = Result<FetchedByKey, HookError>> + Send + 'a>>;

/// Fetches what the rows need; nothing is called where none does.
pub(crate) fn prefetch<'a, M: VersionedModel + ?Sized, S: ModelStore>(
    store: &'a S,
    table: &'a EntityTable,
    rows: &'a [Row],
) -> PrefetchFuture<'a> {
    Box::pin(async move {
        let declared = table.declaration().versioned.iter();
        if declared.clone().all(|attribute| attribute.fetched.is_empty()) {
            return Ok(FetchedByKey::new());
        }
        let stale: Vec<Stale<'_>> = rows
            .iter()
            .filter(|row| !row.deleted)
            .map(|row| Stale { table, row, needs: needs(table, row) })
            .filter(|stale| !stale.needs.is_empty())
            .collect();
        if stale.is_empty() {
            return Ok(FetchedByKey::new());
        }
        let fetched = M::prefetch(store, &stale).await?;
        if fetched.len() != stale.len() {
            let (asked, given) = (stale.len(), fetched.len());
            return Err(format!("`prefetch` gave {given} answers for {asked} entities").into());
        }
        Ok(stale.iter().map(|stale| stale.key().clone()).zip(fetched).collect())
    })
}

/// What the stale fields of a row declare as fetched.
fn needs(table: &EntityTable, row: &Row) -> Vec<&'static str> {
    let declaration = table.declaration();
    let mut needs = Vec::new();
    let mut add = |attribute: &versioned_core::VersionedAttribute, found: &FoundVersion| {
        for fetched in attribute.fetched_for(found) {
            if !needs.contains(&fetched.name) {
                needs.push(fetched.name);
            }
        }
    };
    match table.layout() {
        TableLayout::Document => {
            // What cannot be read fails in its conversion, with the reason.
            let document = table.document(row).ok().flatten();
            let versions = document.and_then(|it| stored_versions(declaration, it).ok());
            for version in versions.into_iter().flatten() {
                let of_version = declaration.versioned.iter();
                for attribute in of_version.filter(|it| it.version_key == version.version_key) {
                    add(attribute, &version.found);
                }
            }
        }
        _ => {
            for member in table.members(row).unwrap_or_default() {
                let found = FoundVersion::of(member.value);
                let of_version = declaration.versioned.iter();
                for attribute in of_version.filter(|it| it.version_key == member.key) {
                    add(attribute, &found);
                }
            }
        }
    }
    needs
}
