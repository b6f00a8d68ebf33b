//! Reading a value without opening it.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    iterate::{ElementWalk, LazyElements, LazyMembers, MemberWalk},
    key::decode_quoted,
    slice::Slice,
    value::{LazyValue, Node, Place},
};
use crate::{ConversionError, engine::typed_from_str, json::last_character};

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
    /// The kind of a value by the first byte of its text.
    #[inline]
    pub(super) fn of_first_byte(byte: u8) -> Self {
        match byte {
            b'{' => Self::Object,
            b'[' => Self::List,
            b'"' => Self::String,
            b't' | b'f' => Self::Bool,
            b'-' | b'0'..=b'9' => Self::Number,
            _ => Self::Null,
        }
    }

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
    Slice(Slice<'a>),
    /// What was opened or made.
    Node(&'v Node<'a>),
}

impl<'v, 'a> LazyRef<'v, 'a> {
    pub(super) fn of(value: &'v LazyValue<'a>) -> Self {
        let source = match &value.node {
            Node::Slice(slice) => Source::Slice(*slice),
            node => Source::Node(node),
        };
        Self { source }
    }

    /// Which kind of value it is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        match self.source {
            Source::Slice(slice) => slice.kind(),
            Source::Node(node) => match node {
                Node::Slice(slice) => slice.kind(),
                Node::Text(_) | Node::ShortText(_) | Node::OwnedText(_) => Kind::String,
                Node::Number(_) | Node::NumberText(_) => Kind::Number,
                Node::List(_) => Kind::List,
                Node::Object(_) => Kind::Object,
            },
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
        match self.raw_text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The text, if it is one; `None` too for a text with a lone surrogate, which Rust cannot hold.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'v, str>> {
        let raw = match self.source {
            Source::Slice(slice) => match slice.plain_string() {
                Some(text) => return Some(Cow::Borrowed(text)),
                None => slice.scalar_text()?,
            },
            Source::Node(Node::Text(text)) => return Some(Cow::Borrowed(text)),
            Source::Node(Node::ShortText(text)) => return Some(Cow::Borrowed(text.as_str())),
            Source::Node(Node::OwnedText(text)) => return Some(Cow::Borrowed(text)),
            Source::Node(_) => return None,
        };
        let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') {
            decode_quoted(raw).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner))
        }
    }

    /// The last character of a text, for which no more of it is decoded; `None` if this is no text, an empty one, or
    /// one that ends in a lone surrogate.
    #[must_use]
    pub fn last_char(self) -> Option<char> {
        match self.source {
            Source::Slice(slice) => last_character(slice.string()?),
            Source::Node(_) => self.as_str()?.chars().next_back(),
        }
    }

    /// The text of a number, as it is written.
    #[must_use]
    pub fn number_text(self) -> Option<Cow<'v, str>> {
        match self.source {
            Source::Slice(slice) if slice.kind() == Kind::Number => {
                Some(Cow::Borrowed(slice.text()))
            }
            Source::Node(Node::Number(number)) => Some(Cow::Owned(number.to_string())),
            Source::Node(Node::NumberText(text)) => Some(Cow::Borrowed(text)),
            Source::Slice(_) | Source::Node(_) => None,
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
            Source::Slice(slice) => slice.len(),
            Source::Node(Node::List(list)) => list.elements.len(),
            Source::Node(Node::Object(object)) => object.len(),
            Source::Node(_) => 0,
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
            Source::Slice(slice) => slice.get(key).map(Self::from),
            Source::Node(Node::Object(object)) => object.get(key),
            Source::Node(_) => None,
        }
    }

    /// The element with this index.
    #[must_use]
    pub fn at(self, index: usize) -> Option<LazyRef<'v, 'a>> {
        match self.source {
            Source::Slice(slice) => slice.at(index).map(Self::from),
            Source::Node(Node::List(list)) => list.elements.get(index).map(LazyValue::as_ref),
            Source::Node(_) => None,
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
            Source::Slice(slice) if !slice.is_object() => slice.walk().map(ElementWalk::Slices),
            Source::Node(Node::List(list)) => Some(ElementWalk::Opened(list.elements.iter())),
            Source::Slice(_) | Source::Node(_) => None,
        };
        LazyElements { walk: walk.unwrap_or(ElementWalk::Opened([].iter())) }
    }

    /// The members of an object in their order; none for anything else.
    #[must_use]
    pub fn members(self) -> LazyMembers<'v, 'a> {
        let walk = match self.source {
            Source::Slice(slice) if slice.is_object() => slice.walk().map(MemberWalk::Slices),
            Source::Node(Node::Object(object)) => {
                Some(MemberWalk::Opened(object.members.as_slice().iter()))
            }
            Source::Slice(_) | Source::Node(_) => None,
        };
        LazyMembers { walk: walk.unwrap_or(MemberWalk::Opened([].iter())) }
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
        match self.source {
            Source::Slice(slice) => slice.into(),
            Source::Node(node) => node.clone().into(),
        }
    }

    /// Where it stands in memory, for errors.
    pub(super) fn place(self) -> Place {
        match self.source {
            Source::Slice(slice) => slice.place(),
            Source::Node(Node::List(list)) => list.place,
            Source::Node(Node::Object(object)) => object.members.place(),
            Source::Node(_) => 0,
        }
    }

    /// The text of the value if none of it was opened.
    pub(super) fn raw_text(self) -> Option<&'a str> {
        match self.source {
            Source::Slice(slice) => Some(slice.text()),
            Source::Node(_) => None,
        }
    }
}

impl<'a> From<Slice<'a>> for LazyRef<'_, 'a> {
    fn from(slice: Slice<'a>) -> Self {
        Self { source: Source::Slice(slice) }
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
