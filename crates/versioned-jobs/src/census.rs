//! Census: which schema versions are stored, and in how many rows.
//!
//! Layer: jobs. Invariant: every row is counted once per version member, whatever stands in it; nothing is guessed.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};
use versioned_core::{
    Declaration, SchemaVersion, VersionedAttribute,
    document::{FoundVersion, MemberValue, stored_versions},
};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, ModelStore, Row, ScanRequest, TableLayout,
};

use crate::{Align, JobError, TextTable, subject::Subject};

/// Which schema versions of an entity kind are stored.
///
/// As JSON: `entity`, `rows`, `deleted`, and `versions` with `fields`, `version_field`, `stored`, `state`, `rows` and
/// `deleted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CensusReport {
    /// Name of the entity kind.
    pub entity: &'static str,
    /// Rows in the table, deleted ones included.
    pub rows: u64,
    /// Rows that are marked as deleted.
    pub deleted: u64,
    /// One entry per version member and stored version.
    pub versions: Vec<CensusRow>,
}

/// How many rows have one version in one version member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CensusRow {
    /// Rust names of the fields that share the version.
    pub fields: Vec<&'static str>,
    /// Rust name of the version field.
    pub version_field: &'static str,
    /// What is stored.
    pub stored: StoredAs,
    /// What that means to this program.
    pub state: VersionState,
    /// How many rows, deleted ones included.
    pub rows: u64,
    /// How many of them are marked as deleted.
    pub deleted: u64,
}

/// What stands where a version should be; as JSON the number of the version, or a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StoredAs {
    /// A version.
    Version(SchemaVersion),
    /// Nothing.
    Missing,
    /// Something else than a version: text, a fraction, a negative number.
    Malformed,
    /// Nobody knows: the document itself cannot be read.
    Unreadable,
}

impl fmt::Display for StoredAs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(formatter),
            Self::Missing => formatter.write_str("missing"),
            Self::Malformed => formatter.write_str("malformed"),
            Self::Unreadable => formatter.write_str("unreadable"),
        }
    }
}

impl Serialize for StoredAs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Version(version) => version.serialize(serializer),
            word => serializer.collect_str(word),
        }
    }
}

/// What a stored version means to this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VersionState {
    /// The latest version.
    Current,
    /// Older than the latest one; a migration brings it up.
    Stale,
    /// Older than the oldest one that the chain accepts; a migration fails.
    TooOld,
    /// Newer than the latest one; a migration fails.
    TooNew,
    /// Not known; a migration fails.
    Unknown,
}

impl VersionState {
    /// The name, as reports show it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Stale => "stale",
            Self::TooOld => "too old",
            Self::TooNew => "too new",
            Self::Unknown => "unknown",
        }
    }
}

/// Takes the census of a table.
pub(crate) async fn take<D, S: ModelStore>(
    subject: &Subject<D>,
    store: &S,
) -> Result<CensusReport, JobError> {
    let (entity, table) = (subject.name, &subject.table);
    let tally = match table.layout() {
        TableLayout::Document => scan_documents(subject, store).await?,
        _ => {
            let counts = store.version_counts(table).await;
            let counts = counts.map_err(|source| JobError::Census { entity, source })?;
            let mut tally = Tally::default();
            for count in counts {
                let Some(column) = table.columns().get(count.column) else {
                    return Err(broken(
                        subject,
                        "it counted a column that the table does not have",
                    ));
                };
                let stored = stored_as(&FoundVersion::of(member_value(&count.version)));
                tally.add(column.key, stored, count.deleted, count.rows);
            }
            tally.set_rows_from_counts();
            tally
        }
    };
    Ok(tally.into_report(entity, table.declaration()))
}

async fn scan_documents<D, S: ModelStore>(
    subject: &Subject<D>,
    store: &S,
) -> Result<Tally, JobError> {
    let (entity, table) = (subject.name, &subject.table);
    let mut tally = Tally::default();
    let mut after = None;
    loop {
        let limits = BatchLimits::default();
        let request = ScanRequest { after, until: None, limits, bodies: Bodies::All };
        let page = store.scan(table, &request).await;
        let page = page.map_err(|source| JobError::Census { entity, source })?;
        for row in &page.rows {
            tally.add_document(table, row);
        }
        match page.rows.last() {
            _ if page.is_last => return Ok(tally),
            Some(last) if request.after.as_ref().is_none_or(|after| *after < last.key) => {
                after = Some(last.key.clone());
            }
            _ => return Err(broken(subject, "it gave a page without rows after the one before")),
        }
    }
}

fn broken<D>(subject: &Subject<D>, broken: &'static str) -> JobError {
    let (entity, table) = (subject.name, subject.table.name().to_owned());
    JobError::BrokenStore { entity, table, broken, report: None }
}

/// Counts under version key and stored version; the numbers are rows and deleted rows.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    deleted: u64,
    versions: BTreeMap<(&'static str, StoredAs), (u64, u64)>,
}

impl Tally {
    fn add(&mut self, version_key: &'static str, stored: StoredAs, is_deleted: bool, rows: u64) {
        let (all, deleted) = self.versions.entry((version_key, stored)).or_default();
        *all += rows;
        *deleted += if is_deleted { rows } else { 0 };
    }

    fn add_document(&mut self, table: &EntityTable, row: &Row) {
        self.rows += 1;
        self.deleted += u64::from(row.deleted);
        let declaration = table.declaration();
        let document = table.document(row).ok().flatten();
        let versions = document.and_then(|bytes| stored_versions(declaration, bytes).ok());
        for (version_key, _) in version_members(declaration) {
            let stored = match &versions {
                Some(versions) => versions
                    .iter()
                    .find(|version| version.version_key == version_key)
                    .map_or(StoredAs::Missing, |version| stored_as(&version.found)),
                None => StoredAs::Unreadable,
            };
            self.add(version_key, stored, row.deleted, 1);
        }
    }

    /// Every row is counted once per version column, so any one of them gives the rows of the table.
    fn set_rows_from_counts(&mut self) {
        let mut by_key: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for ((key, _), (rows, deleted)) in &self.versions {
            let sum = by_key.entry(key).or_default();
            sum.0 += rows;
            sum.1 += deleted;
        }
        (self.rows, self.deleted) = by_key.into_values().next().unwrap_or_default();
    }

    fn into_report(self, entity: &'static str, declaration: &'static Declaration) -> CensusReport {
        let Self { rows, deleted, versions } = self;
        let mut report = CensusReport { entity, rows, deleted, versions: Vec::new() };
        for (version_key, attributes) in version_members(declaration) {
            let found = versions.iter().filter(|((key, _), _)| *key == version_key);
            for ((_, stored), (rows, deleted)) in found {
                report.versions.push(CensusRow {
                    fields: attributes.iter().map(|attribute| attribute.field).collect(),
                    version_field: attributes[0].version_field,
                    stored: stored.clone(),
                    state: state(attributes[0], stored),
                    rows: *rows,
                    deleted: *deleted,
                });
            }
        }
        report
    }
}

/// The version members in order of declaration, each with the fields that share it; at least one.
fn version_members(
    declaration: &'static Declaration,
) -> Vec<(&'static str, Vec<&'static VersionedAttribute>)> {
    let mut members: Vec<(&'static str, Vec<&'static VersionedAttribute>)> = Vec::new();
    for attribute in declaration.versioned {
        match members.iter_mut().find(|(key, _)| *key == attribute.version_key) {
            Some((_, attributes)) => attributes.push(attribute),
            None => members.push((attribute.version_key, vec![attribute])),
        }
    }
    members
}

fn member_value(value: &ColumnValue) -> MemberValue<'_> {
    match value {
        ColumnValue::Null => MemberValue::Null,
        ColumnValue::Boolean(value) => MemberValue::Boolean(*value),
        ColumnValue::Integer(number) => MemberValue::Integer(*number),
        ColumnValue::Real(number) => MemberValue::Real(*number),
        ColumnValue::Text(text) => MemberValue::Text(text),
        _ => MemberValue::Text("bytes"),
    }
}

fn stored_as(found: &FoundVersion) -> StoredAs {
    match found {
        FoundVersion::Number(version) => StoredAs::Version(*version),
        FoundVersion::Missing => StoredAs::Missing,
        _ => StoredAs::Malformed,
    }
}

fn state(attribute: &VersionedAttribute, stored: &StoredAs) -> VersionState {
    match stored {
        StoredAs::Version(version) if *version < attribute.min => VersionState::TooOld,
        StoredAs::Version(version) if *version > attribute.max => VersionState::TooNew,
        StoredAs::Version(version) if *version == attribute.max => VersionState::Current,
        StoredAs::Version(_) => VersionState::Stale,
        // Even at the latest version the version itself is still to be written.
        StoredAs::Missing if attribute.missing_version.is_some() => VersionState::Stale,
        StoredAs::Missing | StoredAs::Malformed | StoredAs::Unreadable => VersionState::Unknown,
    }
}

/// A headline and an aligned table.
impl fmt::Display for CensusReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(formatter, "{}: {} {rows}", self.entity, self.rows)?;
        if self.deleted > 0 {
            write!(formatter, ", {} of them marked as deleted", self.deleted)?;
        }
        writeln!(formatter)?;
        let columns = [
            ("field", Align::Left),
            ("version", Align::Right),
            ("state", Align::Left),
            ("rows", Align::Right),
            ("deleted", Align::Right),
        ];
        let mut table = TextTable::new(&columns).indent(2);
        for row in &self.versions {
            table.row([
                row.fields.join(", "),
                row.stored.to_string(),
                row.state.as_str().to_owned(),
                row.rows.to_string(),
                row.deleted.to_string(),
            ]);
        }
        if table.is_empty() {
            return Ok(());
        }
        write!(formatter, "{table}")
    }
}
