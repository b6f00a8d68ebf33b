//! Strict reading into `serde_json::Value`: what it cannot hold unchanged is an error with a pointer.
//!
//! Layer: core. serde_json's own reader drops the first of two equal keys and rounds long numbers. Recursion is bounded
//! by the limit of nesting.

use serde_json::{Map, Number, Value, map::Entry};

use super::{
    JsonError, JsonErrorKind, Limits, Pointer,
    decode::decode,
    quick,
    scan::{Scanner, Span},
};

/// Reads one JSON value; what `Value` cannot hold unchanged is an error.
///
/// Refused are a key that stands twice in its object, an integer beyond 64 bits, and a decimal number with more digits
/// than an `f64` holds. Key order, escapes and the spelling of numbers (1e5, 1.50) become serde_json's.
///
/// # Errors
///
/// [`JsonError`] with the byte offset in `text` and a JSON pointer.
///
/// # Examples
///
/// ```
/// use versioned_core::json::{JsonErrorKind, value_from_str};
///
/// let error = value_from_str(r#"{"ids": [1, 123456789012345678901234567890]}"#).unwrap_err();
/// assert_eq!(error.kind(), JsonErrorKind::NumberNotHeld);
/// assert_eq!(error.pointer().unwrap().as_str(), "/ids/1");
/// ```
pub fn value_from_str(text: &str) -> Result<Value, JsonError> {
    value_with_limits(text, &Limits::DEFAULT)
}

pub(crate) fn value_with_limits(text: &str, limits: &Limits) -> Result<Value, JsonError> {
    quick::value(text, limits).map_or_else(|| careful_value(text, limits), Ok)
}

/// Reads a value, or says what is wrong with it and where.
pub(super) fn careful_value(text: &str, limits: &Limits) -> Result<Value, JsonError> {
    let mut reader = Reader { text, scanner: Scanner::new(text, limits)?, limits };
    reader.scanner.skip_blanks();
    match reader.value(limits.depth_max) {
        Ok(value) => reader.scanner.end().map(|()| value),
        Err(fault) => Err(fault.into_error()),
    }
}

/// An error whose pointer is built on the way out, from the innermost level.
struct Fault {
    error: JsonError,
    path: Vec<Step>,
}

enum Step {
    Key(String),
    Index(usize),
}

impl Fault {
    fn within(mut self: Box<Self>, step: Step) -> Box<Self> {
        self.path.push(step);
        self
    }

    fn into_error(self) -> JsonError {
        let mut pointer = Pointer::root();
        for step in self.path.iter().rev() {
            match step {
                Step::Key(key) => pointer.push_key(key),
                Step::Index(index) => pointer.push_index(*index),
            }
        }
        self.error.at(pointer)
    }
}

impl From<JsonError> for Box<Fault> {
    fn from(error: JsonError) -> Self {
        Self::new(Fault { error, path: Vec::new() })
    }
}

struct Reader<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    limits: &'a Limits,
}

impl Reader<'_> {
    fn value(&mut self, depth_left: usize) -> Result<Value, Box<Fault>> {
        let start = self.scanner.position;
        match self.scanner.peek() {
            Some(open @ (b'{' | b'[')) => {
                if depth_left == 0 {
                    let kind = JsonErrorKind::TooDeep(self.limits.depth_max);
                    return Err(JsonError::new(kind, start).into());
                }
                self.scanner.position += 1;
                self.scanner.skip_blanks();
                if open == b'{' { self.object(depth_left - 1) } else { self.list(depth_left - 1) }
            }
            Some(b'"') => {
                let has_escapes = self.scanner.string()?;
                let span = Span { start, end: self.scanner.position };
                Ok(Value::String(decode(span, self.text, has_escapes)?))
            }
            Some(b'-' | b'0'..=b'9') => {
                let is_integer = self.scanner.number()?;
                let digits = &self.text[start..self.scanner.position];
                let number = number(digits, is_integer);
                let not_held = || JsonError::new(JsonErrorKind::NumberNotHeld, start);
                Ok(Value::Number(number.ok_or_else(not_held)?))
            }
            first => {
                self.scanner.literal()?;
                Ok(match first {
                    Some(b't') => Value::Bool(true),
                    Some(b'f') => Value::Bool(false),
                    _ => Value::Null,
                })
            }
        }
    }

    fn object(&mut self, depth_left: usize) -> Result<Value, Box<Fault>> {
        let mut members = Map::new();
        if self.closes(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let (span, has_escapes) = self.scanner.key()?;
            let key = decode(span, self.text, has_escapes)?;
            match members.entry(key) {
                Entry::Occupied(entry) => {
                    let error = JsonError::new(JsonErrorKind::DuplicateKey, span.start);
                    return Err(Box::<Fault>::from(error).within(Step::Key(entry.key().clone())));
                }
                Entry::Vacant(entry) => match self.value(depth_left) {
                    Ok(value) => drop(entry.insert(value)),
                    Err(fault) => return Err(fault.within(Step::Key(entry.key().clone()))),
                },
            }
            if self.ends(b'}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn list(&mut self, depth_left: usize) -> Result<Value, Box<Fault>> {
        let mut elements = Vec::new();
        if self.closes(b']') {
            return Ok(Value::Array(elements));
        }
        loop {
            match self.value(depth_left) {
                Ok(value) => elements.push(value),
                Err(fault) => return Err(fault.within(Step::Index(elements.len()))),
            }
            if self.ends(b']')? {
                return Ok(Value::Array(elements));
            }
        }
    }

    /// Whether the container is closed at once.
    fn closes(&mut self, close: u8) -> bool {
        let closes = self.scanner.peek() == Some(close);
        if closes {
            self.scanner.position += 1;
        }
        closes
    }

    /// Whether the container ends after a value; otherwise the next value follows.
    fn ends(&mut self, close: u8) -> Result<bool, JsonError> {
        self.scanner.skip_blanks();
        if self.closes(close) {
            return Ok(true);
        }
        if self.scanner.peek() != Some(b',') {
            return Err(self.scanner.unexpected());
        }
        self.scanner.position += 1;
        self.scanner.skip_blanks();
        Ok(false)
    }
}

/// The number with these digits, if it is held unchanged.
pub(super) fn number(digits: &str, is_integer: bool) -> Option<Number> {
    if is_integer && digits != "-0" {
        return match digits.parse::<u64>() {
            Ok(number) => Some(number.into()),
            Err(_) => digits.parse::<i64>().ok().map(Into::into),
        };
    }
    let float = digits.parse::<f64>().ok()?;
    let number = Number::from_f64(float)?;
    // Up to 15 significant digits always survive; beyond that serde_json's own spelling tells. Rust's would not do: where
    // two shortest spellings are equally near, the two choose differently.
    let significant = digits.bytes().filter(u8::is_ascii_digit).count();
    let is_short = significant <= 15 && float.is_normal();
    let is_held = || Decimal::parse(digits) == Decimal::parse(&number.to_string());
    if is_short || is_held() { Some(number) } else { None }
}

/// Whether two JSON numbers are worth the same, whatever their length and spelling.
pub(crate) fn same_number(left: &str, right: &str) -> bool {
    left == right
        || match (Decimal::parse(left), Decimal::parse(right)) {
            (Some(left), Some(right)) => {
                left == right || (left.digits.is_empty() && right.digits.is_empty())
            }
            _ => false,
        }
}

/// A decimal number without leading and trailing zeros: 0.`digits` times ten to the `exponent`.
#[derive(PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// `None` if the exponent does not fit, which no `f64` reaches.
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let trailing = all[leading..].iter().rev().take_while(|digit| **digit == b'0').count();
        let digits = all[leading..all.len() - trailing].to_vec();
        if digits.is_empty() {
            return Some(Self { is_negative, digits, exponent: 0 });
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()?;
        Some(Self { is_negative, digits, exponent: exponent.checked_add(point)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> (JsonErrorKind, String) {
        let error = value_from_str(text).expect_err(text);
        (error.kind(), error.pointer().map(ToString::to_string).unwrap_or_default())
    }

    #[test]
    fn a_number_that_would_change_is_refused_with_its_place() {
        for number in [
            "123456789012345678901234567890",
            "-9223372036854775809",
            "18446744073709551616",
            "0.1000000000000000055511151231257827",
            "3.14159265358979323846",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
        ] {
            let text = format!(r#"{{"a":[{number}]}}"#);
            assert_eq!(fault(&text), (JsonErrorKind::NumberNotHeld, "/a/0".to_owned()), "{number}");
        }
    }

    #[test]
    fn a_number_that_is_held_is_read() {
        for (text, expected) in [
            ("0", Value::from(0)),
            ("-1", Value::from(-1)),
            ("18446744073709551615", Value::from(u64::MAX)),
            ("-9223372036854775808", Value::from(i64::MIN)),
            ("1.50", Value::from(1.5)),
            ("1e5", Value::from(100_000.0)),
            ("0.30000000000000004", Value::from(0.300_000_000_000_000_04)),
            // Exactly between .2 and .3; serde_json writes the first, Rust the second.
            ("915791738857569.2", Value::from(915_791_738_857_569.2)),
            ("0.0", Value::from(0.0)),
            ("1e23", Value::from(1e23)),
            ("1.7976931348623157e308", Value::from(f64::MAX)),
            ("5e-324", Value::from(5e-324)),
        ] {
            assert_eq!(value_from_str(text), Ok(expected), "{text}");
        }
        let minus_zero = value_from_str("-0").expect("-0 is held by a float");
        assert!(minus_zero.as_f64().expect("a float").is_sign_negative());
    }

    #[test]
    fn a_duplicate_key_is_refused_with_its_place_even_if_it_is_escaped_once() {
        let text = r#"{"a":{"b/c":1,"b\u002fc":2}}"#;
        assert_eq!(fault(text), (JsonErrorKind::DuplicateKey, "/a/b~1c".to_owned()));
    }

    #[test]
    fn a_lone_surrogate_is_refused_where_it_is_decoded() {
        assert_eq!(fault(r#"["\ud800"]"#), (JsonErrorKind::LoneSurrogate, "/0".to_owned()));
        assert_eq!(value_from_str(r#""\ud83e\udd80""#), Ok(Value::from("🦀")));
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(fault(&"[".repeat(1_000_000)).0, JsonErrorKind::TooDeep(127));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("JSON has no NaN", |float| {
                Number::from_f64(float).map(Value::Number)
            }),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_read_back_equal(value in any_value()) {
            let text = serde_json::to_string(&value).expect("a value can be written");
            prop_assert_eq!(value_from_str(&text), Ok(value.clone()));
            let pretty = serde_json::to_string_pretty(&value).expect("a value can be written");
            prop_assert_eq!(value_from_str(&pretty), Ok(value));
        }
    }
}
