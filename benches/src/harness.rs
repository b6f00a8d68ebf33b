//! Timing: warm-up, rounds in turns, median.
//!
//! The two sides take turns, so that a machine that slows down slows both.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// How long a timed round lasts at least.
const ROUND_MIN: Duration = Duration::from_millis(20);
/// Most calls in one round.
const CALLS_MAX: u32 = 1 << 20;

/// One side of a case: does the work once and returns the length of the result.
pub(crate) type Side = Box<dyn FnMut() -> usize>;

/// The same work done by us and without us.
pub(crate) struct Case {
    /// The topic.
    pub(crate) bench: &'static str,
    /// The input or variant.
    pub(crate) case: &'static str,
    pub(crate) this: Side,
    pub(crate) other: Side,
}

impl Case {
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.bench, self.case)
    }
}

/// How to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Options {
    /// Timed rounds of each side.
    pub(crate) rounds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { rounds: 15 }
    }
}

/// Median times of one call of each side, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Medians {
    pub(crate) this: f64,
    pub(crate) other: f64,
}

pub(crate) fn measure(case: &mut Case, options: Options) -> Medians {
    let this_calls = warm_up(&mut case.this);
    let other_calls = warm_up(&mut case.other);
    let mut this = Vec::new();
    let mut other = Vec::new();
    for _ in 0..options.rounds {
        this.push(per_call(round(&mut case.this, this_calls), this_calls));
        other.push(per_call(round(&mut case.other, other_calls), other_calls));
    }
    Medians { this: median(&mut this), other: median(&mut other) }
}

/// Calls until a round lasts long enough to be timed; returns how many calls that takes.
fn warm_up(side: &mut Side) -> u32 {
    let mut calls = 1;
    while calls < CALLS_MAX && round(side, calls) < ROUND_MIN {
        calls *= 2;
    }
    calls
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures wall-clock time")]
fn round(side: &mut Side, calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(side());
    }
    start.elapsed()
}

fn per_call(elapsed: Duration, calls: u32) -> f64 {
    elapsed.as_secs_f64() * 1e9 / f64::from(calls)
}

/// The middle value; of an even number, the mean of the two in the middle; 0 of none.
fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    match times {
        [] => 0.0,
        times if times.len() % 2 == 1 => times[times.len() / 2],
        times => f64::midpoint(times[times.len() / 2 - 1], times[times.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use super::*;

    #[test]
    fn the_median_is_the_middle_of_the_sorted_times() {
        assert_eq!(median(&mut [3.0, 100.0, 1.0]).total_cmp(&3.0), std::cmp::Ordering::Equal);
        assert_eq!(median(&mut [4.0, 2.0]).total_cmp(&3.0), std::cmp::Ordering::Equal);
    }

    #[test]
    fn both_sides_are_called_in_every_round() {
        let calls = Rc::new(Cell::new((0_u32, 0_u32)));
        let (this, other) = (Rc::clone(&calls), Rc::clone(&calls));
        let mut case = Case {
            bench: "count",
            case: "calls",
            this: Box::new(move || {
                this.set((this.get().0 + 1, this.get().1));
                0
            }),
            other: Box::new(move || {
                other.set((other.get().0, other.get().1 + 1));
                0
            }),
        };
        let medians = measure(&mut case, Options { rounds: 2 });
        assert!(medians.this > 0.0 && medians.other > 0.0, "{medians:?}");
        assert!(calls.get().0 > 2 && calls.get().1 > 2, "{calls:?}");
    }
}
