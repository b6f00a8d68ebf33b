//! What follows from every save and every migration: the rules, the rows of other tables, the
//! messages, and what the history says.
//!
//! Declared once: what the application saves and what a job migrates cannot differ in it.

use serde::Serialize;
use serde_json::json;
use versioned_core::{BaseVersionedDomainObject, FieldChange};
use versioned_jobs::{Hooks, Reason, Saved};
use versioned_store::{ColumnValue, DependentRow, OutboxMessage};

use crate::{
    domain::{Exploration, Validate},
    statistics::ExplorationStatistics,
};

/// The topic of messages that name an entity which caches must forget.
pub(crate) const CACHE: &str = "cache";

/// What all kinds have.
pub(crate) fn hooks<D: BaseVersionedDomainObject + Validate>() -> Hooks<D> {
    Hooks::default()
        .strict_if(D::is_strict)
        .validate(|object, strict| object.validate(strict).map_err(Into::into))
        .outbox(|saved| {
            let payload = format!("{}:{}", entity::<D>(), saved.key);
            vec![OutboxMessage { topic: CACHE.to_owned(), payload }]
        })
        .committer("migration-bot")
        .commit_message(message)
}

/// The row of an entity in the table of summaries; a deleted one is listed no more.
pub(crate) fn summary<D, S>(saved: &Saved<'_, D>) -> Vec<DependentRow>
where
    D: BaseVersionedDomainObject,
    S: for<'d> From<&'d D> + Serialize,
{
    let is_listed = saved.reason != Reason::Delete;
    vec![DependentRow {
        table: format!("{}_summaries", entity::<D>()),
        key: vec![("id".to_owned(), ColumnValue::Text(saved.key.to_string()))],
        set: vec![
            ("summary".to_owned(), json_column(&S::from(saved.object))),
            ("is_listed".to_owned(), ColumnValue::Integer(is_listed.into())),
        ],
    }]
}

/// The statistics of the model version that is written. Nobody plays one that was deleted.
pub(crate) fn statistics(saved: &Saved<'_, Exploration>) -> Option<DependentRow> {
    let version = saved.model_version.filter(|_| saved.reason != Reason::Delete)?.number();
    let statistics = ExplorationStatistics::of(saved.object, version);
    let id = ColumnValue::Text(statistics.exploration_id.clone());
    Some(DependentRow {
        table: "exploration_statistics".to_owned(),
        key: vec![
            ("exploration_id".to_owned(), id),
            ("version".to_owned(), ColumnValue::Integer(version)),
        ],
        set: vec![("statistics".to_owned(), json_column(&statistics))],
    })
}

/// What a migration says of itself.
fn message(changes: &[FieldChange]) -> String {
    let change = |change: &FieldChange| {
        let FieldChange { field, from, to, .. } = change;
        format!("{field} from {from} to {to}")
    };
    format!("Update {}", changes.iter().map(change).collect::<Vec<_>>().join(", "))
}

fn entity<D: BaseVersionedDomainObject>() -> &'static str {
    D::schema_versioned_attributes().entity
}

fn json_column(value: &impl Serialize) -> ColumnValue {
    ColumnValue::Text(json!(value).to_string())
}
