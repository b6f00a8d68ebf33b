//! The tape: one forward pass over a text that notes where its containers and long strings end.
//!
//! Layer: core. Opening a container walks its own members only: the tape says where each nested one ends, so that no byte
//! of a descendant is read again, and no long text either.

use std::cell::Cell;

use super::{
    locate::locate,
    root::{Root, RootMember},
    walk::Walk,
};
use crate::json::{
    JsonError, JsonErrorKind, Limits,
    scan::{Scanner, Sink},
};

/// A container of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Behind the closing bracket.
    pub(super) end: u32,
    /// Where on the tape the first entry behind it stands.
    pub(super) next: u32,
    /// How many members it has.
    pub(super) members: u32,
}

/// Words of a container's entry; a long string's entry is one word, its end.
const CONTAINER: usize = 3;

/// A checked text, and where its containers and long strings end.
///
/// Entries stand in the order in which what they describe starts. Which value an entry belongs to is known to whoever
/// walks over the text: every container has one, and every string, keys included, that is longer than
/// [`SHORT_STRING_MAX`].
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    entries: Entries,
    root: Root,
    depth: usize,
}

/// The words that values made by conversions are slices of.
pub(super) static WORDS: Tape<'static> =
    Tape { text: "nulltruefalse", entries: Entries(Vec::new()), root: Root::UNKNOWN, depth: 0 };

impl<'a> Tape<'a> {
    /// Checks a text that holds one value.
    pub(crate) fn scan(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        check_offsets(text)?;
        let mut recorder = Recorder::new();
        let mut scanner = Scanner::new(text, limits)?;
        scanner.skip_blanks();
        let root = match limits.depth_max.checked_sub(1) {
            Some(below) if scanner.peek() == Some(b'{') => {
                Root::scan(&mut scanner, below, &mut recorder)
            }
            _ => scanner.value(limits.depth_max, &mut recorder).map(|()| Root::UNKNOWN),
        };
        match root.and_then(|root| scanner.end().map(|()| root)) {
            Ok(root) => Ok(Self { root, ..recorder.finish(text) }),
            Err(error) => Err(locate(text, error)),
        }
    }

    /// The text between the blanks around it, and whether it is a container.
    pub(crate) fn root(&self) -> (&'a str, Option<u32>) {
        let value = self.text.trim_ascii();
        (value, value.starts_with(['{', '[']).then_some(0))
    }

    /// The members of the root, if it is an object and they were taken down.
    pub(super) fn root_members(&self) -> Option<&[RootMember]> {
        self.root.members()
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Where a part of the text starts in it.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub(super) fn offset_of(&self, part: &str) -> usize {
        let offset = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        assert!(offset <= self.text.len(), "the part lies in the text of the tape");
        offset
    }

    /// Walks over the members of the container with this text.
    pub(crate) fn walk(&self, json: &str, container: u32) -> Walk<'_, 'a> {
        Walk::new(self, self.offset_of(json), container)
    }

    /// How many levels the deepest value has.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The container whose entry stands at this place of the tape.
    #[inline]
    pub(super) fn extent(&self, container: u32) -> Extent {
        let at = container as usize;
        let [end, next, members] = self.entries.0[at..at + CONTAINER] else {
            unreachable!("the slice has three words")
        };
        Extent { end, next, members }
    }

    /// The first entry inside of a container.
    #[expect(clippy::cast_possible_truncation, reason = "it is a small constant")]
    pub(super) fn first_inside(container: u32) -> u32 {
        container + CONTAINER as u32
    }

    /// End of the long string whose entry stands at this place of the tape.
    #[inline]
    pub(super) fn string_end(&self, entry: u32) -> u32 {
        self.entries.0[entry as usize]
    }
}

/// Entries whose memory the next scan of the thread uses again.
#[derive(Debug, Default)]
struct Entries(Vec<u32>);

/// Room for more words than this (16 MiB) is given back to the system.
const SPARE_MAX: usize = 1 << 22;

thread_local! {
    static SPARE: Cell<Vec<u32>> = const { Cell::new(Vec::new()) };
}

impl Entries {
    fn reused() -> Self {
        let mut entries = SPARE.take();
        entries.clear();
        Self(entries)
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        if self.0.capacity() <= SPARE_MAX {
            SPARE.set(std::mem::take(&mut self.0));
        }
    }
}

/// Longest text: offsets and places on the tape are 32 bits wide, and a text has at most three words for two bytes.
const TEXT_MAX: usize = 1 << 31;

/// Whether offsets fit.
pub(crate) fn check_offsets(text: &str) -> Result<(), JsonError> {
    if text.len() <= TEXT_MAX {
        Ok(())
    } else {
        Err(JsonError::new(JsonErrorKind::TooLarge(TEXT_MAX), 0))
    }
}

/// Notes extents during a scan.
pub(crate) struct Recorder {
    entries: Entries,
    /// Entries and members so far of the containers around the innermost open one.
    open: [(u32, u32); Limits::DEPTH_MAX],
    depth: usize,
    depth_max: usize,
    /// The same of the innermost open one.
    innermost: (u32, u32),
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            entries: Entries::reused(),
            open: [(0, 0); Limits::DEPTH_MAX],
            depth: 0,
            depth_max: 0,
            innermost: (0, 0),
        }
    }

    /// The tape of the text that was scanned.
    pub(crate) fn finish(self, text: &str) -> Tape<'_> {
        Tape { text, entries: self.entries, root: Root::UNKNOWN, depth: self.depth_max }
    }

    /// Where the entry stands that is taken down next.
    #[expect(clippy::cast_possible_truncation, reason = "see below")]
    pub(crate) fn next_entry(&self) -> u32 {
        self.entries.0.len() as u32
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "offsets were checked to fit 32 bits, and so do the words"
)]
impl Sink for Recorder {
    #[inline]
    fn open(&mut self) {
        self.open[self.depth] = self.innermost;
        self.depth += 1;
        self.depth_max = self.depth_max.max(self.depth);
        self.innermost = (self.entries.0.len() as u32, 0);
        self.entries.0.extend_from_slice(&[0; CONTAINER]);
    }

    #[inline]
    fn item(&mut self) {
        self.innermost.1 += 1;
    }

    #[inline]
    fn close(&mut self, end: usize) {
        let (container, members) = self.innermost;
        let next = self.entries.0.len() as u32;
        let at = container as usize;
        if let Some(entry) = self.entries.0.get_mut(at..at + CONTAINER) {
            entry.copy_from_slice(&[end as u32, next, members]);
        }
        self.depth -= 1;
        self.innermost = self.open[self.depth];
    }

    #[inline]
    fn long_string(&mut self, end: usize) {
        self.entries.0.push(end as u32);
    }
}
