//! The version with which a document begins.
//!
//! Layer: core. The first step of a chain takes the whole text of a document with one version, and whatever it is read as,
//! the text is checked then. So a short document that begins with its version is not scanned before. Invariant: in doubt
//! there is no such version; and where the chain fails, the document is scanned, whose errors come first.

use crate::{
    Declaration, SchemaVersion, Scope, VersionedAttribute,
    chain::{Part, Unscanned},
    document::MemberValue,
    engine::versions::{self, FoundVersion},
    json::Limits,
};

/// Longest text that is looked at.
const BYTES_MAX: usize = 1 << 16;

/// A document that begins with its version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leading<'a> {
    pub(super) text: &'a str,
    /// What follows the version.
    rest: &'a str,
    pub(super) attribute: &'static VersionedAttribute,
    pub(super) version: SchemaVersion,
}

impl<'a> Leading<'a> {
    /// Looks at a text; `None` if the document has to be scanned.
    pub(super) fn of(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Option<Self> {
        // What is stale is judged by the chain.
        let leading = Self::found(declaration, text, limits)?;
        (leading.is_stale() || leading.unscanned().is_plain()).then_some(leading)
    }

    /// The same for a document that is not at its latest version.
    pub(super) fn stale(
        declaration: &'static Declaration,
        text: &'a str,
        limits: &Limits,
    ) -> Option<Self> {
        Self::found(declaration, text, limits).filter(Self::is_stale)
    }

    fn found(declaration: &'static Declaration, text: &'a str, limits: &Limits) -> Option<Self> {
        let [attribute] = declaration.versioned else { return None };
        let key = attribute.version_key;
        let is_alone = attribute.scope == Scope::Document
            && attribute.context.is_empty()
            && attribute.side_outputs.is_empty();
        let is_small = text.len() <= limits.bytes_max.min(BYTES_MAX);
        if !is_alone || !is_small || limits.depth_max < Limits::DEPTH_MAX || !is_simple(key) {
            return None;
        }
        let (json, rest) = first_member(text, key)?;
        let FoundVersion::Number(version) = versions::read(MemberValue::Json(json)) else {
            return None;
        };
        let is_known = (attribute.min..=attribute.max).contains(&version);
        is_known.then_some(Self { text, rest, attribute, version })
    }

    /// Whether a chain has to run.
    pub(super) fn is_stale(&self) -> bool {
        self.version < self.attribute.max
    }

    /// The document, for a chain.
    pub(super) fn part(&self) -> Part<'a> {
        Part { unscanned: Some(self.unscanned()), ..Part::new(self.text) }
    }

    fn unscanned(&self) -> Unscanned<'a> {
        Unscanned { rest: self.rest, key: self.attribute.version_key }
    }
}

/// Whether no letter of a key has an escape but `\u`.
fn is_simple(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The number of the first member, if it has this key, and what follows it.
fn first_member<'a>(text: &'a str, key: &str) -> Option<(&'a str, &'a str)> {
    let behind = |text: &'a str, token| text.trim_start_matches(' ').strip_prefix(token);
    let quoted = behind(behind(text, '{')?, '"')?.strip_prefix(key)?.strip_prefix('"')?;
    let value = behind(quoted, ':')?.trim_start_matches(' ');
    let (number, rest) = value.split_at(value.bytes().take_while(u8::is_ascii_digit).count());
    // A number does not begin with a zero. Of a document without further members nothing is known here.
    let is_number = number == "0" || !(number.is_empty() || number.starts_with('0'));
    (is_number && behind(rest, ',').is_some()).then_some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_number_in_front_is_found() {
        for (text, found) in [
            (r#"{"version":1,"a":2}"#, Some("1")),
            (r#"  { "version" : 41 , "a":2}"#, Some("41")),
            (r#"{"version":0,"#, Some("0")),
            (r#"{"version":01,"a":2}"#, None),
            (r#"{"version":,"a":2}"#, None),
            (r#"{"version":1.0,"a":2}"#, None),
            (r#"{"version":1e2,"a":2}"#, None),
            (r#"{"version":-1,"a":2}"#, None),
            (r#"{"version":"1","a":2}"#, None),
            (r#"{"version ":1,"a":2}"#, None),
            (r#"{" version":1,"a":2}"#, None),
            (r#"{"versions":1,"a":2}"#, None),
            (r#"{"version":1}"#, None),
            (r#"{"a":1,"version":1}"#, None),
            (r#"["version":1,"#, None),
            ("", None),
        ] {
            assert_eq!(first_member(text, "version").map(|(number, _)| number), found, "{text}");
        }
    }
}
