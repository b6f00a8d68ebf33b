//! Keys of members: kept as they are written, decoded only to be compared.

use std::borrow::Cow;

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
    pub(super) fn decoded(self) -> Option<Cow<'a, str>> {
        if self.has_escapes {
            decode_quoted(self.quoted).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(&self.quoted[1..self.quoted.len() - 1]))
        }
    }

    /// The key; with a lone surrogate as it is written.
    pub(crate) fn text(self) -> Cow<'a, str> {
        self.decoded().unwrap_or(Cow::Borrowed(&self.quoted[1..self.quoted.len() - 1]))
    }
}

/// A key of a member.
#[derive(Debug, Clone)]
pub(super) enum Key<'a> {
    /// As written in the text.
    Stored(RawKey<'a>),
    /// Given by a conversion; escaped when it is written.
    New(Cow<'a, str>),
}

impl Key<'_> {
    #[inline]
    pub(super) fn is(&self, name: &str) -> bool {
        match self {
            Self::Stored(raw) => raw.is(name),
            Self::New(given) => given == name,
        }
    }

    /// The key; with a lone surrogate, which no text can hold, as it is written.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Stored(raw) => raw.text(),
            Self::New(given) => Cow::Borrowed(given),
        }
    }

    #[inline]
    pub(super) fn write_to(&self, output: &mut String) {
        match self {
            Self::Stored(raw) => output.push_str(raw.quoted),
            Self::New(given) => super::write::push_string(given, output),
        }
    }
}

/// The text of a key or string with its quotes; `None` if it has a lone surrogate.
pub(super) fn decode_quoted(quoted: &str) -> Option<String> {
    decode(Span { start: 0, end: quoted.len() }, quoted, true).ok()
}
