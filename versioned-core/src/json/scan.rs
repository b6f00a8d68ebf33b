//! The scanner: checks a JSON text in one forward pass, without building anything.
//!
//! Layer: core. Grammar: RFC 8259. Open brackets are bits of one integer, so nesting costs no stack. A lone surrogate
//! escape is legal JSON text and passes; it is an error where the string is decoded.

use super::{JsonError, JsonErrorKind, Limits, strings::find_special};

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
        let key = scanner.key()?;
        scanner.skip_blanks();
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

/// Takes down the containers that a scan passes.
pub(crate) trait Sink {
    /// A container opens at this byte.
    fn open(&mut self, start: usize);
    /// A member of the innermost open container is complete.
    fn item(&mut self);
    /// The innermost open container closes before this byte.
    fn close(&mut self, end: usize);
}

/// Takes down nothing.
impl Sink for () {
    #[inline]
    fn open(&mut self, _start: usize) {}
    #[inline]
    fn item(&mut self) {}
    #[inline]
    fn close(&mut self, _end: usize) {}
}

/// What comes next inside a container.
enum Next {
    Value,
    AfterValue,
}

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

    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    #[inline(always)]
    pub(crate) fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.position += 1;
        }
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
        let kind = match self.peek() {
            None => JsonErrorKind::UnexpectedEnd,
            Some(_) => JsonErrorKind::UnexpectedCharacter,
        };
        JsonError::new(kind, self.position)
    }

    /// A key and its colon; gives the extent of the key with its quotes.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Result<Span, JsonError> {
        let start = self.position;
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.string()?;
        let end = self.position;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.position += 1;
        Ok(Span { start, end })
    }

    /// One value, nested at most `depth_max` levels; the position is at its first byte.
    pub(crate) fn value(
        &mut self,
        depth_max: usize,
        sink: &mut impl Sink,
    ) -> Result<(), JsonError> {
        // Bit n is set if the open bracket of level n is an object's; 127 levels fit.
        let mut objects: u128 = 0;
        let mut depth: usize = 0;
        let mut next = Next::Value;
        loop {
            match next {
                Next::Value => match self.peek() {
                    Some(open @ (b'{' | b'[')) => {
                        if depth == depth_max {
                            let kind = JsonErrorKind::TooDeep(self.depth_max);
                            return Err(JsonError::new(kind, self.position));
                        }
                        depth += 1;
                        sink.open(self.position);
                        self.position += 1;
                        let is_object = open == b'{';
                        objects = objects << 1 | u128::from(is_object);
                        self.skip_blanks();
                        let close = if is_object { b'}' } else { b']' };
                        if self.peek() == Some(close) {
                            self.position += 1;
                            depth -= 1;
                            objects >>= 1;
                            sink.close(self.position);
                            next = Next::AfterValue;
                        } else if is_object {
                            self.key()?;
                            self.skip_blanks();
                        }
                    }
                    Some(b'"') => {
                        self.string()?;
                        next = Next::AfterValue;
                    }
                    Some(b'-' | b'0'..=b'9') => {
                        self.number()?;
                        next = Next::AfterValue;
                    }
                    _ => {
                        self.literal()?;
                        next = Next::AfterValue;
                    }
                },
                Next::AfterValue => {
                    if depth == 0 {
                        return Ok(());
                    }
                    sink.item();
                    self.skip_blanks();
                    let in_object = objects & 1 == 1;
                    match (self.peek(), in_object) {
                        (Some(b','), _) => {
                            self.position += 1;
                            self.skip_blanks();
                            if in_object {
                                self.key()?;
                                self.skip_blanks();
                            }
                            next = Next::Value;
                        }
                        (Some(b'}'), true) | (Some(b']'), false) => {
                            self.position += 1;
                            depth -= 1;
                            objects >>= 1;
                            sink.close(self.position);
                        }
                        _ => return Err(self.unexpected()),
                    }
                }
            }
        }
    }

    /// A string; the position is at its opening quote. Says whether it has escapes.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Result<bool, JsonError> {
        let mut has_escapes = false;
        self.position += 1;
        loop {
            self.position = find_special(self.bytes, self.position);
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(has_escapes);
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                Some(_) => {
                    return Err(JsonError::new(JsonErrorKind::ControlCharacter, self.position));
                }
                None => return Err(self.unexpected()),
            }
        }
    }

    #[inline(never)]
    fn escape(&mut self) -> Result<(), JsonError> {
        let start = self.position;
        let invalid = JsonError::new(JsonErrorKind::InvalidEscape, start);
        match self.bytes.get(start + 1) {
            None => Err(JsonError::new(JsonErrorKind::UnexpectedEnd, start + 1)),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.position += 2;
                Ok(())
            }
            Some(b'u') => match self.bytes.get(start + 2..start + 6) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => {
                    self.position += 6;
                    Ok(())
                }
                _ => Err(invalid),
            },
            Some(_) => Err(invalid),
        }
    }

    /// A number; the position is at its first byte. Says whether it is written as an integer.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Result<bool, JsonError> {
        let start = self.position;
        let malformed = JsonError::new(JsonErrorKind::MalformedNumber, start);
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(malformed),
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.position += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(malformed);
            }
            self.digits();
        }
        if let Some(b'e' | b'E') = self.peek() {
            is_integer = false;
            self.position += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.position += 1;
            }
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(malformed);
            }
            self.digits();
        }
        match self.peek() {
            Some(b'0'..=b'9' | b'.' | b'-' | b'+' | b'a'..=b'z' | b'A'..=b'Z') => Err(malformed),
            _ => Ok(is_integer),
        }
    }

    #[inline(always)]
    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.position += 1;
        }
    }

    /// `true`, `false` or `null`; the position is at its first byte.
    pub(crate) fn literal(&mut self) -> Result<(), JsonError> {
        let rest = &self.bytes[self.position..];
        for word in [b"null".as_slice(), b"true", b"false"] {
            if rest.starts_with(word) {
                self.position += word.len();
                return Ok(());
            }
        }
        if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") {
            return Err(JsonError::new(JsonErrorKind::MalformedNumber, self.position));
        }
        Err(self.unexpected())
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
