//! Migrations whose process is killed again and again, while another process changes, deletes and re-inserts rows. Over a
//! server, that is killed too, and connections to it are cut.
//!
//! The short form is a test like any other. `cargo xtask torture --seconds N` runs the same for longer, on the example's
//! binary as well; it sets the variables named here.
//!
//! Both programs are this test binary, started again with a role; the example is a program of its own.

mod count;
mod database;
mod folder;
mod integrity;
mod kills;
mod ledger;
mod log;
mod mariadb;
mod others;
mod postgres;
mod program;
mod round;
mod server;
mod sql;
mod sqlite;
mod subject;
mod two_owners;
mod writer;
mod writers;

use std::time::Duration;

use count::Tally;
use database::Kind;
use server::{Cut, Server};
use subject::Subject;

/// How many seconds the long form runs; without it the short form runs.
const SECONDS: &str = "VERSIONED_TORTURE_SECONDS";

/// The seed of every random choice.
const SEED: &str = "VERSIONED_TORTURE_SEED";

/// What the short form does on each subject.
const SHORT: Limit = Limit::Kills(20);
const SHORT_ON_A_SERVER: Limit = Limit::Kills(5);

/// When a subject has had enough; the round that has begun is finished.
#[derive(Debug, Clone, Copy)]
enum Limit {
    Kills(u64),
    Time(Duration),
}

/// The seed, and what each of so many subjects is to have.
fn asked_for(subjects: usize, short: Limit) -> (u64, Limit) {
    let seed = std::env::var(SEED).map_or(1, |seed| seed.parse().unwrap());
    let seconds = std::env::var(SECONDS).ok().map(|seconds| seconds.parse::<u32>().unwrap());
    let limit = seconds.map_or(short, |seconds| {
        let each = seconds / u32::try_from(subjects).unwrap();
        Limit::Time(Duration::from_secs(each.into()))
    });
    (seed, limit)
}

/// Tortures lessons on a server of their own: the long form in both layouts, the short one in this one.
fn torture_on<K: Cut>(kind: Kind, short: Subject) {
    let subjects = match std::env::var_os(SECONDS) {
        Some(_) => vec![Subject::Columns, Subject::Documents],
        None => vec![short],
    };
    let (seed, limit) = asked_for(subjects.len(), SHORT_ON_A_SERVER);
    let mut server = Server::<K>::start();
    for subject in subjects {
        let address = server.new_database();
        let mut disturb = |is_enough: &_| server.disturb(seed, is_enough);
        let tally = round::torture(&subject, seed, limit, Some((address, &mut disturb)));
        println!("\n{}", tally.to_json(kind, &subject, seed));
        assert_eq!(tally.wrong(), Tally::NOTHING_WRONG, "{}, seed {seed}", subject.name());
        let done = tally.disturbances.unwrap();
        assert!(done.server_kills > 0 && tally.kills > 0, "{done:?}");
        assert!(tally.operations.edits > 0, "the programs did not meet");
        // The short form shares the machine with other tests.
        if let Limit::Time(_) = limit {
            check_rate(&tally);
        }
    }
}

/// The other programs must have written as fast as they were asked to while the server was up.
fn check_rate(tally: &Tally) {
    let (rates, reached) = (tally.rates.unwrap(), tally.reached().unwrap());
    assert!(
        reached >= rates.asked_for_rate(),
        "the rate was not reached: {reached:.0} operations a second while the server was up, \
         {} asked for, {} sustained by the idle server",
        rates.asked_for,
        rates.idle,
    );
}
