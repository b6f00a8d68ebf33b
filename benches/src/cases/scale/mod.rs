//! The whole job over a table in an SQLite file, or on a private server: whether rate and memory hold from 100 000 rows to 1 000 000, and what the
//! ledger and the kept rows cost; and the job over snapshots, from 10 000 to 100 000 of them. Each run is a process of its own, over a fresh copy of the table.

mod child;
mod folder;
mod servers;
mod snapshots;

use std::{fs, path::Path};

pub(crate) use child::{FLAG, run as run_child};
use child::{Measured, Work, start};
use folder::Folder;
use versioned_testkit::servers::{MariaDb, Postgres};

use crate::measure::{Better, Line, Session, as_f64, median};

const BENCH: &str = "scale";
const FEW: u32 = 100_000;
const MANY: u32 = 1_000_000;

/// The sides that take turns over the smaller table.
const SIDES: [Work; 3] = [Work::Plain, Work::Ledger, Work::Kept];

/// Rounds before the large table and after it, so that a machine that changes its speed is seen by both.
const ROUNDS: [usize; 2] = [4, 3];

pub(crate) fn run(session: &Session) {
    let is_asked_for = |name: &str| session.databases.iter().any(|database| database == name);
    if is_asked_for("postgres") {
        servers::run::<Postgres>(session);
    }
    if is_asked_for("mariadb") {
        servers::run::<MariaDb>(session);
    }
    if !session.databases.is_empty() && !is_asked_for("sqlite") {
        return;
    }
    if let Err(reason) = measure(session) {
        session.skip(BENCH, "1000000_rows_against_100000", &reason);
    }
    if let Err(reason) = snapshots::measure(session) {
        session.skip(BENCH, "100000_snapshots_against_10000", &reason);
    }
}

fn measure(session: &Session) -> Result<(), String> {
    let folder = Folder::new()?;
    let template = folder.path("few.db");
    let few_bytes = start(Work::Fill, &template, FEW)?.bytes;
    let mut rounds = Rounds::default();
    rounds.measure(&folder, &template, ROUNDS[0])?;
    let large = folder.path("many.db");
    let many_bytes = start(Work::Fill, &large, MANY)?.bytes;
    settle(&large)?;
    let many = start(Work::Ledger, &large, MANY)?;
    folder.remove(&large);
    rounds.measure(&folder, &template, ROUNDS[1])?;
    print_scale(session, &rounds, (few_bytes, many_bytes), &many);
    print_costs(session, &rounds, few_bytes);
    Ok(())
}

/// What was measured in each round, one figure for each of the sides.
#[derive(Debug, Default)]
struct Rounds(Vec<[Measured; 3]>);

impl Rounds {
    fn measure(&mut self, folder: &Folder, template: &Path, rounds: usize) -> Result<(), String> {
        for round in 0..rounds {
            let mut sides = [None; SIDES.len()];
            // Each side is the first one in turn.
            for turn in 0..SIDES.len() {
                let side = (round + turn) % SIDES.len();
                let copy = folder.path("copy.db");
                fs::copy(template, &copy).map_err(|error| format!("no copy was made: {error}"))?;
                settle(&copy)?;
                sides[side] = Some(start(SIDES[side], &copy, FEW)?);
                folder.remove(&copy);
            }
            if let [Some(plain), Some(ledger), Some(kept)] = sides {
                self.0.push([plain, ledger, kept]);
            }
        }
        Ok(())
    }

    /// The median over the rounds.
    fn median_of(&self, derive: impl Fn(&[Measured; 3]) -> f64) -> f64 {
        median(self.0.iter().map(derive).collect())
    }
}

/// Waits until the file is on the disk, so that a run does not wait for what was written before it.
fn settle(database: &Path) -> Result<(), String> {
    let synced = fs::File::open(database).and_then(|file| file.sync_all());
    synced.map_err(|error| format!("the file was not flushed: {error}"))
}

const LEDGER: usize = 1;

fn rows_per_second(measured: &Measured) -> f64 {
    f64::from(measured.rows) / measured.seconds
}

fn megabytes(bytes: u64) -> f64 {
    usize::try_from(bytes).map_or(0.0, as_f64) / 1e6
}

/// In megabytes.
fn peak(measured: &Measured) -> f64 {
    as_f64(measured.peak_kilobytes) / 1e3
}

fn print_scale(session: &Session, rounds: &Rounds, (few, many): (u64, u64), large: &Measured) {
    let rate = |sides: &[Measured; 3]| rows_per_second(&sides[LEDGER]);
    let (this, other) = (rows_per_second(large), rounds.median_of(rate));
    let case = |what: &str| format!("{what}_at_{MANY}_rows_against_{FEW}");
    print(session, &case("rate"), (this, other), "rows/s", Better::Higher);
    let bytes = (megabytes(many) / large.seconds, {
        let per_row = megabytes(few) / f64::from(FEW);
        other * per_row
    });
    print(session, &case("throughput"), bytes, "MB/s", Better::Higher);
    let peaks = (peak(large), rounds.median_of(|sides| peak(&sides[LEDGER])));
    print(session, &case("peak_memory"), peaks, "MB", Better::Lower);
}

fn print_costs(session: &Session, rounds: &Rounds, bytes: u64) {
    for (cost, this, other) in [("ledger", 1, 0), ("keep_before", 2, 1)] {
        let of_both = |derive: &dyn Fn(&Measured) -> f64| {
            let of = |side: usize| rounds.median_of(|sides| derive(&sides[side]));
            (of(this), of(other))
        };
        let ratio = rounds.median_of(|sides| sides[other].seconds / sides[this].seconds);
        let case = format!("rate_with_{cost}_against_without");
        print_ratio(session, &case, of_both(&rows_per_second), ("rows/s", ratio), Better::Higher);
        let per_row = |measured: &Measured| measured.cpu_seconds * 1e6 / f64::from(measured.rows);
        let ratio = rounds.median_of(|sides| sides[this].cpu_seconds / sides[other].cpu_seconds);
        let case = format!("processor_time_with_{cost}_against_without");
        print_ratio(session, &case, of_both(&per_row), ("µs/row", ratio), Better::Lower);
    }
    let kept = rounds.median_of(|sides| megabytes(sides[2].kept_bytes)) * 1e6 / f64::from(FEW);
    let replaced = megabytes(bytes) * 1e6 / f64::from(FEW);
    let case = "bytes_kept_against_bytes_replaced";
    print(session, case, (kept, replaced), "bytes/row", Better::Lower);
}

fn print(session: &Session, case: &str, sides: (f64, f64), unit: &str, better: Better) {
    print_ratio(session, case, sides, (unit, sides.0 / sides.1), better);
}

fn print_ratio(
    session: &Session,
    case: &str,
    (this, other): (f64, f64),
    (unit, ratio): (&str, f64),
    better: Better,
) {
    let (bench, case, unit) = (BENCH.to_owned(), case.to_owned(), unit.to_owned());
    session.print(&Line { bench, case, this, other, unit, ratio, better });
}
