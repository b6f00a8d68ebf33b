//! The other programs over a server: several connections that change, delete and re-insert rows at a steady rate, each its own
//! rows, and note what was committed.
//!
//! Invariant: where an answer was lost, the row says whether the change was made: nobody else makes such changes to it.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, Sender, TryRecvError},
    },
    time::Duration,
};

use versioned_jobs::{Clock as _, SystemClock};
use versioned_sql::sqlx::{self, error::DatabaseError};

use super::{
    database::{Argument, Cell, Connection},
    log::{Entry, Log},
    sql::Sql,
    subject::{ROWS, RowKind, Subject, key},
    writer::{MADE_STALE, MAKE_STALE, Random},
};
use crate::jobs::block_on;

/// How many write at once: so many that the rate is reached while some of them wait for rows that a batch has locked. Each
/// has as many rows.
pub(super) const WRITERS: u32 = 40;

const _: () = assert!(ROWS.is_multiple_of(WRITERS), "each row has a writer");

/// The most operations in a second that are asked for.
const RATE_MAX: u64 = 1_000;

/// How long it is measured what the idle server sustains.
const MEASURED: Duration = Duration::from_secs(2);

/// Writers aim at so many hundredths of what is asked for, so that they reach it.
const AIM: u64 = 110;

/// The command that asks for the measurement; the answer goes on with the rate and the rate that is asked for.
pub(super) const MEASURE: &str = "measure";

/// The command that asks how many operations were made; the answer goes on with their number.
pub(super) const COUNT: &str = "count";

/// How often a lost server is tried again, and how long each try waits for the next.
const TRIES_MAX: u32 = 24_000;
const TRY_AFTER: Duration = Duration::from_millis(5);

/// A writer that is later than this does not catch up, so that the rate is that of the time in which the server is up.
const LATE_MAX: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy)]
enum Command {
    MakeStale,
}

/// What all writers share.
struct Shared {
    log: Mutex<Log>,
    /// Changes that were made, or refused because somebody else had changed the row.
    operations: AtomicU64,
    /// Nanoseconds from one operation of a writer to the next.
    interval: AtomicU64,
}

/// Writes until standard input ends.
pub(super) fn write_until_input_ends(subject: &Subject, address: &str, log: &Path, seed: u64) {
    let shared = Arc::new(Shared {
        log: Mutex::new(Log::append_to(log)),
        operations: AtomicU64::new(0),
        interval: AtomicU64::new(0),
    });
    let (answer, answers) = mpsc::channel();
    let mut threads = Vec::new();
    let mut commands = Vec::new();
    for number in 0..WRITERS {
        let (sender, receiver) = mpsc::channel();
        commands.push(sender);
        let writer = Writer {
            sql: subject.sql(super::database::Kind::at(address)),
            address: address.to_owned(),
            number,
            connection: None,
            shared: Arc::clone(&shared),
            random: Random::of_seed(seed.wrapping_mul(31) + u64::from(number)),
            texts: 0,
        };
        let answer = answer.clone();
        threads.push(std::thread::spawn(move || writer.work(&receiver, &answer)));
    }
    for line in std::io::stdin().lock().lines() {
        let said = match line.unwrap().as_str() {
            MAKE_STALE => {
                commands.iter().for_each(|writer| writer.send(Command::MakeStale).unwrap());
                commands.iter().for_each(|_| answers.recv().unwrap());
                MADE_STALE.to_owned()
            }
            MEASURE => measured(&shared),
            COUNT => format!("{COUNT} {}", shared.operations.load(Ordering::Relaxed)),
            other => panic!("no command is `{other}`"),
        };
        println!("\n{said}");
        std::io::stdout().flush().unwrap();
    }
    drop(commands);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Measures how many operations the writers make in a second, and asks for half of them from now on, or for fewer.
fn measured(shared: &Shared) -> String {
    let clock = SystemClock::new();
    let before = shared.operations.load(Ordering::Relaxed);
    sleep(MEASURED);
    let done = shared.operations.load(Ordering::Relaxed) - before;
    let milliseconds = u64::try_from(clock.now().as_millis()).unwrap();
    let sustained = done * 1_000 / milliseconds;
    let asked_for = RATE_MAX.min(sustained / 2).max(1);
    let interval = u64::from(WRITERS) * 100 * 1_000_000_000 / (asked_for * AIM);
    shared.interval.store(interval, Ordering::Relaxed);
    format!("{MEASURE} {sustained} {asked_for}")
}

struct Writer {
    sql: &'static Sql,
    address: String,
    number: u32,
    connection: Option<Connection>,
    shared: Arc<Shared>,
    random: Random,
    /// Counts texts of which each is written once.
    texts: u64,
}

impl Writer {
    fn work(mut self, commands: &Receiver<Command>, answer: &Sender<()>) {
        let (clock, mut next) = (SystemClock::new(), Duration::ZERO);
        loop {
            match commands.try_recv() {
                Ok(Command::MakeStale) => {
                    while !self.make_stale(2) {}
                    answer.send(()).unwrap();
                }
                Err(TryRecvError::Empty) => while !self.change_a_row() {},
                Err(TryRecvError::Disconnected) => return,
            }
            self.shared.operations.fetch_add(1, Ordering::Relaxed);
            next += Duration::from_nanos(self.shared.interval.load(Ordering::Relaxed));
            let now = clock.now();
            next = next.max(now.saturating_sub(LATE_MAX));
            sleep(next.saturating_sub(now));
        }
    }

    /// Changes a row, unless it has none to change: `false` then.
    fn change_a_row(&mut self) -> bool {
        let own = ROWS / WRITERS;
        let place = u32::try_from(self.random.below(own.into())).unwrap();
        let number = place * WRITERS + self.number;
        let key = key(number);
        // A failing row stays, so that the number of them is known.
        let is_failing = RowKind::of_number(number) == RowKind::Failing;
        let chance = self.random.below(400);
        let Some((model_version, edits)) = self.read(&key, false) else {
            // A deleted row stays away for some time.
            let is_created = chance.is_multiple_of(2);
            if is_created {
                let insert = self.sql.insert[RowKind::Oldest as usize];
                let done = self.write(insert, &[key.as_str().into()], &key, |now| now.is_some());
                self.note(done, Entry::Create(key));
            }
            return is_created;
        };
        match chance {
            0 => return self.make_stale(20),
            1..=40 if !is_failing => {
                let arguments = [key.as_str().into(), model_version.into()];
                let done = self.write(self.sql.delete, &arguments, &key, |now| now.is_none());
                self.note(done, Entry::Delete(key));
            }
            _ => {
                let edit = edits + 1;
                let arguments = [key.as_str().into(), edit.into(), model_version.into()];
                let is_made = |now: Option<(i64, i64)>| now.is_some_and(|(_, edits)| edits == edit);
                let done = self.write(self.sql.edit, &arguments, &key, is_made);
                self.note(done, Entry::Edit(key, edit));
            }
        }
        true
    }

    /// The model version of a row and how often it was edited; waits for whoever holds the row, if told to.
    fn read(&mut self, key: &str, waits: bool) -> Option<(i64, i64)> {
        let sql = match waits {
            true => format!("{} FOR UPDATE", self.sql.read),
            false => self.sql.read.to_owned(),
        };
        let rows = self.rows(&sql, &[key.into()]);
        rows.first().map(|row| (row[0].number(), row[1].number()))
    }

    /// Changes a row, and says whether that was done. Where the answer was lost, the row says it.
    fn write(
        &mut self,
        sql: &str,
        arguments: &[Argument<'_>],
        key: &str,
        is_made: impl Fn(Option<(i64, i64)>) -> bool,
    ) -> bool {
        let connection = self.connection();
        match block_on(connection.execute(sql, arguments)) {
            Ok(rows) => rows == 1,
            Err(error) => {
                self.lost(&error);
                let is_made = is_made(self.read(key, true));
                self.shared.log.lock().unwrap().note(&Entry::LostAnswer(is_made));
                is_made
            }
        }
    }

    fn note(&self, done: bool, entry: Entry) {
        let entry = match entry {
            entry if done => entry,
            Entry::Edit(key, _) | Entry::Delete(key) | Entry::Create(key) => Entry::LostRace(key),
            other => other,
        };
        self.shared.log.lock().unwrap().note(&entry);
    }

    /// Gives old content to one in so many of the current rows of this writer, as an old program does; `false` where the
    /// server undid it.
    fn make_stale(&mut self, one_in: u32) -> bool {
        self.texts += 1;
        let text = format!("again {}.{}.", self.number, self.texts);
        let among = i64::from(WRITERS * one_in);
        let place = i64::try_from(self.random.below(one_in.into())).unwrap();
        let rest = place * i64::from(WRITERS) + i64::from(self.number);
        let (sql, like) = (self.sql, format!("%\"{text}%"));
        let connection = self.connection();
        let changed = block_on(async {
            connection.run("BEGIN").await?;
            let arguments = [among.into(), rest.into(), text.as_str().into()];
            connection.execute(sql.make_stale, &arguments).await?;
            connection.rows(sql.with_text, &[like.as_str().into()]).await
        });
        let keys = match changed {
            Ok(keys) => keys,
            Err(error) => {
                // Nothing is committed without being told to.
                self.lost(&error);
                return false;
            }
        };
        let connection = self.connection();
        let is_committed = match block_on(connection.run("COMMIT")) {
            Ok(()) => true,
            Err(error) => {
                self.lost(&error);
                let found =
                    self.rows(&format!("{} FOR UPDATE", sql.with_text), &[like.as_str().into()]);
                let is_committed = !found.is_empty();
                self.shared.log.lock().unwrap().note(&Entry::LostAnswer(is_committed));
                is_committed
            }
        };
        if is_committed {
            let mut log = self.shared.log.lock().unwrap();
            keys.iter().for_each(|row| log.note(&Entry::Stale(row[0].text().to_owned())));
        }
        is_committed
    }

    /// Reads, as often as it takes until the server answers.
    fn rows(&mut self, sql: &str, arguments: &[Argument<'_>]) -> Vec<Vec<Cell>> {
        for _ in 0..TRIES_MAX {
            let connection = self.connection();
            match block_on(connection.rows(sql, arguments)) {
                Ok(rows) => return rows,
                Err(error) => self.lost(&error),
            }
        }
        panic!("the server does not come back");
    }

    /// The connection, or a new one as soon as the server takes it.
    fn connection(&mut self) -> &mut Connection {
        if self.connection.is_none() {
            self.connection = Some(patient(&self.address));
        }
        self.connection.as_mut().unwrap()
    }

    /// Gives up a connection after an error that may be of the server's end, or of other transactions.
    fn lost(&mut self, error: &sqlx::Error) {
        let may_pass = match error {
            sqlx::Error::Database(inner) => is_of_others(inner.as_ref()),
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
            _ => false,
        };
        assert!(may_pass, "{error:?}");
        self.connection = None;
    }
}

/// Whether a database says that it ends, that the connection does, or that other transactions were in the way.
fn is_of_others(error: &dyn DatabaseError) -> bool {
    let code = error.code().unwrap_or_default();
    let number = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>();
    match number.map(sqlx::mysql::MySqlDatabaseError::number) {
        // Deadlocks and waits; shutdown and killed connections.
        Some(number) => matches!(number, 1205 | 1213 | 1020 | 1053 | 1317 | 1927),
        None => code.starts_with("57P") || matches!(&*code, "40001" | "40P01" | "55P03"),
    }
}

/// Opens a database as soon as it can be.
pub(super) fn patient(address: &str) -> Connection {
    for _ in 0..TRIES_MAX {
        if let Ok(connection) = block_on(Connection::open(address)) {
            return connection;
        }
        sleep(TRY_AFTER);
    }
    panic!("the server does not come back");
}

#[expect(clippy::disallowed_methods, reason = "writers keep to a rate, and wait for a server")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
