//! The engine: finds the stale fields of a stored document and runs their chains.
//!
//! Layer: core. Knows no Rust type; everything it needs of one is in the [`Declaration`]. Invariant: both layouts go
//! through the same plan, so a column and a member of a document are migrated by the same code.

mod chains;
mod convert;
#[expect(clippy::missing_errors_doc, reason = "for generated code only")]
mod direct;
mod leading;
#[cfg(test)]
mod limits_tests;
mod members;
mod object;
#[cfg(test)]
mod property_tests;
mod splice;
#[cfg(test)]
pub(crate) mod tests;
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
    leading::Leading,
    members::{ColumnMembers, Members, TextMembers},
};
use crate::{
    Declaration, FieldChange, FieldPlace, Loss, MigrationError, MigrationOptions, SchemaVersion,
    Scope, VersionedAttribute,
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
    pub(crate) losses: Vec<Loss>,
}

impl<'a> MigratedText<'a> {
    fn current(text: &'a str) -> Self {
        let (changes, side_outputs, losses) = (Vec::new(), Vec::new(), Vec::new());
        Self { text: Cow::Borrowed(text), changes, side_outputs, losses }
    }
}

/// Brings a document to the latest versions.
pub(crate) fn migrate_document<'a>(
    declaration: &'static Declaration,
    document: StoredDocument<'a>,
) -> Result<MigratedText<'a>, MigrationError> {
    migrate_document_with(declaration, document, &MigrationOptions::new())
}

/// The same with options.
pub(crate) fn migrate_document_with<'a>(
    declaration: &'static Declaration,
    document: StoredDocument<'a>,
    options: &MigrationOptions<'_>,
) -> Result<MigratedText<'a>, MigrationError> {
    let text = document.text(declaration)?;
    if let Some(leading) = Leading::stale(declaration, text, &document.limits)
        && let Ok(migrated) = migrate_leading(declaration, leading, (&document.limits, options))
    {
        return Ok(migrated);
    }
    let members = TextMembers::scan(declaration, text, &document.limits)?;
    if let [attribute] = declaration.versioned
        && attribute.scope == Scope::Document
    {
        return migrate_whole(declaration, attribute, &members, (&document.limits, options));
    }
    let limits = &document.limits;
    let plan = plan(Chains { declaration, members: &members, limits, options }, &[])?;
    if plan.changes.is_empty() {
        return Ok(MigratedText::current(text));
    }
    let MigratedMembers { writes, changes, side_outputs, losses } = plan;
    let text = splice::apply(&members, writes);
    if let Some(change) = changes.last() {
        check_size(declaration, *change, &text, limits)?;
    }
    Ok(MigratedText { text: Cow::Owned(text), changes, side_outputs, losses })
}

/// Brings an entity in columns to the latest versions.
pub(crate) fn migrate_members(
    declaration: &'static Declaration,
    members: &[Member<'_>],
) -> Result<MigratedMembers, MigrationError> {
    migrate_members_with(declaration, members, &MigrationOptions::new())
}

/// The same with options.
pub(crate) fn migrate_members_with(
    declaration: &'static Declaration,
    members: &[Member<'_>],
    options: &MigrationOptions<'_>,
) -> Result<MigratedMembers, MigrationError> {
    if declaration.versioned.iter().any(|attribute| attribute.scope == Scope::Document) {
        let place = FieldPlace::document(declaration.entity);
        return Err(MigrationError::NotInColumns { place });
    }
    let members = &ColumnMembers(members);
    plan(Chains { declaration, members, limits: &Limits::DEFAULT, options }, &[])
}

/// One version for the whole document, with which it begins.
fn migrate_leading<'a>(
    declaration: &'static Declaration,
    leading: Leading<'a>,
    (limits, options): (&Limits, &MigrationOptions<'_>),
) -> Result<MigratedText<'a>, MigrationError> {
    // It has no context, so that no member is looked up.
    let chains = Chains { declaration, members: &ColumnMembers(&[]), limits, options };
    let attribute = leading.attribute;
    let converted = convert_whole(&chains, attribute, leading.part(), leading.version)?;
    if !converted.has_version {
        // A chain that knows nothing of the version may know nothing of reading either.
        TextMembers::scan(declaration, leading.text, limits)?;
    }
    with_version(&chains, attribute, converted)
}

/// One version for the whole document: the chain takes the text and gives a new one.
fn migrate_whole<'a>(
    declaration: &'static Declaration,
    attribute: &'static VersionedAttribute,
    members: &TextMembers<'a>,
    (limits, options): (&Limits, &MigrationOptions<'_>),
) -> Result<MigratedText<'a>, MigrationError> {
    let chains = Chains { declaration, members, limits, options };
    match chains.staleness(attribute)? {
        Some(stale) => {
            let converted =
                convert_whole(&chains, attribute, Part::new(members.text()), stale.from)?;
            with_version(&chains, attribute, converted)
        }
        None => Ok(MigratedText::current(members.text())),
    }
}

/// A converted document.
struct ConvertedWhole<'a> {
    text: Cow<'a, str>,
    from: SchemaVersion,
    /// Whether the version was set while it was written.
    has_version: bool,
    losses: Vec<Loss>,
}

fn convert_whole<'a>(
    chains: &Chains<'_>,
    attribute: &'static VersionedAttribute,
    part: Part<'a>,
    from: SchemaVersion,
) -> Result<ConvertedWhole<'a>, MigrationError> {
    let mut losses = Vec::new();
    if from >= attribute.max {
        let text = Cow::Borrowed(part.json);
        return Ok(ConvertedWhole { text, from, has_version: false, losses });
    }
    let version = VersionMember::new(attribute.version_key, attribute.max);
    let ending = Ending::written(&version);
    let aside = (Some(&ending), &mut losses);
    let text = chains.run_counting(attribute, part, from, aside)?.json;
    let has_version = version.is_set() && check_offsets(&text).is_ok();
    Ok(ConvertedWhole { text: Cow::Owned(text), from, has_version, losses })
}

/// The conversions need not care for the version member: it is set here, whatever they left in its place.
fn with_version(
    chains: &Chains<'_>,
    attribute: &'static VersionedAttribute,
    converted: ConvertedWhole<'_>,
) -> Result<MigratedText<'static>, MigrationError> {
    let (declaration, limits) = (chains.declaration, chains.limits);
    let ConvertedWhole { text, from, has_version, losses } = converted;
    let change = FieldChange { field: attribute.field, from, to: attribute.max };
    let text = if has_version {
        // The chain was given the limits, and has kept within them.
        text.into_owned()
    } else {
        let members = TextMembers::scan(declaration, &text, limits)?;
        let value = WriteValue::Version(attribute.max);
        let text = splice::apply(&members, vec![MemberWrite { key: attribute.version_key, value }]);
        check_size(declaration, change, &text, limits)?;
        text
    };
    let (changes, side_outputs) = (vec![change], Vec::new());
    Ok(MigratedText { text: Cow::Owned(text), changes, side_outputs, losses })
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
            let aside = (ending, &mut plan.losses);
            let output = chains.run_counting(attribute, part, stale.from, aside)?;
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
