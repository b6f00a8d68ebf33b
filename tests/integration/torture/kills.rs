//! Killing a process at random moments until one is faster.

use std::{process::Child, time::Duration};

use versioned_jobs::{Clock as _, SystemClock};

use super::{
    count::Tally,
    program::{Verb, signal},
    round::Place,
    writer::Random,
    writers::patient,
};

/// One in so many ends is asked for politely.
const TERMINATED_ONE_IN: u64 = 5;

/// The exit code of a process that was interrupted and says that it can go on.
const INTERRUPTED: i32 = 3;

/// How many processes in a row a server may interrupt before it counts as their fault.
const ROW_MAX: u32 = 100;

/// What kills.
pub(super) struct Killer<'p> {
    place: &'p Place<'p>,
    random: Random,
    /// A guess of how long a run takes, which each run that comes to its end makes better.
    run_time: Duration,
}

impl<'p> Killer<'p> {
    pub(super) fn new(place: &'p Place<'p>, seed: u64) -> Self {
        Self { place, random: Random::of_seed(seed), run_time: Duration::from_secs(1) }
    }

    /// Starts a verb and kills it until it is faster, or until it is enough and it is let alone; gives its exit code.
    pub(super) fn run(
        &mut self,
        verb: Verb,
        tally: &mut Tally,
        is_enough: &dyn Fn(&Tally) -> bool,
    ) -> Option<i32> {
        let mut row = 0;
        loop {
            let clock = SystemClock::new();
            let mut child = self.place.start(verb);
            // Mostly within the run, sometimes after its end.
            let thousandths = u32::try_from(self.random.below(1_200)).unwrap();
            let time = match is_enough(tally) {
                true => Duration::MAX,
                false => self.run_time * thousandths / 1_000,
            };
            if let Some(code) = wait_until(&mut child, &clock, time) {
                // A lost server or connection: the same command goes on.
                if code == Some(INTERRUPTED) && self.place.has_server() && row < ROW_MAX {
                    tally.interrupted += 1;
                    row += 1;
                    // Who starts it again sees first that the server is there.
                    drop(patient(&self.place.address));
                    continue;
                }
                self.run_time = clock.now();
                return code;
            }
            row = 0;
            let code = match self.random.below(TERMINATED_ONE_IN) {
                0 => terminated(&mut child, tally),
                _ => {
                    child.kill().unwrap();
                    let code = child.wait().unwrap().code();
                    tally.kills += u64::from(code.is_none());
                    code
                }
            };
            // It may have ended by itself just before.
            if let Some(code) = code {
                return Some(code);
            }
            // The guess may be too short for any run to come to its end.
            self.run_time += self.run_time / 16;
        }
    }
}

/// Asks a process to end; `None` if it did so before its end.
fn terminated(child: &mut Child, tally: &mut Tally) -> Option<i32> {
    signal(child, "TERM");
    match child.wait().unwrap().code() {
        // It finished its batch and said that it can go on.
        Some(INTERRUPTED) => {
            tally.terminated += 1;
            None
        }
        // It had not come so far as to listen.
        None => {
            tally.kills += 1;
            None
        }
        ended => ended,
    }
}

/// `None` if the process still runs at that time; otherwise its exit code.
#[expect(clippy::disallowed_methods, reason = "a random moment is what this is about")]
fn wait_until(child: &mut Child, clock: &SystemClock, time: Duration) -> Option<Option<i32>> {
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status.code());
        }
        let left = time.saturating_sub(clock.now());
        if left.is_zero() {
            return None;
        }
        std::thread::sleep(left.min(Duration::from_millis(2)));
    }
}
