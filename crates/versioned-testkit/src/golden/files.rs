//! The files of golden documents.
//!
//! Invariant: they are read in the order of their paths, and a folder without any is an error, so that a mistyped path is
//! no test that passes.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Folders below the one that is named; entities lie one level below it.
const DEPTH_MAX: usize = 8;

/// A file with its text.
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// Why golden documents cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The folder or a file in it cannot be read.
    #[error("`{path}` cannot be read")]
    #[non_exhaustive]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no golden document.
    #[error("there is no golden document below `{path}`")]
    #[non_exhaustive]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl ReplayError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "name the folder relative to that of the package, and check that you may read it"
            }
            Self::Empty { .. } => "record some: `golden record --into FOLDER`",
        }
    }
}

/// All files of golden documents below a folder.
pub(super) fn below(folder: &Path) -> Result<Vec<File>, ReplayError> {
    let mut paths = Vec::new();
    collect(folder, DEPTH_MAX, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(ReplayError::Empty { path: folder.to_owned() });
    }
    let read = |path: PathBuf| match fs::read_to_string(&path) {
        Ok(text) => Ok(File { path, text }),
        Err(source) => Err(ReplayError::Unreadable { path, source }),
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), ReplayError> {
    let unreadable = |source| ReplayError::Unreadable { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "golden") {
            paths.push(path);
        }
    }
    Ok(())
}
