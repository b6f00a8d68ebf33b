//! `revert`: one entity as it was at an old model version.
//!
//! Layer: cli.

use clap::ArgMatches;
use serde::Serialize;
use versioned_store::{EntityKey, HistoryStore};

use crate::{Output, VerbError, args, exit_code, job::AnyJob};

#[derive(Serialize)]
struct RevertedLine {
    entity: &'static str,
    id: String,
    to: i64,
    model_version: Option<i64>,
}

/// Puts one entity back to an old model version, as a new commit.
pub(crate) async fn revert<S: HistoryStore>(
    job: &dyn AnyJob<S>,
    store: &S,
    key: &EntityKey,
    matches: &ArgMatches,
    output: &Output,
) -> Result<u8, VerbError> {
    let (entity, to) = (job.name(), args::to_version(matches));
    let version = job.revert(store, key, to, args::commit(matches, to)).await?;
    if output.is_json() {
        let (id, model_version) = (key.to_string(), version.map(|version| version.number()));
        let line = RevertedLine { entity, id, to: to.number(), model_version };
        output.json_line("reverted", &line);
    } else {
        let version = version.map_or_else(String::new, |it| format!(", now at model version {it}"));
        output.line(format!("{entity} {key} is what it was at model version {to}{version}"));
    }
    Ok(exit_code::DONE)
}
