//! A private server that is killed, and whose connections are cut, while migrations and writers work.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use versioned_jobs::{Clock as _, SystemClock};
use versioned_testkit::servers::{MariaDb, Postgres, PrivateServer, ServerKind, ServerOptions};

use super::writer::Random;

/// Longest time between two cuts of connections, and between two kills of the server.
const CUT_WITHIN: u64 = 1_000;
const KILL_WITHIN: u64 = 10_000;

/// Most connections that are cut at once.
const CUTS_MAX: u64 = 3;

/// What was done to a server.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Disturbances {
    /// How often the whole server was killed and started again.
    pub(super) server_kills: u64,
    pub(super) cut_connections: u64,
    /// How long the server was down in all.
    pub(super) down: Duration,
}

/// How a kind of server cuts connections.
pub(super) trait Cut: ServerKind {
    /// Gives the statements, one in a row, that cut this many connections of others.
    fn cut(most: u64) -> String;
}

impl Cut for Postgres {
    fn cut(most: u64) -> String {
        format!(
            "SELECT 'SELECT pg_terminate_backend(' || pid || ')' FROM pg_stat_activity \
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() \
             ORDER BY random() LIMIT {most}"
        )
    }
}

impl Cut for MariaDb {
    fn cut(most: u64) -> String {
        format!(
            "SELECT concat('KILL ', id) FROM information_schema.processlist \
             WHERE user = 'root' AND id <> connection_id() ORDER BY rand() LIMIT {most}"
        )
    }
}

/// A server with real durability.
#[derive(Debug)]
pub(super) struct Server<K: ServerKind> {
    server: PrivateServer<K>,
    /// The one in use.
    database: String,
}

impl<K: Cut> Server<K> {
    pub(super) fn start() -> Self {
        let options = ServerOptions::durable().with_checksums();
        let options = options.with_start_timeout(Duration::from_secs(120));
        let server = PrivateServer::<K>::start(&options).unwrap();
        Self { server, database: String::new() }
    }

    /// The address of a new database, which is used from now on.
    pub(super) fn new_database(&mut self) -> String {
        self.database = self.server.create_database("torture").unwrap();
        self.server.url(&self.database)
    }

    /// Kills and cuts at random moments until it is enough, and kills at least once; then the server runs.
    pub(super) fn disturb(&mut self, seed: u64, is_enough: &AtomicBool) -> Disturbances {
        let mut random = Random::of_seed(seed ^ 0x5eed);
        let (clock, mut done) = (SystemClock::new(), Disturbances::default());
        let mut next_kill = clock.now() + milliseconds(random.below(KILL_WITHIN));
        loop {
            sleep(milliseconds(random.below(CUT_WITHIN)));
            let is_over = is_enough.load(Ordering::Relaxed);
            if is_over && done.server_kills > 0 {
                return done;
            }
            if !is_over && clock.now() < next_kill {
                done.cut_connections += self.cut(1 + random.below(CUTS_MAX));
                continue;
            }
            let down = SystemClock::new();
            self.server.restart().unwrap();
            done.down += down.now();
            done.server_kills += 1;
            next_kill = clock.now() + milliseconds(random.below(KILL_WITHIN));
        }
    }

    /// How many were cut; a connection may have ended by itself just before.
    fn cut(&self, most: u64) -> u64 {
        let statements = self.server.query(&self.database, &K::cut(most)).unwrap();
        let cut = statements.lines().filter(|sql| self.server.query(&self.database, sql).is_ok());
        cut.count() as u64
    }
}

fn milliseconds(number: u64) -> Duration {
    Duration::from_millis(number)
}

#[expect(clippy::disallowed_methods, reason = "a random moment is what this is about")]
fn sleep(time: Duration) {
    std::thread::sleep(time);
}
