//! The scanner: checks a JSON text in one forward pass, without building anything.
//!
//! Layer: core. Grammar: RFC 8259. Open brackets are bits of one integer, so nesting costs no stack. A lone surrogate
//! escape is legal JSON text and passes; it is an error where the string is decoded.

use super::{
    JsonError, JsonErrorKind, Limits,
    between::Between,
    specials::NEAR,
    tokens::{blanks, byte, colon, key, literal, noted_string, number, string, unexpected},
};

/// Extent of a value in a text: bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

/// What a scan found out about an object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Container {
    /// Where a further member is inserted: after the last one, or after the opening bracket.
    pub(crate) insert_at: usize,
    /// Whether it has no members.
    pub(crate) is_empty: bool,
}

/// Is told of the members of an object while it is scanned.
pub(crate) trait Visit {
    /// A member with this key comes next. Scans its value: with [`Scanner::value`], into a sink or not.
    fn member(
        &mut self,
        scanner: &mut Scanner<'_>,
        key: Span,
        depth_max: usize,
    ) -> Result<(), JsonError>;
}

/// Checks the whole text, which must hold an object, and tells of every member of its top level.
pub(crate) fn scan_object(
    text: &str,
    limits: &Limits,
    visit: &mut impl Visit,
) -> Result<Container, JsonError> {
    let mut scanner = Scanner::new(text, limits)?;
    scanner.skip_blanks();
    if scanner.peek() != Some(b'{') {
        // A malformed text is reported as such, not as one of the wrong kind.
        let offset = scanner.position;
        scanner.value(limits.depth_max, &mut ())?;
        scanner.end()?;
        return Err(JsonError::new(JsonErrorKind::NotAnObject, offset));
    }
    let Some(depth_max) = limits.depth_max.checked_sub(1) else {
        return Err(JsonError::new(JsonErrorKind::TooDeep(0), scanner.position));
    };
    scanner.position += 1;
    let mut found = Container { insert_at: scanner.position, is_empty: true };
    scanner.skip_blanks();
    if scanner.peek() == Some(b'}') {
        scanner.position += 1;
        scanner.end()?;
        return Ok(found);
    }
    loop {
        let (key, _) = scanner.key()?;
        visit.member(&mut scanner, key, depth_max)?;
        found = Container { insert_at: scanner.position, is_empty: false };
        scanner.skip_blanks();
        match scanner.peek() {
            Some(b',') => {
                scanner.position += 1;
                scanner.skip_blanks();
            }
            Some(b'}') => {
                scanner.position += 1;
                scanner.end()?;
                return Ok(found);
            }
            _ => return Err(scanner.unexpected()),
        }
    }
}

/// Checks that the whole text is one JSON value.
#[cfg(test)]
pub(crate) fn check(text: &str, limits: &Limits) -> Result<(), JsonError> {
    let mut scanner = Scanner::new(text, limits)?;
    scanner.skip_blanks();
    scanner.value(limits.depth_max, &mut ())?;
    scanner.end()
}

/// Checks how deep a JSON value is nested.
#[cold]
pub(crate) fn check_depth(json: &str, depth_max: usize) -> Result<(), JsonError> {
    let limits = Limits::DEFAULT.with_bytes_max(json.len()).with_depth_max(depth_max);
    let mut scanner = Scanner::new(json, &limits)?;
    scanner.skip_blanks();
    scanner.value(depth_max, &mut ()).map_err(|error| crate::lazy::locate(json, error))
}

/// Takes down the containers that a scan passes.
pub(crate) trait Sink {
    /// A container opens.
    fn open(&mut self);
    /// A member of the innermost open container is complete.
    fn item(&mut self);
    /// The innermost open container closes before this byte.
    fn close(&mut self, end: usize);
    /// A string, of a key or value, ended before this byte and is longer than [`SHORT_STRING_MAX`].
    fn long_string(&mut self, end: usize);
}

/// Longest string, with its quotes, that a sink is not told of.
pub(crate) const SHORT_STRING_MAX: usize = NEAR + 4;

/// Takes down nothing.
impl Sink for () {
    #[inline]
    fn open(&mut self) {}
    #[inline]
    fn item(&mut self) {}
    #[inline]
    fn close(&mut self, _end: usize) {}
    #[inline]
    fn long_string(&mut self, _end: usize) {}
}

/// A place in a text that is being checked.
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    pub(crate) position: usize,
    depth_max: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        if text.len() > limits.bytes_max {
            return Err(JsonError::new(JsonErrorKind::TooLarge(limits.bytes_max), 0));
        }
        Ok(Self { bytes: text.as_bytes(), position: 0, depth_max: limits.depth_max })
    }

    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    pub(crate) fn skip_blanks(&mut self) {
        self.position = blanks(self.bytes, self.position);
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.skip_blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(JsonError::new(JsonErrorKind::TrailingText, self.position)),
        }
    }

    pub(crate) fn unexpected(&self) -> JsonError {
        unexpected(self.bytes, self.position)
    }

    /// A key, its colon and the blanks behind it; gives the extent of the key with its quotes, and whether it has
    /// escapes.
    pub(crate) fn key(&mut self) -> Result<(Span, bool), JsonError> {
        let start = self.position;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        let has_escapes = self.string()?;
        let end = self.position;
        self.position = colon(self.bytes, end)?;
        Ok((Span { start, end }, has_escapes))
    }

    /// One value, nested at most `depth_max` levels; the position is at its first byte.
    pub(crate) fn value(
        &mut self,
        depth_max: usize,
        sink: &mut impl Sink,
    ) -> Result<(), JsonError> {
        self.position = value(self.bytes, self.position, depth_max, sink).map_err(|error| {
            // The limit that is named is that of the document.
            match error.kind() {
                JsonErrorKind::TooDeep(_) => {
                    JsonError::new(JsonErrorKind::TooDeep(self.depth_max), error.offset())
                }
                _ => error,
            }
        })?;
        Ok(())
    }

    /// A string; the position is at its opening quote. Says whether it has escapes.
    pub(crate) fn string(&mut self) -> Result<bool, JsonError> {
        let (end, has_escapes) = string(self.bytes, self.position)?;
        self.position = end;
        Ok(has_escapes)
    }

    /// A number; the position is at its first byte. Says whether it is written as an integer.
    pub(crate) fn number(&mut self) -> Result<bool, JsonError> {
        let (end, is_integer) = number(self.bytes, self.position)?;
        self.position = end;
        Ok(is_integer)
    }

    /// `true`, `false` or `null`; the position is at its first byte.
    pub(crate) fn literal(&mut self) -> Result<(), JsonError> {
        self.position = literal(self.bytes, self.position)?;
        Ok(())
    }
}

/// The end of a value, nested at most `depth_max` levels (127 fit), that starts at `position`.
fn value(
    bytes: &[u8],
    mut position: usize,
    depth_max: usize,
    sink: &mut impl Sink,
) -> Result<usize, JsonError> {
    // Bit n is set if the bracket of level n is an object's, the innermost being level 0.
    let mut objects: u128 = 0;
    let mut depth: usize = 0;
    let mut between = Between::UNKNOWN;
    loop {
        match byte(bytes, position) {
            b'"' => {
                position = noted_string(bytes, position, sink)?;
                if depth > 0 && objects & 1 == 0 {
                    // Lists of strings are often long, such as the lines of a text.
                    while let Some(quote) = between.pass(bytes, position) {
                        sink.item();
                        position = noted_string(bytes, quote, sink)?;
                    }
                    between = Between::of(bytes, position).unwrap_or(between);
                }
            }
            open @ (b'{' | b'[') => {
                if depth == depth_max {
                    return Err(JsonError::new(JsonErrorKind::TooDeep(depth_max), position));
                }
                depth += 1;
                sink.open();
                let is_object = open == b'{';
                objects = objects << 1 | u128::from(is_object);
                position = blanks(bytes, position + 1);
                // The closing bracket of either kind is two above the opening one.
                if byte(bytes, position) != open + 2 {
                    if is_object {
                        position = key(bytes, position, sink)?;
                    }
                    continue;
                }
                position += 1;
                depth -= 1;
                objects >>= 1;
                sink.close(position);
            }
            b'-' | b'0'..=b'9' => position = number(bytes, position)?.0,
            _ => position = literal(bytes, position)?,
        }
        // Behind a value.
        loop {
            if depth == 0 {
                return Ok(position);
            }
            sink.item();
            position = blanks(bytes, position);
            let is_object = objects & 1 == 1;
            match byte(bytes, position) {
                b',' => {
                    position = blanks(bytes, position + 1);
                    if is_object {
                        position = key(bytes, position, sink)?;
                    }
                    break;
                }
                b'}' if is_object => {}
                b']' if !is_object => {}
                _ => return Err(unexpected(bytes, position)),
            }
            position += 1;
            depth -= 1;
            objects >>= 1;
            sink.close(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn agrees_with_serde_json(text: &str) -> Result<(), TestCaseError> {
        // `RawValue` checks the grammar and nothing of the values.
        let theirs = serde_json::from_str::<&serde_json::value::RawValue>(text);
        let ours = check(text, &Limits::DEFAULT);
        if let Err(error) = &ours
            && matches!(error.kind(), JsonErrorKind::TooDeep(_))
        {
            return Ok(());
        }
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?} / {:?}", text, ours, theirs);
        Ok(())
    }

    proptest! {
        #[test]
        fn a_text_is_accepted_if_and_only_if_serde_json_accepts_it(
            text in r#"([\[\]{},:"\\ 0-9eE.+\-au\n]|true|false|null|"a":|\\u00e9|1\.5|é){0,24}"#
        ) {
            agrees_with_serde_json(&text)?;
        }

        #[test]
        fn one_changed_byte_of_a_document_is_judged_as_serde_json_does(
            at in 0..DOCUMENT.len(), byte in 0x09_u8..0x7f
        ) {
            let mut bytes = DOCUMENT.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                agrees_with_serde_json(&text)?;
            }
        }
    }

    const DOCUMENT: &str =
        r#" {"a": [1, -0.5e+3, true, {"b\u00e9\n": null}], "": {}, "c": [[], "x\\"]} "#;

    #[test]
    fn faults_are_named_with_their_offset() {
        let cases = [
            ("", JsonErrorKind::UnexpectedEnd, 0),
            ("[1,", JsonErrorKind::UnexpectedEnd, 3),
            ("[1}", JsonErrorKind::UnexpectedCharacter, 2),
            ("{} x", JsonErrorKind::TrailingText, 3),
            ("\"a\u{1}\"", JsonErrorKind::ControlCharacter, 2),
            (r#""\x""#, JsonErrorKind::InvalidEscape, 1),
            ("01", JsonErrorKind::MalformedNumber, 0),
            ("[NaN]", JsonErrorKind::MalformedNumber, 1),
            ("-Infinity", JsonErrorKind::MalformedNumber, 0),
        ];
        for (text, kind, offset) in cases {
            let error = check(text, &Limits::DEFAULT).expect_err(text);
            assert_eq!((error.kind(), error.offset()), (kind, offset), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded_and_a_hostile_text_does_not_overflow_the_stack() {
        let at_limit = format!("{}{}", "[".repeat(127), "]".repeat(127));
        assert_eq!(check(&at_limit, &Limits::DEFAULT), Ok(()));
        for text in ["[".repeat(10_000_000), "{\"a\":".repeat(1_000_000)] {
            let error = check(&text, &Limits::DEFAULT).expect_err("too deep");
            assert_eq!(error.kind(), JsonErrorKind::TooDeep(127));
        }
    }

    #[test]
    fn a_text_over_the_limit_of_bytes_is_refused_before_it_is_read() {
        let error = check("[1, 2]", &Limits::DEFAULT.with_bytes_max(5)).expect_err("too large");
        assert_eq!(error.kind(), JsonErrorKind::TooLarge(5));
    }
}
