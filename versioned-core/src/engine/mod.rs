//! The engine: finds the stale fields of a stored document and runs their chains.
//!
//! Layer: core. Knows no Rust type; everything it needs of one is in the [`Declaration`]. Invariant: both layouts go
//! through the same plan, so a column and a member of a document are migrated by the same code.

mod chains;
#[expect(clippy::missing_errors_doc, reason = "for generated code only")]
mod direct;
#[cfg(test)]
mod limits_tests;
mod members;
mod object;
#[cfg(test)]
mod property_tests;
mod splice;
#[cfg(test)]
mod tests;
mod versions;

use std::borrow::Cow;

#[doc(hidden)]
pub use direct::{Direct, NotDirect, Stored};
pub(crate) use direct::{from_document, from_members};
pub(crate) use members::json_text;
pub(crate) use object::{located_error, object_from_json, typed_from_str};
pub use versions::{FoundVersion, StoredVersion, stored_versions};

use self::{
    chains::Chains,
    members::{ColumnMembers, Members, TextMembers},
};
use crate::{
    Declaration, FieldChange, FieldPlace, MigrationError, Scope, VersionedAttribute,
    chain::{Ending, Part, VersionMember},
    document::{Member, MemberWrite, MigratedMembers, StoredDocument, WriteValue},
    json::Limits,
    lazy::check_offsets,
};

/// A document at its latest versions.
#[derive(Debug)]
pub(crate) struct MigratedText<'a> {
    /// Borrowed if it was current.
    pub(crate) text: Cow<'a, str>,
    pub(crate) changes: Vec<FieldChange>,
    pub(crate) side_outputs: Vec<&'static str>,
}

impl<'a> MigratedText<'a> {
    fn current(text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), changes: Vec::new(), side_outputs: Vec::new() }
    }
}

/// Brings a document to the latest versions.
pub(crate) fn migrate_document<'a>(
    declaration: &'static Declaration,
    document: StoredDocument<'a>,
) -> Result<MigratedText<'a>, MigrationError> {
    let text = document.text(declaration)?;
    let members = TextMembers::scan(declaration, text, &document.limits)?;
    if let [attribute] = declaration.versioned
        && attribute.scope == Scope::Document
    {
        return migrate_whole(declaration, attribute, &members, &document.limits);
    }
    let chains = Chains { declaration, members: &members, limits: &document.limits };
    let plan = plan(chains, &[])?;
    if plan.changes.is_empty() {
        return Ok(MigratedText::current(text));
    }
    let text = splice::apply(&members, plan.writes);
    if let Some(change) = plan.changes.last() {
        check_size(declaration, *change, &text, &document.limits)?;
    }
    let text = Cow::Owned(text);
    Ok(MigratedText { text, changes: plan.changes, side_outputs: plan.side_outputs })
}

/// Brings an entity in columns to the latest versions.
pub(crate) fn migrate_members(
    declaration: &'static Declaration,
    members: &[Member<'_>],
) -> Result<MigratedMembers, MigrationError> {
    if declaration.versioned.iter().any(|attribute| attribute.scope == Scope::Document) {
        let place = FieldPlace::document(declaration.entity);
        return Err(MigrationError::NotInColumns { place });
    }
    let members = &ColumnMembers(members);
    plan(Chains { declaration, members, limits: &Limits::DEFAULT }, &[])
}

/// One version for the whole document: the chain takes the text and gives a new one.
fn migrate_whole<'a>(
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
    members: &TextMembers<'a>,
    limits: &Limits,
) -> Result<MigratedText<'a>, MigrationError> {
    let chains = Chains { declaration, members, limits };
    let Some(stale) = chains.staleness(attribute)? else {
        return Ok(MigratedText::current(members.text()));
    };
    let change = FieldChange { field: attribute.field, from: stale.from, to: attribute.max };
    let version = VersionMember::new(attribute.version_key, attribute.max);
    let converted = if stale.from < attribute.max {
        let (part, versions) = (Part::new(members.text()), (stale.from, attribute.max));
        let ending = Ending::written(&version);
        let converted = chains.run(attribute, part, versions, Some(&ending))?.json;
        // The chain was given the limits, and has kept within them.
        if version.is_set() && check_offsets(&converted).is_ok() {
            let text = Cow::Owned(converted);
            return Ok(MigratedText { text, changes: vec![change], side_outputs: Vec::new() });
        }
        Cow::Owned(converted)
    } else {
        Cow::Borrowed(members.text())
    };
    // The conversions need not care for the version member: it is set here, whatever they left in its place.
    let converted_members = TextMembers::scan(declaration, &converted, limits)?;
    let version =
        MemberWrite { key: attribute.version_key, value: WriteValue::Version(attribute.max) };
    let text = splice::apply(&converted_members, vec![version]);
    check_size(declaration, change, &text, limits)?;
    let text = Cow::Owned(text);
    Ok(MigratedText { text, changes: vec![change], side_outputs: Vec::new() })
}

/// What was migrated can be read again.
fn check_size(
    declaration: &Declaration,
    change: FieldChange,
    text: &str,
    limits: &Limits,
) -> Result<(), MigrationError> {
    let place = || FieldPlace::field(declaration.entity, change.field);
    chains::check_size(text, limits, (change.from, change.to), place)
}

/// What has to be written to bring the members to the latest versions, beside the values that are kept; `endings` has
/// places for some of the fields, in order of declaration.
fn plan(
    chains: Chains<'_>,
    endings: &[Option<Ending<'_>>],
) -> Result<MigratedMembers, MigrationError> {
    let mut plan = MigratedMembers::default();
    for (index, attribute) in chains.declaration.versioned.iter().enumerate() {
        let Some(stale) = chains.staleness(attribute)? else { continue };
        let change = FieldChange { field: attribute.field, from: stale.from, to: attribute.max };
        if stale.from < attribute.max
            && let Some(json) = chains.body(attribute)?
        {
            let part = chains.members.part(attribute.key, &json);
            let ending = endings.get(index).and_then(Option::as_ref);
            let output = chains.run(attribute, part, (stale.from, attribute.max), ending)?;
            match ending {
                None => plan.set(attribute.key, WriteValue::Json(output.json)),
                Some(_) => plan.writes.retain(|write| write.key != attribute.key),
            }
            for side_output in output.side_outputs {
                let declared = attribute.side_outputs.iter();
                let target = declared.into_iter().find(|target| target.field == side_output.field);
                debug_assert!(target.is_some(), "a chain sets only what its field declares");
                if let Some(target) = target {
                    plan.set(target.key, WriteValue::Json(side_output.json));
                    plan.side_outputs.push(target.field);
                }
            }
        }
        plan.set(attribute.version_key, WriteValue::Version(attribute.max));
        plan.changes.push(change);
    }
    Ok(plan)
}

impl MigratedMembers {
    /// Sets a member; what was set before under the same key is replaced.
    fn set(&mut self, key: &'static str, value: WriteValue) {
        match self.writes.iter_mut().find(|write| write.key == key) {
            Some(write) => write.value = value,
            None => self.writes.push(MemberWrite { key, value }),
        }
    }
}

impl Declaration {
    /// Runs the chain of one versioned field on the JSON text of a value, from one version to another.
    ///
    /// `siblings` are the members that the chain reads as context, under their JSON keys, and the version members of
    /// versioned ones. Side outputs are left out of the result. Meant for tests of single steps, and for values that
    /// lie outside of stored documents.
    ///
    /// # Errors
    ///
    /// As for a migration; [`MigrationError::TooOld`] and [`MigrationError::TooNew`] if `from` or `to` is outside of
    /// the declared range. `from > to` is [`MigrationError::TooNew`] too: no chain goes down.
    ///
    /// # Panics
    ///
    /// If the declaration has no versioned field of that Rust name.
    pub fn convert(
        &'static self,
        field: &str,
        json: &str,
        versions: std::ops::RangeInclusive<crate::SchemaVersion>,
        siblings: &[Member<'_>],
    ) -> Result<String, MigrationError> {
        let attribute = self.attribute(field);
        let Some(attribute) = attribute else {
            panic!("`{}` has no versioned field `{field}`", self.entity)
        };
        let (from, to) = versions.into_inner();
        let place = || FieldPlace::field(self.entity, attribute.field);
        if from < attribute.min {
            return Err(MigrationError::TooOld { place: place(), found: from, min: attribute.min });
        }
        let max = to.min(attribute.max);
        if from > max || to > max {
            return Err(MigrationError::TooNew { place: place(), found: from.max(to), max });
        }
        if from == to {
            return Ok(json.to_owned());
        }
        let members = ColumnMembers(siblings);
        let chains = Chains { declaration: self, members: &members, limits: &Limits::DEFAULT };
        chains.run(attribute, Part::new(json), (from, to), None).map(|output| output.json)
    }

    /// The versioned field with this Rust name.
    #[must_use]
    pub fn attribute(&'static self, field: &str) -> Option<&'static VersionedAttribute> {
        self.versioned.iter().find(|attribute| attribute.field == field)
    }
}

impl VersionedAttribute {
    /// Checks that JSON text of the field at its latest version deserialises as the Rust type of the field.
    ///
    /// A chain whose last step returns a document type, such as `Value`, is not checked by the compiler; this is the
    /// check at run time. Where serde is told another way to read the field (`with`, `deserialize_with`), nothing is
    /// checked.
    ///
    /// # Errors
    ///
    /// [`MigrationError::ObjectMismatch`] with a JSON pointer.
    pub fn check_type(&self, declaration: &Declaration, json: &str) -> Result<(), MigrationError> {
        chains::check_type(declaration, self, json)
    }
}

impl<'a> StoredDocument<'a> {
    pub(crate) fn text(&self, declaration: &Declaration) -> Result<&'a str, MigrationError> {
        self.utf8().map_err(|source| MigrationError::Unreadable {
            place: FieldPlace::document(declaration.entity),
            source,
        })
    }
}
