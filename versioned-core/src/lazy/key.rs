//! Keys of members: kept as they are written, decoded only to be compared.

use std::borrow::Cow;

use super::{
    value::Place,
    write::{Sink, push_string},
};
use crate::json::{decode, scan::Span};

/// A key as it is written in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawKey<'a> {
    /// With its quotes, so that it is written out in one piece.
    pub(super) quoted: &'a str,
    pub(super) has_escapes: bool,
}

impl<'a> RawKey<'a> {
    #[inline]
    pub(super) fn is(self, name: &str) -> bool {
        // The quotes are two bytes.
        if !self.has_escapes {
            return self.quoted.len() == name.len() + 2
                && self.quoted.as_bytes()[1..=name.len()] == *name.as_bytes();
        }
        decode_quoted(self.quoted).is_some_and(|decoded| decoded == name)
    }

    /// The key; `None` if it has a lone surrogate, which no text can hold.
    pub(crate) fn decoded(self) -> Option<Cow<'a, str>> {
        if self.has_escapes {
            decode_quoted(self.quoted).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(inner(self.quoted)))
        }
    }

    /// The key; with a lone surrogate as it is written.
    pub(crate) fn text(self) -> Cow<'a, str> {
        self.decoded().unwrap_or(Cow::Borrowed(inner(self.quoted)))
    }

    /// For comparisons; see [`Key::as_ordered`].
    pub(super) fn into_ordered(self) -> OrderedKey<'a> {
        match self.decoded() {
            Some(text) => OrderedKey::Text(text),
            None => OrderedKey::Unheld(Cow::Borrowed(inner(self.quoted))),
        }
    }
}

/// A key of a member, in sixteen bytes.
#[derive(Debug, Clone)]
pub(super) enum Key<'a> {
    /// As written in the text, with its quotes and without escapes; or, if it does not start with a quote, as a
    /// conversion gave it.
    Plain(&'a str),
    /// What does not fit into that.
    Other(Box<OtherKey<'a>>),
}

#[derive(Debug, Clone)]
pub(super) enum OtherKey<'a> {
    /// As written in the text, with its quotes, and what it says; `None` if it has a lone surrogate.
    Escaped(&'a str, Option<String>),
    /// Given by a conversion; escaped when it is written.
    Given(Cow<'a, str>),
}

impl<'a> Key<'a> {
    #[inline]
    pub(super) fn stored(raw: RawKey<'a>) -> Self {
        if raw.has_escapes {
            let decoded = decode_quoted(raw.quoted);
            return Self::Other(Box::new(OtherKey::Escaped(raw.quoted, decoded)));
        }
        Self::Plain(raw.quoted)
    }

    pub(super) fn given(key: Cow<'a, str>) -> Self {
        match key {
            Cow::Borrowed(text) if !text.starts_with('"') => Self::Plain(text),
            other => Self::Other(Box::new(OtherKey::Given(other))),
        }
    }

    #[inline]
    pub(super) fn is(&self, name: &str) -> bool {
        match self {
            // The quotes are two bytes.
            Self::Plain(text) if text.len() == name.len() + 2 && text.starts_with('"') => {
                text.as_bytes()[1..=name.len()] == *name.as_bytes()
            }
            Self::Plain(text) => *text == name && !name.starts_with('"'),
            Self::Other(other) => other.is(name),
        }
    }

    /// Where it stands in memory, for errors; 0 for one that a conversion gave.
    #[inline]
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Plain(text) if text.starts_with('"') => text.as_ptr() as Place,
            Self::Plain(_) => 0,
            Self::Other(other) => match &**other {
                OtherKey::Escaped(quoted, _) => quoted.as_ptr() as Place,
                OtherKey::Given(_) => 0,
            },
        }
    }

    /// The key; with a lone surrogate, which no text can hold, as it is written.
    pub(super) fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Plain(text) if text.starts_with('"') => inner(text),
            Self::Plain(text) => text,
            Self::Other(other) => match &**other {
                OtherKey::Escaped(_, Some(decoded)) => decoded,
                OtherKey::Escaped(quoted, None) => inner(quoted),
                OtherKey::Given(given) => given,
            },
        })
    }

    /// For comparisons: a key that no text can hold is equal to one that is written alike, and to no other.
    pub(super) fn as_ordered(&self) -> OrderedKey<'_> {
        match self {
            Self::Other(other) if matches!(**other, OtherKey::Escaped(_, None)) => {
                OrderedKey::Unheld(self.text())
            }
            _ => OrderedKey::Text(self.text()),
        }
    }

    #[inline]
    pub(super) fn write_to(&self, output: &mut impl Sink) {
        match self {
            Self::Plain(text) if text.starts_with('"') => output.stored(text),
            Self::Plain(text) => push_string(text, output.given()),
            Self::Other(other) => match &**other {
                OtherKey::Escaped(quoted, _) => output.stored(quoted),
                OtherKey::Given(given) => push_string(given, output.given()),
            },
        }
    }
}

impl OtherKey<'_> {
    #[inline(never)]
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Escaped(_, decoded) => decoded.as_deref() == Some(name),
            Self::Given(given) => given == name,
        }
    }
}

/// A key as objects are compared by it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OrderedKey<'v> {
    Text(Cow<'v, str>),
    /// With a lone surrogate, as it is written.
    Unheld(Cow<'v, str>),
}

/// Between the quotes.
fn inner(quoted: &str) -> &str {
    &quoted[1..quoted.len() - 1]
}

/// The text of a key or string with its quotes; `None` if it has a lone surrogate.
pub(super) fn decode_quoted(quoted: &str) -> Option<String> {
    decode(Span { start: 0, end: quoted.len() }, quoted, true).ok()
}
