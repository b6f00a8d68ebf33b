//! The check of a program against its `versioned.lock`, as a test of the application's.
//!
//! Layer: testkit, feature `lock`. Invariant: what the check accepts, `schema status` accepts, and nothing else.
//!
//! # Examples
//!
//! ```no_run
//! use versioned_core::Registry;
//!
//! #[test]
//! # fn ignored() {}
//! fn no_released_schema_has_changed() {
//!     let path = concat!(env!("CARGO_MANIFEST_DIR"), "/versioned.lock");
//!     versioned_testkit::lock::assert_unbroken(&Registry::collect(), path);
//! }
//! # no_released_schema_has_changed();
//! ```

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use versioned_core::{
    Registry,
    lock::{Drift, Drifts, Lock, LockError},
};

/// Why a program does not agree with its lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The file cannot be read.
    #[error("lock `{}` cannot be read", path.display())]
    #[non_exhaustive]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// The file is no lock.
    #[error("lock `{}` is broken", path.display())]
    #[non_exhaustive]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where, and why.
        source: LockError,
    },

    /// The program differs from it.
    #[error("the program differs from lock `{}`\n\n{}", path.display(), Drifts(drifts))]
    #[non_exhaustive]
    Drifted {
        /// The file.
        path: PathBuf,
        /// All differences.
        drifts: Vec<Drift>,
    },
}

impl CheckError {
    /// What to do; for drift, each one says so itself.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Some("run `schema commit` to make it, and commit it with the code")
            }
            Self::Unreadable { .. } => Some("check its permissions"),
            Self::Malformed { source, .. } => Some(source.help()),
            Self::Drifted { .. } => None,
        }
    }
}

/// Checks that no released schema has changed, and that every latest version is in the lock.
///
/// # Errors
///
/// [`CheckError`] with every difference in words, and what to do about it.
pub fn check(registry: &Registry, path: impl AsRef<Path>) -> Result<(), CheckError> {
    let path = path.as_ref();
    let owned = || path.to_owned();
    let text = fs::read_to_string(path)
        .map_err(|source| CheckError::Unreadable { path: owned(), source })?;
    let lock =
        Lock::parse(&text).map_err(|source| CheckError::Malformed { path: owned(), source })?;
    match lock.drift(registry) {
        drifts if drifts.is_empty() => Ok(()),
        drifts => Err(CheckError::Drifted { path: owned(), drifts }),
    }
}

/// The same for tests.
///
/// # Panics
///
/// If the program differs from the lock, with every difference in words.
#[track_caller]
pub fn assert_unbroken(registry: &Registry, path: impl AsRef<Path>) {
    if let Err(error) = check(registry, path) {
        let cause = error.source().map(|cause| format!("\n  caused by: {cause}"));
        let help = error.help().map(|help| format!("\n  help: {help}"));
        panic!("{error}{}{}", cause.unwrap_or_default(), help.unwrap_or_default());
    }
}
