//! Migrations whose process is killed again and again, while another process changes, deletes and re-inserts rows.
//!
//! The short form is a test like any other. `cargo xtask torture --seconds N` runs the same for longer, on the example's
//! binary as well; it sets the variables named here.
//!
//! Both programs are this test binary, started again with a role; the example is a program of its own.

mod count;
mod folder;
mod kills;
mod ledger;
mod log;
mod program;
mod round;
mod subject;
mod two_owners;
mod writer;

use std::{path::PathBuf, time::Duration};

use count::Tally;
use subject::Subject;

/// How many seconds the long form runs; without it the short form runs.
const SECONDS: &str = "VERSIONED_TORTURE_SECONDS";

/// The seed of every random choice.
const SEED: &str = "VERSIONED_TORTURE_SEED";

/// The binary of the example, which is killed too where it is named.
const NOTEBOOKS: &str = "VERSIONED_TORTURE_NOTEBOOKS";

/// What the short form does on each subject.
const SHORT: Limit = Limit::Kills(20);

/// When a subject has had enough; the round that has begun is finished.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Kills(u64),
    Time(Duration),
}

/// Without it, a crash at the wrong moment could lose what users wrote, bring back what they deleted, or convert a row
/// twice, and nobody would know.
#[test]
fn kills_and_writers_lose_nothing_and_bring_nothing_back() {
    if let Some(role) = program::Role::of_this_process() {
        role.play();
    }
    let seed = std::env::var(SEED).map_or(1, |seed| seed.parse().unwrap());
    let seconds = std::env::var(SECONDS).ok().map(|seconds| seconds.parse::<u32>().unwrap());
    let mut subjects = vec![Subject::Columns, Subject::Documents];
    subjects.extend(std::env::var_os(NOTEBOOKS).map(PathBuf::from).map(Subject::Notebooks));
    let limit = match seconds {
        None => SHORT,
        Some(seconds) => {
            let each = seconds / u32::try_from(subjects.len()).unwrap();
            Limit::Time(Duration::from_secs(each.into()))
        }
    };
    for subject in subjects {
        let tally = round::torture(&subject, seed, limit);
        println!("\n{}", tally.to_json(&subject, seed));
        assert_eq!(tally.wrong(), Tally::NOTHING_WRONG, "{}, seed {seed}", subject.name());
        assert!(tally.kills > 0 && tally.operations.edits > 0, "the programs did not meet");
    }
}
