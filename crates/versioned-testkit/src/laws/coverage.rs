//! What the laws were checked on, and what not.
//!
//! Layer: testkit.

use std::{collections::BTreeMap, fmt};

use versioned_core::{Declaration, SchemaVersion, VersionedAttribute};

/// What the laws of one entity kind are checked on, and what not and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    pub(super) entity: &'static str,
    pub(super) documents: usize,
    pub(super) mixtures: usize,
    /// Versions of each field: covered, or why not.
    pub(super) fields: Vec<FieldCoverage>,
    /// Schemas from which documents could not be made.
    pub(super) unusable: Vec<String>,
}

/// The versions of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldCoverage {
    pub(super) field: &'static str,
    pub(super) versions: BTreeMap<SchemaVersion, Option<String>>,
}

impl Coverage {
    /// How many documents are generated.
    #[must_use]
    pub fn documents(&self) -> usize {
        self.documents
    }

    /// How many versions of fields are covered, and how many there are.
    #[must_use]
    pub fn versions(&self) -> (usize, usize) {
        let versions = || self.fields.iter().flat_map(|field| field.versions.values());
        (versions().filter(|reason| reason.is_none()).count(), versions().count())
    }

    pub(super) fn of(declaration: &'static Declaration) -> Self {
        let fields = declaration.versioned.iter().map(|attribute| FieldCoverage {
            field: attribute.field,
            versions: versions_of(attribute).map(|version| (version, None)).collect(),
        });
        Self { entity: declaration.entity, fields: fields.collect(), ..Self::default() }
    }

    /// Says why a version of a field is not covered; the first reason stays.
    pub(super) fn set_uncovered(&mut self, field: &str, version: SchemaVersion, reason: &str) {
        let mut fields = self.fields.iter_mut().filter(|it| it.field == field);
        if let Some(covered) = fields.find_map(|it| it.versions.get_mut(&version)) {
            covered.get_or_insert_with(|| reason.to_owned());
        }
    }

    pub(super) fn is_covered(&self, field: &str, version: SchemaVersion) -> bool {
        let of_field = self.fields.iter().find(|it| it.field == field);
        of_field.is_some_and(|it| it.versions.get(&version) == Some(&None))
    }
}

/// The supported versions, the oldest first.
pub(super) fn versions_of(
    attribute: &VersionedAttribute,
) -> impl DoubleEndedIterator<Item = SchemaVersion> + use<> {
    (attribute.min.get()..=attribute.max.get()).map(SchemaVersion::new)
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (covered, all) = self.versions();
        let Self { entity, documents, mixtures, fields, unusable } = self;
        write!(
            formatter,
            "{entity}: {documents} documents at {mixtures} mixtures of versions; {covered} of {all} versions covered"
        )?;
        for FieldCoverage { field, versions } in fields {
            // Neighbours with one reason are told together.
            let mut open: Vec<(&str, Vec<String>)> = Vec::new();
            for (version, reason) in versions {
                let Some(reason) = reason else { continue };
                match open.last_mut() {
                    Some((last, versions)) if last == reason => {
                        versions.push(format!("v{version}"))
                    }
                    _ => open.push((reason, vec![format!("v{version}")])),
                }
            }
            for (reason, versions) in open {
                let versions = versions.join(", ");
                write!(formatter, "\n  not covered: `{entity}.{field}` at {versions}: {reason}")?;
            }
        }
        for reason in unusable {
            write!(formatter, "\n  {reason}")?;
        }
        Ok(())
    }
}
