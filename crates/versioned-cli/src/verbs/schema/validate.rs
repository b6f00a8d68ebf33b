//! `audit --check-values`: what is stored, and what conversions make of it, checked by the schemas of the lock.
//!
//! Layer: cli, feature `validate`.

use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};
use versioned_jobs::{SchemaChecks, ValueCheck};

use super::{
    SchemaError,
    args::{self, lock_argument},
    file::LockFile,
};
use crate::{VerbError, exit_code};

/// The flag that switches it on.
pub(crate) const CHECK_VALUES: &str = "check-values";

/// The arguments of `audit`.
pub(crate) fn arguments() -> [Arg; 2] {
    let check = Arg::new(CHECK_VALUES).long(CHECK_VALUES).action(ArgAction::SetTrue).help(
        "Check every stored value, and what each step makes of it, by the schemas of the lock",
    );
    [check, lock_argument().requires(CHECK_VALUES)]
}

/// The schemas of the lock that was named.
pub(crate) fn value_checks(matches: &ArgMatches) -> Result<Arc<dyn ValueCheck>, VerbError> {
    let file = LockFile::read(args::lock(matches))?;
    if !file.exists() {
        return Err(SchemaError::Missing { path: file.path }.into());
    }
    match SchemaChecks::of_lock(&file.lock) {
        Ok(checks) => Ok(Arc::new(checks)),
        Err(error) => Err(VerbError::from(error)
            .with_help("see what it says of the schema, and repair it in the lock")
            .with_exit_code(exit_code::FINDINGS)),
    }
}
