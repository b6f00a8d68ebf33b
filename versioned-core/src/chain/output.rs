//! What typed values are written to.
//!
//! Layer: core. Invariant: the nesting of what was written is known without a look at it.

use std::fmt::{self, Display, Write as _};

use crate::json::{is_plain, strings::push_escaped};

/// What is written to.
pub(super) trait Output {
    /// Takes JSON as it is.
    fn json(&mut self, text: &str);
    /// Takes an opening bracket.
    fn open(&mut self, bracket: &str);
    /// Takes closing brackets, each of one byte.
    fn close(&mut self, brackets: &str);
    /// Takes the JSON of a value that somebody else has written.
    fn verbatim(&mut self, text: &str);
    /// Takes a text that becomes a string.
    fn string(&mut self, text: &str);
    /// Takes what is shown as a string.
    fn shown(&mut self, text: &(impl Display + ?Sized)) -> fmt::Result;
    /// Takes what is shown as it is.
    fn number(&mut self, number: impl Display);
}

/// How deep is written now, and how deep it went.
#[derive(Default)]
pub(super) struct Levels {
    level: usize,
    deepest: usize,
}

impl Levels {
    #[inline]
    pub(super) fn open(&mut self) {
        self.level += 1;
        self.deepest = self.deepest.max(self.level);
    }

    #[inline]
    pub(super) fn close(&mut self, brackets: &str) {
        self.level -= brackets.len();
    }

    /// What somebody else has written may be nested to any depth.
    pub(super) fn verbatim(&mut self, text: &str) {
        if text.contains(['{', '[']) {
            self.deepest = usize::MAX;
        }
    }

    /// The nesting goes no deeper than this.
    pub(super) fn bound(&self) -> usize {
        self.deepest
    }
}

/// Text.
pub(super) struct Written {
    pub(super) json: String,
    pub(super) levels: Levels,
}

impl Written {
    pub(super) fn new(json: String) -> Self {
        Self { json, levels: Levels::default() }
    }
}

impl Output for Written {
    #[inline]
    fn json(&mut self, text: &str) {
        self.json.push_str(text);
    }

    #[inline]
    fn open(&mut self, bracket: &str) {
        self.levels.open();
        self.json.push_str(bracket);
    }

    #[inline]
    fn close(&mut self, brackets: &str) {
        self.levels.close(brackets);
        self.json.push_str(brackets);
    }

    fn verbatim(&mut self, text: &str) {
        self.levels.verbatim(text);
        self.json.push_str(text);
    }

    #[inline]
    fn string(&mut self, text: &str) {
        self.json.push('"');
        if is_plain(text.as_bytes()) {
            self.json.push_str(text);
        } else {
            push_escaped(text, &mut self.json);
        }
        self.json.push('"');
    }

    fn shown(&mut self, text: &(impl Display + ?Sized)) -> fmt::Result {
        self.json.push('"');
        write!(Escaping(&mut self.json), "{text}")?;
        self.json.push('"');
        Ok(())
    }

    #[inline]
    fn number(&mut self, number: impl Display) {
        // Writing to a `String` does not fail.
        write!(self.json, "{number}").ok();
    }
}

struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(text, self.0);
        Ok(())
    }
}
