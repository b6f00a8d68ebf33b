//! Whether cost follows size and number of steps in a straight line.

use super::inputs::{self, Inputs, recycled};
use crate::measure::{Better, Line, Session, Side, megabytes_per_second};

const BENCH: &str = "scaling";

const STEPS: u32 = 5;
const BYTES: usize = 40_000;
/// Numbers of steps whose differences give the cost of one step, around 5 and around 100; a period of the steps, which
/// have five kinds, fits in between.
const AROUND_FEW: (u32, u32) = (5, 15);
const AROUND_MANY: (u32, u32) = (90, 100);

pub(crate) fn run(session: &Session) {
    size(session);
    steps(session);
}

fn migrate(inputs: &Inputs) -> usize {
    inputs.documents.iter().map(|input| recycled(input.migrate())).sum()
}

fn size(session: &Session) {
    let small = inputs::lesson("40KB", BYTES, STEPS);
    let large = inputs::lesson("64MB", 64_000_000, STEPS);
    // A machine that changes its speed during a long turn must not be seen by one side only. What the allocator has left to
    // do behind a large document must not be seen by the small one: its first call after that belongs to neither side.
    let mut sides: Vec<Side<'_>> = vec![
        Box::new(|| migrate(&large)),
        Box::new(|| migrate(&small)),
        Box::new(|| migrate(&small)),
    ];
    let rounds = session.in_turns(&mut sides);
    let rate = |inputs: &Inputs, time| megabytes_per_second(inputs.bytes(), time);
    session.print(&Line {
        bench: BENCH.to_owned(),
        case: "throughput_at_64MB_against_40KB".to_owned(),
        this: rate(&large, rounds.nanoseconds(0)),
        other: rate(&small, rounds.nanoseconds(2)),
        unit: "MB/s".to_owned(),
        ratio: rounds.median_of(|times| rate(&large, times[0]) / rate(&small, times[2])),
        better: Better::Higher,
    });
}

/// What a further step costs, when there are many already and when there are few.
fn steps(session: &Session) {
    let counts = [AROUND_FEW.0, AROUND_FEW.1, AROUND_MANY.0, AROUND_MANY.1];
    let inputs = counts.map(|steps| inputs::lesson("40KB", BYTES, steps));
    let mut sides: Vec<Side<'_>> = Vec::new();
    for inputs in &inputs {
        sides.push(Box::new(|| migrate(inputs)));
    }
    let rounds = session.in_turns(&mut sides);
    let of_few = f64::from(AROUND_FEW.1 - AROUND_FEW.0);
    let of_many = f64::from(AROUND_MANY.1 - AROUND_MANY.0);
    let few = |times: &[f64]| (times[1] - times[0]) / of_few;
    let many = |times: &[f64]| (times[3] - times[2]) / of_many;
    session.print(&Line {
        bench: BENCH.to_owned(),
        case: "cost_of_a_step_at_100_against_5".to_owned(),
        this: rounds.median_of(many),
        other: rounds.median_of(few),
        unit: "ns".to_owned(),
        ratio: rounds.median_of(|times| many(times) / few(times)),
        better: Better::Lower,
    });
    let mean = |side: usize, steps: u32| rounds.nanoseconds(side) / f64::from(steps);
    session.print(&Line {
        bench: BENCH.to_owned(),
        case: "time_over_steps_at_100_against_5".to_owned(),
        this: mean(3, AROUND_MANY.1),
        other: mean(0, AROUND_FEW.0),
        unit: "ns".to_owned(),
        ratio: mean(3, AROUND_MANY.1) / mean(0, AROUND_FEW.0),
        better: Better::Lower,
    });
}
