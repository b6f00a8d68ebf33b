//! What chains make of a stored document: the document at the versions that they reach, or a refusal.
//!
//! Layer: jobs. Pure. Invariant: a conversion that panics is a refusal, as in a run.

use std::{
    error::Error,
    panic::{AssertUnwindSafe, catch_unwind},
};

use versioned_core::{
    Declaration, EntityKind, MigrationError, MigrationOptions, SchemaVersion, Scope,
    VersionedAttribute,
    document::{ConvertedField, FoundVersion, Member, MemberValue, StoredVersion, stored_versions},
    json::Pointer,
};

use super::{form::hash, shape::members};
use crate::PanicMessage;

/// What the chains of an entity make of a stored document.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoldenOutcome {
    /// They bring it to their latest versions.
    #[non_exhaustive]
    Upgraded {
        /// The document, byte for byte.
        document: String,
        /// The versioned fields in order of declaration, and what each step makes of them.
        fields: Vec<GoldenField>,
    },
    /// They refuse it.
    Refused(GoldenRefusal),
}

/// From which version to which one a field comes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GoldenField {
    /// Rust name of the field; `document` where the whole document has one version.
    pub field: String,
    /// The stored version; `None` for a document without one.
    pub stored: Option<SchemaVersion>,
    /// The version that it reaches.
    pub reached: SchemaVersion,
    /// What each step makes of the value, in their order; none where the field is absent.
    pub steps: Vec<GoldenStep>,
}

/// What the chain makes of a value up to the end of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GoldenStep {
    /// The version that the step starts from.
    pub from: SchemaVersion,
    /// A hash of the JSON of the value and of the side outputs after the step; `None` where it cannot be written.
    pub hash: Option<String>,
}

/// Where and why a document is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GoldenRefusal {
    /// Rust name of the field; `None` for the document as a whole.
    pub field: Option<String>,
    /// The version that the refusing step starts from, where one was running.
    pub step: Option<SchemaVersion>,
    /// The place in the field, where it is known.
    pub pointer: Option<Pointer>,
    /// The error and its sources, outermost first; for readers only.
    pub causes: Vec<String>,
}

impl GoldenRefusal {
    /// Whether another one is at the same place, whatever its words.
    #[must_use]
    pub fn is_at_the_place_of(&self, other: &Self) -> bool {
        (&self.field, self.step, &self.pointer) == (&other.field, other.step, &other.pointer)
    }

    fn of_error(error: &MigrationError) -> Self {
        Self {
            field: error.place().field.map(str::to_owned),
            step: error.step().map(|(from, _)| from),
            pointer: error.pointer().cloned(),
            causes: causes(error),
        }
    }

    fn of_panic(message: &PanicMessage) -> Self {
        let causes = vec!["a conversion panicked".to_owned(), message.to_string()];
        Self { field: None, step: None, pointer: None, causes }
    }
}

impl GoldenOutcome {
    /// What the chains make of a document, with what was fetched for it; the Rust type has to accept the result.
    #[must_use]
    pub fn of(kind: EntityKind, stored: &str, fetched: &[(String, String)]) -> Self {
        let members = as_members(fetched);
        let options = MigrationOptions::new().with_fetched(&members);
        let upgraded = caught(|| {
            let upgraded = kind.migrate(stored, &options)?;
            kind.fits(&upgraded.document)?;
            Ok(upgraded.document)
        });
        match upgraded {
            Ok(document) => {
                let fields = Chains::over(kind.declaration(), stored, fetched).fields();
                Self::Upgraded { document, fields }
            }
            Err(refusal) => Self::Refused(refusal),
        }
    }
}

/// JSON texts under their keys, as conversions take them.
fn as_members(fetched: &[(String, String)]) -> Vec<Member<'_>> {
    fetched.iter().map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect()
}

/// Runs conversions; a panic is a refusal.
fn caught<T>(run: impl FnOnce() -> Result<T, MigrationError>) -> Result<T, GoldenRefusal> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(GoldenRefusal::of_error(&error)),
        Err(payload) => Err(GoldenRefusal::of_panic(&PanicMessage::new(payload.as_ref()))),
    }
}

/// The version from which a chain starts.
fn version_of(attribute: &VersionedAttribute, version: &StoredVersion) -> Option<SchemaVersion> {
    match version.found {
        FoundVersion::Number(version) => Some(version),
        FoundVersion::Missing => attribute.missing_version,
        _ => None,
    }
}

/// The chains of an entity over one stored document.
pub(super) struct Chains<'a> {
    declaration: &'static Declaration,
    stored: &'a str,
    members: Vec<(String, String)>,
    fetched: &'a [(String, String)],
    versions: Vec<StoredVersion>,
}

impl<'a> Chains<'a> {
    pub(super) fn over(
        declaration: &'static Declaration,
        stored: &'a str,
        fetched: &'a [(String, String)],
    ) -> Self {
        let members = members(stored).unwrap_or_default();
        let versions = stored_versions(declaration, stored).unwrap_or_default();
        Self { declaration, stored, members, fetched, versions }
    }

    /// What the steps make of each field.
    fn fields(&self) -> Vec<GoldenField> {
        let with_versions = self.declaration.versioned.iter().zip(&self.versions);
        let field = |(attribute, version): (&'static VersionedAttribute, &StoredVersion)| {
            let stored = match version.found {
                FoundVersion::Number(version) => Some(version),
                _ => None,
            };
            let steps = self.steps(attribute, version_of(attribute, version));
            GoldenField { field: attribute.field.to_owned(), stored, reached: attribute.max, steps }
        };
        with_versions.map(field).collect()
    }

    fn steps(
        &self,
        attribute: &'static VersionedAttribute,
        from: Option<SchemaVersion>,
    ) -> Vec<GoldenStep> {
        let (Some(from), Some(json)) = (from, self.value(attribute)) else { return Vec::new() };
        let steps = from.get()..attribute.max.get();
        let step = |step: u32| {
            let to = SchemaVersion::new(step + 1);
            let hash = self.after(attribute, json, (from, to)).map(|text| hash(&text));
            GoldenStep { from: SchemaVersion::new(step), hash }
        };
        steps.map(step).collect()
    }

    /// The value of a field at a version, as its chain gives it; `None` where it cannot be had.
    pub(super) fn value_at(&self, field: &str, to: SchemaVersion) -> Option<String> {
        let mut with_versions = self.declaration.versioned.iter().zip(&self.versions);
        let (attribute, version) = with_versions.find(|(it, _)| it.field == field)?;
        let from = version_of(attribute, version)?;
        self.converted(attribute, self.value(attribute)?, (from, to)).map(|it| it.json)
    }

    /// The stored value; `None` for a field that is absent and may be.
    fn value(&self, attribute: &VersionedAttribute) -> Option<&str> {
        let json = match attribute.scope {
            Scope::Document => Some(self.stored),
            _ => {
                let mut members = self.members.iter();
                members.find(|(key, _)| key == attribute.key).map(|(_, json)| json.as_str())
            }
        };
        json.filter(|json| !(attribute.optional && *json == "null"))
    }

    /// The value at a version, with the side outputs up to there.
    fn after(
        &self,
        attribute: &'static VersionedAttribute,
        json: &str,
        versions: (SchemaVersion, SchemaVersion),
    ) -> Option<String> {
        let converted = self.converted(attribute, json, versions)?;
        let mut text = converted.json;
        for side_output in &converted.side_outputs {
            if let MemberValue::Json(json) = side_output.as_member().value {
                text.push_str(&format!("\n{}\n{json}", side_output.key));
            }
        }
        Some(text)
    }

    fn converted(
        &self,
        attribute: &'static VersionedAttribute,
        json: &str,
        (from, to): (SchemaVersion, SchemaVersion),
    ) -> Option<ConvertedField> {
        let siblings = as_members(&self.members).into_iter();
        let siblings: Vec<Member<'_>> = siblings.chain(as_members(self.fetched)).collect();
        let run = || self.declaration.convert_field(attribute.field, json, from..=to, &siblings);
        caught(run).ok()
    }
}

/// An error and its sources as text, outermost first, each on one line.
fn causes(error: &MigrationError) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        causes.push(error.to_string());
        next = error.source();
    }
    causes
}
