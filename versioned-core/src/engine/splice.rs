//! Writing members into a JSON text: everything between them stays byte for byte.

use super::members::TextMembers;
use crate::{
    document::{MemberWrite, WriteValue},
    json::scan::Span,
};

/// The text with these members set: in their place where they exist, after the last member otherwise.
pub(super) fn apply(members: &TextMembers<'_>, writes: Vec<MemberWrite>) -> String {
    let text = members.text();
    let mut replaced: Vec<(Span, WriteValue)> = Vec::with_capacity(writes.len());
    let mut added: Vec<MemberWrite> = Vec::new();
    for write in writes {
        match members.span(write.key) {
            Some(span) => replaced.push((span, write.value)),
            None => added.push(write),
        }
    }
    replaced.sort_by_key(|(span, _)| span.start);
    let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(2 * replaced.len() + added.len() + 2);
    let mut copied = 0;
    for (span, value) in replaced {
        pieces.push(Piece::Kept(&text[copied..span.start]));
        pieces.push(value.into());
        copied = span.end;
    }
    let container = members.container();
    pieces.push(Piece::Kept(&text[copied..container.insert_at]));
    let mut is_first = container.is_empty;
    for write in added {
        let separator = if is_first { "" } else { "," };
        is_first = false;
        let key = serde_json::Value::from(write.key);
        pieces.push(Piece::New(format!("{separator}{key}:")));
        pieces.push(write.value.into());
    }
    pieces.push(Piece::Kept(&text[container.insert_at..]));
    join(pieces)
}

/// A piece of the new text.
enum Piece<'a> {
    Kept(&'a str),
    New(String),
}

impl Piece<'_> {
    fn text(&self) -> &str {
        match self {
            Self::Kept(text) => text,
            Self::New(text) => text,
        }
    }
}

impl From<WriteValue> for Piece<'_> {
    fn from(value: WriteValue) -> Self {
        Self::New(match value {
            WriteValue::Version(version) => version.to_string(),
            WriteValue::Json(json) => json,
        })
    }
}

/// The pieces one after the other. Where most of the text is one new piece, the others are put around it in its own
/// memory, so that a large document is not held twice.
fn join(mut pieces: Vec<Piece<'_>>) -> String {
    let length = pieces.iter().map(|piece| piece.text().len()).sum();
    let longest = (0..pieces.len()).max_by_key(|index| pieces[*index].text().len()).unwrap_or(0);
    let mut output = match pieces.get_mut(longest) {
        Some(Piece::New(text)) if text.len() > length / 2 => std::mem::take(text),
        _ => return concatenated(&pieces, length),
    };
    let before: usize = pieces[..longest].iter().map(|piece| piece.text().len()).sum();
    output.reserve_exact(length - output.len());
    output.insert_str(0, &concatenated(&pieces[..longest], before));
    for piece in &pieces[longest..] {
        output.push_str(piece.text());
    }
    output
}

fn concatenated(pieces: &[Piece<'_>], length: usize) -> String {
    let mut output = String::with_capacity(length);
    for piece in pieces {
        output.push_str(piece.text());
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_in_their_order_whichever_is_the_longest() {
        let kept = ["{\"a\":", "", ",\"b\": 1}", "é"];
        for longest in 0..4 {
            for size in [0, 1, 30] {
                let pieces = || {
                    let new =
                        |index| if index == longest { "x".repeat(size) } else { "y".to_owned() };
                    let each = kept.iter().enumerate();
                    each.flat_map(move |(index, kept)| [Piece::Kept(kept), Piece::New(new(index))])
                };
                let expected: String = pieces().map(|piece| piece.text().to_owned()).collect();
                assert_eq!(join(pieces().collect()), expected);
            }
        }
    }
}
