//! Notebook files below a folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A notebook file that was found.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotebookFile {
    /// Its path below the folder, with `/` between the parts.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
}

/// Why the files below a folder cannot be listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FolderError {
    /// A folder cannot be read.
    #[error("cannot list the folder `{}`", .folder.display())]
    #[non_exhaustive]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A name that cannot be an id.
    #[error("the name of `{}` is not UTF-8, so it cannot be the id of a notebook", .path.display())]
    #[non_exhaustive]
    Name {
        /// The file or folder.
        path: PathBuf,
    },
}

impl FolderError {
    /// What the user can do.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "name a folder that exists and can be read",
            Self::Name { .. } => "rename it",
        }
    }
}

/// Lists every `.ipynb` file below a folder, sorted by name. Links to folders are not followed.
pub(crate) fn notebook_files(folder: &Path) -> Result<Vec<NotebookFile>, FolderError> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let unreadable = |source| FolderError::Unreadable { folder: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
            if !is_folder && !is_notebook(&path) {
                continue;
            }
            let Ok(name) = entry.file_name().into_string() else {
                return Err(FolderError::Name { path });
            };
            let name = format!("{prefix}{name}");
            if is_folder {
                folders.push((path, format!("{name}/")));
            } else {
                files.push(NotebookFile { name, path });
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "ipynb") && path.is_file()
}
