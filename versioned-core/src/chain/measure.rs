//! Measuring: whether a value could be written, and how long its text would be at most.
//!
//! Layer: core. A value that becomes a part of an object is not written, but what could not be stored and read again is
//! refused here as well. Invariant: in doubt a value is refused; it is written then, which decides.

use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde_json::{Number, Value};

use super::{
    Room,
    output::{Levels, Output},
    writer::Writer,
};
use crate::ConversionError;

/// Most bytes that a number takes.
const NUMBER: usize = 40;
/// Most bytes that a byte of a text takes in a string.
const ESCAPE: usize = 6;

/// The most bytes that a typed value takes.
pub(super) fn typed<T: Serialize + ?Sized>(
    value: &T,
    room: Room,
) -> Result<usize, ConversionError> {
    let mut gauge = Gauge::default();
    value.serialize(Writer { output: &mut gauge, version: None })?;
    if gauge.levels.bound() > room.depth_max() { Err(refused()) } else { Ok(gauge.bytes) }
}

/// The most bytes that a `Value` takes. One that its text would not give back to every type is refused.
pub(super) fn value(value: &Value, room: Room) -> Result<usize, ConversionError> {
    bytes_of(value, room.depth_max()).ok_or_else(refused)
}

#[cold]
fn refused() -> ConversionError {
    ConversionError::new("the value may not be what its text is read as")
}

/// `None` for a value that is nested deeper than `levels`.
fn bytes_of(value: &Value, levels: usize) -> Option<usize> {
    match value {
        Value::Null | Value::Bool(_) => Some(5),
        Value::Number(number) => reads_alike(number).then_some(NUMBER),
        Value::String(text) => Some(of_string(text)),
        Value::Array(elements) => {
            let levels = levels.checked_sub(1)?;
            elements.iter().try_fold(2, |sum, element| Some(sum + 1 + bytes_of(element, levels)?))
        }
        Value::Object(members) => {
            let levels = levels.checked_sub(1)?;
            members.iter().try_fold(2, |sum, (key, member)| {
                // Most members are texts.
                let member = match member {
                    Value::String(text) => of_string(text),
                    other => bytes_of(other, levels)?,
                };
                Some(sum + 2 + of_string(key) + member)
            })
        }
    }
}

const fn of_string(text: &str) -> usize {
    2 + ESCAPE * text.len()
}

/// Whether an `f32` is read from the number as it is read from the text of the number.
///
/// From the number it is rounded twice, which makes a difference where the number lies in the middle between two
/// values of `f32`; and there are numbers without a neighbour in `f32`, or with a very distant one.
fn reads_alike(number: &Number) -> bool {
    if number.is_i64() || number.is_u64() {
        return true;
    }
    let Some(number) = number.as_f64() else { return false };
    // Bits of an `f64` that an `f32` does not have.
    let beyond = number.to_bits() & ((1 << 29) - 1);
    let size = number.abs();
    beyond != 1 << 28
        && size <= f64::from(f32::MAX)
        && (size == 0.0 || size >= f64::from(f32::MIN_POSITIVE))
}

/// Measures what is written.
#[derive(Default)]
struct Gauge {
    bytes: usize,
    levels: Levels,
}

impl Output for Gauge {
    #[inline]
    fn json(&mut self, text: &str) {
        self.bytes += text.len();
    }

    #[inline]
    fn open(&mut self, bracket: &str) {
        self.levels.open();
        self.bytes += bracket.len();
    }

    #[inline]
    fn close(&mut self, brackets: &str) {
        self.levels.close(brackets);
        self.bytes += brackets.len();
    }

    fn verbatim(&mut self, text: &str) {
        self.levels.verbatim(text);
        self.bytes += text.len();
    }

    #[inline]
    fn string(&mut self, text: &str) {
        self.bytes += of_string(text);
    }

    fn shown(&mut self, text: &(impl Display + ?Sized)) -> fmt::Result {
        self.bytes += 2;
        write!(self, "{text}")
    }

    #[inline]
    fn number(&mut self, _number: impl Display) {
        self.bytes += NUMBER;
    }
}

impl fmt::Write for Gauge {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes += ESCAPE * text.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(value: &impl Serialize) {
        let text = serde_json::to_string(value).unwrap();
        let bytes = typed(value, Room::ALONE).unwrap();
        assert!(bytes >= text.len(), "{bytes} for {text}");
        let read = serde_json::from_str::<Value>(&text).unwrap();
        if let Ok(bytes) = super::value(&read, Room::ALONE) {
            assert!(bytes >= text.len(), "{bytes} for {text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_its_measure(
            texts in prop::collection::vec(r#"["\\\u{1}\u{7f}aé🦀\n]{0,9}"#, 0..5),
            number: f64,
            integers: (i64, u64),
        ) {
            check(&json!({"a": texts, "b": [number, integers.0, integers.1, true, null, {}]}));
            check(&(texts, number, Some(integers), 'x', std::net::IpAddr::from([127, 0, 0, 1])));
        }

        #[test]
        fn what_reads_alike_is_the_same_f32_from_number_and_text(bits: u64, is_middle: bool) {
            let bits = if is_middle { bits >> 29 << 29 | 1 << 28 } else { bits };
            let number = f64::from_bits(bits);
            if let Some(number) = Number::from_f64(number) && reads_alike(&number) {
                let value = Value::from(number);
                let direct: f32 = serde_json::from_value(value.clone()).unwrap();
                let read: f32 = serde_json::from_str(&value.to_string()).unwrap();
                assert_eq!(direct.to_bits(), read.to_bits());
            }
        }
    }

    #[test]
    fn what_may_be_read_in_two_ways_is_refused() {
        for number in [1e39, f64::MAX, 1e-40, 1.0 + 2.0_f64.powi(-24)] {
            assert!(value(&json!([number]), Room::ALONE).is_err(), "{number}");
        }
        for number in [0.0, 1.5, 0.1, -2.75, 1e10] {
            assert!(value(&json!([number]), Room::ALONE).is_ok(), "{number}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        let nested = |levels| (1..levels).fold(json!([]), |inner, _| Value::from(vec![inner]));
        for (levels, accepted) in [(126, true), (127, false)] {
            assert_eq!(value(&nested(levels), Room::MEMBER).is_ok(), accepted);
            assert_eq!(typed(&nested(levels), Room::MEMBER).is_ok(), accepted);
        }
    }
}
