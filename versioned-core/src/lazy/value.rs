//! The type itself: a node that is a slice of the text until it is opened.

use std::borrow::Cow;

use super::{
    key::Key,
    object::{LazyObject, Member},
    read::LazyRef,
    tape::Tape,
};
use crate::{ConversionError, json::Limits};

/// A JSON value that stays a slice of its text until a conversion goes into it.
///
/// Reading (`get`, `as_str`, `pointer`, iteration) opens nothing. What changes a value (`get_mut`, `insert`, `members_mut`)
/// opens the containers on the way, one level each. `clone` copies what was opened and shares the rest.
///
/// Where a key stands twice in an object, look-up and insertion mean the last one, as most JSON readers do; removal
/// means all of them. Those that nobody touches are written out as they came.
#[derive(Clone)]
pub struct LazyValue<'a> {
    pub(super) node: Node<'a>,
}

#[derive(Clone)]
pub(super) enum Node<'a> {
    /// Text of a scalar, as it is written.
    Scalar(&'a str),
    /// A container that was not opened.
    Container(&'a Tape<'a>, u32),
    /// A text that a conversion gave; not escaped.
    String(Cow<'a, str>),
    /// A number that a conversion gave.
    Number(serde_json::Number),
    /// Text of a number that a conversion gave, of any length.
    NumberText(Box<str>),
    /// An opened list.
    List(Vec<LazyValue<'a>>, Place),
    /// An opened object.
    Object(LazyObject<'a>),
}

/// Where a value stands in memory: the address of its first byte in the stored text, or 0 for one that a conversion
/// made. Errors carry it, and the engine, which has the text, makes a JSON pointer of it.
pub(super) type Place = usize;

pub(super) fn place_of(text: &str) -> Place {
    text.as_ptr() as usize
}

impl<'a> LazyValue<'a> {
    /// The value of a tape.
    pub(crate) fn root(tape: &'a Tape<'a>) -> Self {
        let (text, container) = tape.root();
        Self::of(tape, text, container)
    }

    pub(crate) fn of(tape: &'a Tape<'a>, text: &'a str, container: Option<u32>) -> Self {
        let node = match container {
            Some(container) => Node::Container(tape, container),
            None => Node::Scalar(text),
        };
        Self { node }
    }

    /// Checks a JSON text, hands it over to `convert`, and writes out what comes back: one pass in, one pass out.
    ///
    /// Meant for tests of single conversions, and for JSON that lies outside of stored entities.
    ///
    /// # Errors
    ///
    /// [`ConversionError`] if the text is no JSON or breaks [`Limits::DEFAULT`], or what `convert` gives; with a JSON
    /// pointer.
    pub fn convert_str(
        text: &str,
        convert: impl for<'t> FnOnce(LazyValue<'t>) -> Result<LazyValue<'t>, ConversionError>,
    ) -> Result<String, ConversionError> {
        let tape = Tape::scan(text, &Limits::DEFAULT).map_err(|error| {
            let pointer = error.pointer().cloned().unwrap_or_default();
            ConversionError::from(error).at(pointer)
        })?;
        match convert(LazyValue::root(&tape)) {
            Ok(converted) => Ok(converted.to_json_of_about(text.len())),
            Err(error) => Err(error.located_in(text)),
        }
    }

    /// Reading without opening; cheap to copy.
    #[must_use]
    pub fn as_ref(&self) -> LazyRef<'_, 'a> {
        LazyRef::of(self)
    }

    /// Opens a container that was not opened: its own level, nothing below.
    pub(super) fn open(&mut self) {
        if let Node::Container(tape, container) = &self.node {
            self.node = open_container(tape, *container);
        }
    }
}

/// Room for members that a conversion adds, so that most additions do not move the rest.
const SPARE: usize = 3;

fn open_container<'a>(tape: &'a Tape<'a>, container: u32) -> Node<'a> {
    let capacity = tape.member_count(container) + SPARE;
    let place = place_of(tape.container_text(container));
    if tape.is_object(container) {
        let mut members = Vec::with_capacity(capacity);
        for step in tape.walk(container) {
            let value = LazyValue::of(tape, step.value, step.container);
            if let Some(key) = step.key {
                members.push(Member { key: Key::Stored(key), value });
            }
        }
        Node::Object(LazyObject { members, place })
    } else {
        let mut elements = Vec::with_capacity(capacity);
        for step in tape.walk(container) {
            elements.push(LazyValue::of(tape, step.value, step.container));
        }
        Node::List(elements, place)
    }
}
