//! The folder of a private server.
//!
//! Layer: testkit. Invariant: only the server's account may enter it, and nothing was there before.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::{ffi::OsStrExt as _, fs::DirBuilderExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{ServerError, account::Account};

/// The most that a Unix socket's address holds, without its closing zero.
const SOCKET_PATH_MAX: usize = 107;

/// How much of a log an error shows.
const TAIL_BYTES_MAX: u64 = 2_000;

/// How many folders of earlier processes with the same number may lie in the way.
const TRIES_MAX: u32 = 1_000;

/// Where a server keeps everything: data, log and socket.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn create(word: &str, account: Account) -> Result<Self, ServerError> {
        let parent = std::env::temp_dir();
        let parent =
            parent.canonicalize().map_err(ServerError::system("find the folder", &parent))?;
        let path = create_new(&parent, word).map_err(ServerError::system("write in", &parent))?;
        account.give(&path)?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// A socket in this folder.
    pub(super) fn socket(&self, name: &str) -> Result<PathBuf, ServerError> {
        let path = self.path.join(name);
        if path.as_os_str().as_bytes().len() > SOCKET_PATH_MAX {
            return Err(ServerError::SocketPath { path, max: SOCKET_PATH_MAX });
        }
        Ok(path)
    }

    /// A path in this folder as a part of a URL's query; the empty name is the folder itself.
    pub(super) fn in_url(&self, name: &str) -> String {
        let path = if name.is_empty() { self.path.clone() } else { self.path.join(name) };
        let mut text = String::new();
        for &byte in path.as_os_str().as_bytes() {
            match char::from(byte) {
                plain if plain.is_ascii_alphanumeric() || "/-._~".contains(plain) => {
                    text.push(plain);
                }
                _ => text.push_str(&format!("%{byte:02X}")),
            }
        }
        text
    }

    /// Opens the log for what comes next.
    pub(super) fn log(&self) -> Result<File, ServerError> {
        let path = self.log_path();
        let log = OpenOptions::new().create(true).append(true).open(&path);
        log.map_err(ServerError::system("open", path))
    }

    /// The last lines of the log.
    pub(super) fn tail(&self) -> String {
        let read = || -> io::Result<Vec<u8>> {
            let mut log = File::open(self.log_path())?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES_MAX)))?;
            let mut bytes = Vec::new();
            log.take(TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match read() {
            Ok(bytes) => String::from_utf8_lossy(&bytes).trim().to_owned(),
            Err(error) => format!("(no log: {error})"),
        }
    }

    /// Removes what the guard could not, where the account may not write in the parent folder.
    pub(super) fn remove(&self) {
        // What is left behind in a temporary folder is no reason to fail a test.
        let _removed = fs::remove_dir_all(&self.path);
    }

    fn log_path(&self) -> PathBuf {
        self.path.join("log")
    }
}

/// Makes a folder that was not there, for its owner alone.
fn create_new(parent: &Path, word: &str) -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..TRIES_MAX {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("versioned-{word}-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|()| path),
        }
    }
    Err(io::Error::other(format!("{TRIES_MAX} folders of earlier processes are in the way")))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn a_path_is_written_in_a_url_with_its_odd_bytes_in_hexadecimal() {
        let folder = Folder { path: PathBuf::from("/tmp/a b&c") };
        assert_eq!(folder.in_url("socket"), "/tmp/a%20b%26c/socket");
        assert_eq!(folder.in_url(""), "/tmp/a%20b%26c");
    }

    #[test]
    fn a_folder_is_new_and_closed_to_others() {
        let account = Account::unprivileged("nobody").unwrap();
        let first = Folder::create("folder-test", account).unwrap();
        let second = Folder::create("folder-test", account).unwrap();
        assert_ne!(first.path(), second.path());
        assert_eq!(fs::metadata(first.path()).unwrap().mode() & 0o777, 0o700);
        assert!(first.socket(&"s".repeat(SOCKET_PATH_MAX)).is_err());
        first.remove();
        second.remove();
        assert!(!first.path().exists() && !second.path().exists());
    }
}
