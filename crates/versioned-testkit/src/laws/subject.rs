//! The entity kind under test, and running its chains.
//!
//! Layer: testkit. Invariant: a panic of a conversion never leaves this file.

use std::collections::{BTreeMap, BTreeSet};

use versioned_core::{
    Declaration, EntityKind, MigratedDocument, MigrationError, MigrationOptions, SchemaVersion,
    Scope, VersionedAttribute,
    document::{ConvertedField, Member, MemberValue, WriteValue},
};

use super::{documents::Sample, leaves, panics, text, violation::Violation};
use crate::strategies::SchemaCheck;

/// The entity kind under test.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) kind: EntityKind,
    pub(super) declaration: &'static Declaration,
    /// Schemas by field and version.
    pub(super) checks: BTreeMap<(&'static str, SchemaVersion), SchemaCheck>,
    /// The schema of the object at the latest versions.
    pub(super) object: Option<SchemaCheck>,
    /// Fields whose chains keep the bytes of what they do not touch.
    pub(super) keeps_bytes: BTreeSet<String>,
}

/// Why there is no result.
#[derive(Debug)]
pub(super) enum Trouble {
    Refused(MigrationError),
    Panicked(String),
}

impl Trouble {
    pub(super) fn violation(&self, help: &str) -> Violation {
        match self {
            Self::Refused(error) => Violation::of_error(error, help),
            Self::Panicked(message) => Violation::new(message, help),
        }
    }
}

/// A field of a document that is not at its latest version.
pub(super) struct Stale {
    pub(super) attribute: &'static VersionedAttribute,
    pub(super) from: SchemaVersion,
    pub(super) json: String,
}

impl Stale {
    /// The versions of its steps.
    pub(super) fn steps(&self) -> impl Iterator<Item = (SchemaVersion, SchemaVersion)> + use<> {
        let (from, max) = (self.from.get(), self.attribute.max.get());
        (from..max).map(|step| (SchemaVersion::new(step), SchemaVersion::new(step + 1)))
    }
}

impl Subject {
    pub(super) fn migrate(
        &self,
        text: &str,
        fetched: &[Member<'_>],
    ) -> Result<MigratedDocument, Trouble> {
        let options = MigrationOptions::new().with_fetched(fetched);
        attempt(|| self.kind.migrate(text, &options))
    }

    pub(super) fn read(&self, text: &str, fetched: &[Member<'_>]) -> Result<(), Trouble> {
        let options = MigrationOptions::new().with_fetched(fetched);
        attempt(|| self.kind.read(text, &options))
    }

    pub(super) fn fits(&self, text: &str) -> Result<(), Trouble> {
        attempt(|| self.kind.fits(text))
    }

    pub(super) fn convert(
        &self,
        attribute: &VersionedAttribute,
        json: &str,
        (from, to): (SchemaVersion, SchemaVersion),
        siblings: &[Member<'_>],
    ) -> Result<ConvertedField, Trouble> {
        let versions = from..=to;
        attempt(|| self.declaration.convert_field(attribute.field, json, versions, siblings))
    }

    /// The fields that have something to convert, in order of declaration.
    pub(super) fn stale(&self, sample: &Sample) -> Vec<Stale> {
        let members = Body::of(&sample.text);
        let versioned = self.declaration.versioned.iter();
        let stale = versioned.filter_map(|attribute| {
            let from = sample.version(attribute);
            let json = match attribute.scope {
                Scope::Document => sample.text.clone(),
                _ => members.get(attribute.key)?.to_owned(),
            };
            let is_absent = attribute.optional && json == "null";
            (from < attribute.max && !is_absent).then_some(Stale { attribute, from, json })
        });
        stale.collect()
    }

    /// The attribute of a member of the document.
    pub(super) fn attribute_of(&self, key: &str) -> Option<&'static VersionedAttribute> {
        self.declaration.versioned.iter().find(|attribute| attribute.key == key)
    }
}

fn attempt<T>(run: impl FnOnce() -> Result<T, MigrationError>) -> Result<T, Trouble> {
    match panics::caught(run) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(Trouble::Refused(error)),
        Err(message) => Err(Trouble::Panicked(message)),
    }
}

/// The members of a document in order, each as the text that stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body(pub(super) Vec<(String, String)>);

impl Body {
    /// The members of a text that a migration has accepted; none where it is no object.
    pub(super) fn of(document: &str) -> Self {
        Self(leaves::members(document).unwrap_or_default())
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, json)| json.as_str())
    }

    pub(super) fn set(&mut self, key: &str, json: impl Into<String>) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, before)) => *before = json.into(),
            None => self.0.push((key.to_owned(), json.into())),
        }
    }

    /// Puts in what a chain gave up to a version.
    pub(super) fn set_converted(
        &mut self,
        attribute: &VersionedAttribute,
        to: SchemaVersion,
        converted: &ConvertedField,
    ) {
        self.set(attribute.key, &converted.json);
        self.set(attribute.version_key, to.to_string());
        for write in &converted.side_outputs {
            match &write.value {
                WriteValue::Json(json) => self.set(write.key, json),
                WriteValue::Version(version) => self.set(write.key, version.to_string()),
                _ => {}
            }
        }
    }

    pub(super) fn as_members(&self) -> Vec<Member<'_>> {
        let members = self.0.iter();
        members.map(|(key, json)| Member { key, value: MemberValue::Json(json) }).collect()
    }

    pub(super) fn to_text(&self) -> String {
        let members = self.0.iter().map(|(key, json)| format!("{}:{json}", text::quoted(key)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}
