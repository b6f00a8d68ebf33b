//! PostgreSQL.
//!
//! Layer: testkit.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use super::{
    PrivateServer, ServerError, ServerOptions,
    folder::Folder,
    kind::ServerKind,
    programs::{POSTGRES_VERSIONS, Search, postgres_folders},
};

/// Names the folder with PostgreSQL's programs, for a server that is not the newest or lies elsewhere.
pub const POSTGRES_BIN: &str = "VERSIONED_POSTGRES_BIN";

/// A private PostgreSQL server.
///
/// Its databases have the encoding UTF-8 and the collation `C`, its superuser is `postgres`.
pub type PostgresServer = PrivateServer<Postgres>;

/// The programs of PostgreSQL.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
}

const SEARCH: Search = Search {
    server: Postgres::NAME,
    variable: POSTGRES_BIN,
    fix: "install it (on Debian, `apt-get install postgresql`), \
          or set VERSIONED_POSTGRES_BIN to the folder with `postgres`, `initdb` and `psql`",
};

/// The port names the socket; nothing listens on the network.
const PORT: &str = "5432";

/// So that commits wait for the system, and never for the disk.
const FAST: (&str, &str) = ("fsync", "off");

impl ServerKind for Postgres {
    const NAME: &'static str = "PostgreSQL";
    const WORD: &'static str = "postgres";
    const ACCOUNT: &'static str = "postgres";
    const END: &'static str = "QUIT";
    const VERSION: &'static str = "SHOW server_version";

    fn find() -> Result<Self, ServerError> {
        let folders = SEARCH.folders(postgres_folders(POSTGRES_VERSIONS.as_ref()));
        let server = SEARCH.first(&folders, &["postgres"])?;
        let folder = server.parent().map(PathBuf::from).unwrap_or_default();
        for other in ["initdb", "psql"] {
            SEARCH.first(std::slice::from_ref(&folder), &[other])?;
        }
        Ok(Self { folder })
    }

    fn shared() -> &'static OnceLock<Result<PrivateServer<Self>, ServerError>> {
        static SHARED: OnceLock<Result<PostgresServer, ServerError>> = OnceLock::new();
        &SHARED
    }

    fn socket(folder: &Folder) -> Result<PathBuf, ServerError> {
        folder.socket(&format!(".s.PGSQL.{PORT}"))
    }

    fn make(&self, folder: &Folder, options: &ServerOptions) -> Command {
        let mut command = Command::new(self.folder.join("initdb"));
        command.args(["--no-sync", "--auth=trust", "--username=postgres"]);
        command.args(["--encoding=UTF8", "--locale=C", "--pgdata"]).arg(folder.data());
        if options.has_checksums() {
            command.arg("--data-checksums");
        }
        command
    }

    fn serve(&self, folder: &Folder, options: &ServerOptions) -> Result<Command, ServerError> {
        let socket_folder = folder.path().to_string_lossy();
        let mut settings = vec![
            ("port", PORT),
            ("listen_addresses", ""),
            ("unix_socket_directories", &*socket_folder),
            ("unix_socket_permissions", "0700"),
            ("max_connections", "200"),
            // Files in the data directory: what lies elsewhere would stay when the server is killed.
            ("dynamic_shared_memory_type", "mmap"),
        ];
        if !options.is_durable() {
            settings.push(FAST);
        }
        settings.extend(options.settings().iter().map(|(name, value)| (&**name, &**value)));
        let mut command = Command::new(self.folder.join("postgres"));
        command.arg("-D").arg(folder.data());
        for (name, value) in settings {
            command.args(["-c", &format!("{name}={value}")]);
        }
        Ok(command)
    }

    fn ask(
        &self,
        folder: &Folder,
        database: Option<&str>,
        sql: &str,
    ) -> Result<Command, ServerError> {
        let mut command = Command::new(self.folder.join("psql"));
        command.env("PGCONNECT_TIMEOUT", "10");
        command.args(["--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--no-password"]);
        command.args(["--field-separator=\t", "--set=ON_ERROR_STOP=1", "--username=postgres"]);
        command.arg("--host").arg(folder.path()).args(["--port", PORT]);
        command.args(["--dbname", database.unwrap_or("postgres"), "--command", sql]);
        Ok(command)
    }

    fn url(folder: &Folder, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", folder.in_url(""))
    }
}
