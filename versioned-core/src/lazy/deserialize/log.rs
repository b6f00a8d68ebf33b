//! What happens while an opened value is read into a type: what went wrong, and how long and deep its text would be.
//!
//! Layer: core. Invariant: in doubt it is faulty, too long and too deep; the text is written then, which decides.

use std::{cell::Cell, fmt};

/// Something is not as it should be.
#[derive(Debug)]
pub(super) struct Fault;

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the value has to be read from its text")
    }
}

impl std::error::Error for Fault {}

impl serde::de::Error for Fault {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

impl From<serde_json::Error> for Fault {
    #[cold]
    fn from(_error: serde_json::Error) -> Self {
        Self
    }
}

/// Most bytes that a byte of a text takes in a string.
const ESCAPE: usize = 6;

/// Most bytes that a text takes as a string.
pub(super) const fn of_string(text: &str) -> usize {
    2 + ESCAPE * text.len()
}

/// What happened on the way.
pub(super) struct Log {
    /// There was an error, whoever may have caught it.
    is_faulty: Cell<bool>,
    /// A part was handed over, and nobody has looked at it.
    is_untaken: Cell<bool>,
    /// The most bytes that the text takes of what was read.
    bytes: Cell<usize>,
    /// How many more levels a reader accepts.
    levels_left: Cell<usize>,
}

impl Log {
    pub(super) fn new(depth_max: usize) -> Self {
        Self {
            is_faulty: Cell::new(false),
            is_untaken: Cell::new(false),
            bytes: Cell::new(0),
            levels_left: Cell::new(depth_max),
        }
    }

    /// The most bytes that the text takes, if all went well.
    pub(super) fn bytes(&self) -> Option<usize> {
        (!self.is_faulty.get()).then(|| self.bytes.get())
    }

    #[inline]
    pub(super) fn add(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() + bytes);
    }

    /// A text has at most so many levels.
    #[inline]
    pub(super) fn reach(&self, levels: usize) {
        if levels > self.levels_left.get() {
            self.is_faulty.set(true);
        }
    }

    /// Reads what is a level deeper.
    #[inline]
    pub(super) fn below<R>(&self, read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
        let levels = self.levels_left.get();
        self.levels_left.set(levels.checked_sub(1).ok_or(Fault)?);
        let value = read();
        self.levels_left.set(levels);
        value
    }

    /// A part has been handed over.
    #[inline]
    pub(super) fn hand(&self) {
        self.is_untaken.set(true);
    }

    /// Hands a part over, which has to be taken: a reader of text would stand still before it. What is read all the same
    /// is given back, since a fault was noted; to look into it here would cost a copy of each value.
    #[inline]
    pub(super) fn handed<R>(&self, read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
        self.hand();
        let value = read();
        if self.is_untaken.get() {
            self.is_faulty.set(true);
        }
        value
    }

    /// Takes a part.
    #[inline]
    pub(super) fn take<R>(&self, read: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
        self.is_untaken.set(false);
        self.noted(read())
    }

    #[inline]
    fn noted<R>(&self, result: Result<R, Fault>) -> Result<R, Fault> {
        if result.is_err() {
            self.is_faulty.set(true);
        }
        result
    }
}
