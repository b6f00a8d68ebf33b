//! The tape: one forward pass over a text that notes where each of its containers lies.
//!
//! Layer: core. Opening a container walks its own members only: the tape says where each nested one ends, so that no byte
//! of a descendant is read again.

use std::cell::Cell;

use crate::json::{
    JsonError, JsonErrorKind, Limits, Pointer, decode,
    scan::{Scanner, Sink, Span},
    strings::find_special,
};

/// A container of a text, in the order in which containers open.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// First byte: the opening bracket.
    start: u32,
    /// Behind the closing bracket.
    end: u32,
    /// How many members it has.
    members: u32,
    /// Number of the first container behind it.
    next: u32,
}

/// A checked text and the extents of its containers.
#[derive(Debug)]
pub(crate) struct Tape<'a> {
    text: &'a str,
    extents: Extents,
}

/// A member that a walk over a container comes to.
pub(crate) struct Step<'a> {
    /// The key between its quotes, as it is written; `None` in a list.
    pub(crate) key: Option<&'a str>,
    /// The text of the value.
    pub(crate) value: &'a str,
    /// If the value is a container: its number.
    pub(crate) container: Option<u32>,
}

impl<'a> Tape<'a> {
    /// Checks a text that holds one value.
    pub(crate) fn scan(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        check_offsets(text)?;
        let mut recorder = Recorder::new();
        let mut scanner = Scanner::new(text, limits)?;
        scanner.skip_blanks();
        let result = scanner.value(limits.depth_max, &mut recorder).and_then(|()| scanner.end());
        match result {
            Ok(()) => Ok(recorder.finish(text)),
            Err(error) => Err(locate(text, error)),
        }
    }

    /// The text between the blanks around it, and whether it is a container.
    pub(crate) fn root(&self) -> (&'a str, Option<u32>) {
        let value = self.text.trim_ascii();
        (value, value.starts_with(['{', '[']).then_some(0))
    }

    pub(super) fn is_object(&self, container: u32) -> bool {
        self.text.as_bytes()[self.extent(container).start as usize] == b'{'
    }

    /// The text of a container, with its brackets.
    pub(super) fn container_text(&self, container: u32) -> &'a str {
        let extent = self.extent(container);
        &self.text[extent.start as usize..extent.end as usize]
    }

    pub(super) fn member_count(&self, container: u32) -> usize {
        self.extent(container).members as usize
    }

    fn extent(&self, container: u32) -> Extent {
        self.extents.0[container as usize]
    }

    /// Walks over the members of a container.
    pub(crate) fn walk(&self, container: u32) -> Walk<'_, 'a> {
        let extent = self.extent(container);
        Walk {
            tape: self,
            position: extent.start as usize + 1,
            end: extent.end as usize - 1,
            left: extent.members,
            child: container + 1,
            is_object: self.is_object(container),
        }
    }
}

/// Extents whose memory the next scan of the thread uses again.
#[derive(Debug, Default)]
struct Extents(Vec<Extent>);

/// Room for more containers than this (16 MiB) is given back to the system.
const SPARE_MAX: usize = 1 << 20;

thread_local! {
    static SPARE: Cell<Vec<Extent>> = const { Cell::new(Vec::new()) };
}

impl Extents {
    fn reused() -> Self {
        let mut extents = SPARE.take();
        extents.clear();
        Self(extents)
    }
}

impl Drop for Extents {
    fn drop(&mut self) {
        if self.0.capacity() <= SPARE_MAX {
            SPARE.set(std::mem::take(&mut self.0));
        }
    }
}

/// Offsets are 32 bits wide.
pub(crate) fn check_offsets(text: &str) -> Result<(), JsonError> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(JsonError::new(JsonErrorKind::TooLarge(u32::MAX as usize), 0)),
    }
}

/// Steps over the members of one container, in order.
pub(crate) struct Walk<'t, 'a> {
    tape: &'t Tape<'a>,
    position: usize,
    end: usize,
    left: u32,
    child: u32,
    is_object: bool,
}

impl<'a> Walk<'_, 'a> {
    fn skip(&mut self, also: u8) {
        let bytes = self.tape.text.as_bytes();
        while let Some(byte) = bytes.get(self.position) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') && *byte != also {
                return;
            }
            self.position += 1;
        }
    }

    /// The text is checked, so the string ends within it.
    fn skip_string(&mut self) {
        let bytes = self.tape.text.as_bytes();
        self.position += 1;
        loop {
            self.position = find_special(bytes, self.position);
            match bytes.get(self.position) {
                Some(b'\\') => self.position += 2,
                _ => {
                    self.position += 1;
                    return;
                }
            }
        }
    }
}

impl<'a> Iterator for Walk<'_, 'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        self.left = self.left.checked_sub(1)?;
        let text = self.tape.text;
        self.skip(b',');
        let key = if self.is_object {
            let start = self.position + 1;
            self.skip_string();
            let key = &text[start..self.position - 1];
            self.skip(b':');
            Some(key)
        } else {
            None
        };
        let start = self.position;
        match text.as_bytes().get(start) {
            Some(b'{' | b'[') => {
                let container = self.child;
                let extent = self.tape.extent(container);
                self.position = extent.end as usize;
                self.child = extent.next;
                let value = &text[start..self.position];
                return Some(Step { key, value, container: Some(container) });
            }
            Some(b'"') => self.skip_string(),
            _ => {
                let rest = &text.as_bytes()[start..self.end];
                let is_end = |byte: &u8| matches!(byte, b',' | b' ' | b'\n' | b'\t' | b'\r');
                self.position = start + rest.iter().position(is_end).unwrap_or(rest.len());
            }
        }
        Some(Step { key, value: &text[start..self.position], container: None })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

/// Notes extents during a scan.
pub(crate) struct Recorder {
    extents: Extents,
    /// Numbers of the open containers, innermost last.
    open: [u32; Limits::DEPTH_MAX],
    depth: usize,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        Self { extents: Extents::reused(), open: [0; Limits::DEPTH_MAX], depth: 0 }
    }

    /// The tape of the text that was scanned.
    pub(crate) fn finish(self, text: &str) -> Tape<'_> {
        Tape { text, extents: self.extents }
    }

    /// Number of the container that opens next.
    #[expect(clippy::cast_possible_truncation, reason = "there are fewer containers than bytes")]
    pub(crate) fn next_container(&self) -> u32 {
        self.extents.0.len() as u32
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "offsets were checked to fit 32 bits, and there are fewer containers than bytes"
)]
impl Sink for Recorder {
    #[inline]
    fn open(&mut self, start: usize) {
        self.open[self.depth] = self.extents.0.len() as u32;
        self.depth += 1;
        self.extents.0.push(Extent { start: start as u32, end: 0, members: 0, next: 0 });
    }

    #[inline]
    fn item(&mut self) {
        self.extents.0[self.open[self.depth - 1] as usize].members += 1;
    }

    #[inline]
    fn close(&mut self, end: usize) {
        self.depth -= 1;
        let next = self.extents.0.len() as u32;
        let extent = &mut self.extents.0[self.open[self.depth] as usize];
        extent.end = end as u32;
        extent.next = next;
    }
}

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

    fn steps(text: &str, container: u32) -> Vec<(Option<String>, String, Option<u32>)> {
        let tape = Tape::scan(text, &Limits::DEFAULT).expect(text);
        let steps = tape.walk(container);
        steps
            .map(|step| (step.key.map(str::to_owned), step.value.to_owned(), step.container))
            .collect()
    }

    #[test]
    fn a_walk_comes_to_every_member_and_skips_what_is_nested() {
        let text = r#" { "a\"}" : [ [1,2], {"x":[]} ] , "b":"]\\", "c" :-1e5 ,"d":{} , "e":null} "#;
        let list = "[ [1,2], {\"x\":[]} ]".to_owned();
        let key = |key: &str| Some(key.to_owned());
        let scalar = |name: &str, value: &str| (key(name), value.to_owned(), None);
        assert_eq!(
            steps(text, 0),
            [
                (key("a\\\"}"), list, Some(1)),
                scalar("b", "\"]\\\\\""),
                scalar("c", "-1e5"),
                (key("d"), "{}".to_owned(), Some(5)),
                scalar("e", "null"),
            ]
        );
        assert_eq!(
            steps(text, 1),
            [(None, "[1,2]".to_owned(), Some(2)), (None, "{\"x\":[]}".to_owned(), Some(3))]
        );
        assert_eq!(steps(text, 4), []);
    }

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
