//! The other program: it changes, deletes and re-inserts rows, each by optimistic locking, and notes what it has committed.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
    sync::mpsc::{self, Receiver, TryRecvError},
    time::Duration,
};

use versioned_sql::sqlx::{
    self, Connection as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

use super::{
    log::{Entry, Log},
    subject::{ROWS, RowKind, Subject, key},
};

/// The command that asks for old content in current rows.
pub(super) const MAKE_STALE: &str = "make stale";

/// What is said once that is done.
pub(super) const MADE_STALE: &str = "made stale";

/// A generator of random numbers that gives the same ones for the same seed.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn of_seed(seed: u64) -> Self {
        // Any seed but 0 will do, and small ones should not begin alike.
        let mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(mixed.max(1))
    }

    /// A number below the bound.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound.max(1)
    }
}

/// Opens a database with a wait that outlasts a batch.
pub(super) async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .busy_timeout(Duration::from_secs(30));
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Writes until standard input ends.
pub(super) async fn write_until_input_ends(subject: &Subject, path: &Path, log: &Path, seed: u64) {
    let commands = commands();
    let mut writer = Writer {
        subject,
        database: connect(path).await,
        log: Log::append_to(log),
        random: Random::of_seed(seed),
    };
    loop {
        match commands.try_recv() {
            Ok(()) => {
                writer.make_stale(2).await;
                println!("\n{MADE_STALE}");
                std::io::stdout().flush().unwrap();
            }
            Err(TryRecvError::Empty) => writer.change_a_row().await,
            Err(TryRecvError::Disconnected) => break,
        }
    }
    writer.database.close().await.unwrap();
}

/// A message per command; it hangs up when standard input ends, be it that the parent was killed.
fn commands() -> Receiver<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            if line.is_ok_and(|line| line == MAKE_STALE) && sender.send(()).is_err() {
                break;
            }
        }
    });
    receiver
}

struct Writer<'s> {
    subject: &'s Subject,
    database: SqliteConnection,
    log: Log,
    random: Random,
}

impl Writer<'_> {
    async fn change_a_row(&mut self) {
        let sql = self.subject.sql();
        let number = u32::try_from(self.random.below(ROWS.into())).unwrap();
        let key = key(number);
        let found = sqlx::query(sql.read).bind(&key).fetch_optional(&mut self.database).await;
        // The time in which somebody edits a form.
        tokio::time::sleep(Duration::from_micros(self.random.below(2_000))).await;
        let Some(found) = found.unwrap() else {
            if self.random.below(2) == 0 {
                let insert = sql.insert[RowKind::Oldest as usize];
                sqlx::query(insert).bind(&key).execute(&mut self.database).await.unwrap();
                self.log.note(&Entry::Create(key));
            }
            return;
        };
        let (model_version, edits): (i64, i64) = (found.get(0), found.get(1));
        // A failing row stays, so that the number of them is known.
        let is_failing = RowKind::of_number(number) == RowKind::Failing;
        let (query, entry) = match self.random.below(20) {
            0 | 1 if !is_failing => {
                let query = sqlx::query(sql.delete).bind(&key).bind(model_version);
                (query, Entry::Delete(key.clone()))
            }
            2 => return self.make_stale(ROWS / 20).await,
            _ => {
                let query = sqlx::query(sql.edit).bind(&key).bind(edits + 1).bind(model_version);
                (query, Entry::Edit(key.clone(), edits + 1))
            }
        };
        let done = query.execute(&mut self.database).await.unwrap().rows_affected();
        let entry = if done == 1 { entry } else { Entry::LostRace(key) };
        self.log.note(&entry);
    }

    /// Gives old content to one in so many of the current rows, as an old program does.
    async fn make_stale(&mut self, one_in: u32) {
        let first = i64::try_from(self.random.below(one_in.into())).unwrap();
        let query = sqlx::query(self.subject.sql().make_stale).bind(one_in).bind(first);
        for row in query.fetch_all(&mut self.database).await.unwrap() {
            self.log.note(&Entry::Stale(row.get(0)));
        }
    }
}
