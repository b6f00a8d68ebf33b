//! What can be wrong with a JSON text.

use super::Pointer;

/// What is wrong with a JSON text, at which byte, and where in the value.
///
/// The display leaves the pointer out: whoever shows the error shows [`pointer`](Self::pointer) in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    kind: JsonErrorKind,
    offset: usize,
    pointer: Option<Pointer>,
}

impl JsonError {
    pub(crate) fn new(kind: JsonErrorKind, offset: usize) -> Self {
        Self { kind, offset, pointer: None }
    }

    pub(crate) fn at(mut self, pointer: Pointer) -> Self {
        self.pointer = Some(pointer);
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> JsonErrorKind {
        self.kind
    }

    /// Offset in the text, in bytes from 0.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Where in the value, where it is known.
    #[must_use]
    pub fn pointer(&self) -> Option<&Pointer> {
        self.pointer.as_ref()
    }
}

/// Kinds of faults in a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The text ends within a value.
    #[error("the text ends within a value")]
    UnexpectedEnd,
    /// A character that no JSON text has at this place.
    #[error("unexpected character")]
    UnexpectedCharacter,
    /// More text after the value.
    #[error("more text after the value")]
    TrailingText,
    /// A control character inside a string.
    #[error("control character in a string")]
    ControlCharacter,
    /// An escape that JSON does not have.
    #[error("invalid escape in a string")]
    InvalidEscape,
    /// Half of a surrogate pair, which no text can hold.
    #[error("lone surrogate in a string")]
    LoneSurrogate,
    /// A number that JSON does not have, such as `01`, `1.` or `NaN`.
    #[error("malformed number")]
    MalformedNumber,
    /// Bytes that are not UTF-8.
    #[error("bytes that are not UTF-8")]
    InvalidUtf8,
    /// Deeper nesting than the limit.
    #[error("nested deeper than {0} levels")]
    TooDeep(usize),
    /// More bytes than the limit.
    #[error("longer than {0} bytes")]
    TooLarge(usize),
    /// The document is JSON, but no object.
    #[error("not a JSON object")]
    NotAnObject,
    /// A number that `serde_json::Value` would change.
    #[error("a number that `serde_json::Value` cannot hold unchanged")]
    NumberNotHeld,
    /// A key that stands twice in one object, of which `serde_json::Value` would drop one.
    #[error("a key that stands twice in its object, which `serde_json::Value` cannot hold")]
    DuplicateKey,
}
