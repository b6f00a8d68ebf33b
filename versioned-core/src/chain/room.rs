//! Room: how long what a chain writes is expected to be, and how deep it may be nested.
//!
//! Layer: core. Invariant: what a chain gives can be read again.

use std::{
    cell::Cell,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::{
    ConversionError,
    json::{Limits, scan},
};

/// The place that a text is written for.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// About how long the text will be.
    bytes: usize,
    /// Most levels that a reader accepts there.
    depth_max: usize,
}

impl Room {
    /// For a text that stands alone.
    pub(crate) const ALONE: Self = Self { bytes: 0, depth_max: Limits::DEPTH_MAX };
    /// For a text that is a member of a document.
    pub(crate) const MEMBER: Self = Self { bytes: 0, depth_max: Limits::DEPTH_MAX - 1 };

    /// For a text of about this length.
    pub(crate) const fn of_about(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// For a text that lies so many levels deep in one that readers accept up to a depth.
    pub(crate) const fn below(levels: usize, depth_max: usize) -> Self {
        Self { bytes: 0, depth_max: depth_max.saturating_sub(levels) }
    }

    /// An empty text that need not move while it grows.
    pub(crate) fn buffer(self) -> String {
        String::with_capacity(self.bytes + self.bytes / 16 + 64)
    }

    /// Checks the nesting of a JSON text, of which it is only known that it is no deeper than `bound`.
    pub(crate) fn check(self, json: &str, bound: usize) -> Result<(), ConversionError> {
        if bound <= self.depth_max {
            return Ok(());
        }
        scan::check_depth(json, self.depth_max).map_err(|error| {
            let pointer = error.pointer().cloned().unwrap_or_default();
            ConversionError::from(error).at(pointer)
        })
    }

    /// Writes a value.
    pub(super) fn write<T: Serialize + ?Sized>(self, value: &T) -> Result<String, ConversionError> {
        let deepest = Cell::new(0);
        let mut json = Vec::with_capacity(128);
        let levels = Levels { level: 0, deepest: &deepest };
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, levels))?;
        let json = String::from_utf8(json)?;
        self.check(&json, deepest.get())?;
        Ok(json)
    }
}

/// Writes as serde_json does by default, and takes down how deep that goes.
struct Levels<'c> {
    level: usize,
    deepest: &'c Cell<usize>,
}

impl Levels<'_> {
    #[inline]
    fn open(&mut self) {
        self.level += 1;
        self.deepest.set(self.deepest.get().max(self.level));
    }
}

impl Formatter for Levels<'_> {
    #[inline]
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        writer.write_all(b"[")
    }

    #[inline]
    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.level -= 1;
        writer.write_all(b"]")
    }

    #[inline]
    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open();
        writer.write_all(b"{")
    }

    #[inline]
    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.level -= 1;
        writer.write_all(b"}")
    }

    /// A raw value may be nested to any depth.
    fn write_raw_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.deepest.set(usize::MAX);
        writer.write_all(fragment.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json, value::RawValue};

    use super::*;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn what_is_written_is_what_serde_json_writes() {
        let value = json!({"a": [], "b": {}, "c": [1, {"d": [null, "\u{1}é\""]}], "e": 1.5});
        assert_eq!(Room::ALONE.write(&value).unwrap(), value.to_string());
        let raw = RawValue::from_string("{ \"x\" : [ 1 ] }".to_owned()).unwrap();
        assert_eq!(Room::ALONE.write(&[&raw]).unwrap(), "[{ \"x\" : [ 1 ] }]");
    }

    #[test]
    fn what_no_reader_would_accept_is_not_written() {
        let value = |levels| (1..levels).fold(json!([]), |inner, _| Value::from(vec![inner]));
        assert_eq!(Room::MEMBER.write(&value(126)).unwrap(), nested(126));
        let error = Room::MEMBER.write(&value(127)).unwrap_err();
        assert_eq!(error.to_string(), "nested deeper than 126 levels at byte 126");
        assert_eq!(error.pointer().unwrap().as_str(), "/0".repeat(126));
        let raw = RawValue::from_string(nested(126)).unwrap();
        assert!(Room::ALONE.write(&[&raw]).is_ok());
        assert!(Room::MEMBER.write(&[&raw]).is_err());
    }
}
