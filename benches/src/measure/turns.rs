//! Timing: warm-up, then rounds in which every side has its turn.
//!
//! What is timed is the processor time of this thread: neither side does I/O or uses threads, and what else the machine
//! does meanwhile is nobody's cost.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use cpu_time::ThreadTime;

/// How long one turn of a side lasts at least.
const TURN_MIN: Duration = Duration::from_millis(4);
/// Most calls in one turn.
const CALLS_MAX: u32 = 1 << 22;
/// Fewest and most rounds.
const ROUNDS: std::ops::RangeInclusive<u32> = 5..=201;

/// One side of a case: does the work once and returns something that depends on the result.
pub(crate) type Side<'a> = Box<dyn FnMut() -> usize + 'a>;

/// What was measured: for each side, nanoseconds per call in each round.
#[derive(Debug, Clone)]
pub(crate) struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// The median time of one call of a side, in nanoseconds.
    pub(crate) fn nanoseconds(&self, side: usize) -> f64 {
        median(self.0[side].clone())
    }

    /// The median over the rounds of the time of one side over the time of the other.
    pub(crate) fn ratio(&self, side: usize, to: usize) -> f64 {
        self.median_of(|times| times[side] / times[to])
    }

    /// The median over the rounds of whatever is worked out from the times of all sides.
    pub(crate) fn median_of(&self, derive: impl Fn(&[f64]) -> f64) -> f64 {
        let rounds = self.0.first().map_or(0, Vec::len);
        let derived = (0..rounds).map(|round| {
            let times: Vec<f64> = self.0.iter().map(|side| side[round]).collect();
            derive(&times)
        });
        median(derived.collect())
    }
}

/// Measures the sides in turns for about this long.
pub(crate) fn in_turns(sides: &mut [Side<'_>], seconds: f64) -> Rounds {
    let calls: Vec<u32> = sides.iter_mut().map(warm_up).collect();
    let mut rounds = Rounds(vec![Vec::new(); sides.len()]);
    let mut spent = Duration::ZERO;
    for round in 0..*ROUNDS.end() {
        if round >= *ROUNDS.start() && spent.as_secs_f64() > seconds {
            break;
        }
        for ((side, calls), times) in sides.iter_mut().zip(&calls).zip(&mut rounds.0) {
            let elapsed = turn(side, *calls);
            spent += elapsed;
            times.push(elapsed.as_secs_f64() * 1e9 / f64::from(*calls));
        }
    }
    rounds
}

/// How long one call takes by the clock on the wall, in seconds, and what it gives; for other processes.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures wall-clock time")]
pub(crate) fn seconds_of<T>(call: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let result = call();
    (start.elapsed().as_secs_f64(), result)
}

/// Nanoseconds of one call, for sides that do not fit into [`in_turns`].
pub(crate) fn turn_of(side: impl FnMut() -> usize) -> f64 {
    let mut side: Side<'_> = Box::new(side);
    let calls = warm_up(&mut side);
    turn(&mut side, calls).as_secs_f64() * 1e9 / f64::from(calls)
}

/// Calls until a turn lasts long enough to be timed; returns how many calls that takes.
fn warm_up(side: &mut Side<'_>) -> u32 {
    let mut calls = 1;
    while calls < CALLS_MAX && turn(side, calls) < TURN_MIN {
        calls *= 2;
    }
    calls
}

fn turn(side: &mut Side<'_>, calls: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..calls {
        black_box(side());
    }
    start.elapsed()
}

/// The middle value; of an even number, the mean of the two in the middle; 0 of none.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.as_slice() {
        [] => 0.0,
        numbers if numbers.len() % 2 == 1 => numbers[numbers.len() / 2],
        numbers => f64::midpoint(numbers[numbers.len() / 2 - 1], numbers[numbers.len() / 2]),
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, cmp::Ordering};

    use super::*;

    fn check(numbers: &[f64], expect: f64) {
        assert_eq!(median(numbers.to_vec()).total_cmp(&expect), Ordering::Equal, "{numbers:?}");
    }

    #[test]
    fn the_median_is_the_middle_of_the_sorted_numbers() {
        check(&[3.0, 100.0, 1.0], 3.0);
        check(&[4.0, 2.0], 3.0);
        check(&[], 0.0);
    }

    #[test]
    fn a_ratio_compares_times_of_the_same_round() {
        // The machine was ten times slower in the second round: the ratio does not see it.
        let rounds = Rounds(vec![vec![1.0, 10.0, 1.0], vec![2.0, 20.0, 2.0]]);
        assert_eq!(rounds.ratio(0, 1).total_cmp(&0.5), Ordering::Equal);
    }

    #[test]
    fn every_side_is_called_in_every_round() {
        let calls = Cell::new((0_u32, 0_u32));
        let mut sides: Vec<Side<'_>> = vec![
            Box::new(|| {
                calls.set((calls.get().0 + 1, calls.get().1));
                0
            }),
            Box::new(|| {
                calls.set((calls.get().0, calls.get().1 + 1));
                0
            }),
        ];
        let rounds = in_turns(&mut sides, 0.0);
        assert!(rounds.nanoseconds(0) > 0.0 && rounds.nanoseconds(1) > 0.0, "{rounds:?}");
        assert_eq!(rounds.0[0].len(), 5);
    }
}
