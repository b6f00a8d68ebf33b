//! Finding the programs of an installed server.
//!
//! Layer: testkit.

use std::path::{Path, PathBuf};

use super::ServerError;

/// Where Debian keeps each version of PostgreSQL in a folder of its own.
pub(super) const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// Where servers lie that are not on everybody's path.
const SYSTEM_FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/libexec"];

/// What is looked for, and what to tell who does not have it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) server: &'static str,
    /// Names the folder of the programs; nothing else is looked at for the server then.
    pub(super) variable: &'static str,
    pub(super) fix: &'static str,
}

impl Search {
    /// The first of these programs that is in one of the folders.
    pub(super) fn first(
        &self,
        folders: &[PathBuf],
        programs: &[&str],
    ) -> Result<PathBuf, ServerError> {
        let paths = folders.iter().flat_map(|folder| programs.iter().map(|name| folder.join(name)));
        let found = paths.into_iter().find(|path| path.is_file());
        found.ok_or_else(|| ServerError::NotInstalled {
            server: self.server,
            program: programs.join("` or `"),
            places: listed(folders),
            fix: self.fix,
        })
    }

    /// The folder that the variable names, or else these and those of the path.
    pub(super) fn folders(&self, usual: Vec<PathBuf>) -> Vec<PathBuf> {
        match std::env::var_os(self.variable).filter(|folder| !folder.is_empty()) {
            Some(folder) => vec![PathBuf::from(folder)],
            None => usual.into_iter().chain(on_path()).collect(),
        }
    }
}

/// The folders of the path, and those that root's path has more.
pub(super) fn on_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).chain(SYSTEM_FOLDERS.map(PathBuf::from)).collect()
}

/// The folders of PostgreSQL's programs below `versions`, the newest first.
pub(super) fn postgres_folders(versions: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(versions).into_iter().flatten().flatten();
    let number = |name: &std::ffi::OsStr| name.to_str().and_then(|name| name.parse::<u32>().ok());
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((number(&entry.file_name())?, entry.path().join("bin"))))
        .collect();
    found.sort_by(|left, right| right.cmp(left));
    found.into_iter().map(|(_, folder)| folder).collect()
}

fn listed(folders: &[PathBuf]) -> String {
    let quoted = folders.iter().map(|folder| format!("`{}`", folder.display()));
    quoted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_postgres_comes_first() {
        let versions = std::env::temp_dir().join(format!("versioned-bins-{}", std::process::id()));
        for version in ["9", "15", "14", "common"] {
            std::fs::create_dir_all(versions.join(version).join("bin")).unwrap();
        }
        let expect = ["15", "14", "9"].map(|version| versions.join(version).join("bin"));
        assert_eq!(postgres_folders(&versions), expect);
        std::fs::remove_dir_all(&versions).unwrap();
        assert_eq!(postgres_folders(&versions), Vec::<PathBuf>::new());
    }

    // The one who reads it has to know what to install, or which variable to correct.
    #[test]
    fn a_missing_program_is_an_error_with_its_places_and_a_fix() {
        let search = Search { server: "PostgreSQL", variable: "NOT_SET", fix: "install it" };
        let error = search.first(&[PathBuf::from("/nowhere")], &["postgres"]).unwrap_err();
        let text = error.to_string();
        assert_eq!(text, "PostgreSQL is not installed: no `postgres` in `/nowhere`");
        assert_eq!(error.help(), Some("install it"));
    }
}
