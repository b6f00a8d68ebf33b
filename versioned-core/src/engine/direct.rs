//! From stored members to the typed object, without a migrated text between them.
//!
//! Layer: core. The derive generates the function that puts an object together; this is what it calls. Invariant: what
//! does not go well here is done again through the migrated text, so that results and errors are those of the text.

use std::{any::Any, borrow::Cow, cell::OnceCell, sync::OnceLock};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::{
    chains::{Chains, Stale},
    leading::Leading,
    members::{ColumnMembers, Members, TextMembers, json_text, slot_count, slot_name},
    migrate_document_with, migrate_members_with, object_from_json, plan,
};
use crate::{
    BaseVersionedDomainObject, Declaration, FieldChange, MigrationError, MigrationOptions,
    SchemaVersion, Scope,
    chain::{Ending, Part, Room, VersionMember, context::JsonDeserializer, derived::is_derived},
    document::{
        Member, MemberValue, MemberWrite, ReadObject, StoredDocument, WriteValue, assemble,
    },
    json::Limits,
};

/// How objects of a type are put together; what the derive knows of it.
#[derive(Debug)]
pub struct Direct<T> {
    /// Puts an object together, field by field.
    pub build: Build<T>,
    /// Whether that is what the type's `Deserialize` does.
    pub is_derived: &'static OnceLock<bool>,
}

type Build<T> = fn(&mut Stored<'_>) -> Result<T, NotDirect>;

/// The object has to be read from the migrated text, which also says what is wrong, if anything.
#[derive(Debug, Clone, Copy)]
pub struct NotDirect;

/// The object of a stored document.
pub(crate) fn from_document<T: BaseVersionedDomainObject>(
    document: StoredDocument<'_>,
    options: &MigrationOptions<'_>,
) -> Result<ReadObject<T>, MigrationError> {
    let declaration = T::schema_versioned_attributes();
    let options = options.with_counted_losses(false);
    if let Some(build) = build_of::<T>() {
        let text = document.text(declaration)?;
        let read = |layout| {
            let mut stored = Stored::new(declaration, layout, document.limits, options);
            let object = build(&mut stored).ok()?;
            Some(ReadObject { object, changes: stored.changes })
        };
        let read = match Leading::of(declaration, text, &document.limits) {
            Some(leading) => read(Layout::Leading(leading)),
            None => {
                let members = TextMembers::scan(declaration, text, &document.limits)?;
                if members.is_odd() { None } else { read(Layout::Text(&members)) }
            }
        };
        if let Some(read) = read {
            return Ok(read);
        }
    }
    let migrated = migrate_document_with(declaration, document, &options)?;
    let object = object_from_json(declaration, &migrated.text)?;
    Ok(ReadObject { object, changes: migrated.changes })
}

/// The object of an entity in columns.
pub(crate) fn from_members<T: BaseVersionedDomainObject>(
    members: &[Member<'_>],
    options: &MigrationOptions<'_>,
) -> Result<ReadObject<T>, MigrationError> {
    let declaration = T::schema_versioned_attributes();
    let options = options.with_counted_losses(false);
    if let Some(build) = build_of::<T>()
        && let Ok(columns) = Columns::new(declaration, members)
    {
        let layout = Layout::Columns(&columns);
        let mut stored = Stored::new(declaration, layout, Limits::DEFAULT, options);
        if let Ok(object) = build(&mut stored) {
            return Ok(ReadObject { object, changes: stored.changes });
        }
    }
    let migrated = migrate_members_with(declaration, members, &options)?;
    let document = assemble(declaration.entity, members, &migrated.writes)?;
    let document = StoredDocument::from(&document);
    let document = migrate_document_with(declaration, document, &options)?;
    let object = object_from_json(declaration, &document.text)?;
    Ok(ReadObject { object, changes: migrated.changes })
}

fn build_of<T: BaseVersionedDomainObject>() -> Option<Build<T>> {
    let direct = T::__direct()?;
    direct.is_derived.get_or_init(is_derived::<T>).then_some(direct.build)
}

/// A stored entity, and what has been converted of it.
#[expect(missing_debug_implementations, reason = "for generated code only")]
pub struct Stored<'a> {
    declaration: &'static Declaration,
    layout: Layout<'a>,
    limits: Limits,
    options: MigrationOptions<'a>,
    writes: Vec<MemberWrite>,
    changes: Vec<FieldChange>,
}

#[derive(Clone, Copy)]
enum Layout<'a> {
    /// One version for the whole, of which nothing was scanned.
    Leading(Leading<'a>),
    Text(&'a TextMembers<'a>),
    Columns(&'a Columns<'a>),
}

/// Columns by the number of the declared field.
struct Columns<'a> {
    members: &'a [Member<'a>],
    slots: Vec<MemberValue<'a>>,
    /// The most bytes that the document takes which the columns belong to.
    bytes: usize,
}

impl<'a> Columns<'a> {
    fn new(
        declaration: &'static Declaration,
        members: &'a [Member<'a>],
    ) -> Result<Self, NotDirect> {
        let count = slot_count(declaration);
        let mut slots: Vec<Option<MemberValue<'a>>> = vec![None; count];
        let (mut bytes, mut expected) = (0_usize, 0);
        for member in members {
            bytes = bytes.saturating_add(in_document(member));
            let mut order = (expected..count).chain(0..expected);
            match order.find(|slot| slot_name(declaration, *slot).1 == member.key) {
                Some(slot) if slots[slot].is_some() => return Err(NotDirect),
                Some(slot) => {
                    slots[slot] = Some(member.value);
                    expected = slot + 1;
                }
                // Of what is not declared nothing is asked but that it is JSON.
                None => {
                    let json = json_text(member.value).map_err(|_| NotDirect)?;
                    if let Some(json) = json {
                        serde_json::from_str::<IgnoredAny>(&json).map_err(|_| NotDirect)?;
                    }
                }
            }
        }
        let slots = slots.into_iter().map(|slot| slot.unwrap_or(MemberValue::Null)).collect();
        Ok(Self { members, slots, bytes })
    }
}

impl Columns<'_> {
    /// Columns that stay as they are may not be nested too deeply for their document.
    fn check_depth(&self, is_replaced: impl Fn(&str) -> bool) -> Result<(), NotDirect> {
        self.members.iter().try_for_each(|member| match member.value {
            // A text with few brackets is not nested deeply.
            MemberValue::Json(json) if !is_replaced(member.key) => {
                Room::MEMBER.check(json, brackets(json)).map_err(|_| NotDirect)
            }
            _ => Ok(()),
        })
    }
}

/// The most bytes that a column takes in its document.
fn in_document(member: &Member<'_>) -> usize {
    let value = match member.value {
        MemberValue::Json(json) => json.len(),
        MemberValue::Text(text) => text.len().saturating_mul(6),
        MemberValue::Null
        | MemberValue::Boolean(_)
        | MemberValue::Integer(_)
        | MemberValue::Real(_) => 40,
    };
    value.saturating_add(of_key(member.key))
}

/// The most bytes that stand around a value.
const fn of_key(key: &str) -> usize {
    key.len().saturating_mul(6).saturating_add(8)
}

/// How many brackets a text opens, those in its strings included.
fn brackets(text: &str) -> usize {
    // The two brackets differ in one bit, which nothing else shares; sums of blocks are sums of vectors.
    fn sum(bytes: &[u8]) -> u8 {
        bytes.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum()
    }
    let (blocks, rest) = text.as_bytes().as_chunks::<64>();
    let sum_of_blocks: usize = blocks.iter().map(|block| usize::from(sum(block))).sum();
    sum_of_blocks + usize::from(sum(rest))
}

impl<'a> Stored<'a> {
    fn new(
        declaration: &'static Declaration,
        layout: Layout<'a>,
        limits: Limits,
        options: MigrationOptions<'a>,
    ) -> Self {
        Self { declaration, layout, limits, options, writes: Vec::new(), changes: Vec::new() }
    }

    /// Runs the chains of the stale fields. `slots` has, in order of declaration, a `OnceCell<T>` for those whose
    /// values need not become text.
    pub fn migrate(&mut self, slots: &[Option<&dyn Any>]) -> Result<(), NotDirect> {
        let (declaration, limits, options) = (self.declaration, &self.limits, &self.options);
        let ending = |slot: &Option<_>| slot.map(|slot| Ending::kept(slot, None));
        let endings: Vec<_> = slots.iter().map(ending).collect();
        let plan = match self.layout {
            Layout::Leading(_) => return Err(NotDirect),
            Layout::Text(members) => {
                plan(Chains { declaration, members, limits, options }, &endings)
            }
            Layout::Columns(columns) => {
                let members = &ColumnMembers(columns.members);
                plan(Chains { declaration, members, limits, options }, &endings)
            }
        };
        let plan = plan.map_err(|_| NotDirect)?;
        (self.writes, self.changes) = (plan.writes, plan.changes);
        if let Layout::Columns(columns) = self.layout {
            let is_kept = |key: &str| {
                let mut fields = declaration.versioned.iter().zip(&endings);
                fields.any(|(attribute, ending)| {
                    attribute.key == key && ending.as_ref().is_some_and(Ending::has_kept)
                })
            };
            let is_written = |key: &str| self.writes.iter().any(|write| write.key == key);
            columns.check_depth(|key| is_kept(key) || is_written(key))?;
        }
        let kept = endings.iter().flatten().map(Ending::bytes);
        let written = self.writes.iter().map(|write| {
            let value = match &write.value {
                WriteValue::Json(json) => json.len(),
                WriteValue::Version(_) => 10,
            };
            value.saturating_add(of_key(write.key))
        });
        let stored = match self.layout {
            Layout::Leading(leading) => leading.text.len(),
            Layout::Text(members) => members.text().len(),
            Layout::Columns(columns) => columns.bytes,
        };
        self.fits(kept.chain(written).fold(stored, usize::saturating_add))
    }

    /// Whether the value of a field is text, and not what its chain may have put into its slot.
    #[must_use]
    pub fn is_written(&self, slot: usize) -> bool {
        self.written(slot).is_some()
    }

    /// Reads a field by its type.
    pub fn field<T: DeserializeOwned>(
        &self,
        slot: usize,
        absent: fn() -> Option<T>,
    ) -> Result<T, NotDirect> {
        let value = match self.written(slot) {
            Some(WriteValue::Version(version)) => MemberValue::Integer(version.get().into()),
            Some(WriteValue::Json(json)) => MemberValue::Json(json),
            None => self.stored(slot)?,
        };
        let read = match value {
            MemberValue::Null => return absent().ok_or(NotDirect),
            MemberValue::Json(json) => serde_json::from_str(json),
            MemberValue::Text(text) => T::deserialize(Value::from(text)),
            MemberValue::Integer(number) => T::deserialize(Value::from(number)),
            MemberValue::Boolean(value) => T::deserialize(Value::from(value)),
            MemberValue::Real(_) => serde_json::from_str(&self.text(value)?),
        };
        read.map_err(|_| NotDirect)
    }

    /// Reads a field through a function.
    pub fn field_with<T>(
        &self,
        slot: usize,
        read: impl FnOnce(&mut JsonDeserializer<'_>) -> Result<T, serde_json::Error>,
        absent: fn() -> Option<T>,
    ) -> Result<T, NotDirect> {
        let version;
        let json = match self.written(slot) {
            Some(WriteValue::Json(json)) => Cow::Borrowed(json.as_str()),
            Some(WriteValue::Version(number)) => {
                version = number.to_string();
                Cow::Borrowed(version.as_str())
            }
            None => match self.stored(slot)? {
                MemberValue::Null => return absent().ok_or(NotDirect),
                value => self.text(value)?,
            },
        };
        crate::chain::context::read_with(&json, read).map_err(|_| NotDirect)
    }

    /// Reads a document that has one version; `set_version` sets the field that holds it, if there is one.
    pub fn whole<T: DeserializeOwned + 'static>(
        &mut self,
        set_version: fn(&mut T, SchemaVersion) -> Result<(), NotDirect>,
    ) -> Result<T, NotDirect> {
        let [attribute] = self.declaration.versioned else { return Err(NotDirect) };
        let (declaration, limits, options) = (self.declaration, &self.limits, &self.options);
        let no_members = ColumnMembers(&[]);
        let (part, members): (_, &dyn Members) = match self.layout {
            Layout::Leading(leading) => (leading.part(), &no_members),
            Layout::Text(members) => (Part::new(members.text()), members),
            Layout::Columns(_) => return Err(NotDirect),
        };
        if attribute.scope != Scope::Document {
            return Err(NotDirect);
        }
        let chains = Chains { declaration, members, limits, options };
        let stale = match self.layout {
            Layout::Leading(leading) => {
                leading.is_stale().then_some(Stale { from: leading.version })
            }
            _ => chains.staleness(attribute).map_err(|_| NotDirect)?,
        };
        let Some(stale) = stale else {
            return serde_json::from_str(part.json).map_err(|_| NotDirect);
        };
        if stale.from >= attribute.max {
            return Err(NotDirect);
        }
        let slot = OnceCell::<T>::new();
        let version = VersionMember::new(attribute.version_key, attribute.max);
        let ending = Ending::kept(&slot, Some(&version));
        let run = chains.run(attribute, part, (stale.from, attribute.max), Some(&ending));
        run.map_err(|_| NotDirect)?;
        self.fits(ending.bytes().saturating_add(of_key(attribute.version_key)))?;
        let mut object = slot.into_inner().ok_or(NotDirect)?;
        set_version(&mut object, attribute.max)?;
        let (field, from, to) = (attribute.field, stale.from, attribute.max);
        self.changes = vec![FieldChange { field, from, to }];
        Ok(object)
    }

    /// Whether a document of at most so many bytes could be read again.
    fn fits(&self, bytes: usize) -> Result<(), NotDirect> {
        let bytes_max = self.limits.bytes_max.min(Limits::DEFAULT.bytes_max);
        if bytes <= bytes_max { Ok(()) } else { Err(NotDirect) }
    }

    fn written(&self, slot: usize) -> Option<&WriteValue> {
        let key = slot_name(self.declaration, slot).1;
        self.writes.iter().find(|write| write.key == key).map(|write| &write.value)
    }

    fn stored(&self, slot: usize) -> Result<MemberValue<'_>, NotDirect> {
        match self.layout {
            Layout::Leading(_) => Err(NotDirect),
            Layout::Text(members) => Ok(members.at(slot)),
            Layout::Columns(columns) => Ok(columns.slots[slot]),
        }
    }

    fn text<'v>(&self, value: MemberValue<'v>) -> Result<Cow<'v, str>, NotDirect> {
        json_text(value).ok().flatten().ok_or(NotDirect)
    }
}
