//! The text of a value that a chain runs on, with the tape of its containers.
//!
//! Layer: core. Invariant: a text is scanned at most once, however many steps open it, and not at all where no step
//! takes a `LazyValue`.

use std::cell::{Cell, OnceCell};

use super::{Room, Unscanned};
use crate::{
    ConversionError, LazyValue,
    json::{JsonError, Limits},
    lazy::Tape,
};

/// JSON text of a value.
#[derive(Debug)]
pub struct Text<'a> {
    json: &'a str,
    tape: Source<'a>,
    room: Room,
    /// What nobody has looked at yet.
    unscanned: Cell<Option<Unscanned<'a>>>,
}

#[derive(Debug)]
enum Source<'a> {
    /// The text was scanned together with the document that it is a part of.
    Scanned(&'a Tape<'a>, Option<u32>),
    /// It is scanned when a step opens it.
    OnDemand(OnceCell<Tape<'a>>),
}

/// A part of a stored document, before a chain runs on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    pub(crate) json: &'a str,
    /// The tape of the document and where the entry of the container stands on it, where the part was scanned with the
    /// document.
    pub(crate) scanned: Option<(&'a Tape<'a>, Option<u32>)>,
    /// How long the text will be that the result is a part of.
    pub(crate) bytes: usize,
    /// What has to be looked at where a document was not scanned.
    pub(crate) unscanned: Option<Unscanned<'a>>,
}

impl<'a> Part<'a> {
    /// A part that nobody has looked at.
    pub(crate) const fn new(json: &'a str) -> Self {
        Self { json, scanned: None, bytes: json.len(), unscanned: None }
    }

    /// The text, for a chain that writes its result for this room.
    pub(crate) const fn text(self, room: Room) -> Text<'a> {
        let tape = match self.scanned {
            Some((tape, container)) => Source::Scanned(tape, container),
            None => Source::OnDemand(OnceCell::new()),
        };
        let unscanned = Cell::new(self.unscanned);
        Text { json: self.json, tape, room: room.of_about(self.bytes), unscanned }
    }
}

impl<'a> Text<'a> {
    /// Text that nobody has looked at.
    #[must_use]
    pub const fn new(json: &'a str) -> Self {
        Part::new(json).text(Room::ALONE)
    }

    /// What the result of the chain is written for.
    #[must_use]
    pub const fn room(&self) -> Room {
        self.room
    }

    /// The text.
    #[must_use]
    pub const fn json(&self) -> &'a str {
        self.json
    }

    /// The tape, and where the entry of the container stands on it.
    pub(crate) fn tape(&self) -> Result<(&Tape<'a>, Option<u32>), JsonError> {
        let cell = match &self.tape {
            Source::Scanned(tape, container) => return Ok((tape, *container)),
            Source::OnDemand(cell) => cell,
        };
        let tape = match cell.get() {
            Some(tape) => tape,
            None => {
                let tape = Tape::scan(self.json, &Limits::DEFAULT)?;
                cell.get_or_init(|| tape)
            }
        };
        Ok((tape, tape.root().1))
    }

    /// A reader has judged the text as a scan does.
    pub(super) fn vouch(&self) {
        self.unscanned.set(None);
    }

    /// Makes sure that what a scan judges has been looked at. The error is for the engine, which scans the document then.
    pub(crate) fn judged(&self) -> Result<(), ConversionError> {
        if self.unscanned.get().is_some_and(|unscanned| !unscanned.is_plain()) {
            return Err(ConversionError::new("the document has to be scanned first"));
        }
        self.vouch();
        Ok(())
    }

    /// The value, unopened.
    pub(crate) fn lazy(&'a self) -> Result<LazyValue<'a>, ConversionError> {
        let (tape, container) = self.tape().map_err(|error| {
            let pointer = error.pointer().cloned().unwrap_or_default();
            ConversionError::from(error).at(pointer)
        })?;
        if self.unscanned.get().is_none_or(|unscanned| unscanned.is_plain_on(tape)) {
            self.vouch();
        }
        self.judged()?;
        Ok(LazyValue::part_of(tape, self.json.trim_ascii(), container))
    }
}
