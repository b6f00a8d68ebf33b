//! Reading a value without opening it.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    key::{RawKey, decode_quoted},
    tape::Tape,
    value::{LazyValue, Node, Place, place_of},
    walk::Walk,
};
use crate::{ConversionError, engine::typed_from_str};

/// The six kinds of JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "JSON has these six")]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Kind {
    /// The name with its article, as errors say it.
    #[must_use]
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a truth value",
            Self::Number => "a number",
            Self::String => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// A value that is read and not opened; copying it is cheap.
///
/// It is either a value that was opened, or a part of one that was not.
#[derive(Clone, Copy)]
pub struct LazyRef<'v, 'a> {
    pub(super) source: Source<'v, 'a>,
}

#[derive(Clone, Copy)]
pub(super) enum Source<'v, 'a> {
    Opened(&'v LazyValue<'a>),
    Scalar(&'a str),
    Container(&'a Tape<'a>, u32),
}

impl<'v, 'a> LazyRef<'v, 'a> {
    pub(super) fn of(value: &'v LazyValue<'a>) -> Self {
        let source = match &value.node {
            Node::Scalar(text) => Source::Scalar(text),
            Node::Container(tape, container) => Source::Container(tape, *container),
            Node::String(_)
            | Node::Number(_)
            | Node::NumberText(_)
            | Node::List(..)
            | Node::Object(_) => Source::Opened(value),
        };
        Self { source }
    }

    /// Which kind of value it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.source {
            Source::Opened(value) => match &value.node {
                Node::String(_) => Kind::String,
                Node::Number(_) | Node::NumberText(_) => Kind::Number,
                Node::List(..) => Kind::List,
                _ => Kind::Object,
            },
            Source::Scalar(text) => kind_of(text),
            Source::Container(tape, container) => {
                if tape.is_object(container) {
                    Kind::Object
                } else {
                    Kind::List
                }
            }
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar_text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The text, if it is one; `None` too for a text with a lone surrogate, which Rust cannot hold.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'v, str>> {
        let raw = match self.source {
            Source::Opened(value) => match &value.node {
                Node::String(text) => return Some(Cow::Borrowed(text)),
                _ => return None,
            },
            Source::Scalar(text) => text,
            Source::Container(..) => return None,
        };
        let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            decode_quoted(raw).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The text of a number, as it is written.
    #[must_use]
    pub fn number_text(self) -> Option<Cow<'v, str>> {
        match self.source {
            Source::Opened(value) => match &value.node {
                Node::Number(number) => Some(Cow::Owned(number.to_string())),
                Node::NumberText(text) => Some(Cow::Borrowed(text)),
                _ => None,
            },
            _ => {
                let text = self.scalar_text()?;
                (kind_of(text) == Kind::Number).then_some(Cow::Borrowed(text))
            }
        }
    }

    /// The integer, if it is written as one (not 1.0 or 1e2) and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        self.number_text()?.parse().ok()
    }

    /// The integer, if it is written as one (not 1.0 or 1e2), is not negative, and fits.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        self.number_text()?.parse().ok()
    }

    /// The number, rounded to the nearest `f64`; `None` if it is beyond the largest one.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        self.number_text()?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// How many members or elements it has; 0 for a scalar.
    #[must_use]
    pub fn len(self) -> usize {
        match self.source {
            Source::Opened(value) => match &value.node {
                Node::List(elements, _) => elements.len(),
                Node::Object(object) => object.len(),
                _ => 0,
            },
            Source::Container(tape, container) => tape.member_count(container),
            Source::Scalar(_) => 0,
        }
    }

    /// Whether it has no members or elements.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The member with this key; of several, the last one.
    #[must_use]
    pub fn get(self, key: &str) -> Option<LazyRef<'v, 'a>> {
        match self.source {
            Source::Opened(value) => match &value.node {
                Node::Object(object) => object.get(key),
                _ => None,
            },
            Source::Container(tape, container) if tape.is_object(container) => {
                let (text, container) = tape.walk(container).find_last(key)?;
                Some(Self::part(tape, text, container))
            }
            Source::Container(..) | Source::Scalar(_) => None,
        }
    }

    /// The element with this index.
    #[must_use]
    pub fn at(self, index: usize) -> Option<LazyRef<'v, 'a>> {
        match self.source {
            Source::Opened(value) => match &value.node {
                Node::List(elements, _) => elements.get(index).map(LazyValue::as_ref),
                _ => None,
            },
            Source::Container(tape, container) if !tape.is_object(container) => {
                let step = tape.walk(container).nth(index)?;
                Some(Self::part(tape, step.value, step.container))
            }
            Source::Container(..) | Source::Scalar(_) => None,
        }
    }

    /// The value that a JSON pointer (RFC 6901) leads to.
    #[must_use]
    pub fn pointer(self, pointer: &str) -> Option<LazyRef<'v, 'a>> {
        let mut value = self;
        for token in tokens(pointer)? {
            value = match value.kind() {
                Kind::Object => value.get(&token)?,
                Kind::List => value.at(list_index(&token)?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// The elements of a list; none for anything else.
    #[must_use]
    pub fn elements(self) -> LazyElements<'v, 'a> {
        let walk = match self.source {
            Source::Opened(LazyValue { node: Node::List(elements, _) }) => {
                ElementWalk::Opened(elements.iter())
            }
            Source::Container(tape, container) if !tape.is_object(container) => {
                ElementWalk::Tape(tape, tape.walk(container))
            }
            _ => ElementWalk::Opened([].iter()),
        };
        LazyElements { walk }
    }

    /// The members of an object in their order; none for anything else.
    #[must_use]
    pub fn members(self) -> LazyMembers<'v, 'a> {
        let walk = match self.source {
            Source::Opened(LazyValue { node: Node::Object(object) }) => {
                MemberWalk::Opened(object.members.iter())
            }
            Source::Container(tape, container) if tape.is_object(container) => {
                MemberWalk::Tape(tape, tape.walk(container))
            }
            _ => MemberWalk::Opened([].iter()),
        };
        LazyMembers { walk }
    }

    /// Deserialises the value, straight from its slice of the text where it was not opened.
    ///
    /// # Errors
    ///
    /// [`ConversionError`] with a JSON pointer if the type does not accept it.
    pub fn parse<T: DeserializeOwned>(self) -> Result<T, ConversionError> {
        let result = match self.raw_text() {
            Some(text) => typed_from_str(text),
            None => typed_from_str(&self.to_json()),
        };
        result.map_err(|error| error.below(self.place()))
    }

    /// The value as a tree of serde_json's.
    ///
    /// # Errors
    ///
    /// [`ConversionError`] with a JSON pointer for what that cannot hold unchanged: see
    /// [`value_from_str`](crate::json::value_from_str).
    pub fn to_value(self) -> Result<Value, ConversionError> {
        let json = match self.raw_text() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.to_json()),
        };
        crate::json::value_from_str(&json).map_err(|error| {
            let pointer = error.pointer().cloned().unwrap_or_default();
            ConversionError::from(error).at(pointer).below(self.place())
        })
    }

    pub(super) fn to_owned_value(self) -> LazyValue<'a> {
        let node = match self.source {
            Source::Opened(value) => return value.clone(),
            Source::Scalar(text) => Node::Scalar(text),
            Source::Container(tape, container) => Node::Container(tape, container),
        };
        LazyValue { node }
    }

    /// Where it stands in memory, for errors.
    pub(super) fn place(self) -> Place {
        match self.source {
            Source::Scalar(text) => place_of(text),
            Source::Container(tape, container) => place_of(tape.container_text(container)),
            Source::Opened(value) => match &value.node {
                Node::List(_, place) => *place,
                Node::Object(object) => object.place,
                _ => 0,
            },
        }
    }

    /// The text of the value if none of it was opened.
    pub(super) fn raw_text(self) -> Option<&'v str> {
        match self.source {
            Source::Scalar(text) => Some(text),
            Source::Container(tape, container) => Some(tape.container_text(container)),
            Source::Opened(_) => None,
        }
    }

    fn scalar_text(self) -> Option<&'v str> {
        match self.source {
            Source::Scalar(text) => Some(text),
            Source::Container(..) | Source::Opened(_) => None,
        }
    }

    fn part(tape: &'a Tape<'a>, text: &'a str, container: Option<u32>) -> Self {
        let source = match container {
            Some(container) => Source::Container(tape, container),
            None => Source::Scalar(text),
        };
        Self { source }
    }
}

/// The kind of a value by its first byte.
pub(super) fn kind_of(text: &str) -> Kind {
    match text.as_bytes().first() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::List,
        Some(b'"') => Kind::String,
        Some(b't' | b'f') => Kind::Bool,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        _ => Kind::Null,
    }
}

/// The tokens of a JSON pointer, unescaped; `None` if it is none.
pub(super) fn tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return None;
    }
    Some(pointer.split('/').skip(1).map(|token| {
        if token.contains('~') {
            Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(token)
        }
    }))
}

/// The index that a token of a pointer names: no sign, no leading zero.
pub(super) fn list_index(token: &str) -> Option<usize> {
    let is_index = token == "0" || !token.starts_with(['0', '+']);
    if is_index { token.parse().ok() } else { None }
}

/// The elements of a list.
#[expect(missing_debug_implementations, reason = "an iterator has nothing to show")]
pub struct LazyElements<'v, 'a> {
    walk: ElementWalk<'v, 'a>,
}

enum ElementWalk<'v, 'a> {
    Opened(std::slice::Iter<'v, LazyValue<'a>>),
    Tape(&'a Tape<'a>, Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyElements<'v, 'a> {
    type Item = LazyRef<'v, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            ElementWalk::Opened(elements) => elements.next().map(LazyValue::as_ref),
            ElementWalk::Tape(tape, walk) => {
                let step = walk.next()?;
                Some(LazyRef::part(tape, step.value, step.container))
            }
        }
    }
}

/// The members of an object: key and value.
#[expect(missing_debug_implementations, reason = "an iterator has nothing to show")]
pub struct LazyMembers<'v, 'a> {
    walk: MemberWalk<'v, 'a>,
}

enum MemberWalk<'v, 'a> {
    Opened(std::slice::Iter<'v, super::object::Member<'a>>),
    Tape(&'a Tape<'a>, Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyMembers<'v, 'a> {
    type Item = (Cow<'v, str>, LazyRef<'v, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            MemberWalk::Opened(members) => {
                members.next().map(|member| (member.key.text(), member.value.as_ref()))
            }
            MemberWalk::Tape(tape, walk) => {
                let step = walk.next()?;
                let key = step.key.map(RawKey::text).unwrap_or_default();
                Some((key, LazyRef::part(tape, step.value, step.container)))
            }
        }
    }
}
