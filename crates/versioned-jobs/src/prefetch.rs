//! What conversions and checks need from elsewhere, fetched before they run.
//!
//! Layer: jobs. Invariant: an entity that needs nothing is not asked about, so current entities cost no call. Jobs, reads
//! and saves ask through one function.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use versioned_core::{
    VersionedAttribute,
    document::{FoundVersion, Member, MemberValue, stored_versions},
};
use versioned_store::{EntityKey, EntityTable, ModelStore, Row, TableLayout};

use crate::{HookError, VersionedModel, content::document_of};

/// A stale entity whose conversions or check need values that are fetched, or one that is about to be saved and whose
/// check does.
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

    /// The names that its stale fields declare as `fetched(..)`, and those that its check needs, each once.
    #[must_use]
    pub fn needs(&self) -> &[&'static str] {
        &self.needs
    }

    /// The stored document, at its old versions, or that which is about to be saved; of a table with a column per field at least the fields that take part in
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

    /// A value.
    ///
    /// # Errors
    ///
    /// If it was not given, or is no such value.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, HookError> {
        let json = self.0.get(name).ok_or_else(|| NotGiven { name: name.to_owned() })?;
        let value = serde_json::from_str(json);
        value.map_err(|source| Mismatch { name: name.to_owned(), source }.into())
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The values by name, as JSON texts.
    pub(crate) fn texts(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, json)| (name.clone(), json.clone())).collect()
    }

    /// The values as conversions take them.
    pub(crate) fn members(&self) -> Vec<Member<'_>> {
        self.0.iter().map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect()
    }
}

/// A value that was asked for is not there.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` is needed, and `prefetch` did not give it")]
pub(crate) struct NotGiven {
    pub(crate) name: String,
}

/// A value is there and is another one.
#[derive(Debug, thiserror::Error)]
#[error("`{name}`, which `prefetch` gave, is not of the type that is read")]
struct Mismatch {
    name: String,
    source: serde_json::Error,
}

/// What was fetched for the entities of a page.
pub(crate) type FetchedByKey = BTreeMap<EntityKey, Fetched>;

/// Rows, and what is asked for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) table: &'a EntityTable,
    pub(crate) rows: &'a [Row],
    /// The names that the check of the entities needs; none where no check runs.
    pub(crate) check_needs: &'static [&'static str],
    pub(crate) when: When,
}

/// What becomes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Those that are stale are converted.
    Converted,
    /// All of them are at their latest versions, and are saved.
    Saved,
}

/// The hook of an entity kind over one kind of store.
pub(crate) type Prefetch<S> = for<'a> fn(&'a S, Asked<'a>) -> PrefetchFuture<'a>;

pub(crate) type PrefetchFuture<'a> =
    Pin<Box<dyn Future<Output = Result<FetchedByKey, HookError>> + Send + 'a>>;

/// Fetches what the rows need; nothing is called where none does.
pub(crate) fn prefetch<'a, M: VersionedModel + ?Sized, S: ModelStore>(
    store: &'a S,
    asked: Asked<'a>,
) -> PrefetchFuture<'a> {
    Box::pin(async move {
        let Asked { table, rows, check_needs, when } = asked;
        if check_needs.is_empty() && !converts_with_fetched(table) {
            return Ok(FetchedByKey::new());
        }
        let needs = |row: &Row| match when {
            When::Converted => needs(table, row, check_needs),
            When::Saved => check_needs.to_vec(),
        };
        let stale: Vec<Stale<'_>> = rows
            .iter()
            .filter(|row| !row.deleted)
            .map(|row| Stale { table, row, needs: needs(row) })
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

/// Whether any conversion of the entity needs what is fetched.
pub(crate) fn converts_with_fetched(table: &EntityTable) -> bool {
    table.declaration().versioned.iter().any(|attribute| !attribute.fetched.is_empty())
}

/// What the stale fields of a row declare as fetched; and what its check needs, if there are any.
fn needs(
    table: &EntityTable,
    row: &Row,
    check_needs: &'static [&'static str],
) -> Vec<&'static str> {
    let declaration = table.declaration();
    let mut needs: Vec<&'static str> = Vec::new();
    let mut add = |version_key: &str, found: &FoundVersion| {
        let of_version = declaration.versioned.iter().filter(|it| it.version_key == version_key);
        for attribute in of_version.filter(|attribute| is_stale(attribute, found)) {
            let fetched = attribute.fetched_for(found).iter().map(|fetched| fetched.name);
            for name in fetched.chain(check_needs.iter().copied()) {
                if !needs.contains(&name) {
                    needs.push(name);
                }
            }
        }
    };
    match table.layout() {
        TableLayout::Document => {
            // What cannot be read fails in its conversion, with the reason.
            let document = table.document(row).ok().flatten();
            let versions = document.and_then(|it| stored_versions(declaration, it).ok());
            for version in versions.into_iter().flatten() {
                add(version.version_key, &version.found);
            }
        }
        _ => {
            for member in table.members(row).unwrap_or_default() {
                add(member.key, &FoundVersion::of(member.value));
            }
        }
    }
    needs
}

/// Whether a field of this version is converted; not if it is at its latest version, or at none that is known.
fn is_stale(attribute: &VersionedAttribute, found: &FoundVersion) -> bool {
    let from = match found {
        FoundVersion::Number(version) => Some(*version),
        FoundVersion::Missing => attribute.missing_version,
        _ => None,
    };
    from.is_some_and(|from| attribute.min <= from && from < attribute.max)
}
