//! Multi-line text: a string, or a list of strings.
//!
//! The list means different texts in different formats: up to format 3 its strings are lines
//! (joined with newlines, unless the first one ends in one), from format 4 on they are pieces
//! (joined as they are). So a list that crosses from 3 to 4 gets the line ends that it only
//! implied.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use versioned_core::{ConversionError, Kind, LazyObject, LazyRef, LazyValue};

/// Makes the implied line ends of a format 3 text explicit; every other value stays as it is.
pub(super) fn end_lines(text: &mut LazyValue<'_>) -> Result<(), ConversionError> {
    // Looked at before it is opened: most texts need no change.
    if implies_line_ends(text.as_ref()) {
        let lines = text.try_list_mut()?;
        let last = lines.len() - 1;
        for line in &mut lines[..last] {
            let ended = line.try_str()? + "\n";
            *line = ended.into_owned().into();
        }
    }
    Ok(())
}

/// The same for a member, if there is one.
pub(super) fn end_lines_of(part: &mut LazyObject<'_>, key: &str) -> Result<(), ConversionError> {
    part.get_mut(key).map_or(Ok(()), end_lines)
}

fn implies_line_ends(text: LazyRef<'_, '_>) -> bool {
    let is_ended = |line: LazyRef<'_, '_>| matches!(line.last_char(), Some('\n' | '\r'));
    text.len() > 1
        && text.at(0).is_some_and(|first| !is_ended(first))
        && text.elements().all(|line| line.kind() == Kind::String)
}

/// The whole of a text whose line ends are explicit.
pub(super) struct WholeText(pub(super) String);

impl<'de> Deserialize<'de> for WholeText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrPieces)
    }
}

struct TextOrPieces;

impl<'de> Visitor<'de> for TextOrPieces {
    type Value = WholeText;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<WholeText, E> {
        Ok(WholeText(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pieces: A) -> Result<WholeText, A::Error> {
        let mut whole = String::new();
        while let Some(piece) = pieces.next_element::<String>()? {
            whole.push_str(&piece);
        }
        Ok(WholeText(whole))
    }
}

/// The whole of a text whose line ends are explicit; one that is written in one piece is not copied.
pub(super) fn whole_text<'v>(text: LazyRef<'v, '_>) -> Result<Cow<'v, str>, ConversionError> {
    if text.kind() != Kind::List {
        return text.try_str();
    }
    let mut whole = Cow::Borrowed("");
    for piece in text.elements() {
        whole += piece.try_str()?;
    }
    Ok(whole)
}

/// The lines of a text on one line, joined by blanks.
pub(super) fn on_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let text = text.replace("\r\n", "\n");
    text.split_terminator(['\n', '\r']).collect::<Vec<_>>().join(" ").into()
}
