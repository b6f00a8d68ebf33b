//! The whole job over a table on a server, against what the server does by itself: 100 000 documents of about four
//! kilobytes, one statement of the server's own against compare-and-set and ledger over the network's way. SQLite has no
//! server: there it is a bare loop with the same conversion.
//!
//! Layer: outside the product. Invariant: every turn begins with the same bytes on the disk and nothing left to flush, and
//! both sides of a case leave the same rows, which is checked.

mod mariadb;
mod postgres;
mod sqlite;
mod table;

pub(crate) use mariadb::run as run_mariadb;
pub(crate) use postgres::run as run_postgres;
pub(crate) use sqlite::run as run_sqlite;
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress};
use versioned_store::JobLedger;

use crate::{
    measure::{Better, Line, Session, median, seconds_of},
    subjects::sheet::{MigrateKeptSheetJob, MigrateSheetJob},
};

type Error = Box<dyn std::error::Error>;

const BENCH: &str = "jobs";
const ROWS: u32 = 100_000;
const ROUNDS: usize = 3;

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

    /// Restores the table, lets a side work, and gives the seconds that this took and a digest of what it left.
    fn turn(&mut self, side: Side) -> Result<(f64, String), Error>;

    /// The seconds of a run over the table that the last turn of the job has left.
    fn nothing_to_do(&mut self) -> Result<f64, Error>;
}

fn measure<G: Ground>(session: &Session, ground: Result<G, Error>) {
    let ended = ground.and_then(|mut ground| take_turns(session, &mut ground));
    if let Err(reason) = ended {
        session.skip(BENCH, G::NAME, &reason.to_string());
    }
}

fn take_turns<G: Ground>(session: &Session, ground: &mut G) -> Result<(), Error> {
    let mut rounds: Vec<[f64; 4]> = Vec::new();
    let mut current = Vec::new();
    for round in 0..ROUNDS {
        let mut seconds = [0.0; 4];
        let mut digests = [const { String::new() }; 4];
        // Each side is the first one in turn; a run over what is current comes after a job.
        for turn in 0..Side::ALL.len() {
            let index = (round + turn) % Side::ALL.len();
            let side = Side::ALL[index];
            (seconds[index], digests[index]) = ground.turn(side)?;
            if side == Side::Job {
                current.push(ground.nothing_to_do()?);
            }
        }
        if digests[0].is_empty() || digests.iter().any(|digest| *digest != digests[0]) {
            return Err(format!("the sides left other rows: {digests:?}").into());
        }
        rounds.push(seconds);
    }
    print::<G>(session, &rounds, &current);
    Ok(())
}

fn print<G: Ground>(session: &Session, rounds: &[[f64; 4]], current: &[f64]) {
    let of = |derive: &dyn Fn(&[f64; 4]) -> f64| median(rounds.iter().map(derive).collect());
    let line = |case: String, (this, other): (f64, f64), (unit, ratio): (&str, f64), better| {
        let (bench, unit) = (BENCH.to_owned(), unit.to_owned());
        session.print(&Line { bench, case, this, other, unit, ratio, better });
    };
    let megabytes = table::bytes(ROWS) / 1e6;
    for (what, this, other) in [("", 1, 0), ("_with_history", 3, 2)] {
        let rate = |side: usize| of(&|seconds| f64::from(ROWS) / seconds[side]);
        let ratio = of(&|seconds| seconds[other] / seconds[this]);
        let case = format!("{}/rate{what}_against_{}", G::NAME, G::AGAINST);
        line(case, (rate(this), rate(other)), ("rows/s", ratio), Better::Higher);
        let case = format!("{}/throughput{what}_against_{}", G::NAME, G::AGAINST);
        let through = |side: usize| of(&|seconds| megabytes / seconds[side]);
        line(case, (through(this), through(other)), ("MB/s", ratio), Better::Higher);
    }
    let (this, other) = (median(current.to_vec()), of(&|seconds| seconds[1]));
    let case = format!("{}/nothing_to_do_against_all_to_do", G::NAME);
    line(case, (this, other), ("s", this / other), Better::Lower);
}

/// Runs the job of a side, and gives the seconds that it took.
fn migrate<S: JobLedger>(
    runtime: &tokio::runtime::Runtime,
    store: &S,
    side: Side,
    expect: u64,
) -> Result<f64, Error> {
    let options = JobOptions::default().with_ledger("bench");
    let (seconds, report) = seconds_of(|| {
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
    Ok(seconds)
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
