//! The whole job over a table on a server, against what the server does by itself: 100 000 documents of about four
//! kilobytes, one statement of the server's own against compare-and-set and ledger over the network's way. SQLite has no
//! server: there it is a bare loop with the same conversion.
//!
//! Layer: outside the product. Invariant: every turn begins with the same bytes on the disk and nothing left to flush, and
//! both sides of a case leave the same rows, which is checked.

mod mariadb;
mod postgres;
mod spent;
mod sqlite;
mod table;

pub(crate) use mariadb::run as run_mariadb;
pub(crate) use postgres::run as run_postgres;
use spent::{Spent, spent_by};
pub(crate) use sqlite::run as run_sqlite;
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress};
use versioned_store::JobLedger;

use crate::{
    measure::{Better, Line, Session, median},
    subjects::sheet::{MigrateKeptSheetJob, MigrateSheetJob},
};

type Error = Box<dyn std::error::Error>;

const BENCH: &str = "jobs";
const ROWS: u32 = 100_000;

/// The sides that take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What one would do without the library: the server's own statement, or a bare loop.
    Bare,
    /// The job, with a ledger.
    Job,
    /// The same without the library, where every change is kept in a history.
    BareKept,
    /// The job, with a ledger and a history.
    JobKept,
}

impl Side {
    const ALL: [Self; 4] = [Self::Bare, Self::Job, Self::BareKept, Self::JobKept];

    fn is_kept(self) -> bool {
        matches!(self, Self::BareKept | Self::JobKept)
    }
}

/// A database in which the sides take turns.
trait Ground {
    const NAME: &'static str;
    /// What the job is measured against.
    const AGAINST: &'static str;
    const ROUNDS: usize = 3;

    /// Restores the table, lets a side work, and gives what this took and a digest of what it left.
    fn turn(&mut self, side: Side) -> Result<(Spent, String), Error>;

    /// What it takes to run over the table that the last turn of the job has left.
    fn nothing_to_do(&mut self) -> Result<Spent, Error>;
}

fn measure<G: Ground>(session: &Session, ground: Result<G, Error>) {
    let ended = ground.and_then(|mut ground| take_turns(session, &mut ground));
    if let Err(reason) = ended {
        session.skip(BENCH, G::NAME, &reason.to_string());
    }
}

fn take_turns<G: Ground>(session: &Session, ground: &mut G) -> Result<(), Error> {
    let mut rounds: Vec<[Spent; 4]> = Vec::new();
    let mut current = Vec::new();
    for round in 0..G::ROUNDS {
        let mut spent = [Spent::default(); 4];
        let mut digests = [const { String::new() }; 4];
        // Each side is the first one in turn; a run over what is current comes after a job.
        for turn in 0..Side::ALL.len() {
            let index = (round + turn) % Side::ALL.len();
            let side = Side::ALL[index];
            (spent[index], digests[index]) = ground.turn(side)?;
            if side == Side::Job {
                current.push(ground.nothing_to_do()?.wall);
            }
        }
        if digests[0].is_empty() || digests.iter().any(|digest| *digest != digests[0]) {
            return Err(format!("the sides left other rows: {digests:?}").into());
        }
        rounds.push(spent);
    }
    print::<G>(session, &rounds, &current);
    Ok(())
}

fn print<G: Ground>(session: &Session, rounds: &[[Spent; 4]], current: &[f64]) {
    let of = |derive: &dyn Fn(&[Spent; 4]) -> f64| median(rounds.iter().map(derive).collect());
    let line = |case: String, (this, other): (f64, f64), (unit, ratio): (&str, f64), better| {
        let (bench, unit) = (BENCH.to_owned(), unit.to_owned());
        session.print(&Line { bench, case, this, other, unit, ratio, better });
    };
    let megabytes = table::bytes(ROWS) / 1e6;
    for (what, this, other) in [("", 1, 0), ("_with_history", 3, 2)] {
        let rate = |side: usize| of(&|spent| f64::from(ROWS) / spent[side].wall);
        let ratio = of(&|spent| spent[other].wall / spent[this].wall);
        let case = format!("{}/rate{what}_against_{}", G::NAME, G::AGAINST);
        line(case, (rate(this), rate(other)), ("rows/s", ratio), Better::Higher);
        let case = format!("{}/throughput{what}_against_{}", G::NAME, G::AGAINST);
        let through = |side: usize| of(&|spent| megabytes / spent[side].wall);
        line(case, (through(this), through(other)), ("MB/s", ratio), Better::Higher);
        let case = format!("{}/processor_time{what}_against_{}", G::NAME, G::AGAINST);
        let each = |side: usize| of(&|spent| spent[side].processor * 1e6 / f64::from(ROWS));
        let ratio = of(&|spent| spent[this].processor / spent[other].processor);
        line(case, (each(this), each(other)), ("µs/row", ratio), Better::Lower);
    }
    let (this, other) = (median(current.to_vec()), of(&|spent| spent[1].wall));
    let case = format!("{}/nothing_to_do_against_all_to_do", G::NAME);
    line(case, (this, other), ("s", this / other), Better::Lower);
}

/// Runs the job of a side over a store and the process of its server, and gives what that took.
fn migrate<S: JobLedger>(
    runtime: &tokio::runtime::Runtime,
    (store, server): (&S, Option<u32>),
    side: Side,
    expect: u64,
) -> Result<Spent, Error> {
    let options = JobOptions::default().with_ledger("bench");
    let (spent, report) = spent_by(server, || {
        runtime.block_on(async {
            match side.is_kept() {
                true => MigrateKeptSheetJob::migrate(store, &options, &NoProgress).await,
                false => MigrateSheetJob::migrate(store, &options, &NoProgress).await,
            }
        })
    });
    let counts = *report?.counts();
    if counts.migrated != expect || counts.scanned != u64::from(ROWS) {
        return Err(format!("not every row has become what it should: {counts:?}").into());
    }
    Ok(spent)
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
