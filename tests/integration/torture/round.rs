//! Rounds: everything is made stale, migrated under kills until a run comes to its end, and so on; then what is stored is
//! compared with the writer's log.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Child,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use versioned_jobs::{Clock as _, SystemClock};

use super::{
    Limit,
    count::{Rates, Tally, Wrong},
    database::{Connection, Kind},
    folder::TemporaryFolder,
    integrity,
    kills::Killer,
    ledger,
    log::{Expected, replay},
    others::Others,
    program::{self, Verb},
    server::Disturbances,
    subject::{ROWS, RowKind, Subject, key},
};
use crate::jobs::block_on;

/// Where a subject lies.
pub(super) struct Place<'s> {
    subject: &'s Subject,
    /// For logs, results, and the database if that is a file.
    folder: TemporaryFolder,
    pub(super) address: String,
}

impl Place<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Whether the database is a server's, which is killed as well.
    pub(super) fn has_server(&self) -> bool {
        self.kind() != Kind::Sqlite
    }

    fn kind(&self) -> Kind {
        Kind::at(&self.address)
    }

    /// Runs a verb to its end; gives the report, and the exit code.
    fn run(&self, verb: Verb) -> (Option<Value>, Option<i32>) {
        let mut child = self.start(verb);
        let code = child.wait().unwrap().code();
        (self.report(), code)
    }

    /// Starts a verb.
    pub(super) fn start(&self, verb: Verb) -> Child {
        let files = (&*self.path("results"), &*self.path("errors"));
        program::start(self.subject, verb, &self.address, files)
    }

    /// Counts a process that ended by itself otherwise than it may, and shows what it said.
    fn note_code(&self, is_well: bool, code: Option<i32>, tally: &mut Tally) {
        if !is_well {
            tally.wrong.ended_badly += 1;
            let errors = fs::read_to_string(self.path("errors")).unwrap();
            eprintln!("a process ended with {code:?}: {errors}");
        }
    }

    /// What the last verb has reported.
    fn report(&self) -> Option<Value> {
        report(&self.path("results"))
    }
}

/// What disturbs a server until it is told that it is enough.
pub(super) type Disturb<'d> = &'d mut (dyn FnMut(&AtomicBool) -> Disturbances + Send);

/// Tortures a subject in a database, which for SQLite is a file of its own, and says what came of it.
pub(super) fn torture(
    subject: &Subject,
    seed: u64,
    limit: Limit,
    server: Option<(String, Disturb<'_>)>,
) -> Tally {
    let folder = TemporaryFolder::new(subject.word());
    let file = || folder.path().join("torture.db").to_str().unwrap().to_owned();
    let (address, disturb) = match server {
        Some((address, disturb)) => (address, Some(disturb)),
        None => (file(), None),
    };
    block_on(fill(subject, &address));
    let place = Place { subject, folder, address };
    let log = place.path("log");
    let mut others = Others::start(subject, &place.address, &log, seed);

    let mut tally = Tally::default();
    let asked = disturb.is_some().then(|| (others.measure(), others.count()));
    let clock = SystemClock::new();
    let enough = AtomicBool::new(false);
    std::thread::scope(|scope| {
        // Whatever happens here, the thread must come to its end.
        let end = EndOnDrop(&enough);
        let disturbed = disturb.map(|disturb| scope.spawn(|| disturb(&enough)));
        let is_enough = |tally: &Tally| {
            let is_enough = match limit {
                Limit::Kills(kills) => tally.kills >= kills,
                Limit::Time(time) => clock.now() >= time,
            };
            enough.fetch_or(is_enough, Ordering::Relaxed);
            is_enough
        };
        rounds(&place, seed, &is_enough, &mut tally, &mut others);
        drop(end);
        tally.disturbances = disturbed.map(|thread| thread.join().unwrap());
    });
    tally.rates = asked.map(|((idle, asked_for), before)| {
        let (operations, time) = (others.count() - before, clock.now());
        Rates { idle, asked_for, operations, time }
    });
    others.end();
    settle(&place, &log, &mut tally);
    tally.elapsed = clock.now();
    tally
}

/// Says that it is enough when it is dropped, be it by a panic.
struct EndOnDrop<'e>(&'e AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn rounds(
    place: &Place<'_>,
    seed: u64,
    is_enough: &dyn Fn(&Tally) -> bool,
    tally: &mut Tally,
    others: &mut Others,
) {
    let mut killer = Killer::new(place, seed);
    while !is_enough(tally) {
        others.make_stale();
        tally.rounds += 1;
        let code = killer.run(Verb::Migrate, tally, is_enough);
        note_end(place, code, tally);
        if tally.rounds.is_multiple_of(3) {
            undo_the_last(place, &mut killer, tally, is_enough);
        }
        if tally.rounds.is_multiple_of(2) {
            let code = killer.run(Verb::Replay, tally, is_enough);
            note_end(place, code, tally);
            tally.replays += 1;
        }
    }
}

pub(super) async fn fill(subject: &Subject, address: &str) {
    let mut database = Connection::open(address).await.unwrap();
    let sql = subject.sql(database.kind());
    database.execute(sql.create_table, &[]).await.unwrap();
    database.run("BEGIN").await.unwrap();
    for number in 0..ROWS {
        let insert = sql.insert[RowKind::of_number(number) as usize];
        database.execute(insert, &[key(number).as_str().into()]).await.unwrap();
    }
    database.run("COMMIT").await.unwrap();
    database.close().await.unwrap();
}

/// Undoes the last migration under kills; rows that were written since stay as they are.
fn undo_the_last(
    place: &Place<'_>,
    killer: &mut Killer<'_>,
    tally: &mut Tally,
    is_enough: &dyn Fn(&Tally) -> bool,
) {
    let run = ledger::last_migration(&place.address);
    loop {
        let code = killer.run(Verb::Undo(run), tally, is_enough);
        // Usage: a process that was killed after its last word has undone it.
        if code != Some(1) || !ledger::is_undone(&place.address, run) {
            place.note_code(code == Some(0), code, tally);
        }
        if ledger::is_undone(&place.address, run) {
            tally.undos += 1;
            tally.completed += 1;
            return;
        }
        assert!(tally.wrong.ended_badly < 10, "run {run} cannot be undone");
    }
}

/// Counts a run that came to its end by itself.
fn note_end(place: &Place<'_>, code: Option<i32>, tally: &mut Tally) {
    tally.completed += 1;
    place.note_code(matches!(code, Some(0 | 2)), code, tally);
    let is_balanced = place.report().is_some_and(|report| {
        let counts = Counts::of(&report);
        counts.sum() == counts.of_outcome("scanned")
    });
    tally.wrong.counts += u64::from(!is_balanced);
}

/// Migrates what is left, now that nobody writes, and compares.
fn settle(place: &Place<'_>, log: &Path, tally: &mut Tally) {
    let (_, code) = place.run(Verb::Migrate);
    tally.completed += 1;
    place.note_code(code == Some(2), code, tally);
    let (rows, operations) = replay(log);
    tally.operations = operations;
    compare(place, &rows, tally);

    let (audit, _) = place.run(Verb::Audit);
    let audit = audit.expect("the audit has a report");
    let counts = Counts::of(&audit);
    let expected = [
        ("scanned", tally.rows),
        ("current", tally.rows - tally.failing),
        ("migrated", 0),
        ("conflict", 0),
    ];
    for (outcome, rows) in expected {
        tally.wrong.counts += u64::from(counts.of_outcome(outcome) != rows);
    }
    let failing = FAILED.iter().map(|outcome| counts.of_outcome(outcome)).sum::<u64>();
    tally.wrong.counts += u64::from(failing != tally.failing);
    let failing = rows.iter().filter(|(_, row)| row.as_ref().is_some_and(|row| row.is_failing));
    let failing = failing.map(|(key, _)| key.clone()).collect();
    tally.wrong.ledger += ledger::mistakes(&place.address, tally.rows, &failing);
}

fn compare(place: &Place<'_>, expected: &BTreeMap<String, Option<Expected>>, tally: &mut Tally) {
    let sql = place.subject.sql(place.kind());
    let lost_updates = tally.operations.lost_edits;
    let mut wrong = Wrong { lost_updates, ..Wrong::default() };
    let mut unseen = expected.clone();
    for row in ledger::ask(&place.address, sql.all, &[]) {
        tally.rows += 1;
        let (key, model_version, edits) = (row[0].text(), row[1].number(), row[2].number());
        match unseen.remove(key).unwrap() {
            None => wrong.resurrected += 1,
            Some(expected) => {
                tally.failing += u64::from(expected.is_failing);
                wrong.lost_updates += u64::from(expected.edits != edits);
                // An undo and the migration after it raise it once more each.
                let more = model_version - expected.model_version;
                let is_possible = more >= 0 && more % 2 == 0 && (more == 0 || tally.undos > 0);
                wrong.model_versions += u64::from(!is_possible);
                tally.undone_rows += u64::try_from(more / 2).unwrap_or(0);
            }
        }
    }
    wrong.lost_updates += unseen.values().flatten().count() as u64;
    for row in ledger::ask(&place.address, sql.stale_keys, &[]) {
        let failing = expected.get(row[0].text()).and_then(Option::as_ref);
        wrong.below_latest += u64::from(!failing.is_some_and(|row| row.is_failing));
    }
    wrong.integrity = integrity::found_wrong(&place.address);
    let before = std::mem::take(&mut tally.wrong);
    tally.wrong = Wrong { counts: before.counts, ended_badly: before.ended_badly, ..wrong };
    let restored = ledger::restored(&place.address);
    // Of rows that were deleted since, nobody knows how often they were undone.
    tally.wrong.model_versions += u64::from(tally.undone_rows > restored);
}

/// The outcomes of rows that cannot be migrated, of which a run has one, by whether it keeps a ledger.
const FAILED: [&str; 2] = ["failed", "quarantined"];

/// The counts of a report.
struct Counts<'r>(&'r serde_json::Map<String, Value>);

impl<'r> Counts<'r> {
    fn of(report: &'r Value) -> Self {
        Self(report["counts"].as_object().expect("a report has counts"))
    }

    fn of_outcome(&self, name: &str) -> u64 {
        self.0.get(name).map_or(0, |rows| rows.as_u64().expect("a count is a number"))
    }

    /// The sum over all outcomes.
    fn sum(&self) -> u64 {
        let outcomes = self.0.iter().filter(|(name, _)| *name != "scanned");
        outcomes.filter_map(|(_, rows)| rows.as_u64()).sum()
    }
}

/// The report in the results of a verb; `None` if there is none.
fn report(results: &Path) -> Option<Value> {
    let text = fs::read_to_string(results).unwrap();
    // The first line may begin with what the test runner says.
    let lines = text.lines().filter_map(|line| line.find('{').map(|start| &line[start..]));
    lines
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|line| line["type"] == "report")
}
