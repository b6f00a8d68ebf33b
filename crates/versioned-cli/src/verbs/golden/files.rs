//! The folder of golden documents.
//!
//! Layer: cli. Invariant: a file is written whole or not at all, and none that exists is written over.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use versioned_jobs::golden::{GoldenDocument, GoldenFormatError};

use crate::VerbError;

/// Why golden documents cannot be recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GoldenFileError {
    #[error("documents would be written as they are stored, names and texts of people included")]
    ScrubMissing,

    #[error("`{}` cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },

    #[error("`{}` cannot be written", path.display())]
    Unwritable { path: PathBuf, source: io::Error },

    #[error("`{}` is no golden document", path.display())]
    Malformed { path: PathBuf, source: GoldenFormatError },

    #[error("`{}` is of entity `{entity}`, which this program does not know", path.display())]
    EntityUnknown { path: PathBuf, entity: String },
}

impl GoldenFileError {
    /// The same with what to do.
    pub(crate) fn into_verb_error(self) -> VerbError {
        let help = match &self {
            Self::ScrubMissing => {
                "add `.scrub(..)` to the `App`; or `--unscrubbed`, if whoever reads the repository may \
                 read them"
            }
            Self::Unreadable { .. } => "check the path",
            Self::Unwritable { .. } => "check that the folder may be written",
            Self::Malformed { source, .. } => source.help(),
            Self::EntityUnknown { .. } => "use the program that has the entity",
        };
        VerbError::from(self).with_help(help)
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Its file is new.
    Recorded,
    /// Its file is there already.
    Known,
    /// Its file is there, and the chains give something else today.
    Differs,
    /// There are enough files of its combination of versions.
    Enough,
}

/// The folder with the files of all entities.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    per_version: usize,
    /// How many files there are, by folder and beginning of their names.
    counts: BTreeMap<PathBuf, usize>,
}

impl Folder {
    pub(super) fn new(path: &str, per_version: usize) -> Self {
        Self { path: path.into(), per_version, counts: BTreeMap::new() }
    }

    pub(super) fn path_of(&self, document: &GoldenDocument) -> PathBuf {
        self.path.join(document.folder_name()).join(document.file_name())
    }

    /// Writes a document, unless it is there or there are enough.
    pub(super) fn keep(&mut self, document: &GoldenDocument) -> Result<Kept, GoldenFileError> {
        let path = self.path_of(document);
        match read(&path)? {
            Some(known) if known == document.to_string() => return Ok(Kept::Known),
            Some(_) => return Ok(Kept::Differs),
            None => {}
        }
        let beginning = path.with_file_name(format!("v{}-", document.versions()));
        let count = match self.counts.get(&beginning) {
            Some(count) => *count,
            None => count(&beginning)?,
        };
        let is_enough = count >= self.per_version;
        self.counts.insert(beginning, if is_enough { count } else { count + 1 });
        if is_enough {
            return Ok(Kept::Enough);
        }
        write(&path, &document.to_string())?;
        Ok(Kept::Recorded)
    }
}

/// How many files have names that begin like this one.
fn count(beginning: &Path) -> Result<usize, GoldenFileError> {
    let (Some(folder), Some(beginning)) = (beginning.parent(), beginning.file_name()) else {
        return Ok(0);
    };
    let unreadable = |source| GoldenFileError::Unreadable { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(unreadable(error)),
    };
    let beginning = beginning.to_string_lossy();
    let mut count = 0;
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        let rest = name.strip_prefix(beginning.as_ref());
        let hash = rest.and_then(|rest| rest.strip_suffix(".golden"));
        // What follows is the hash alone, not the version of a further field.
        count += usize::from(hash.is_some_and(|hash| !hash.contains('-')));
    }
    Ok(count)
}

/// The text of a file; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>, GoldenFileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(GoldenFileError::Unreadable { path: path.to_owned(), source }),
    }
}

/// Writes a file beside its place and moves it there.
pub(super) fn write(path: &Path, text: &str) -> Result<(), GoldenFileError> {
    let unwritable = |source| GoldenFileError::Unwritable { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritable)?;
    }
    let beside = path.with_extension("golden.new");
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|source| {
        // What is left of it is of no use to anybody.
        fs::remove_file(&beside).ok();
        unwritable(source)
    })
}
