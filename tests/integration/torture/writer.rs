//! The other program over SQLite: it changes, deletes and re-inserts rows, each by optimistic locking, and notes what it has committed.

use std::{
    io::{BufRead as _, Write as _},
    path::Path,
    sync::mpsc::{self, Receiver, TryRecvError},
    time::Duration,
};

use super::{
    database::{Connection, Kind},
    log::{Entry, Log},
    sql::Sql,
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

/// Writes until standard input ends.
pub(super) async fn write_until_input_ends(subject: &Subject, path: &str, log: &Path, seed: u64) {
    let commands = commands();
    let mut writer = Writer {
        sql: subject.sql(Kind::Sqlite),
        database: Connection::open(path).await.unwrap(),
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

struct Writer {
    sql: &'static Sql,
    database: Connection,
    log: Log,
    random: Random,
}

impl Writer {
    async fn change_a_row(&mut self) {
        let sql = self.sql;
        let number = u32::try_from(self.random.below(ROWS.into())).unwrap();
        let key = key(number);
        let found = self.database.rows(sql.read, &[key.as_str().into()]).await.unwrap();
        // The time in which somebody edits a form.
        tokio::time::sleep(Duration::from_micros(self.random.below(2_000))).await;
        let Some(found) = found.first() else {
            if self.random.below(2) == 0 {
                let insert = sql.insert[RowKind::Oldest as usize];
                self.database.execute(insert, &[key.as_str().into()]).await.unwrap();
                self.log.note(&Entry::Create(key));
            }
            return;
        };
        let (model_version, edits): (i64, i64) = (found[0].number(), found[1].number());
        // A failing row stays, so that the number of them is known.
        let is_failing = RowKind::of_number(number) == RowKind::Failing;
        let (version, edit) = (model_version.into(), edits + 1);
        let bound_key = key.as_str().into();
        let (statement, arguments, entry) = match self.random.below(20) {
            0 | 1 if !is_failing => {
                (sql.delete, vec![bound_key, version], Entry::Delete(key.clone()))
            }
            2 => return self.make_stale(ROWS / 20).await,
            _ => {
                let arguments = vec![bound_key, edit.into(), version];
                (sql.edit, arguments, Entry::Edit(key.clone(), edit))
            }
        };
        let done = self.database.execute(statement, &arguments).await.unwrap();
        let entry = if done == 1 { entry } else { Entry::LostRace(key) };
        self.log.note(&entry);
    }

    /// Gives old content to one in so many of the current rows, as an old program does.
    async fn make_stale(&mut self, one_in: u32) {
        let first = i64::try_from(self.random.below(one_in.into())).unwrap();
        let arguments = [i64::from(one_in).into(), first.into()];
        for row in self.database.rows(self.sql.make_stale, &arguments).await.unwrap() {
            self.log.note(&Entry::Stale(row[0].text().to_owned()));
        }
    }
}
