//! `golden`: stored documents for the repository, with what their chains make of them.
//!
//! Layer: cli. Invariant: no file is replaced unless `--again` names it.

mod again;
mod arguments;
mod files;
mod record;

use std::{future::Future, path::PathBuf};

use clap::ArgMatches;
use versioned_core::Registry;
use versioned_jobs::golden::{GoldenOptions, Scrub};
use versioned_store::HistoryStore;

pub(crate) use self::arguments::{GOLDEN, command};
use self::files::GoldenFileError;
use super::select;
use crate::{Output, VerbError, args, exit_code, job::AnyJob};

/// Runs `golden record`.
pub(crate) async fn golden<S: HistoryStore>(
    (jobs, registry): (&[Box<dyn AnyJob<S>>], &Registry),
    scrub: Option<Scrub>,
    matches: &ArgMatches,
    store: impl Future<Output = Result<S, VerbError>>,
    output: &Output,
) -> Result<u8, VerbError> {
    // clap asks for a verb below this one.
    let Some((_, matches)) = matches.subcommand() else { return Ok(exit_code::USAGE) };
    let again: Vec<PathBuf> =
        matches.get_many::<String>("again").into_iter().flatten().map(PathBuf::from).collect();
    if !again.is_empty() {
        return again::record(jobs, &again, output);
    }
    let mut options = GoldenOptions::default();
    if let Some(number) = matches.get_one::<u8>("per-version") {
        options = options.with_per_version((*number).into());
    }
    if let Some(bytes) = matches.get_one::<u32>("max-bytes") {
        options = options.with_bytes_max(usize::try_from(*bytes).unwrap_or(usize::MAX));
    }
    match (scrub, matches.get_flag("unscrubbed")) {
        (_, true) => {}
        (Some(scrub), false) => options = options.with_scrub(scrub),
        (None, false) => return Err(GoldenFileError::ScrubMissing.into_verb_error()),
    }
    let into = matches.get_one::<String>("into").map_or("golden", String::as_str);
    let per_version = matches.get_one::<u8>("per-version").copied().unwrap_or(3);
    let folder = files::Folder::new(into, per_version.into());
    let jobs = select::select_places(jobs, registry, &args::entity_names(matches))?;
    record::record(&jobs, &store.await?, &options, folder, output).await
}
