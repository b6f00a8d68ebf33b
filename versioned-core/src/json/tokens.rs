//! Tokens: where a string, a number or a word of a JSON text ends, or why it does not.
//!
//! Layer: core. Positions are values here and not fields behind `&mut self`, so that they stay in registers.

use super::{
    JsonError, JsonErrorKind,
    scan::{SHORT_STRING_MAX, Sink},
    strings::{find_special, indent_of, special_near, window_at},
};

/// The byte at a position; 0, which stands nowhere in a JSON text outside of strings, behind the end.
#[inline(always)]
pub(crate) fn byte(bytes: &[u8], position: usize) -> u8 {
    bytes.get(position).copied().unwrap_or(0)
}

/// Behind blanks, if there are some.
#[inline(always)]
pub(crate) fn blanks(bytes: &[u8], position: usize) -> usize {
    let first = byte(bytes, position);
    if first > b' ' {
        return position;
    }
    // One blank is the rule, or the end of a line and an indent.
    let behind = position + 1;
    if first == b' ' && byte(bytes, behind) > b' ' {
        return behind;
    }
    if first == b'\n'
        && let Some(eight) = window_at::<8>(bytes, behind)
    {
        let indent = indent_of(*eight);
        if eight.get(indent).is_some_and(|other| *other > b' ') {
            return behind + indent;
        }
    }
    many_blanks(bytes, position)
}

#[inline(never)]
fn many_blanks(bytes: &[u8], mut position: usize) -> usize {
    while let b' ' | b'\n' | b'\t' | b'\r' = byte(bytes, position) {
        position += 1;
    }
    position
}

#[cold]
pub(crate) fn unexpected(bytes: &[u8], position: usize) -> JsonError {
    let kind = match bytes.get(position) {
        None => JsonErrorKind::UnexpectedEnd,
        Some(_) => JsonErrorKind::UnexpectedCharacter,
    };
    JsonError::new(kind, position.min(bytes.len()))
}

/// Behind a key, its colon and the blanks around that.
#[inline(always)]
pub(super) fn key(bytes: &[u8], position: usize, sink: &mut impl Sink) -> Result<usize, JsonError> {
    if byte(bytes, position) != b'"' {
        return Err(unexpected(bytes, position));
    }
    colon(bytes, noted_string(bytes, position, sink)?)
}

#[inline(always)]
pub(crate) fn colon(bytes: &[u8], position: usize) -> Result<usize, JsonError> {
    let position = blanks(bytes, position);
    if byte(bytes, position) != b':' {
        return Err(unexpected(bytes, position));
    }
    Ok(blanks(bytes, position + 1))
}

/// The end of a string that starts with the quote at `position`; the sink is told if it is a long one.
#[inline(always)]
pub(super) fn noted_string(
    bytes: &[u8],
    position: usize,
    sink: &mut impl Sink,
) -> Result<usize, JsonError> {
    // Most strings end here, and are short then.
    let near = special_near(bytes, position + 1);
    if let Some(end) = near_end(bytes, near) {
        return Ok(end);
    }
    let (end, _) = string_from(bytes, near)?;
    if end - position > SHORT_STRING_MAX {
        sink.long_string(end);
    }
    Ok(end)
}

/// The same; says too whether it has escapes.
#[inline(always)]
pub(crate) fn judged_string(
    bytes: &[u8],
    position: usize,
    sink: &mut impl Sink,
) -> Result<(usize, bool), JsonError> {
    let near = special_near(bytes, position + 1);
    if byte(bytes, near) == b'"' {
        return Ok((near + 1, false));
    }
    let (end, has_escapes) = string_from(bytes, near)?;
    if end - position > SHORT_STRING_MAX {
        sink.long_string(end);
    }
    Ok((end, has_escapes))
}

/// The end of a string that starts with the quote at `position`, and whether it has escapes.
#[inline(always)]
pub(super) fn string(bytes: &[u8], position: usize) -> Result<(usize, bool), JsonError> {
    let near = special_near(bytes, position + 1);
    if byte(bytes, near) == b'"' {
        return Ok((near + 1, false));
    }
    string_from(bytes, near)
}

/// The end of a string of which the first special byte is at `near`, if it ends there, or behind the one escape that
/// lines of a text end in.
#[inline(always)]
pub(crate) fn near_end(bytes: &[u8], near: usize) -> Option<usize> {
    match bytes.get(near)? {
        b'"' => Some(near + 1),
        b'\\' if bytes.get(near + 1..near + 3) == Some(b"n\"") => Some(near + 3),
        _ => None,
    }
}

/// The rest of a string that is longer than most, or has escapes or a fault.
#[inline(never)]
fn string_from(bytes: &[u8], mut position: usize) -> Result<(usize, bool), JsonError> {
    let mut has_escapes = false;
    loop {
        position = find_special(bytes, position);
        loop {
            match bytes.get(position) {
                Some(b'"') => return Ok((position + 1, has_escapes)),
                Some(b'\\') => {
                    has_escapes = true;
                    position = escape(bytes, position)?;
                }
                // What follows an escape.
                Some(0x20..) => break,
                Some(_) => return Err(JsonError::new(JsonErrorKind::ControlCharacter, position)),
                None => return Err(unexpected(bytes, position)),
            }
        }
    }
}

#[inline(always)]
fn escape(bytes: &[u8], position: usize) -> Result<usize, JsonError> {
    let invalid = || JsonError::new(JsonErrorKind::InvalidEscape, position);
    match bytes.get(position + 1) {
        None => Err(unexpected(bytes, position + 1)),
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(position + 2),
        Some(b'u') => match bytes.get(position + 2..position + 6) {
            Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(position + 6),
            _ => Err(invalid()),
        },
        Some(_) => Err(invalid()),
    }
}

/// The end of a number, and whether it is written as an integer.
#[inline(never)]
pub(super) fn number(bytes: &[u8], start: usize) -> Result<(usize, bool), JsonError> {
    let malformed = || JsonError::new(JsonErrorKind::MalformedNumber, start);
    let mut position = start + usize::from(byte(bytes, start) == b'-');
    match byte(bytes, position) {
        b'0' => position += 1,
        b'1'..=b'9' => position = digits(bytes, position),
        _ => return Err(malformed()),
    }
    let mut is_integer = true;
    if byte(bytes, position) == b'.' {
        is_integer = false;
        let fraction = position + 1;
        position = digits(bytes, fraction);
        if position == fraction {
            return Err(malformed());
        }
    }
    if let b'e' | b'E' = byte(bytes, position) {
        is_integer = false;
        let has_sign = matches!(byte(bytes, position + 1), b'+' | b'-');
        let exponent = position + 1 + usize::from(has_sign);
        position = digits(bytes, exponent);
        if position == exponent {
            return Err(malformed());
        }
    }
    match byte(bytes, position) {
        b'0'..=b'9' | b'.' | b'-' | b'+' | b'a'..=b'z' | b'A'..=b'Z' => Err(malformed()),
        _ => Ok((position, is_integer)),
    }
}

#[inline(always)]
fn digits(bytes: &[u8], mut position: usize) -> usize {
    while byte(bytes, position).is_ascii_digit() {
        position += 1;
    }
    position
}

#[inline(never)]
pub(super) fn literal(bytes: &[u8], position: usize) -> Result<usize, JsonError> {
    let rest = bytes.get(position..).unwrap_or_default();
    for word in [b"null".as_slice(), b"true", b"false"] {
        if rest.starts_with(word) {
            return Ok(position + word.len());
        }
    }
    if rest.starts_with(b"NaN") || rest.starts_with(b"Infinity") {
        return Err(JsonError::new(JsonErrorKind::MalformedNumber, position));
    }
    Err(unexpected(bytes, position))
}
