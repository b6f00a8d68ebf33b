//! A folder for database files, removed in the end.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder below the target folder, which lies on a disk where a temporary one may not.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self, String> {
        let path = crate::cases::target_folder()?.join(format!("scale-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("no folder was made: {error}"))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Removes a database with its log, as far as they are there.
    pub(crate) fn remove(&self, database: &Path) {
        for suffix in ["", "-wal", "-shm"] {
            let _removed = fs::remove_file(format!("{}{suffix}", database.display()));
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is below the target folder.
        let _removed = fs::remove_dir_all(&self.0);
    }
}
