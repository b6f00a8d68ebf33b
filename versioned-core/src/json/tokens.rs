//! Tokens: where a string, a number or a word of a JSON text ends, or why it does not.
//!
//! Layer: core. Positions are values here and not fields behind `&mut self`, so that they stay in registers.

use super::{
    JsonError, JsonErrorKind,
    scan::{SHORT_STRING_MAX, Sink},
    specials::{WINDOW, is_plain_run, marks},
    strings::{find_special, indent_of, nearest_quote, special_near, window_at},
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
    // Keys are shorter still than most strings.
    if let Some(end) = nearest_quote(bytes, position + 1) {
        return colon(bytes, end + 1);
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
    // Most of them are not much longer.
    let near = special_near(bytes, position);
    if let Some(end) = near_end(bytes, near) {
        return Ok((end, byte(bytes, near) == b'\\'));
    }
    let mut has_escapes = false;
    // Bit 0: whether the byte at the position stands behind the backslash of an escape.
    let mut is_escaped: u64 = 0;
    let mut lines = Lines { last: position, length: 0 };
    while let Some(window) = window_at::<WINDOW>(bytes, position) {
        let marks = marks(window);
        let escaped = escaped_bytes(marks.backslashes, &mut is_escaped);
        // What is left is the end, faults, and escapes that are looked at one by one.
        let mut found = marks.specials & !marks.backslashes & !escaped
            | escaped & !marks.backslashes & !marks.escapables;
        while found != 0 {
            let index = found.trailing_zeros();
            let at = position + index as usize;
            if escaped >> index & 1 == 1 {
                escape(bytes, at - 1)?;
            } else if window[index as usize] == b'"' {
                let before = marks.backslashes & !(u64::MAX << index);
                return Ok((at + 1, has_escapes || before != 0));
            } else {
                return Err(JsonError::new(JsonErrorKind::ControlCharacter, at));
            }
            found &= found - 1;
        }
        has_escapes |= marks.backslashes != 0;
        if let Some(behind) = lines.pass(bytes, position, marks.backslashes) {
            position = behind;
            is_escaped = 0;
            continue;
        }
        position += WINDOW;
    }
    // An escape that began in the last window is looked at from its backslash on.
    position -= usize::from(is_escaped != 0);
    loop {
        position = find_special(bytes, position);
        match bytes.get(position) {
            Some(b'"') => return Ok((position + 1, has_escapes)),
            Some(b'\\') => {
                has_escapes = true;
                position = escape(bytes, position)?;
            }
            Some(_) => return Err(JsonError::new(JsonErrorKind::ControlCharacter, position)),
            None => return Err(unexpected(bytes, position)),
        }
    }
}

/// Lines of one length in a string, such as those of encoded data: where the last two had the same, the next one is taken to
/// have it too, and what to look for is the one escape at its end.
struct Lines {
    /// Where the last line's end stands.
    last: usize,
    /// How long it was, with its end.
    length: usize,
}

impl Lines {
    /// Behind the lines of one length that begin in the window at `position`, if there are some. Shorter lines than a window
    /// are better looked at together.
    #[inline(always)]
    fn pass(&mut self, bytes: &[u8], position: usize, backslashes: u64) -> Option<usize> {
        if !backslashes.is_power_of_two() {
            return None;
        }
        let end = position + backslashes.trailing_zeros() as usize;
        let length = end - self.last;
        let is_another = length == self.length && length > WINDOW;
        *self = Self { last: end, length };
        if is_another { self.pass_alike(bytes) } else { None }
    }

    #[inline(never)]
    fn pass_alike(&mut self, bytes: &[u8]) -> Option<usize> {
        const END: &[u8] = b"\\n";
        let first = self.last + END.len();
        if bytes.get(self.last..first) != Some(END) {
            return None;
        }
        let mut behind = first;
        while let Some(line) = bytes.get(behind..behind + self.length)
            && line.strip_suffix(END).is_some_and(is_plain_run)
        {
            behind += self.length;
        }
        self.last = behind - END.len();
        (behind > first).then_some(behind)
    }
}

/// The bytes of a window that stand behind the backslash of an escape; `carry` tells of the first byte, and then of the
/// first one of the next window.
///
/// Where backslashes follow each other, every second one is escaped. A sum carries through such a run, and whether it ends
/// at an even or an odd place tells whether the byte behind it is escaped too (the method of Langdale and Lemire, "Parsing
/// gigabytes of JSON per second", 2019).
#[inline(always)]
fn escaped_bytes(backslashes: u64, carry: &mut u64) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let backslashes = backslashes & !*carry;
    let behind_backslash = backslashes << 1 | *carry;
    let odd_starts = backslashes & !EVEN & !behind_backslash;
    let (ends, overflow) = odd_starts.overflowing_add(backslashes);
    *carry = u64::from(overflow);
    (EVEN ^ ends << 1) & behind_backslash
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One byte after the other.
    fn string_bytewise(bytes: &[u8], mut position: usize) -> Result<(usize, bool), JsonError> {
        let mut has_escapes = false;
        loop {
            match bytes.get(position) {
                Some(b'"') => return Ok((position + 1, has_escapes)),
                Some(b'\\') => {
                    has_escapes = true;
                    position = escape(bytes, position)?;
                }
                Some(0..=0x1f) => {
                    return Err(JsonError::new(JsonErrorKind::ControlCharacter, position));
                }
                Some(_) => position += 1,
                None => return Err(unexpected(bytes, position)),
            }
        }
    }

    fn check(bytes: &[u8]) {
        for padding in [0, 7, 100] {
            let padded = [bytes, &vec![b' '; padding]].concat();
            let expected = string_bytewise(&padded, 0);
            let text = String::from_utf8_lossy(&padded);
            assert_eq!(string_from(&padded, 0), expected, "{text:?}");
            let quoted = [b"\"", padded.as_slice()].concat();
            let expected = string_bytewise(&quoted, 1);
            assert_eq!(string(&quoted, 0), expected, "{text:?}");
            assert_eq!(noted_string(&quoted, 0, &mut ()), expected.map(|it| it.0), "{text:?}");
        }
    }

    #[test]
    fn runs_of_backslashes_of_every_length_end_at_every_place() {
        for before in 0..=2 * WINDOW {
            for backslashes in 0..=6 {
                for behind in ["\"", "n", "n\"", "u00e9\"", "u00e", "x\"", "\u{1}\"", ""] {
                    let run = "\\".repeat(backslashes);
                    check(format!("{}{run}{behind}", "a".repeat(before)).as_bytes());
                    check(format!("{}{run}{behind}\\\\\"", "\\n".repeat(before)).as_bytes());
                }
            }
        }
        for backslashes in 0..=4 * WINDOW {
            check(format!("{}\"", "\\".repeat(backslashes)).as_bytes());
            check(format!("a{}\"", "\\".repeat(backslashes)).as_bytes());
        }
    }

    /// Without it, what is wrong in a line that was taken to be like those before would pass.
    #[test]
    fn a_fault_or_an_escape_in_one_of_many_lines_of_one_length_is_found() {
        for length in [30, 62, 63, 64, 65, 76, 77, 78, 79, 80, 130] {
            let lines = format!("{}\\n", "a".repeat(length)).repeat(5);
            for last in ["", "a", &"b".repeat(length), &"b".repeat(length + 1)] {
                let text = format!("{lines}{last}\"");
                check(text.as_bytes());
                check(format!("first\\n{text}").as_bytes());
                for place in 0..text.len() {
                    for byte in [b'"', b'\\', b'n', b'u', b'x', 0x1f, 0xff] {
                        let mut bytes = text.clone().into_bytes();
                        bytes[place] = byte;
                        check(&bytes);
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn long_strings_end_where_a_look_at_each_byte_ends(
            text in r#"([a-z ]{0,40}|\\["\\/bfnrt]|\\u[0-9a-f]{4}|é|\\|\\u0|\x02|["]){0,40}"#
        ) {
            check(text.as_bytes());
            check(format!("{text}\"").as_bytes());
        }
    }
}
