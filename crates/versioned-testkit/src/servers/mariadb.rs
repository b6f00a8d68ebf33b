//! MariaDB.
//!
//! Layer: testkit.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::{
    PrivateServer, ServerError, ServerOptions,
    folder::Folder,
    kind::ServerKind,
    programs::{Search, on_path},
};

/// Names the folder with MariaDB's server, for one that is not on the path.
pub const MARIADB_BIN: &str = "VERSIONED_MARIADB_BIN";

/// A private MariaDB server.
///
/// Its databases have the character set `utf8mb4`, its superuser is `root` without a password.
pub type MariaDbServer = PrivateServer<MariaDb>;

/// The programs of MariaDB.
#[derive(Debug)]
pub struct MariaDb {
    server: PathBuf,
    install: PathBuf,
    client: PathBuf,
}

const SEARCH: Search = Search {
    server: MariaDb::NAME,
    variable: MARIADB_BIN,
    fix: "install it (on Debian, `apt-get install mariadb-server`), \
          or set VERSIONED_MARIADB_BIN to the folder with `mariadbd`",
};

const SOCKET: &str = "socket";

/// So that commits wait for the system, and never for the disk.
const FAST: [(&str, &str); 2] =
    [("innodb-flush-log-at-trx-commit", "2"), ("innodb-flush-method", "nosync")];

impl ServerKind for MariaDb {
    const NAME: &'static str = "MariaDB";
    const WORD: &'static str = "mariadb";
    const ACCOUNT: &'static str = "mysql";
    // Asked to end, it would first write out all that it holds.
    const END: &'static str = "KILL";
    const VERSION: &'static str = "SELECT VERSION()";

    fn find() -> Result<Self, ServerError> {
        let folders = SEARCH.folders(Vec::new());
        let server = SEARCH.first(&folders, &["mariadbd", "mysqld"])?;
        check_name(&server)?;
        // The server may lie in `sbin` and its other programs in `bin`.
        let mut beside: Vec<PathBuf> = folders;
        beside.extend(on_path());
        let install = SEARCH.first(&beside, &["mariadb-install-db", "mysql_install_db"])?;
        let client = SEARCH.first(&beside, &["mariadb", "mysql"])?;
        Ok(Self { server, install, client })
    }

    fn shared() -> &'static OnceLock<Result<PrivateServer<Self>, ServerError>> {
        static SHARED: OnceLock<Result<MariaDbServer, ServerError>> = OnceLock::new();
        &SHARED
    }

    fn socket(folder: &Folder) -> Result<PathBuf, ServerError> {
        folder.socket(SOCKET)
    }

    fn make(&self, folder: &Folder, _options: &ServerOptions) -> Command {
        let mut command = Command::new(&self.install);
        command.args(["--no-defaults", "--auth-root-authentication-method=normal"]);
        command.args(["--skip-test-db", "--innodb-flush-method=nosync"]);
        command.arg(option("datadir", &folder.data()));
        command
    }

    fn serve(&self, folder: &Folder, options: &ServerOptions) -> Result<Command, ServerError> {
        let mut command = Command::new(&self.server);
        command.args(["--no-defaults", "--skip-networking", "--character-set-server=utf8mb4"]);
        command.args(["--skip-name-resolve", "--max-connections=200"]);
        command.arg(option("datadir", &folder.data()));
        command.arg(option("socket", &Self::socket(folder)?));
        command.arg(option("pid-file", &folder.path().join("pid")));
        let fast = if options.is_durable() { &[][..] } else { &FAST[..] };
        command.args(fast.iter().map(|(name, value)| format!("--{name}={value}")));
        command.args(options.settings().iter().map(|(name, value)| format!("--{name}={value}")));
        Ok(command)
    }

    fn ask(
        &self,
        folder: &Folder,
        database: Option<&str>,
        sql: &str,
    ) -> Result<Command, ServerError> {
        let mut command = Command::new(&self.client);
        command.args(["--no-defaults", "--batch", "--skip-column-names", "--raw"]);
        command.args(["--user=root", "--connect-timeout=10"]);
        command.arg(option("socket", &Self::socket(folder)?));
        command.args(["--execute", sql]).args(database);
        Ok(command)
    }

    fn url(folder: &Folder, database: &str) -> String {
        format!("mysql://root@localhost/{database}?socket={}", folder.in_url(SOCKET))
    }
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(format!("--{name}="));
    text.push(path);
    text
}

/// MySQL's server has the name that MariaDB's had, and differs in what tests are to show.
fn check_name(server: &Path) -> Result<(), ServerError> {
    let output = Command::new(server).args(["--no-defaults", "--version"]).output();
    let output = output.map_err(ServerError::system("run", server))?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if found.contains(MariaDb::NAME) {
        return Ok(());
    }
    Err(ServerError::OtherServer { server: MariaDb::NAME, program: server.to_owned(), found })
}
