//! Looking up the members of a stored document, in either layout.

use std::borrow::Cow;

use crate::{
    Declaration, FieldPlace, MigrationError, Scope,
    chain::Part,
    document::{Member, MemberValue},
    json::{
        JsonError, JsonErrorKind, Limits, decode, is_plain,
        scan::{Container, Scanner, Span, Visit, scan_object},
    },
    lazy::{Recorder, Tape, check_offsets, locate},
};

/// The members of a stored document.
pub(super) trait Members {
    /// What is stored under a key; [`MemberValue::Null`] if nothing is.
    fn member(&self, key: &str) -> MemberValue<'_>;

    /// JSON text of what is stored under a key.
    fn json(&self, key: &str) -> Result<Option<Cow<'_, str>>, JsonError> {
        json_text(self.member(key))
    }

    /// The text of a versioned member, with its part of the tape where there is one.
    fn part<'s>(&'s self, _key: &str, json: &'s str) -> Part<'s> {
        Part::new(json)
    }
}

/// JSON text of a value; `None` if it is absent.
pub(crate) fn json_text(value: MemberValue<'_>) -> Result<Option<Cow<'_, str>>, JsonError> {
    Ok(Some(match value {
        MemberValue::Null => return Ok(None),
        MemberValue::Json(json) => Cow::Borrowed(json),
        MemberValue::Boolean(true) => Cow::Borrowed("true"),
        MemberValue::Boolean(false) => Cow::Borrowed("false"),
        MemberValue::Integer(number) => Cow::Owned(number.to_string()),
        MemberValue::Real(number) => match serde_json::Number::from_f64(number) {
            Some(number) => Cow::Owned(number.to_string()),
            None => return Err(JsonError::new(JsonErrorKind::MalformedNumber, 0)),
        },
        MemberValue::Text(text) => Cow::Owned(serde_json::Value::from(text).to_string()),
    }))
}

/// Members that lie in columns.
pub(super) struct ColumnMembers<'a>(pub(super) &'a [Member<'a>]);

impl Members for ColumnMembers<'_> {
    fn member(&self, key: &str) -> MemberValue<'_> {
        let found = self.0.iter().find(|member| member.key == key);
        found.map_or(MemberValue::Null, |member| member.value)
    }
}

/// Members of a JSON text: the extents of those that the declaration names, and the tape of those that may be
/// converted.
pub(super) struct TextMembers<'a> {
    declaration: &'static Declaration,
    text: &'a str,
    tape: Tape<'a>,
    container: Container,
    slots: Slots,
    is_odd: bool,
}

impl<'a> TextMembers<'a> {
    /// Checks the whole text and finds the declared members.
    ///
    /// A member that migrations read or write may stand in it once only; of others, nothing is said.
    pub(super) fn scan(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Result<Self, MigrationError> {
        let unreadable = |error| MigrationError::Unreadable {
            place: FieldPlace::document(declaration.entity),
            source: locate(text, error),
        };
        check_offsets(text).map_err(unreadable)?;
        let mut finder = Finder {
            declaration,
            text,
            recorder: Recorder::new(),
            slots: Slots::new(slot_count(declaration)),
            expected_next: 0,
            duplicate: None,
            is_odd: false,
        };
        let container = scan_object(text, limits, &mut finder).map_err(unreadable)?;
        let Finder { recorder, slots, duplicate, is_odd, .. } = finder;
        if let Some(slot) = duplicate {
            let (field, key) = slot_name(declaration, slot);
            let place = FieldPlace::field(declaration.entity, field);
            return Err(MigrationError::DuplicateMember { place, key });
        }
        Ok(Self { declaration, text, tape: recorder.finish(text), container, slots, is_odd })
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Whether it is serde that has to judge the document as a whole: a declared member stands more than once, or a
    /// key has no text.
    pub(super) fn is_odd(&self) -> bool {
        self.is_odd
    }

    /// What stands under the key of a declared field, by its number: the versioned ones come first.
    pub(super) fn at(&self, slot: usize) -> MemberValue<'a> {
        let found = self.slots.get(slot);
        found.map_or(MemberValue::Null, |found| {
            MemberValue::Json(&self.text[found.span.start..found.span.end])
        })
    }

    pub(super) fn container(&self) -> Container {
        self.container
    }

    /// Extent of the value under a declared key.
    pub(super) fn span(&self, key: &str) -> Option<Span> {
        self.slot(key).map(|found| found.span)
    }

    fn slot(&self, key: &str) -> Option<Found> {
        let slots = 0..slot_count(self.declaration);
        let mut slots = slots.filter(|slot| slot_name(self.declaration, *slot).1 == key);
        slots.find_map(|slot| self.slots.get(slot))
    }
}

impl Members for TextMembers<'_> {
    fn member(&self, key: &str) -> MemberValue<'_> {
        match self.span(key) {
            Some(span) => MemberValue::Json(span.of(self.text)),
            None => MemberValue::Null,
        }
    }

    fn part<'s>(&'s self, key: &str, json: &'s str) -> Part<'s> {
        let first = self.slot(key).and_then(|found| found.container);
        let is_container = json.starts_with(['{', '[']);
        Part {
            json,
            scanned: first.map(|first| (&self.tape, is_container.then_some(first))),
            bytes: self.text.len(),
            unscanned: None,
        }
    }
}

/// Finds the declared members during the scan.
struct Finder<'a> {
    declaration: &'static Declaration,
    text: &'a str,
    recorder: Recorder,
    slots: Slots,
    expected_next: usize,
    duplicate: Option<usize>,
    is_odd: bool,
}

impl Visit for Finder<'_> {
    fn member(
        &mut self,
        scanner: &mut Scanner<'_>,
        key: Span,
        depth_max: usize,
    ) -> Result<(), JsonError> {
        let start = scanner.position;
        let slot = find_slot(self.declaration, self.text, key, self.expected_next);
        self.is_odd |= slot.is_err();
        let slot = slot.unwrap_or_default();
        // Only what a chain may open is taken down.
        let container = match slot {
            Some(slot) if slot < self.declaration.versioned.len() => {
                let first = self.recorder.next_entry();
                scanner.value(depth_max, &mut self.recorder)?;
                Some(first)
            }
            _ => {
                scanner.value(depth_max, &mut ())?;
                None
            }
        };
        let Some(slot) = slot else { return Ok(()) };
        self.expected_next = slot + 1;
        let span = Span { start, end: scanner.position };
        let earlier = self.slots.replace(slot, Found { span, container });
        self.is_odd |= earlier.is_some();
        if earlier.is_some() && self.duplicate.is_none() && is_watched(self.declaration, slot) {
            self.duplicate = Some(slot);
        }
        Ok(())
    }
}

/// Every declared field has a slot: the versioned ones, then the others.
///
/// In the document scope, whose version member need not be a field of the struct, the first slot is that member's.
pub(super) fn slot_count(declaration: &Declaration) -> usize {
    declaration.versioned.len() + declaration.others.len()
}

/// Rust name of the field and key of the member of a slot.
pub(super) fn slot_name(declaration: &Declaration, slot: usize) -> (&'static str, &'static str) {
    match declaration.versioned.get(slot) {
        Some(attribute) if attribute.scope == Scope::Document => {
            (attribute.field, attribute.version_key)
        }
        Some(attribute) => (attribute.field, attribute.key),
        None => {
            let other = &declaration.others[slot - declaration.versioned.len()];
            (other.field, other.key)
        }
    }
}

/// The slot of a key in the text; the one after the last hit is tried first, since members mostly come in order.
fn find_slot(
    declaration: &Declaration,
    text: &str,
    key: Span,
    expected_next: usize,
) -> Result<Option<usize>, Undecodable> {
    let raw = &text[key.start + 1..key.end - 1];
    if is_plain(raw.as_bytes()) {
        return Ok(slot_of(declaration, raw, expected_next));
    }
    match decode(key, text, true) {
        Ok(name) => Ok(slot_of(declaration, &name, expected_next)),
        // A key with a lone surrogate is no declared one.
        Err(_) => Err(Undecodable),
    }
}

fn slot_of(declaration: &Declaration, name: &str, expected_next: usize) -> Option<usize> {
    if let [whole] = declaration.versioned
        && whole.scope == Scope::Document
    {
        // The version member has two slots: its own and that of the field.
        let found = || declaration.others.iter().position(|other| other.key == name);
        return if whole.version_key == name { Some(0) } else { found().map(|other| other + 1) };
    }
    let count = slot_count(declaration);
    let is_named = |slot: &usize| slot_name(declaration, *slot).1 == name;
    if expected_next < count && is_named(&expected_next) {
        return Some(expected_next);
    }
    (0..count).find(is_named)
}

/// A key with a lone surrogate.
struct Undecodable;

/// Whether migrations read or write the member of a slot, so that two of it are an error.
fn is_watched(declaration: &Declaration, slot: usize) -> bool {
    let key = slot_name(declaration, slot).1;
    declaration.versioned.iter().any(|attribute| {
        attribute.key == key
            || attribute.version_key == key
            || attribute.context.iter().any(|entry| entry.key == key)
            || attribute.side_outputs.iter().any(|entry| entry.key == key)
    })
}

/// Extents by slot, without allocation for up to [`INLINE`] declared fields.
struct Slots {
    inline: [Option<Found>; INLINE],
    more: Vec<Option<Found>>,
}

/// Where a declared member lies.
#[derive(Clone, Copy)]
struct Found {
    span: Span,
    /// For a versioned field: where on the tape the entry of its value stands, if it is a container.
    container: Option<u32>,
}

const INLINE: usize = 24;

impl Slots {
    fn new(count: usize) -> Self {
        Self { inline: [None; INLINE], more: vec![None; count.saturating_sub(INLINE)] }
    }

    fn get(&self, slot: usize) -> Option<Found> {
        match self.inline.get(slot) {
            Some(found) => *found,
            None => self.more[slot - INLINE],
        }
    }

    fn replace(&mut self, slot: usize, found: Found) -> Option<Found> {
        match self.inline.get_mut(slot) {
            Some(place) => place.replace(found),
            None => self.more[slot - INLINE].replace(found),
        }
    }
}
