//! The verbs that take one entity by its kind and its id.
//!
//! Layer: cli. Invariant: an id that cannot be one is an error before the database is opened.

use std::future::Future;

use clap::ArgMatches;
use versioned_store::{ColumnValue, EntityKey, EntityTable, HistoryStore, IdKind, KeyPart};

use super::{history::history, revert::revert};
use crate::{Output, VerbError, args, error::UsageError, exit_code, job::AnyJob};

/// Runs a verb over one entity.
pub(crate) async fn of_one_entity<S: HistoryStore>(
    verb: &str,
    jobs: &[&dyn AnyJob<S>],
    store: impl Future<Output = Result<S, VerbError>>,
    matches: &ArgMatches,
    output: &Output,
) -> Result<u8, VerbError> {
    // clap asks for one kind, and for jobs of the same name the kind is the same.
    let Some(job) = jobs.first().copied() else { return Ok(exit_code::USAGE) };
    let entity = job.declaration().entity;
    if verb == args::REVERT && job.name() != entity {
        return Err(UsageError::NotOfModels { name: job.name(), entity }.into());
    }
    let id = matches.get_one::<String>("id").map_or("", String::as_str);
    let key = key_of(&job.table()?, id);
    let malformed = || UsageError::IdMalformed { entity: job.name(), id: id.to_owned() };
    let key = key.ok_or_else(malformed)?;
    match verb {
        args::REVERT => revert(job, &store.await?, &key, matches, output).await,
        _ => history(job, &store.await?, &key, output).await,
    }
}

/// The key that a text stands for: its parts, joined by `/`.
fn key_of(table: &EntityTable, id: &str) -> Option<EntityKey> {
    let columns = table.id();
    // The last part takes what is left, so that a text may hold a `/` of its own.
    let texts: Vec<&str> = id.splitn(columns.len(), '/').collect();
    let part = |(kind, text): (IdKind, &str)| match kind {
        IdKind::Integer => text.parse().ok().map(KeyPart::Integer),
        IdKind::Text => Some(KeyPart::Text(text.to_owned())),
        _ => KeyPart::from_value(IdKind::UuidText, ColumnValue::Text(text.to_owned())),
    };
    let kinds = columns.iter().map(|column| column.kind());
    let parts: Option<Vec<KeyPart>> = kinds.zip(texts.iter().copied()).map(part).collect();
    parts.filter(|parts| parts.len() == columns.len()).map(EntityKey::new)
}
