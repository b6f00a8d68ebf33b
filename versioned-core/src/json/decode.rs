//! Decoding: the text that a string means.
//!
//! Layer: core. Invariant: what serde_json would read is read, and to the same text.

use super::{JsonError, JsonErrorKind, scan::Span, strings::find_special};

/// The text of a string whose extent includes the quotes; the scanner has checked it.
pub(crate) fn decode(span: Span, text: &str, has_escapes: bool) -> Result<String, JsonError> {
    let inner = &text[span.start + 1..span.end - 1];
    if !has_escapes {
        return Ok(inner.to_owned());
    }
    unescaped(inner).ok_or_else(|| JsonError::new(JsonErrorKind::LoneSurrogate, span.start))
}

/// What stands between the quotes without its escapes; `None` if it has a lone surrogate, which is the only fault that
/// the scanner leaves.
fn unescaped(mut inner: &str) -> Option<String> {
    // No escape is shorter than what it means.
    let mut decoded = String::with_capacity(inner.len());
    loop {
        let plain = find_special(inner.as_bytes(), 0);
        decoded.push_str(&inner[..plain]);
        let Some(escape) = inner.get(plain + 1..) else { return Some(decoded) };
        let (character, length) = escaped(escape)?;
        decoded.push(character);
        inner = &escape[length..];
    }
}

/// The last character of what stands between the quotes; `None` if there is none, or it is a lone surrogate.
pub(crate) fn last_character(inner: &str) -> Option<char> {
    let mut is_half = false;
    // The lengths of escapes, the longest of which is a pair of surrogates.
    for length in [2, 6, 12] {
        let Some(start) = inner.len().checked_sub(length) else { break };
        let backslashes = inner.as_bytes()[..=start].iter().rev().take_while(|it| **it == b'\\');
        // The second of two backslashes is what the first one escapes.
        if backslashes.count() % 2 == 1 {
            match escaped(&inner[start + 1..]) {
                Some((character, behind)) if behind + 1 == length => return Some(character),
                Some(_) => {}
                None => is_half |= length == 6,
            }
        }
    }
    if is_half { None } else { inner.chars().next_back() }
}

/// The character of an escape, and how long the escape is without its backslash, with which it starts.
fn escaped(escape: &str) -> Option<(char, usize)> {
    Some(match *escape.as_bytes().first()? {
        b'b' => ('\u{8}', 1),
        b'f' => ('\u{c}', 1),
        b'n' => ('\n', 1),
        b'r' => ('\r', 1),
        b't' => ('\t', 1),
        b'u' => unicode(escape)?,
        itself => (char::from(itself), 1),
    })
}

/// The character of an escape that starts with its `u`, and how long the escape is without its backslash.
fn unicode(escape: &str) -> Option<(char, usize)> {
    let unit = |digits: &str| u32::from_str_radix(digits, 16).ok();
    let first = unit(escape.get(1..5)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 5));
    }
    let second = unit(escape.get(5..11)?.strip_prefix("\\u")?)?;
    let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 11))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(json: &str) -> Result<(), TestCaseError> {
        let ours = decode(Span { start: 0, end: json.len() }, json, true).ok();
        let theirs = serde_json::from_str::<String>(json).ok();
        prop_assert_eq!(&ours, &theirs, "{}", json);
        let last = last_character(&json[1..json.len() - 1]);
        if let Some(text) = ours {
            prop_assert_eq!(last, text.chars().next_back(), "{}", json);
        }
        Ok(())
    }

    #[test]
    fn every_escape_means_what_it_means_to_serde_json() {
        for inner in [
            r"",
            r"\n",
            r#"\"\\\/\b\f\n\r\t"#,
            r"\u0000\u001f\u0041\u00e9\uFFFF\ud7ff\ue000",
            r"\ud83e\udd80",
            r"\uD83E\uDD80x",
            r"\ud800\udc00\udbff\udfff",
            r"é\n🦀\u00e9",
            // Lone surrogates, in every neighbourhood.
            r"\ud83e",
            r"\udd80",
            r"\udd80\ud83e",
            r"\ud83e\ud83e\udd80",
            r"\ud83ex",
            r"\ud83e\n",
            r"\ud83e\u0041",
            r"\ud83e\\u0041",
            r"\ud83eé\udd80",
        ] {
            check(&format!("\"{inner}\"")).expect(inner);
        }
    }

    #[test]
    fn a_text_that_ends_in_a_lone_surrogate_has_no_last_character() {
        for inner in [r"\ud83e", r"x\udd80", r"abcdefgh\udd80", r"\udd80\udd80", r"\\\ud83e", ""] {
            assert_eq!(last_character(inner), None, "{inner}");
        }
        assert_eq!(last_character(r"\\ud83e"), Some('e'));
    }

    proptest! {
        #[test]
        fn a_string_is_decoded_as_serde_json_does(
            inner in r#"([a-zé🦀 ]|\\[nrtbf/"\\]|\\u[0-9a-fA-F]{4}|\\u[dD][89aAbB][0-9a-f]{2}\\u[dD][c-fC-F][0-9a-f]{2}){0,24}"#
        ) {
            check(&format!("\"{inner}\""))?;
        }
    }
}
