//! Numbers of documents and of bounds, compared exactly.
//!
//! Layer: testkit. Invariant: a whole number is `Whole` whichever way it was written, so that 1 and 1.0 are one value.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// Whole numbers of `f64` below this are exact in `i128`.
const WHOLE_MAX: f64 = 1e30;

/// A number of JSON.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    Whole(i128),
    Real(f64),
}

impl Amount {
    pub(super) fn of(number: &Number) -> Self {
        if let Some(whole) = number.as_i64() {
            return Self::Whole(i128::from(whole));
        }
        if let Some(whole) = number.as_u64() {
            return Self::Whole(i128::from(whole));
        }
        Self::real(number.as_f64().unwrap_or(0.0))
    }

    pub(super) fn real(real: f64) -> Self {
        if real.fract() == 0.0 && real.abs() < WHOLE_MAX {
            return Self::Whole(truncated(real));
        }
        Self::Real(real)
    }

    pub(super) fn is_whole(self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Real(real) => real.fract() == 0.0,
        }
    }

    pub(super) fn as_real(self) -> f64 {
        match self {
            Self::Whole(whole) => rounded(whole),
            Self::Real(real) => real,
        }
    }

    /// The least whole number that is not below this one.
    pub(super) fn ceiling(self) -> i128 {
        match self {
            Self::Whole(whole) => whole,
            Self::Real(real) => truncated(real.ceil()),
        }
    }

    /// The greatest whole number that is not above this one.
    pub(super) fn floor(self) -> i128 {
        match self {
            Self::Whole(whole) => whole,
            Self::Real(real) => truncated(real.floor()),
        }
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Whole(left), Self::Whole(right)) => left.cmp(&right),
            // A `Real` has a fraction or is beyond every `Whole`, so rounding cannot turn the order round.
            _ => self.as_real().total_cmp(&other.as_real()),
        }
    }

    /// Whether this is a multiple of `unit`; `None` if it cannot be told exactly.
    pub(super) fn is_multiple_of(self, unit: Self) -> Option<bool> {
        let (amount, unit) = (Decimal::of(self)?, Decimal::of(unit)?);
        let scale = amount.scale.max(unit.scale);
        let (amount, unit) = (amount.digits_at(scale)?, unit.digits_at(scale)?);
        (unit != 0).then(|| amount % unit == 0)
    }

    /// As JSON; `None` for what JSON does not hold.
    pub(super) fn to_json(self) -> Option<Value> {
        match self {
            Self::Whole(whole) => i64::try_from(whole)
                .map(Number::from)
                .or_else(|_| u64::try_from(whole).map(Number::from))
                .ok()
                .or_else(|| Number::from_f64(rounded(whole))),
            Self::Real(real) => Number::from_f64(real),
        }
        .map(Value::Number)
    }
}

/// A number as its shortest decimal text says it: `digits` times ten to the power of minus `scale`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    pub(super) digits: i128,
    pub(super) scale: u32,
}

impl Decimal {
    pub(super) fn of(amount: Amount) -> Option<Self> {
        match amount {
            Amount::Whole(digits) => Some(Self { digits, scale: 0 }),
            Amount::Real(real) => {
                let text = real.to_string();
                let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
                let digits = format!("{whole}{fraction}").parse().ok()?;
                Some(Self { digits, scale: u32::try_from(fraction.len()).ok()? })
            }
        }
    }

    fn digits_at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    /// `times` as much, as the nearest number of JSON.
    pub(super) fn times(self, times: i128) -> Option<Amount> {
        let digits = self.digits.checked_mul(times)?;
        let real: f64 = format!("{digits}e-{}", self.scale).parse().ok()?;
        Some(Amount::real(real))
    }
}

/// Whether two values are the same to JSON Schema: numbers by value, objects without order.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            Amount::of(left).compare(Amount::of(right)) == Ordering::Equal
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "callers ask for the nearest whole number")]
fn truncated(real: f64) -> i128 {
    real as i128
}

#[expect(clippy::cast_precision_loss, reason = "the nearest number is what is asked for")]
fn rounded(whole: i128) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_told_in_decimals() {
        let check = |amount: f64, unit: f64, expect: bool| {
            let told = Amount::real(amount).is_multiple_of(Amount::real(unit));
            assert_eq!(told, Some(expect), "{amount} of {unit}");
        };
        check(0.3, 0.1, true);
        check(0.1 + 0.2, 0.1, false);
        check(7.5, 2.5, true);
        check(-4.0, 2.0, true);
        check(5.0, 2.0, false);
    }

    #[test]
    fn values_are_the_same_however_numbers_are_written() {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert!(same(&parse(r#"{"a": [1, 2.0]}"#), &parse(r#"{"a": [1.0, 2]}"#)));
        assert!(!same(&parse("18446744073709551615"), &parse("18446744073709551614")));
        assert!(!same(&parse("1"), &parse("true")));
    }
}
