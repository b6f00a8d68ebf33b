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

/// Words of a container's entry: its end, and [`Sizes`]. A long string's entry is one word, its end.
const CONTAINER: usize = 2;

/// How many members a container has and how many words of the tape lie in it, in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sizes(u32);

impl Sizes {
    /// Stands for sizes that do not fit: they are on the list of large containers.
    const LARGE: Self = Self(u32::MAX);
    /// Bits of each size that fits, so few that what they make is never `LARGE`.
    const BITS: u32 = 15;

    #[inline(always)]
    fn of(members: u32, words: u32) -> Option<Self> {
        if (members | words) >> Self::BITS == 0 { Some(Self(words << 16 | members)) } else { None }
    }

    /// Members and words; not those of a large container.
    #[inline]
    fn get(self) -> (u32, u32) {
        (self.0 & 0xffff, self.0 >> 16)
    }
}

/// A container whose sizes do not fit into its entry.
#[derive(Debug)]
struct Large {
    /// Where its entry stands.
    container: u32,
    members: u32,
    words: u32,
}

/// A checked text, and where its containers and long strings end.
///
/// Entries stand in the order in which what they describe starts. Which value an entry belongs to is known to whoever
/// walks over the text: every container has one, and every string, keys included, that is longer than
/// [`SHORT_STRING_MAX`].
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    entries: Entries,
    /// Sorted by their entries.
    large: Vec<Large>,
    root: Root,
    depth: usize,
}

/// The words that values made by conversions are slices of.
pub(super) static WORDS: Tape<'static> = Tape {
    text: "nulltruefalse",
    entries: Entries(Vec::new()),
    large: Vec::new(),
    root: Root::UNKNOWN,
    depth: 0,
};

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

    /// Whether the key of the root's first member stands there again; `None` where its members were not taken down.
    pub(crate) fn has_again(&self, key: &str) -> Option<bool> {
        let (_, others) = self.root_members()?.split_first()?;
        Some(others.iter().any(|member| member.key(self).is(key)))
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
        let [end, sizes] = self.entries.0[at..at + CONTAINER] else {
            unreachable!("the slice has two words")
        };
        let sizes = Sizes(sizes);
        let (members, words) =
            if sizes == Sizes::LARGE { self.large_sizes(container) } else { sizes.get() };
        Extent { end, next: Self::first_inside(container) + words, members }
    }

    /// Where the container ends.
    #[inline]
    pub(super) fn end_of(&self, container: u32) -> u32 {
        self.entries.0[container as usize]
    }

    /// Members and words of a large container.
    #[cold]
    fn large_sizes(&self, container: u32) -> (u32, u32) {
        let found = self.large.binary_search_by_key(&container, |large| large.container);
        found.map_or(Sizes::LARGE.get(), |at| (self.large[at].members, self.large[at].words))
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

/// Longest text: offsets and places on the tape are 32 bits wide, and a text has at most one word for each byte.
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
    large: Vec<Large>,
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
            large: Vec::new(),
            open: [(0, 0); Limits::DEPTH_MAX],
            depth: 0,
            depth_max: 0,
            innermost: (0, 0),
        }
    }

    /// The tape of the text that was scanned.
    pub(crate) fn finish(mut self, text: &str) -> Tape<'_> {
        // They were noted where they ended.
        self.large.sort_unstable_by_key(|large| large.container);
        let (entries, large, depth) = (self.entries, self.large, self.depth_max);
        Tape { text, entries, large, root: Root::UNKNOWN, depth }
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
        let words = self.entries.0.len() as u32 - Tape::first_inside(container);
        let sizes = Sizes::of(members, words).unwrap_or_else(|| {
            note_large(&mut self.large, Large { container, members, words });
            Sizes::LARGE
        });
        let at = container as usize;
        if let Some(entry) = self.entries.0.get_mut(at..at + CONTAINER) {
            entry.copy_from_slice(&[end as u32, sizes.0]);
        }
        self.depth -= 1;
        self.innermost = self.open[self.depth];
    }

    #[inline]
    fn long_string(&mut self, end: usize) {
        self.entries.0.push(end as u32);
    }
}

#[cold]
fn note_large(list: &mut Vec<Large>, large: Large) {
    list.push(large);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A large container's sizes lie elsewhere; with the wrong ones a walk would take the wrong entries.
    #[test]
    fn containers_of_every_size_are_walked_over() {
        for count in [16_383, 16_384, 32_767, 32_768, 70_000_usize] {
            let members = ["1", "[]", "{\"k\":[0]}"].map(|member| vec![member; count].join(","));
            let text = format!("[[{}],[[{}]],[{}],7]", members[0], members[1], members[2]);
            let tape = Tape::scan(&text, &Limits::DEFAULT).expect("it is JSON");
            let lists: Vec<_> = tape.walk(&text, 0).collect();
            assert_eq!(lists.len(), 4);
            assert_eq!(lists[3].value, "7");
            let steps = |list: usize| {
                let container = lists[list].container.expect("a list");
                tape.walk(lists[list].value, container)
            };
            assert_eq!(
                steps(0).map(|step| step.value).filter(|value| *value == "1").count(),
                count
            );
            let inner = steps(1).next().expect("one list");
            let inner = tape.walk(inner.value, inner.container.expect("a list"));
            assert_eq!(inner.filter(|step| step.value == "[]").count(), count);
            for object in steps(2) {
                let mut members = tape.walk(object.value, object.container.expect("an object"));
                assert_eq!(members.next().map(|step| step.value), Some("[0]"));
                assert!(members.next().is_none());
            }
        }
    }

    #[test]
    fn sizes_are_large_if_one_does_not_fit() {
        for sizes in [(0, 0), (3, 32_767), (32_767, 32_767)] {
            let held = Sizes::of(sizes.0, sizes.1).expect("they fit");
            assert!(held != Sizes::LARGE);
            assert_eq!(held.get(), sizes);
        }
        for (members, words) in [(32_768, 0), (0, 32_768), (u32::MAX, u32::MAX)] {
            assert!(Sizes::of(members, words).is_none(), "{members}, {words}");
        }
    }
}
