//! The database servers that tests start.
//!
//! Invariant: a test that needs a server gets it or fails; only `--without` leaves it out, by its name.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{command, failure::Failure, stopwatch::Stopwatch};

/// Names a MySQL server, which is nothing that tests install.
const MYSQL_URL: &str = "VERSIONED_MYSQL_URL";

/// Installs packages, which are its arguments.
const INSTALL: &str = include_str!("install.sh");

/// Where servers lie that are not on everybody's path.
const SYSTEM_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/libexec"];

/// A server that is installed where it is missing.
#[derive(Debug)]
pub(crate) struct Server {
    /// What `--without` and the names of tests call it.
    pub(crate) name: &'static str,
    title: &'static str,
    package: &'static str,
    /// Tells tests, and us, the folder of the server's program.
    variable: &'static str,
    /// The server's program, of which one has one of these names.
    programs: &'static [&'static str],
    /// Where each version has a folder of its own.
    versions: Option<&'static str>,
}

pub(crate) const SERVERS: &[Server] = &[
    Server {
        name: "postgres",
        title: "PostgreSQL",
        package: "postgresql",
        variable: "VERSIONED_POSTGRES_BIN",
        programs: &["postgres"],
        versions: Some("/usr/lib/postgresql"),
    },
    Server {
        name: "mariadb",
        title: "MariaDB",
        package: "mariadb-server",
        variable: "VERSIONED_MARIADB_BIN",
        programs: &["mariadbd", "mysqld"],
        versions: None,
    },
];

/// What the tests of one run are given.
#[derive(Debug, Default)]
pub(crate) struct Given {
    folders: Vec<(&'static str, PathBuf)>,
    left_out: Vec<&'static str>,
}

impl Given {
    /// Tells tests which servers to use.
    pub(crate) fn set_variables(&self, cargo: &mut Command) {
        cargo.envs(self.folders.iter().map(|(variable, folder)| (variable, folder)));
    }

    /// Arguments of a test binary that leave out tests by the names of servers: a segment of their path that begins so.
    pub(crate) fn skips(&self) -> Vec<String> {
        self.left_out.iter().flat_map(|name| ["--skip".to_owned(), format!("::{name}")]).collect()
    }
}

/// What the help says of the environment.
pub(crate) fn help() -> String {
    let mut text = String::new();
    for Server { name, title, variable, .. } in SERVERS {
        text.push_str(&format!(
            "  {variable}  absolute path of the folder with {title}'s server, if not the one that \
             is installed; or `--without {name}`\n"
        ));
    }
    text.push_str(&format!("  {MYSQL_URL}  a MySQL server to test, which nothing here installs\n"));
    text
}

/// Whether a name after `--without` is a server's.
pub(super) fn is_name(name: &str) -> bool {
    SERVERS.iter().any(|server| server.name == name)
}

/// What the last line says of servers that were left out.
pub(super) fn left_out(without: &[String]) -> String {
    let left_out = SERVERS.iter().map(|server| server.name);
    let left_out: Vec<&str> =
        left_out.filter(|name| without.iter().any(|one| one == name)).collect();
    if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) }
}

/// Finds the servers that are not left out, and installs what is missing where that is ours to do.
pub(crate) fn provide(without: &[String]) -> Result<Given, Failure> {
    provide_saying(without, &|line| println!("{line}"))
}

/// Finds the servers among these databases, for a verb whose standard output is its result alone.
pub(crate) fn provide_among(databases: &[&str]) -> Result<Given, Failure> {
    let others = SERVERS.iter().filter(|server| !databases.contains(&server.name));
    let without: Vec<String> = others.map(|server| server.name.to_owned()).collect();
    if without.len() == SERVERS.len() {
        return Ok(Given::default());
    }
    provide_saying(&without, &|line| eprintln!("{line}"))
}

fn provide_saying(without: &[String], say: &dyn Fn(String)) -> Result<Given, Failure> {
    let is_wanted = |server: &&Server| !without.iter().any(|name| name == server.name);
    let wanted: Vec<&Server> = SERVERS.iter().filter(is_wanted).collect();
    let missing = missing(&wanted)?;
    if !missing.is_empty() {
        install(&missing, say)?;
    }
    let mut given = Given::default();
    for server in SERVERS {
        if !is_wanted(&server) {
            say(format!("{}: left out", server.name));
            given.left_out.push(server.name);
            continue;
        }
        let folder = find(server)?.ok_or_else(|| not_found(&[server]))?;
        say(format!("{}: {} in `{}`", server.name, server.title, folder.display()));
        given.folders.push((server.variable, folder));
    }
    if std::env::var_os(MYSQL_URL).is_none_or(|url| url.is_empty()) {
        say(format!("mysql: left out, as {MYSQL_URL} names no server"));
        given.left_out.push("mysql");
    } else {
        say(format!("mysql: the server that {MYSQL_URL} names"));
    }
    Ok(given)
}

fn missing<'a>(wanted: &[&'a Server]) -> Result<Vec<&'a Server>, Failure> {
    let mut missing = Vec::new();
    for &server in wanted {
        if find(server)?.is_none() {
            missing.push(server);
        }
    }
    Ok(missing)
}

/// The folder of a server's program.
fn find(server: &Server) -> Result<Option<PathBuf>, Failure> {
    let given = std::env::var_os(server.variable).filter(|folder| !folder.is_empty());
    let Some(folder) = given.map(PathBuf::from) else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let versions =
            server.versions.into_iter().flat_map(|versions| newest_first(versions.as_ref()));
        let path = std::env::split_paths(&path).chain(SYSTEM_FOLDERS.map(PathBuf::from));
        return Ok(versions.chain(path).find(|folder| holds(folder, server)));
    };
    if folder.is_absolute() && holds(&folder, server) {
        return Ok(Some(folder));
    }
    Err(Failure::new(
        format!("{} is not in `{}`", server.title, folder.display()),
        format!("{} says that it is, by an absolute path", server.variable),
        format!("correct it, or unset it to use the {} that is installed", server.title),
    ))
}

fn holds(folder: &Path, server: &Server) -> bool {
    server.programs.iter().any(|program| folder.join(program).is_file())
}

/// The folders of programs below one with a folder per version.
fn newest_first(versions: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(versions).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn install(missing: &[&Server], say: &dyn Fn(String)) -> Result<(), Failure> {
    if !may_install() {
        return Err(not_found(missing));
    }
    let packages = packages(missing);
    say(format!("installing {packages} with apt-get, as root; their services are not started"));
    let stopwatch = Stopwatch::start();
    let mut script = Command::new("sh");
    script.args(["-c", INSTALL, "install"]).args(packages.split(' ')).stdin(Stdio::null());
    let installed = command::captured(&mut script).map_err(|_shown| {
        Failure::new(
            format!("{packages} could not be installed"),
            "apt-get says why above",
            format!("install them by other means, or leave them out with {}", without(missing)),
        )
    })?;
    let lines = installed.lines().filter(|line| line.starts_with("Setting up ")).count();
    say(format!("installed {lines} packages in {:.0} s", stopwatch.elapsed().as_secs_f64()));
    Ok(())
}

/// Only root of a system with Debian's packages can, and whoever is root here has nothing to be asked for.
fn may_install() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    is_debian(&release) && is_root()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a system is Debian, or made from it, as Ubuntu is.
fn is_debian(release: &str) -> bool {
    let values = release
        .lines()
        .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    values.flat_map(|value| value.trim_matches('"').split(' ')).any(|word| word == "debian")
}

fn packages(servers: &[&Server]) -> String {
    servers.iter().map(|server| server.package).collect::<Vec<_>>().join(" ")
}

fn without(servers: &[&Server]) -> String {
    let names: Vec<&str> = servers.iter().map(|server| server.name).collect();
    format!("`cargo xtask test --without {}`", names.join(","))
}

fn not_found(missing: &[&Server]) -> Failure {
    let titles: Vec<&str> = missing.iter().map(|server| server.title).collect();
    let variables: Vec<&str> = missing.iter().map(|server| server.variable).collect();
    Failure::new(
        format!("{} cannot be found", titles.join(" and ")),
        "the tests start private servers, and install them for root on Debian and Ubuntu only",
        format!(
            "run `sudo apt-get install --no-install-recommends {}` or what does the same here, \
             name the folder of the server's program in {}, or leave them out with {}",
            packages(missing),
            variables.join(" and "),
            without(missing),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_what_is_made_from_it_are_told_from_others() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=pop\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nHOME_URL=\"https://example.org/debian\"\n"));
        assert!(!is_debian(""));
    }

    // Who may not install must learn what to type, and that there is a way without.
    #[test]
    fn a_missing_server_is_reported_with_the_command_and_the_way_to_leave_it_out() {
        let all: Vec<&Server> = SERVERS.iter().collect();
        let text = not_found(&all).to_string();
        for part in [
            "PostgreSQL and MariaDB cannot be found",
            "apt-get install --no-install-recommends postgresql mariadb-server",
            "--without postgres,mariadb",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn tests_are_left_out_by_the_name_of_their_server() {
        let given = Given { folders: Vec::new(), left_out: vec!["mariadb"] };
        assert_eq!(given.skips(), ["--skip", "::mariadb"]);
        assert_eq!(left_out(&["mariadb".to_owned(), "doc".to_owned()]), "; left out: mariadb");
        assert_eq!(left_out(&["doc".to_owned()]), "");
    }

    #[test]
    fn a_program_is_looked_for_in_its_folder() {
        let this = Path::new(env!("CARGO_MANIFEST_DIR"));
        let server = |programs| Server { programs, ..SERVERS[0] };
        assert!(holds(this, &server(&["absent", "Cargo.toml"])));
        assert!(!holds(this, &server(&["src"])));
    }
}
