//! Room: how long what a chain writes is expected to be, and how deep it may be nested.
//!
//! Layer: core. Invariant: what a chain gives can be read again.

use super::buffer::{buffer, is_kept};
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

    /// About how long the text will be.
    pub(crate) const fn bytes(self) -> usize {
        self.bytes
    }

    /// For a text that lies so many levels deep in one that readers accept up to a depth.
    pub(crate) const fn below(levels: usize, depth_max: usize) -> Self {
        Self { bytes: 0, depth_max: depth_max.saturating_sub(levels) }
    }

    /// An empty text that need not move while it grows.
    pub(crate) fn buffer(self) -> String {
        buffer(self.buffer_bytes())
    }

    /// Whether such a text is at hand, whose memory is in use in any case.
    pub(crate) fn has_buffer(self) -> bool {
        is_kept(self.buffer_bytes())
    }

    const fn buffer_bytes(self) -> usize {
        self.bytes + self.bytes / 16 + 64
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

    /// Most levels that a reader accepts there.
    pub(crate) const fn depth_max(self) -> usize {
        self.depth_max
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json, value::RawValue};

    use super::*;
    use crate::chain::write::to_text_in;

    fn nested(levels: usize) -> String {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels))
    }

    #[test]
    fn what_is_written_is_what_serde_json_writes() {
        let value = json!({"a": [], "b": {}, "c": [1, {"d": [null, "\u{1}é\""]}], "e": 1.5});
        assert_eq!(to_text_in(&value, Room::ALONE, None).unwrap(), value.to_string());
        let raw = RawValue::from_string("{ \"x\" : [ 1 ] }".to_owned()).unwrap();
        assert_eq!(to_text_in(&[&raw], Room::ALONE, None).unwrap(), "[{ \"x\" : [ 1 ] }]");
    }

    #[test]
    fn what_no_reader_would_accept_is_not_written() {
        let value = |levels| (1..levels).fold(json!([]), |inner, _| Value::from(vec![inner]));
        assert_eq!(to_text_in(&value(126), Room::MEMBER, None).unwrap(), nested(126));
        let error = to_text_in(&value(127), Room::MEMBER, None).unwrap_err();
        assert_eq!(error.to_string(), "nested deeper than 126 levels at byte 126");
        assert_eq!(error.pointer().unwrap().as_str(), "/0".repeat(126));
        let raw = RawValue::from_string(nested(126)).unwrap();
        assert!(to_text_in(&[&raw], Room::ALONE, None).is_ok());
        assert!(to_text_in(&[&raw], Room::MEMBER, None).is_err());
    }
}
