//! Rounds: everything is made stale, migrated under kills until a run comes to its end, and so on; then what is stored is
//! compared with the writer's log.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin},
    time::Duration,
};

use serde_json::Value;
use versioned_jobs::{Clock as _, SystemClock};
use versioned_sql::sqlx::{self, Connection as _, Row as _};

use super::{
    Limit,
    count::{Tally, Wrong},
    folder::TemporaryFolder,
    log::{Expected, replay},
    program,
    subject::{ROWS, RowKind, Subject, key},
    writer::{MADE_STALE, MAKE_STALE, Random, connect},
};
use crate::jobs::block_on;

/// Where a subject lies.
struct Place<'s> {
    subject: &'s Subject,
    folder: TemporaryFolder,
}

impl Place<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.path("torture.db")
    }

    /// Runs a verb to its end; gives the report, and the exit code.
    fn run(&self, verb: &str) -> (Option<Value>, Option<i32>) {
        let results = self.path("results");
        let mut child = program::start(self.subject, verb, &self.database(), &results);
        let code = child.wait().unwrap().code();
        (report(&results), code)
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

    let mut tally = Tally::default();
    let mut random = Random::of_seed(seed);
    // A guess of how long a run takes, which each run that comes to its end makes better.
    let mut run_time = Duration::from_secs(1);
    let is_enough = |tally: &Tally| match limit {
        Limit::Kills(kills) => tally.kills >= kills,
        Limit::Time(time) => clock.now() >= time,
    };
    while !is_enough(&tally) {
        make_stale(&mut commands, &mut answers);
        tally.rounds += 1;
        migrate_under_kills(&place, &mut random, &mut run_time, &mut tally, &is_enough);
    }
    // The end of its input ends the writer.
    drop(commands);
    assert!(answers.all(|line| line != MADE_STALE));
    assert!(writer.wait().unwrap().success(), "the writer failed");
    settle(&place, &log, &mut tally);
    tally.elapsed = clock.now();
    tally
}

async fn fill(subject: &Subject, path: &Path) {
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

/// Starts migrations and kills them until one is faster, or until it is enough and one is let alone.
fn migrate_under_kills(
    place: &Place<'_>,
    random: &mut Random,
    run_time: &mut Duration,
    tally: &mut Tally,
    is_enough: &dyn Fn(&Tally) -> bool,
) {
    let results = place.path("results");
    loop {
        let clock = SystemClock::new();
        let mut child = program::start(place.subject, "migrate", &place.database(), &results);
        // Mostly within the run, sometimes after its end.
        let thousandths = u32::try_from(random.below(1_200)).unwrap();
        let time = match is_enough(tally) {
            true => Duration::MAX,
            false => *run_time * thousandths / 1_000,
        };
        let Some(code) = wait_until(&mut child, &clock, time) else {
            child.kill().unwrap();
            let status = child.wait().unwrap();
            // It may have ended by itself just before.
            if status.code().is_none() {
                tally.kills += 1;
                // The guess may be too short for any run to come to its end.
                *run_time += *run_time / 16;
                continue;
            }
            return note_end(status.code(), &results, tally);
        };
        *run_time = clock.now();
        return note_end(code, &results, tally);
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

/// Counts a run that came to its end by itself.
fn note_end(code: Option<i32>, results: &Path, tally: &mut Tally) {
    tally.completed += 1;
    tally.wrong.ended_badly += u64::from(!matches!(code, Some(0 | 2)));
    let is_balanced = report(results).is_some_and(|report| {
        let counts = Counts::of(&report);
        counts.sum() == counts.of_outcome("scanned")
    });
    tally.wrong.counts += u64::from(!is_balanced);
}

/// Migrates what is left, now that nobody writes, and compares.
fn settle(place: &Place<'_>, log: &Path, tally: &mut Tally) {
    let (_, code) = place.run("migrate");
    tally.completed += 1;
    tally.wrong.ended_badly += u64::from(code != Some(2));
    let (rows, operations) = replay(log);
    tally.operations = operations;
    block_on(compare(place, &rows, tally));

    let (audit, _) = place.run("audit");
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
                wrong.model_versions += u64::from(expected.model_version != model_version);
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
