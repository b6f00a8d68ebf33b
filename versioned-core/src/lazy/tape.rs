//! The tape: one forward pass over a text that notes where each of its containers lies.
//!
//! Layer: core. Opening a container walks its own members only: the tape says where each nested one ends, so that no byte
//! of a descendant is read again.

use std::cell::Cell;

use super::{locate::locate, walk::Walk};
use crate::json::{
    JsonError, JsonErrorKind, Limits,
    scan::{Scanner, Sink},
};

/// A container of a text, in the order in which containers open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// First byte: the opening bracket.
    pub(super) start: u32,
    /// Behind the closing bracket.
    pub(super) end: u32,
    /// How many members it has.
    pub(super) members: u32,
    /// Number of the first container behind it.
    pub(super) next: u32,
}

/// A checked text and the extents of its containers.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    extents: Extents,
}

impl<'a> Tape<'a> {
    /// Checks a text that holds one value.
    pub(crate) fn scan(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        check_offsets(text)?;
        let mut recorder = Recorder::new();
        let mut scanner = Scanner::new(text, limits)?;
        scanner.skip_blanks();
        let result = scanner.value(limits.depth_max, &mut recorder).and_then(|()| scanner.end());
        match result {
            Ok(()) => Ok(recorder.finish(text)),
            Err(error) => Err(locate(text, error)),
        }
    }

    /// The text between the blanks around it, and whether it is a container.
    pub(crate) fn root(&self) -> (&'a str, Option<u32>) {
        let value = self.text.trim_ascii();
        (value, value.starts_with(['{', '[']).then_some(0))
    }

    pub(super) fn is_object(&self, container: u32) -> bool {
        self.text.as_bytes()[self.extent(container).start as usize] == b'{'
    }

    /// The text of a container, with its brackets.
    pub(super) fn container_text(&self, container: u32) -> &'a str {
        let extent = self.extent(container);
        &self.text[extent.start as usize..extent.end as usize]
    }

    pub(super) fn member_count(&self, container: u32) -> usize {
        self.extent(container).members as usize
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn extent(&self, container: u32) -> Extent {
        self.extents.0[container as usize]
    }

    /// Walks over the members of a container.
    pub(crate) fn walk(&self, container: u32) -> Walk<'_, 'a> {
        Walk::new(self, container)
    }
}

/// Extents whose memory the next scan of the thread uses again.
#[derive(Debug, Default)]
struct Extents(Vec<Extent>);

/// Room for more containers than this (16 MiB) is given back to the system.
const SPARE_MAX: usize = 1 << 20;

thread_local! {
    static SPARE: Cell<Vec<Extent>> = const { Cell::new(Vec::new()) };
}

impl Extents {
    fn reused() -> Self {
        let mut extents = SPARE.take();
        extents.clear();
        Self(extents)
    }
}

impl Drop for Extents {
    fn drop(&mut self) {
        if self.0.capacity() <= SPARE_MAX {
            SPARE.set(std::mem::take(&mut self.0));
        }
    }
}

/// Offsets are 32 bits wide.
pub(crate) fn check_offsets(text: &str) -> Result<(), JsonError> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(JsonError::new(JsonErrorKind::TooLarge(u32::MAX as usize), 0)),
    }
}

/// Notes extents during a scan.
pub(crate) struct Recorder {
    extents: Extents,
    /// Numbers and members so far of the containers around the innermost open one.
    open: [(u32, u32); Limits::DEPTH_MAX],
    depth: usize,
    /// The same of the innermost open one.
    innermost: (u32, u32),
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self {
            extents: Extents::reused(),
            open: [(0, 0); Limits::DEPTH_MAX],
            depth: 0,
            innermost: (0, 0),
        }
    }

    /// The tape of the text that was scanned.
    pub(crate) fn finish(self, text: &str) -> Tape<'_> {
        Tape { text, extents: self.extents }
    }

    /// Number of the container that opens next.
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer containers than bytes")]
    pub(crate) fn next_container(&self) -> u32 {
        self.extents.0.len() as u32
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "offsets were checked to fit 32 bits, and there are fewer containers than bytes"
)]
impl Sink for Recorder {
    #[inline]
    fn open(&mut self, start: usize) {
        self.open[self.depth] = self.innermost;
        self.depth += 1;
        self.innermost = (self.extents.0.len() as u32, 0);
        self.extents.0.push(Extent { start: start as u32, end: 0, members: 0, next: 0 });
    }

    #[inline]
    fn item(&mut self) {
        self.innermost.1 += 1;
    }

    #[inline]
    fn close(&mut self, end: usize) {
        let (container, members) = self.innermost;
        let next = self.extents.0.len() as u32;
        let extent = &mut self.extents.0[container as usize];
        extent.end = end as u32;
        extent.members = members;
        extent.next = next;
        self.depth -= 1;
        self.innermost = self.open[self.depth];
    }
}
