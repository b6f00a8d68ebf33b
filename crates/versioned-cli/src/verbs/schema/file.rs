//! The file of a lock, and the names of fields in it.
//!
//! Layer: cli.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use versioned_core::{
    Declaration, Registry, SchemaVersion, VersionedAttribute,
    lock::{Lock, LockError},
};

use crate::{exit_code, suggest::nearest};

/// A lock that was read from a file, or an empty one where there is no file yet.
pub(super) struct LockFile {
    pub(super) path: PathBuf,
    pub(super) lock: Lock,
    /// As it was read; `None` if there is no file.
    text: Option<String>,
}

/// Why the verbs of `schema` stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("lock `{}` cannot be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },

    #[error("lock `{}` is broken", path.display())]
    Malformed { path: PathBuf, source: LockError },

    #[error("lock `{}` cannot be written", path.display())]
    Unwritable { path: PathBuf, source: io::Error },

    #[error("there is no lock `{}` yet", path.display())]
    Missing { path: PathBuf },

    #[error("`{name}` is no versioned field of this program")]
    FieldUnknown { name: String, nearest: Option<String> },

    #[error("version {version} of `{name}` is neither in the lock nor what its Rust type is")]
    VersionUnknown { name: String, version: SchemaVersion, known: Vec<String> },
}

impl SchemaError {
    /// A broken lock is a finding, all else a mistake of whoever calls.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Malformed { .. } => exit_code::FINDINGS,
            _ => exit_code::USAGE,
        }
    }

    pub(crate) fn help(&self) -> String {
        match self {
            Self::Unreadable { .. } => "name another file by `--lock FILE`".to_owned(),
            Self::Malformed { source, .. } => source.help().to_owned(),
            Self::Unwritable { .. } => "check the permissions of its folder".to_owned(),
            Self::Missing { .. } => {
                "run `schema commit` to make it, or name another file by `--lock FILE`".to_owned()
            }
            Self::FieldUnknown { nearest: Some(nearest), .. } => {
                format!("did you mean `{nearest}`?")
            }
            Self::FieldUnknown { nearest: None, .. } => {
                "write `entity.field`; `entities` lists them".to_owned()
            }
            Self::VersionUnknown { known, .. } if known.is_empty() => {
                "no version of it is known; run `schema commit`".to_owned()
            }
            Self::VersionUnknown { known, .. } => {
                format!("known are {}; `schema infer` looks for others", known.join(", "))
            }
        }
    }
}

impl LockFile {
    pub(super) fn read(path: PathBuf) -> Result<Self, SchemaError> {
        let text = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(SchemaError::Unreadable { path, source }),
        };
        let lock = text.as_deref().map_or_else(|| Ok(Lock::default()), Lock::parse);
        match lock {
            Ok(lock) => Ok(Self { path, lock, text }),
            Err(source) => Err(SchemaError::Malformed { path, source }),
        }
    }

    pub(super) fn exists(&self) -> bool {
        self.text.is_some()
    }

    /// Writes the lock if it is not what was read, and says whether it did.
    pub(super) fn write(&self) -> Result<bool, SchemaError> {
        let text = self.lock.to_string();
        if self.text.as_ref() == Some(&text) {
            return Ok(false);
        }
        let written = replace(&self.path, &text);
        written.map_err(|source| SchemaError::Unwritable { path: self.path.clone(), source })?;
        Ok(true)
    }

    /// Its name, as messages show it.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Writes a file beside the old one, and puts it in its place.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    use io::Write as _;

    // Through a symbolic link, the file that it leads to is the one to replace.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = target.with_file_name(name);
    let written = (|| {
        let mut file = fs::File::create_new(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, &target)
    })();
    if written.is_err() {
        // The error that counts is the first one.
        fs::remove_file(&temporary).unwrap_or_default();
    }
    written
}

/// A versioned field by its name on the command line.
pub(super) fn field(
    registry: &Registry,
    name: &str,
) -> Result<(&'static Declaration, &'static VersionedAttribute), SchemaError> {
    let found = name.split_once('.').and_then(|(entity, field)| {
        let declaration = registry.get(entity)?;
        let attribute = declaration.versioned.iter().find(|known| known.field == field)?;
        Some((declaration, attribute))
    });
    found.ok_or_else(|| {
        let known: Vec<String> = fields(registry).map(|(one, field)| label(one, field)).collect();
        let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        SchemaError::FieldUnknown { name: name.to_owned(), nearest }
    })
}

/// All versioned fields, sorted by entity, then in order of declaration.
pub(super) fn fields(
    registry: &Registry,
) -> impl Iterator<Item = (&'static Declaration, &'static VersionedAttribute)> {
    registry.declarations().iter().flat_map(|declaration| {
        declaration.versioned.iter().map(move |attribute| (*declaration, attribute))
    })
}

/// `skill.rubrics`
pub(super) fn label(declaration: &Declaration, attribute: &VersionedAttribute) -> String {
    format!("{}.{}", declaration.entity, attribute.field)
}
