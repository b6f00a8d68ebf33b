//! The text of a value that a chain runs on, with the tape of its containers.
//!
//! Layer: core. Invariant: a text is scanned at most once, however many steps open it, and not at all where no step
//! takes a `LazyValue`.

use std::cell::OnceCell;

use super::Room;
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
}

impl<'a> Part<'a> {
    /// A part that nobody has looked at.
    pub(crate) const fn new(json: &'a str) -> Self {
        Self { json, scanned: None, bytes: json.len() }
    }

    /// The text, for a chain that writes its result for this room.
    pub(crate) const fn text(self, room: Room) -> Text<'a> {
        let tape = match self.scanned {
            Some((tape, container)) => Source::Scanned(tape, container),
            None => Source::OnDemand(OnceCell::new()),
        };
        Text { json: self.json, tape, room: room.of_about(self.bytes) }
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

    /// The value, unopened.
    pub(crate) fn lazy(&'a self) -> Result<LazyValue<'a>, ConversionError> {
        match self.tape() {
            Ok((tape, container)) => {
                Ok(LazyValue::part_of(tape, self.json.trim_ascii(), container))
            }
            Err(error) => {
                let pointer = error.pointer().cloned().unwrap_or_default();
                Err(ConversionError::from(error).at(pointer))
            }
        }
    }
}
