//! Simpler numbers and texts.
//!
//! Layer: testkit. Invariant: every proposal is nearer to the simplest value, so that shrinking ends; distances halve, so that
//! it ends soon.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    generate::Flat,
    node::Kinds,
    number::{Amount, Decimal},
    random::Random,
    scalars,
};

/// The number nearest to zero inside of the bounds.
pub(super) fn nearest_zero(flat: &Flat<'_>) -> Amount {
    match scalars::number(flat, Kinds::INTEGER, &mut Random::least()) {
        Some(Value::Number(number)) => Amount::of(&number),
        _ => Amount::Whole(0),
    }
}

/// Numbers between the least one and this one, from the least one on.
pub(super) fn numbers(amount: Amount, least: Amount, flat: &Flat<'_>) -> Vec<Amount> {
    if amount.compare(least) == Ordering::Equal {
        return Vec::new();
    }
    let mut found = vec![least];
    match amount {
        Amount::Whole(whole) => {
            let unit = flat
                .nodes
                .iter()
                .filter_map(|node| Decimal::of(node.number.multiple_of?))
                .filter(|unit| unit.scale == 0)
                .map(|unit| unit.digits)
                .max()
                .unwrap_or(1);
            let target = least.floor();
            // A positive number is simpler than its negative.
            if whole < 0 && whole < target {
                found.push(Amount::Whole(whole.saturating_neg()));
            }
            let mut steps = whole.saturating_sub(target) / unit / 2;
            while steps != 0 {
                found.push(Amount::Whole(whole - steps * unit));
                steps /= 2;
            }
            found.push(Amount::Whole(whole - (whole - target).signum() * unit));
        }
        Amount::Real(real) => {
            found.push(Amount::Whole(amount.floor()));
            found.push(Amount::Whole(amount.ceiling()));
            found.push(Amount::real((real * 10.0).trunc() / 10.0));
            found.push(Amount::real((least.as_real() + real) / 2.0));
        }
    }
    found.retain(|other| is_simpler(*other, amount, least));
    found
}

/// Whole before fractions, then nearer to the least one, then short texts.
fn is_simpler(number: Amount, than: Amount, least: Amount) -> bool {
    let distance = |amount: Amount| (amount.as_real() - least.as_real()).abs();
    let by_whole = than.is_whole().cmp(&number.is_whole());
    let order = by_whole.then(distance(number).total_cmp(&distance(than)));
    // Of two at one distance, as far as 53 bits tell, the one towards the least; between signs, the positive one.
    order.then_with(|| match than.compare(least) {
        Ordering::Less => than.compare(number),
        Ordering::Equal | Ordering::Greater => number.compare(than),
    }) == Ordering::Less
}

/// Shorter texts, then texts of as many simpler characters.
pub(super) fn texts(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut count = characters.len();
    while count > 0 {
        for start in (0..characters.len()).step_by(count) {
            let end = (start + count).min(characters.len());
            found.push(characters[..start].iter().chain(&characters[end..]).collect());
        }
        count /= 2;
    }
    for (index, character) in characters.iter().enumerate() {
        let candidates = ['a', '0', 'A'].into_iter();
        for simpler in candidates.take_while(|simpler| simpler != character) {
            let mut changed = characters.clone();
            changed[index] = simpler;
            found.push(changed.into_iter().collect());
        }
    }
    found
}

/// How many values there are in a value, and how much text.
pub(super) fn size(value: &Value) -> (usize, usize) {
    let (mut values, mut characters) = (0, 0);
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        values += 1;
        match value {
            Value::String(text) => characters += text.len(),
            Value::Array(elements) => open.extend(elements),
            Value::Object(members) => {
                characters += members.keys().map(String::len).sum::<usize>();
                open.extend(members.values());
            }
            // Nothing is simpler than `null`.
            Value::Null => {}
            Value::Bool(_) | Value::Number(_) => characters += 1,
        }
    }
    (values, characters)
}
