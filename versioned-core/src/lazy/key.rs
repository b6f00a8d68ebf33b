//! Keys of members: kept as they are written, decoded only to be compared.

use std::borrow::Cow;

use crate::json::{decode, scan::Span};

/// A key of a member.
#[derive(Debug, Clone)]
pub(super) enum Key<'a> {
    /// As written in the text, between the quotes, without escapes.
    Plain(&'a str),
    /// As written in the text, between the quotes, with escapes.
    Escaped(&'a str),
    /// Given by a conversion; escaped when it is written.
    New(Cow<'a, str>),
}

impl<'a> Key<'a> {
    pub(super) fn of_raw(raw: &'a str) -> Self {
        if raw.contains('\\') { Self::Escaped(raw) } else { Self::Plain(raw) }
    }

    pub(super) fn is(&self, name: &str) -> bool {
        match self {
            Self::Plain(raw) => *raw == name,
            Self::Escaped(raw) => decode_raw(raw).is_some_and(|decoded| decoded == name),
            Self::New(given) => given == name,
        }
    }

    /// The key; with a lone surrogate, which no text can hold, as it is written.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Plain(raw) => Cow::Borrowed(raw),
            Self::Escaped(raw) => decode_raw(raw).map_or(Cow::Borrowed(*raw), Cow::Owned),
            Self::New(given) => Cow::Borrowed(given),
        }
    }

    pub(super) fn write_to(&self, output: &mut String) {
        match self {
            Self::Plain(raw) | Self::Escaped(raw) => {
                output.push('"');
                output.push_str(raw);
                output.push('"');
            }
            Self::New(given) => super::write::push_string(given, output),
        }
    }
}

/// The text of a key or string between its quotes; `None` if it has a lone surrogate.
pub(super) fn decode_raw(raw: &str) -> Option<String> {
    let quoted = format!("\"{raw}\"");
    decode(Span { start: 0, end: quoted.len() }, &quoted, true).ok()
}
