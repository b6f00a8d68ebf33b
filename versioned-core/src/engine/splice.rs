//! Writing members into a JSON text: everything between them stays byte for byte.

use super::members::TextMembers;
use crate::{
    document::{MemberWrite, WriteValue},
    json::scan::Span,
};

/// The text with these members set: in their place where they exist, after the last member otherwise.
pub(super) fn apply(members: &TextMembers<'_>, writes: &[MemberWrite]) -> String {
    let text = members.text();
    let mut replaced: Vec<(Span, &MemberWrite)> = Vec::with_capacity(writes.len());
    let mut added: Vec<&MemberWrite> = Vec::new();
    for write in writes {
        match members.span(write.key) {
            Some(span) => replaced.push((span, write)),
            None => added.push(write),
        }
    }
    replaced.sort_by_key(|(span, _)| span.start);
    let grown: usize = writes.iter().map(|write| write.value.len() + write.key.len() + 4).sum();
    let mut output = String::with_capacity(text.len() + grown);
    let mut copied = 0;
    for (span, write) in replaced {
        output.push_str(&text[copied..span.start]);
        write.value.push_to(&mut output);
        copied = span.end;
    }
    let container = members.container();
    output.push_str(&text[copied..container.insert_at]);
    let mut is_first = container.is_empty;
    for write in added {
        if !is_first {
            output.push(',');
        }
        is_first = false;
        output.push_str(&serde_json::Value::from(write.key).to_string());
        output.push(':');
        write.value.push_to(&mut output);
    }
    output.push_str(&text[container.insert_at..]);
    output
}

impl WriteValue {
    fn len(&self) -> usize {
        match self {
            Self::Version(_) => 10,
            Self::Json(json) => json.len(),
        }
    }

    fn push_to(&self, output: &mut String) {
        match self {
            Self::Version(version) => output.push_str(&version.to_string()),
            Self::Json(json) => output.push_str(json),
        }
    }
}
