//! A slice of a checked text: what an unopened value is, in sixteen bytes.
//!
//! Layer: core. Offsets and not slices, so that opened trees of large documents stay small.

use super::{
    read::Kind,
    root::RootMember,
    tape::{Tape, WORDS},
    walk::Walk,
};
use crate::json::scan::Span;

/// Where a value stands in a checked text, in eight bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Where it starts, and [`PLAIN`].
    start: u32,
    /// Of a container: where its entry stands on the tape. Of a scalar: behind its last byte.
    rest: u32,
}

/// The bit, which no text is long enough to need, of a string that is known to have no escapes.
const PLAIN: u32 = 1 << 31;

impl Extent {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "offsets were checked to fit 31 bits")]
    pub(super) fn new(span: Span, container: Option<u32>) -> Self {
        Self { start: span.start as u32, rest: container.unwrap_or(span.end as u32) }
    }

    #[inline]
    pub(super) fn of_string(span: Span, has_escapes: bool) -> Self {
        let Self { start, rest } = Self::new(span, None);
        Self { start: if has_escapes { start } else { start | PLAIN }, rest }
    }
}

/// A value that stands in a checked text.
#[derive(Clone, Copy)]
pub(crate) struct Slice<'a> {
    tape: &'a Tape<'a>,
    extent: Extent,
}

impl<'a> Slice<'a> {
    #[inline]
    pub(super) fn new(tape: &'a Tape<'a>, span: Span, container: Option<u32>) -> Self {
        Self::of_extent(tape, Extent::new(span, container))
    }

    #[inline]
    pub(super) fn of_extent(tape: &'a Tape<'a>, extent: Extent) -> Self {
        Self { tape, extent }
    }

    /// The value of a text that is, or lies in, that of the tape.
    ///
    /// # Panics
    ///
    /// If it does not lie there.
    pub(crate) fn within(tape: &'a Tape<'a>, text: &str, container: Option<u32>) -> Self {
        let start = tape.offset_of(text);
        Self::new(tape, Span { start, end: start + text.len() }, container)
    }

    /// A word of [`WORDS`].
    pub(super) const fn word(start: u32, end: u32) -> Self {
        Self { tape: &WORDS, extent: Extent { start, rest: end } }
    }

    pub(super) const NULL: Self = Self::word(0, 4);
    pub(super) const TRUE: Self = Self::word(4, 8);
    pub(super) const FALSE: Self = Self::word(8, 13);

    #[inline]
    fn start(self) -> usize {
        (self.extent.start & !PLAIN) as usize
    }

    #[inline]
    pub(super) fn first_byte(self) -> u8 {
        self.tape.text().as_bytes()[self.start()]
    }

    pub(super) fn kind(self) -> Kind {
        Kind::of_first_byte(self.first_byte())
    }

    #[inline]
    pub(super) fn is_container(self) -> bool {
        matches!(self.first_byte(), b'{' | b'[')
    }

    #[inline]
    pub(super) fn is_object(self) -> bool {
        self.first_byte() == b'{'
    }

    /// The text, as it is written.
    #[inline]
    pub(super) fn text(self) -> &'a str {
        let end =
            if self.is_container() { self.tape.end_of(self.extent.rest) } else { self.extent.rest };
        &self.tape.text()[self.start()..end as usize]
    }

    /// What stands between the quotes of a string that is known to have no escapes.
    #[inline]
    pub(super) fn plain_string(self) -> Option<&'a str> {
        if self.extent.start & PLAIN == 0 {
            return None;
        }
        self.tape.text().get(self.start() + 1..self.extent.rest as usize - 1)
    }

    /// What stands between the quotes of a string.
    #[inline]
    pub(super) fn string(self) -> Option<&'a str> {
        if self.first_byte() != b'"' {
            return None;
        }
        self.tape.text().get(self.start() + 1..self.extent.rest as usize - 1)
    }

    /// The text of a scalar.
    pub(super) fn scalar_text(self) -> Option<&'a str> {
        if self.is_container() { None } else { Some(self.text()) }
    }

    /// How many members or elements it has; 0 for a scalar.
    #[inline]
    pub(super) fn len(self) -> usize {
        if self.is_container() { self.tape.extent(self.extent.rest).members as usize } else { 0 }
    }

    /// Where it stands in memory, for errors; 0 for a word of ours.
    pub(super) fn place(self) -> usize {
        if std::ptr::eq(self.tape.text(), WORDS.text()) {
            return 0;
        }
        self.tape.text().as_ptr() as usize + self.start()
    }

    /// Levels that it has at most.
    pub(super) fn depth_bound(self) -> usize {
        if self.is_container() { self.tape.depth() } else { 0 }
    }

    pub(super) fn tape(self) -> &'a Tape<'a> {
        self.tape
    }

    /// The members of an object that is the root of its text, where they were taken down.
    #[inline]
    pub(super) fn root_members(self) -> Option<&'a [RootMember]> {
        if self.extent.rest == 0 && self.is_object() { self.tape.root_members() } else { None }
    }

    /// Walks over the members of a container; nowhere for a scalar.
    #[inline]
    pub(super) fn walk(self) -> Option<Walk<'a, 'a>> {
        self.is_container().then(|| Walk::new(self.tape, self.start(), self.extent.rest))
    }

    /// Walks over the members of an object.
    #[inline]
    pub(super) fn object_walk(self) -> Walk<'a, 'a> {
        Walk::over(self.tape, self.start(), self.extent.rest, true)
    }

    /// Walks over the elements of a list.
    #[inline]
    pub(super) fn list_walk(self) -> Walk<'a, 'a> {
        Walk::over(self.tape, self.start(), self.extent.rest, false)
    }

    /// The last member with this key, if it is an object.
    #[inline]
    pub(super) fn get(self, key: &str) -> Option<Self> {
        if !self.is_object() {
            return None;
        }
        let place = self.walk()?.find_last(key)?;
        Some(place.slice(self.tape))
    }

    /// The element with this index, if it is a list.
    pub(super) fn at(self, index: usize) -> Option<Self> {
        if self.is_object() || index >= self.len() {
            return None;
        }
        let mut walk = self.walk()?;
        for _ in 0..index {
            walk.advance();
        }
        Some(walk.advance()?.slice(self.tape))
    }
}
