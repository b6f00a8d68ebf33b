//! Reading a value without opening it.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    key::{OrderedKey, decode_quoted},
    object::LazyObject,
    slice::Slice,
    value::{LazyValue, Made, Node, Place},
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
    Made(&'v Made<'a>),
}

impl<'v, 'a> LazyRef<'v, 'a> {
    pub(super) fn of(value: &'v LazyValue<'a>) -> Self {
        let source = match &value.node {
            Node::Slice(slice) => Source::Slice(*slice),
            Node::Made(made) => Source::Made(made),
        };
        Self { source }
    }

    /// Which kind of value it is.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Kind {
        match self.source {
            Source::Slice(slice) => slice.kind(),
            Source::Made(made) => match made {
                Made::String(_) => Kind::String,
                Made::Number(_) | Made::NumberText(_) => Kind::Number,
                Made::List(..) => Kind::List,
                Made::Object(_) => Kind::Object,
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
            Source::Slice(slice) => slice.scalar_text()?,
            Source::Made(Made::String(text)) => return Some(Cow::Borrowed(text)),
            Source::Made(_) => return None,
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
            Source::Slice(slice) if slice.kind() == Kind::Number => {
                Some(Cow::Borrowed(slice.text()))
            }
            Source::Made(Made::Number(number)) => Some(Cow::Owned(number.to_string())),
            Source::Made(Made::NumberText(text)) => Some(Cow::Borrowed(text)),
            Source::Slice(_) | Source::Made(_) => None,
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
            Source::Made(Made::List(elements, _)) => elements.len(),
            Source::Made(Made::Object(object)) => object.len(),
            Source::Made(_) => 0,
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
            Source::Slice(slice) => slice.get(key).map(Self::slice),
            Source::Made(Made::Object(object)) => object.get(key),
            Source::Made(_) => None,
        }
    }

    /// The element with this index.
    #[must_use]
    pub fn at(self, index: usize) -> Option<LazyRef<'v, 'a>> {
        match self.source {
            Source::Slice(slice) => slice.at(index).map(Self::slice),
            Source::Made(Made::List(elements, _)) => elements.get(index).map(LazyValue::as_ref),
            Source::Made(_) => None,
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
            Source::Made(Made::List(elements, _)) => Some(ElementWalk::Opened(elements.iter())),
            Source::Slice(_) | Source::Made(_) => None,
        };
        LazyElements { walk: walk.unwrap_or(ElementWalk::Opened([].iter())) }
    }

    /// The members of an object in their order; none for anything else.
    #[must_use]
    pub fn members(self) -> LazyMembers<'v, 'a> {
        let walk = match self.source {
            Source::Slice(slice) if slice.is_object() => slice.walk().map(MemberWalk::Slices),
            Source::Made(Made::Object(object)) => Some(MemberWalk::Opened(object.members.iter())),
            Source::Slice(_) | Source::Made(_) => None,
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
            Source::Made(made) => made.clone().into(),
        }
    }

    /// Where it stands in memory, for errors.
    pub(super) fn place(self) -> Place {
        match self.source {
            Source::Slice(slice) => slice.place(),
            Source::Made(Made::List(_, place) | Made::Object(LazyObject { place, .. })) => *place,
            Source::Made(_) => 0,
        }
    }

    /// The text of the value if none of it was opened.
    pub(super) fn raw_text(self) -> Option<&'a str> {
        match self.source {
            Source::Slice(slice) => Some(slice.text()),
            Source::Made(_) => None,
        }
    }

    fn slice(slice: Slice<'a>) -> Self {
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

/// The elements of a list.
#[expect(missing_debug_implementations, reason = "an iterator has nothing to show")]
pub struct LazyElements<'v, 'a> {
    walk: ElementWalk<'v, 'a>,
}

enum ElementWalk<'v, 'a> {
    Opened(std::slice::Iter<'v, LazyValue<'a>>),
    Slices(Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyElements<'v, 'a> {
    type Item = LazyRef<'v, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            ElementWalk::Opened(elements) => elements.next().map(LazyValue::as_ref),
            ElementWalk::Slices(walk) => walk.next_slice().map(|(_, slice)| LazyRef::slice(slice)),
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
    Slices(Walk<'a, 'a>),
}

impl<'v, 'a> Iterator for LazyMembers<'v, 'a> {
    type Item = (Cow<'v, str>, LazyRef<'v, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.walk {
            MemberWalk::Opened(members) => {
                members.next().map(|member| (member.key.text(), member.value.as_ref()))
            }
            MemberWalk::Slices(walk) => {
                walk.next_slice().map(|(key, slice)| (key.text(), LazyRef::slice(slice)))
            }
        }
    }
}

impl<'v, 'a> LazyMembers<'v, 'a> {
    /// The members with their keys as objects are compared by them.
    pub(super) fn with_ordered_keys(
        mut self,
    ) -> impl Iterator<Item = (OrderedKey<'v>, LazyRef<'v, 'a>)> {
        std::iter::from_fn(move || match &mut self.walk {
            MemberWalk::Opened(members) => {
                members.next().map(|member| (member.key.as_ordered(), member.value.as_ref()))
            }
            MemberWalk::Slices(walk) => {
                walk.next_slice().map(|(key, slice)| (key.into_ordered(), LazyRef::slice(slice)))
            }
        })
    }
}
