//! From a byte of a text to the JSON pointer of the value that it lies in.
//!
//! Layer: core. Walks the text from its start, which only errors pay for.

use crate::json::{JsonError, Pointer, decode, scan::Span, strings::find_special};

/// The error with a pointer to the value in which it lies.
pub(crate) fn locate(text: &str, error: JsonError) -> JsonError {
    let pointer = pointer_at(text, error.offset());
    error.at(pointer)
}

/// JSON pointer to the innermost value that holds a byte; the text is valid up to there.
pub(crate) fn pointer_at(text: &str, offset: usize) -> Pointer {
    enum Level<'a> {
        Object(Option<&'a str>),
        List(usize),
    }
    let mut levels: Vec<Level<'_>> = Vec::new();
    let bytes = text.as_bytes();
    let mut position = 0;
    let mut is_key = false;
    while position < offset.min(bytes.len()) {
        match bytes[position] {
            open @ (b'{' | b'[') => {
                is_key = open == b'{';
                levels.push(if is_key { Level::Object(None) } else { Level::List(0) });
                position += 1;
            }
            b'}' | b']' => {
                levels.pop();
                is_key = false;
                position += 1;
            }
            b',' => {
                match levels.last_mut() {
                    Some(Level::List(index)) => *index += 1,
                    Some(Level::Object(key)) => {
                        *key = None;
                        is_key = true;
                    }
                    None => {}
                }
                position += 1;
            }
            b'"' => {
                let start = position;
                position += 1;
                loop {
                    position = find_special(bytes, position);
                    match bytes.get(position) {
                        Some(b'\\') => position += 2,
                        Some(b'"') | None => break,
                        Some(_) => position += 1,
                    }
                }
                position += 1;
                if position <= offset
                    && is_key
                    && let Some(Level::Object(key)) = levels.last_mut()
                {
                    *key = Some(&text[start..position]);
                    is_key = false;
                }
            }
            _ => position += 1,
        }
    }
    let mut pointer = Pointer::root();
    for level in &levels {
        match level {
            Level::List(index) => pointer.push_index(*index),
            Level::Object(Some(key)) => {
                let span = Span { start: 0, end: key.len() };
                match decode(span, key, true) {
                    Ok(key) => pointer.push_key(&key),
                    Err(_) => pointer.push_key(&key[1..key.len() - 1]),
                }
            }
            Level::Object(None) => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json::Limits, lazy::Tape};

    #[test]
    fn a_fault_is_located() {
        for (text, pointer) in [
            (r#"{"a": {"b/c": [1, {"x": 01}]}}"#, "/a/b~1c/1/x"),
            (r#"[1, [2, "\x"]]"#, "/1/1"),
            (r#"{"a": 1, b}"#, ""),
            ("{\"a\": \"\u{1}\"}", "/a"),
            ("nul", ""),
        ] {
            let error = Tape::scan(text, &Limits::DEFAULT).expect_err(text);
            assert_eq!(error.pointer().map(Pointer::as_str), Some(pointer), "{text}");
        }
    }
}
