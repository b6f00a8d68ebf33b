//! Numbers and texts.
//!
//! Layer: testkit. What is made here follows the bounds; the caller's check has the last word.

use std::cmp::Ordering;

use serde_json::Value;

use super::{
    format,
    generate::Flat,
    node::{Kinds, Node},
    number::{Amount, Decimal},
    random::Random,
};

/// Texts without an upper bound are at most this much longer than they must be.
const LENGTH_MORE: usize = 10;
/// Texts that must be longer than this are not made.
const LENGTH_MAX: usize = 1 << 20;

/// The bounds of all nodes together.
struct Bounds {
    least: Option<Amount>,
    greatest: Option<Amount>,
    /// Exclusive.
    above: Option<Amount>,
    below: Option<Amount>,
    units: Vec<Amount>,
}

impl Bounds {
    fn of(nodes: &[&Node]) -> Self {
        let highest = |bounds: &mut dyn Iterator<Item = Amount>| {
            bounds.max_by(|left, right| left.compare(*right))
        };
        let lowest = |bounds: &mut dyn Iterator<Item = Amount>| {
            bounds.min_by(|left, right| left.compare(*right))
        };
        let formats = || nodes.iter().filter_map(|node| format::bounds(node.format?));
        Self {
            least: highest(
                &mut nodes
                    .iter()
                    .filter_map(|node| node.number.least)
                    .chain(formats().map(|(least, _)| least)),
            ),
            greatest: lowest(
                &mut nodes
                    .iter()
                    .filter_map(|node| node.number.greatest)
                    .chain(formats().map(|(_, greatest)| greatest)),
            ),
            above: highest(&mut nodes.iter().filter_map(|node| node.number.above)),
            below: lowest(&mut nodes.iter().filter_map(|node| node.number.below)),
            units: nodes.iter().filter_map(|node| node.number.multiple_of).collect(),
        }
    }

    /// The least whole number inside, and the greatest.
    fn whole(&self) -> (Option<i128>, Option<i128>) {
        let low = self.least.map(Amount::ceiling).into_iter();
        let low = low.chain(self.above.map(|above| above.floor().saturating_add(1))).max();
        let high = self.greatest.map(Amount::floor).into_iter();
        let high = high.chain(self.below.map(|below| below.ceiling().saturating_sub(1))).min();
        (low, high)
    }
}

/// A number of this kind.
pub(super) fn number(flat: &Flat<'_>, kind: Kinds, random: &mut Random) -> Option<Value> {
    let bounds = Bounds::of(&flat.nodes);
    let is_fraction = kind == Kinds::FRACTION;
    let decimals: Option<Vec<Decimal>> = bounds.units.iter().map(|it| Decimal::of(*it)).collect();
    let decimals = decimals?;
    if let [unit, ..] = decimals.as_slice() {
        return multiple(&bounds, &decimals, *unit, is_fraction, random)?.to_json();
    }
    if is_fraction && !random.is_least() {
        return fraction(&bounds, random).to_json();
    }
    match bounds.whole() {
        (Some(low), Some(high)) if low > high => fraction(&bounds, random).to_json(),
        (low, high) => Amount::Whole(whole(low, high, random)).to_json(),
    }
}

/// A whole number, mostly a small one, at times one at a border.
fn whole(low: Option<i128>, high: Option<i128>, random: &mut Random) -> i128 {
    let (least, greatest) = (low.unwrap_or(i64::MIN.into()), high.unwrap_or(i64::MAX.into()));
    let (least, greatest) = (least.min(greatest), greatest.max(least));
    let nearest = 0.clamp(least, greatest);
    match random.below(8) {
        0 if random.is_least() => nearest,
        0 if low.is_some() => least,
        1 if high.is_some() => greatest,
        2 => random.within(least, greatest),
        _ => {
            let low = nearest.saturating_sub(1000).max(least);
            random.within(low, nearest.saturating_add(1000).min(greatest))
        }
    }
}

/// A number with a fraction where the bounds leave room for one.
fn fraction(bounds: &Bounds, random: &mut Random) -> Amount {
    let either =
        |first: Option<Amount>, second: Option<Amount>, last: Ordering| match (first, second) {
            (Some(first), Some(second)) if first.compare(second) == last => Some(first),
            (first, None) => first,
            (_, second) => second,
        };
    let low = either(bounds.least, bounds.above, Ordering::Greater).map(Amount::as_real);
    let high = either(bounds.greatest, bounds.below, Ordering::Less).map(Amount::as_real);
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) => (low, low + low.abs().max(1000.0)),
        (None, Some(high)) => (high - high.abs().max(1000.0), high),
        (None, None) => (-1000.0, 1000.0),
    };
    let share = if random.is_least() { 0.5 } else { random.fraction() };
    // Halves first, so that no difference overflows.
    let drawn = low * (1.0 - share) + high * share;
    let short = (drawn * 100.0).round() / 100.0;
    let is_inside = low < short && short < high;
    Amount::real(if is_inside && !random.once_in(2) { short } else { drawn })
}

/// A multiple of all units, if their common multiple is one of the first unit with few factors.
fn multiple(
    bounds: &Bounds,
    units: &[Decimal],
    unit: Decimal,
    is_fraction: bool,
    random: &mut Random,
) -> Option<Amount> {
    let factor = units.iter().skip(1).try_fold(1_i128, |factor, other| {
        let scale = unit.scale.max(other.scale);
        let power = |scale: u32| 10_i128.checked_pow(scale);
        let own = unit.digits.checked_mul(power(scale - unit.scale)?)?;
        let other = other.digits.checked_mul(power(scale - other.scale)?)?;
        let needed = other / common_divisor(own, other);
        factor.checked_mul(needed / common_divisor(factor, needed))
    })?;
    let step = unit.times(factor)?.as_real();
    let quotient = |bound: Option<Amount>| bound.map(|it| Amount::real(it.as_real() / step));
    let low = quotient(bounds.least.into_iter().chain(bounds.above).max_by(|a, b| a.compare(*b)));
    let high =
        quotient(bounds.greatest.into_iter().chain(bounds.below).min_by(|a, b| a.compare(*b)));
    // Quotients are rounded, so the borders are tried from one outside; the check decides.
    let low = low.map(Amount::ceiling);
    let high = high.map(Amount::floor);
    let mut times = whole(low, high, random);
    if low.is_none_or(|low| low < -4096) && high.is_none_or(|high| high > 4096) {
        times %= 4096;
    }
    if is_fraction && times == 0 {
        times = 1;
    }
    let moved = times + random.within(-1, 1) * i128::from(random.once_in(8));
    unit.times(moved.checked_mul(factor)?)
}

fn common_divisor(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left.abs(), right.abs());
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

/// A text.
pub(super) fn text(flat: &Flat<'_>, random: &mut Random) -> Option<String> {
    let formats: Vec<&str> = flat
        .nodes
        .iter()
        .filter_map(|node| node.format)
        .filter(|format| format::kinds(format).meets(Kinds::STRING))
        .collect();
    if let Some(text) = random.pick(&formats).and_then(|format| format::text(format, random)) {
        return Some(text);
    }
    let patterns: Vec<_> =
        flat.nodes.iter().filter_map(|node| node.text.pattern.as_ref()).collect();
    let length_min = flat.nodes.iter().map(|node| node.text.length_min).max().unwrap_or(0);
    let length_max = flat.nodes.iter().filter_map(|node| node.text.length_max).min();
    if let Some(pattern) = random.pick(&patterns) {
        return Some(lengthened(pattern.text(random), length_min, random));
    }
    if length_min > LENGTH_MAX || length_max.is_some_and(|most| most < length_min) {
        return None;
    }
    let more = if random.once_in(16) { 8 * LENGTH_MORE } else { LENGTH_MORE };
    let most = length_max.unwrap_or(usize::MAX).min(length_min + more);
    let length = length_min + random.below(most - length_min + 1);
    Some((0..length).map(|_| character(random)).collect())
}

/// What matches a pattern without anchors still does when something follows; others are left to the check.
fn lengthened(mut text: String, length_min: usize, random: &mut Random) -> String {
    let missing = length_min.min(LENGTH_MAX).saturating_sub(text.chars().count());
    if missing > 0 && random.once_in(4) {
        let last = text.chars().next_back().unwrap_or('a');
        text.extend(std::iter::repeat_n(last, missing));
    }
    text
}

fn character(random: &mut Random) -> char {
    const PLAIN: &[char] = &['a', 'b', 'c', 'x', 'y', 'z', 'A', 'Z', '0', '9', ' ', '-', '_'];
    const RARE: &[char] =
        &['"', '\\', '/', '\n', '\u{0}', '\u{7f}', 'ä', 'ß', '\u{301}', '中', '🦀', '\u{feff}'];
    let set = if random.once_in(10) { RARE } else { PLAIN };
    random.pick(set).copied().unwrap_or('a')
}
