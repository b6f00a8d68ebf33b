//! The type itself: a node that is a slice of the text until it is opened.

use super::{
    key::Key,
    members::{Member, Members},
    object::LazyObject,
    read::LazyRef,
    short::ShortText,
    slice::Slice,
    spare::{self, Kept},
    tape::Tape,
};
use crate::{ConversionError, chain::Room, json::Limits};

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

/// Twenty-four bytes: opened trees of large documents have to fit beside the text, and opened objects, of which trees
/// have most, are to take no memory but that of their members.
#[derive(Clone)]
pub(super) enum Node<'a> {
    /// A slice of the stored text, or a word of ours.
    Slice(Slice<'a>),
    /// An opened object.
    Object(LazyObject<'a>),
    /// An opened list.
    List(Kept<List<'a>>),
    /// A text that a conversion gave; not escaped.
    Text(&'a str),
    /// The same, held here.
    ShortText(ShortText),
    /// The same, of any length.
    OwnedText(Box<str>),
    /// A number that a conversion gave.
    Number(serde_json::Number),
    /// Text of a number that a conversion gave, of any length.
    NumberText(Box<str>),
}

#[derive(Clone)]
pub(super) struct List<'a> {
    pub(super) elements: Vec<LazyValue<'a>>,
    pub(super) place: Place,
}

impl<'a> From<Node<'a>> for LazyValue<'a> {
    #[inline]
    fn from(node: Node<'a>) -> Self {
        Self { node }
    }
}

impl<'a> From<Slice<'a>> for LazyValue<'a> {
    #[inline]
    fn from(slice: Slice<'a>) -> Self {
        Self { node: Node::Slice(slice) }
    }
}

/// Where a value stands in memory: the address of its first byte in the stored text, or 0 for one that a conversion
/// made. Errors carry it, and the engine, which has the text, makes a JSON pointer of it.
pub(super) type Place = usize;

impl<'a> LazyValue<'a> {
    /// The value of a tape.
    pub(crate) fn root(tape: &'a Tape<'a>) -> Self {
        let (text, container) = tape.root();
        Self::part_of(tape, text, container)
    }

    /// A value of which the text is, or lies in, that of the tape.
    pub(crate) fn part_of(tape: &'a Tape<'a>, text: &str, container: Option<u32>) -> Self {
        Slice::within(tape, text, container).into()
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
            Ok(converted) => converted.into_json_within(Room::ALONE.of_about(text.len())),
            Err(error) => Err(error.located_in(text)),
        }
    }

    /// Reading without opening; cheap to copy.
    #[must_use]
    pub fn as_ref(&self) -> LazyRef<'_, 'a> {
        LazyRef::of(self)
    }

    /// The slice of the text that it is, unless it was opened or made.
    pub(super) fn unopened(&self) -> Option<Slice<'a>> {
        if let Node::Slice(slice) = self.node { Some(slice) } else { None }
    }

    /// Opens a container that was not opened: its own level, nothing below.
    #[inline]
    pub(super) fn opened(&mut self) -> &mut Node<'a> {
        if let Node::Slice(slice) = &self.node {
            match slice.first_byte() {
                b'{' => self.node = Node::Object(open_object(*slice)),
                b'[' => self.node = open_list(*slice),
                _ => {}
            }
        }
        &mut self.node
    }
}

/// Room for members that a conversion adds, so that most additions do not move the rest.
const SPARE: usize = 2;

/// A large container that is added to is often added to more than twice.
fn room_for(count: usize) -> usize {
    count + SPARE.max((count / 4).min(16))
}

fn open_object(slice: Slice<'_>) -> LazyObject<'_> {
    let (tape, mut walk) = (slice.tape(), slice.object_walk());
    let mut members = spare::members(room_for(walk.left()));
    match slice.root_members() {
        Some(root) => members.extend(root.iter().map(|member| Member {
            key: Key::stored(member.key(tape)),
            value: member.value(tape).into(),
        })),
        None => members.extend((0..walk.left()).map(|_| {
            let place = walk.member();
            Member { key: Key::stored(place.raw_key(tape)), value: place.slice(tape).into() }
        })),
    }
    LazyObject { members: Members::at(members, slice.place()) }
}

fn open_list(slice: Slice<'_>) -> Node<'_> {
    let (tape, mut walk) = (slice.tape(), slice.list_walk());
    let mut elements = spare::elements(room_for(walk.left()));
    elements.extend((0..walk.left()).map(|_| walk.element().slice(tape).into()));
    Node::List(List { elements, place: slice.place() }.into())
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    /// Each byte more is, in a document of 64 MB that is open, some megabytes.
    #[test]
    fn values_and_members_are_small() {
        assert_eq!(size_of::<LazyValue<'_>>(), 24);
        assert_eq!(size_of::<LazyObject<'_>>(), 24);
        assert_eq!(size_of::<Member<'_>>(), 40);
        assert_eq!(size_of::<List<'_>>(), 32);
    }
}
