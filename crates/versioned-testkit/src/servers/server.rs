//! A private server, of whichever kind.
//!
//! Layer: testkit. Invariant: a server that tests share cannot be killed by one of them.

use std::{
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use super::{
    ServerError, ServerOptions,
    account::Account,
    folder::Folder,
    guard::{Guard, kill_all},
    kind::ServerKind,
};

/// How often a server that starts is asked whether it has.
const POLL: Duration = Duration::from_millis(20);

/// The longest name of a database that is asked for; a number is added.
const NAME_BYTES_MAX: usize = 40;

/// A server of a test's own, or of all tests of this process.
///
/// It ends, and its folder is removed, when it is dropped or when this process ends, by whatever way.
#[derive(Debug)]
pub struct PrivateServer<K: ServerKind> {
    kind: K,
    options: ServerOptions,
    account: Account,
    version: String,
    databases: AtomicU32,
    // In this order they are dropped: the guard ends the process, which is waited for then.
    guard: Guard,
    process: Process,
}

impl<K: ServerKind> PrivateServer<K> {
    /// Starts a server with an empty data directory, and waits until it answers.
    ///
    /// # Errors
    ///
    /// [`ServerError`], with the end of the server's log where it has one.
    pub fn start(options: &ServerOptions) -> Result<Self, ServerError> {
        let kind = K::find()?;
        let account = Account::unprivileged(K::ACCOUNT)?;
        let folder = Folder::create(K::WORD, account)?;
        let guard = Guard::set(folder, account, K::END)?;
        let mut server = Self {
            kind,
            options: options.clone(),
            account,
            version: String::new(),
            databases: AtomicU32::new(0),
            guard,
            process: Process(None),
        };
        // Found out now, before a server fails for it with a message of its own.
        K::socket(server.place())?;
        server.make()?;
        server.launch()?;
        Ok(server)
    }

    /// The fast server that all tests of this process share; the first call starts it.
    ///
    /// # Errors
    ///
    /// What [`start`](Self::start) said, for every caller.
    pub fn shared() -> Result<&'static Self, &'static ServerError> {
        K::shared().get_or_init(|| Self::start(&ServerOptions::fast())).as_ref()
    }

    /// Makes an empty database of which the name begins with this one, and returns its name.
    ///
    /// No two calls make the same one.
    ///
    /// # Errors
    ///
    /// [`ServerError::Name`] unless the name has up to 40 of a-z, 0-9 and `_`, a letter first; otherwise what the server
    /// says.
    pub fn create_database(&self, name: &str) -> Result<String, ServerError> {
        if !is_plain(name) {
            return Err(ServerError::Name { name: name.to_owned() });
        }
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let database = format!("{name}_{number}");
        self.ask(None, &format!("CREATE DATABASE {database}"))?;
        Ok(database)
    }

    /// Makes an empty database of which the name begins with this one, and returns its URL.
    ///
    /// # Errors
    ///
    /// Those of [`create_database`](Self::create_database).
    pub fn database(&self, name: &str) -> Result<String, ServerError> {
        self.create_database(name).map(|database| self.url(&database))
    }

    /// The URL of a database, as sqlx takes it: over the server's socket, with neither password nor encryption.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        K::url(self.place(), database)
    }

    /// Runs one statement in a database with the server's own client, and returns what that prints: a line per row, with
    /// tabs between columns.
    ///
    /// # Errors
    ///
    /// [`ServerError::Program`] with the client's message.
    pub fn query(&self, database: &str, sql: &str) -> Result<String, ServerError> {
        self.ask(Some(database), sql)
    }

    /// What the server calls its version, such as `15.18` or `10.11.14-MariaDB`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The number of the server's first process, for limits and measurements; `None` when it was killed.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.0.as_ref().map(Child::id)
    }

    /// The folder that holds data, log and socket; it ends with the server.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.place().path()
    }

    /// Kills all processes of the server (`SIGKILL`), and waits until none is left.
    ///
    /// What it had stored is there after [`restart`](Self::restart), under the same URLs.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotEnded`] where a process cannot be killed.
    pub fn kill(&mut self) -> Result<(), ServerError> {
        if !kill_all(self.place(), self.account)? {
            let folder = self.folder().to_owned();
            return Err(ServerError::NotEnded { server: K::NAME, folder });
        }
        self.process = Process(None);
        Ok(())
    }

    /// Kills the server if it runs, starts it again, and waits until it has recovered and answers.
    ///
    /// # Errors
    ///
    /// Those of [`kill`](Self::kill) and [`start`](Self::start).
    pub fn restart(&mut self) -> Result<(), ServerError> {
        self.kill()?;
        self.launch()
    }

    fn make(&self) -> Result<(), ServerError> {
        let mut command = self.prepared(self.kind.make(self.place(), &self.options))?;
        let status = command.status().map_err(ServerError::system("run", command.get_program()))?;
        if status.success() {
            return Ok(());
        }
        Err(program_failed::<K>(&command, status, self.place().tail()))
    }

    fn launch(&mut self) -> Result<(), ServerError> {
        let folder = self.place();
        let mut command = self.prepared(self.kind.serve(folder, &self.options)?)?;
        // Drop and the guard end what was started, however this function ends.
        let child = command.spawn().map_err(ServerError::system("run", command.get_program()))?;
        self.process = Process(Some(child));
        self.version = self.wait_until_it_answers(&command)?;
        Ok(())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a server is another process, which owns its time; nothing but a start waits here"
    )]
    fn wait_until_it_answers(&mut self, command: &Command) -> Result<String, ServerError> {
        let (begin, timeout) = (Instant::now(), self.options.start_timeout());
        loop {
            let ended = self.process.0.as_mut().map(Child::try_wait).transpose();
            let ended = ended.map_err(ServerError::system("wait for", command.get_program()))?;
            if let Some(status) = ended.flatten() {
                self.process = Process(None);
                return Err(program_failed::<K>(command, status, self.place().tail()));
            }
            // A client is started only once there is something to connect to.
            if K::socket(self.place())?.exists()
                && let Ok(version) = self.ask(None, K::VERSION)
            {
                return Ok(version.split_whitespace().next().unwrap_or_default().to_owned());
            }
            if begin.elapsed() > timeout {
                return Err(ServerError::NotReady {
                    server: K::NAME,
                    seconds: timeout.as_secs(),
                    said: self.place().tail(),
                });
            }
            std::thread::sleep(POLL);
        }
    }

    /// A command of the server: as its account, in its folder, where the guard finds it, and with all output in the log.
    fn prepared(&self, mut command: Command) -> Result<Command, ServerError> {
        let folder = self.place();
        let log = folder.log()?;
        let errors = log.try_clone().map_err(ServerError::system("write", folder.path()))?;
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        command.current_dir(folder.path()).process_group(0);
        self.account.apply(&mut command);
        clear_environment(&mut command, folder);
        Ok(command)
    }

    fn ask(&self, database: Option<&str>, sql: &str) -> Result<String, ServerError> {
        let folder = self.place();
        let mut command = self.kind.ask(folder, database, sql)?;
        clear_environment(&mut command, folder);
        let output = command.stdin(Stdio::null()).current_dir("/").output();
        let Output { status, stdout, stderr } =
            output.map_err(ServerError::system("run", command.get_program()))?;
        if !status.success() {
            let said = String::from_utf8_lossy(&stderr).trim().to_owned();
            return Err(program_failed::<K>(&command, status, said));
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    fn place(&self) -> &Folder {
        self.guard.folder()
    }
}

/// The server's first process; waited for when dropped, so that no dead process stays in the table.
#[derive(Debug)]
struct Process(Option<Child>);

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut process) = self.0.take() {
            // It is dead already, unless neither the guard nor a script could be run.
            let _killed = process.kill();
            let _ended = process.wait();
        }
    }
}

fn program_failed<K: ServerKind>(
    command: &Command,
    status: ExitStatus,
    said: String,
) -> ServerError {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ServerError::Program { server: K::NAME, program, status, said }
}

/// Leaves out what a developer has set for servers and clients of their own.
///
/// Nor is there a common folder for temporary files: a MariaDB that starts removes from it what others still use.
fn clear_environment(command: &mut Command, folder: &Folder) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let kept: Vec<_> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
        .collect();
    command.env_clear().envs(kept);
    command
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path());
}

/// Whether a name needs no quotes in any SQL.
fn is_plain(name: &str) -> bool {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    starts && name.len() <= NAME_BYTES_MAX && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_databases_need_no_quotes() {
        for name in ["jobs", "a", "scan_2"] {
            assert!(is_plain(name), "{name}");
        }
        let long = "a".repeat(NAME_BYTES_MAX + 1);
        for name in ["", "2nd", "Jobs", "a-b", "a\"b", "_a", "ä", long.as_str()] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
