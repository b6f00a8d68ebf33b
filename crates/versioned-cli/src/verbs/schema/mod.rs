//! `schema`: the schemas of versions, and the lock that keeps them.
//!
//! Layer: cli. Invariant: the lock is replaced as a whole, by renaming a file; nothing else is written.

mod args;
mod commit;
mod diff;
mod file;
mod infer;
mod line_diff;
mod lines;
mod status;

use std::future::Future;

use clap::ArgMatches;
use versioned_core::Registry;
use versioned_store::ModelStore;

use self::file::LockFile;
pub(crate) use self::{args::command, file::SchemaError};
use crate::{Output, VerbError, exit_code, job::AnyJob};

/// Runs one of the verbs; only `infer` waits for the store.
pub(crate) async fn run<S: ModelStore>(
    jobs: &[Box<dyn AnyJob<S>>],
    registry: &Registry,
    matches: &ArgMatches,
    output: &Output,
    store: impl Future<Output = Result<S, VerbError>>,
) -> Result<u8, VerbError> {
    let Some((what, matches)) = matches.subcommand() else { return Ok(exit_code::USAGE) };
    let file = LockFile::read(args::lock(matches))?;
    match what {
        args::COMMIT => commit::commit(file, registry, &args::replace(matches), output),
        args::DIFF => diff::diff(&file, registry, &args::asked(matches), output),
        args::INFER => {
            let jobs = super::select_places(jobs, registry, &crate::args::entity_names(matches))?;
            infer::infer(file, registry, &jobs, &store.await?, output).await
        }
        _ => status::status(&file, registry, output),
    }
}
