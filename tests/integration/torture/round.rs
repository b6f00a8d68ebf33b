//! Rounds: everything is made stale, migrated under kills until a run comes to its end, and so on; then what is stored is
//! compared with the writer's log.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin},
};

use serde_json::Value;
use versioned_jobs::{Clock as _, SystemClock};
use versioned_sql::sqlx::{self, Connection as _, Row as _};

use super::{
    Limit,
    count::{Tally, Wrong},
    folder::TemporaryFolder,
    kills::Killer,
    ledger,
    log::{Expected, replay},
    program::{self, Verb},
    subject::{ROWS, RowKind, Subject, key},
    writer::{MADE_STALE, MAKE_STALE, connect},
};
use crate::jobs::block_on;

/// Where a subject lies.
pub(super) struct Place<'s> {
    subject: &'s Subject,
    folder: TemporaryFolder,
}

impl Place<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path("torture.db")
    }

    /// Runs a verb to its end; gives the report, and the exit code.
    fn run(&self, verb: Verb) -> (Option<Value>, Option<i32>) {
        let mut child = self.start(verb);
        let code = child.wait().unwrap().code();
        (self.report(), code)
    }

    /// Starts a verb.
    pub(super) fn start(&self, verb: Verb) -> Child {
        program::start(self.subject, verb, &self.database(), &self.path("results"))
    }

    /// What the last verb has reported.
    fn report(&self) -> Option<Value> {
        report(&self.path("results"))
    }
}

/// Tortures a subject, and says what came of it.
pub(super) fn torture(subject: &Subject, seed: u64, limit: Limit) -> Tally {
    let clock = SystemClock::new();
    let place = Place { subject, folder: TemporaryFolder::new(subject.word()) };
    block_on(fill(subject, &place.database()));
    let log = place.path("log");
    let mut writer = program::start_writer(subject, &place.database(), &log, seed);
    let mut commands = writer.stdin.take().unwrap();
    let mut answers = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);

    let mut killer = Killer::new(&place, seed);
    let mut tally = Tally::default();
    let is_enough = |tally: &Tally| match limit {
        Limit::Kills(kills) => tally.kills >= kills,
        Limit::Time(time) => clock.now() >= time,
    };
    while !is_enough(&tally) {
        make_stale(&mut commands, &mut answers);
        tally.rounds += 1;
        let code = killer.run(Verb::Migrate, &mut tally, &is_enough);
        note_end(&place, code, &mut tally);
        if tally.rounds % 3 == 0 {
            undo_the_last(&place, &mut killer, &mut tally, &is_enough);
        }
        if tally.rounds % 2 == 0 {
            let code = killer.run(Verb::Replay, &mut tally, &is_enough);
            note_end(&place, code, &mut tally);
            tally.replays += 1;
        }
    }
    // The end of its input ends the writer.
    drop(commands);
    assert!(answers.all(|line| line != MADE_STALE));
    assert!(writer.wait().unwrap().success(), "the writer failed");
    settle(&place, &log, &mut tally);
    tally.elapsed = clock.now();
    tally
}

pub(super) async fn fill(subject: &Subject, path: &Path) {
    let mut database = connect(path).await;
    let sql = subject.sql();
    sqlx::query(sql.create_table).execute(&mut database).await.unwrap();
    let mut transaction = database.begin().await.unwrap();
    for number in 0..ROWS {
        let insert = sql.insert[RowKind::of_number(number) as usize];
        sqlx::query(insert).bind(key(number)).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    database.close().await.unwrap();
}

fn make_stale(commands: &mut ChildStdin, answers: &mut impl Iterator<Item = String>) {
    writeln!(commands, "{MAKE_STALE}").unwrap();
    assert!(answers.any(|line| line == MADE_STALE), "the writer is gone");
}

/// Undoes the last migration under kills; rows that were written since stay as they are.
fn undo_the_last(
    place: &Place<'_>,
    killer: &mut Killer<'_>,
    tally: &mut Tally,
    is_enough: &dyn Fn(&Tally) -> bool,
) {
    let run = block_on(ledger::last_migration(&place.database()));
    loop {
        let code = killer.run(Verb::Undo(run), tally, is_enough);
        // Usage: a process that was killed after its last word has undone it.
        if code != Some(1) || !block_on(ledger::is_undone(&place.database(), run)) {
            tally.wrong.ended_badly += u64::from(code != Some(0));
        }
        if block_on(ledger::is_undone(&place.database(), run)) {
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
    tally.wrong.ended_badly += u64::from(!matches!(code, Some(0 | 2)));
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
    tally.wrong.ended_badly += u64::from(code != Some(2));
    let (rows, operations) = replay(log);
    tally.operations = operations;
    block_on(compare(place, &rows, tally));

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
    tally.wrong.ledger += block_on(ledger::mistakes(&place.database(), tally.rows, &failing));
}

async fn compare(
    place: &Place<'_>,
    expected: &std::collections::BTreeMap<String, Option<Expected>>,
    tally: &mut Tally,
) {
    let mut database = connect(&place.database()).await;
    let sql = place.subject.sql();
    let mut wrong = Wrong::default();
    let mut unseen = expected.clone();
    for row in sqlx::query(sql.all).fetch_all(&mut database).await.unwrap() {
        tally.rows += 1;
        let (key, model_version, edits): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
        match unseen.remove(&key).unwrap() {
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
    for row in sqlx::query(sql.stale_keys).fetch_all(&mut database).await.unwrap() {
        let failing = expected.get(&row.get::<String, _>(0)).and_then(Option::as_ref);
        wrong.below_latest += u64::from(!failing.is_some_and(|row| row.is_failing));
    }
    let check = sqlx::query("PRAGMA integrity_check").fetch_one(&mut database).await.unwrap();
    wrong.integrity = Some(check.get::<String, _>(0)).filter(|said| said != "ok");
    let before = std::mem::take(&mut tally.wrong);
    tally.wrong = Wrong { counts: before.counts, ended_badly: before.ended_badly, ..wrong };
    let restored = ledger::restored(&mut database).await;
    // Of rows that were deleted since, nobody knows how often they were undone.
    tally.wrong.model_versions += u64::from(tally.undone_rows > restored);
    database.close().await.unwrap();
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
