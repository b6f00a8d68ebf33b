//! The story: every stored entity and every old snapshot is read by the program of today.

use std::{
    error::Error,
    io::{self, Write},
};

use serde::Serialize;
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, MigrationError};

use crate::{
    domain::{Collection, Exploration, Invalid, Question, Skill, Story, Topic, Validate},
    files, seeds,
    statistics::ExplorationStatistics,
    summary::{CollectionSummary, ExplorationSummary, SkillSummary, StorySummary, TopicSummary},
};

/// Tells the story.
pub(crate) fn tell(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    tell_kind(out, "exploration", Value::clone, |exploration: &Exploration, model_version| {
        let statistics = ExplorationStatistics::of(exploration, model_version, None);
        Some((ExplorationSummary::from(exploration), statistics))
    })?;
    tell_kind(out, "question", Value::clone, |_: &Question, _| None::<()>)?;
    tell_kind(out, "skill", Value::clone, |it: &Skill, _| Some(SkillSummary::from(it)))?;
    tell_kind(out, "story", files::with_thumbnail_sizes, |it: &Story, _| {
        Some(StorySummary::from(it))
    })?;
    tell_kind(out, "topic", Value::clone, |it: &Topic, _| Some(TopicSummary::from(it)))?;
    tell_kind(out, "collection", Value::clone, |it: &Collection, _| {
        Some(CollectionSummary::from(it))
    })
}

/// Reads all that is stored of one kind. `prepared` puts beside a document what was fetched for its
/// conversions; `dependents` makes what would be written with the entity.
fn tell_kind<D, S>(
    out: &mut dyn Write,
    kind: &'static str,
    prepared: fn(&Value) -> Value,
    dependents: fn(&D, i64) -> Option<S>,
) -> Result<(), Box<dyn Error>>
where
    D: BaseVersionedDomainObject + Validate,
    S: Serialize,
{
    writeln!(out, "== {kind} ==")?;
    for seed in seeds::seeds(kind)? {
        let deleted = if seed.deleted { ", deleted" } else { "" };
        writeln!(out, "{}{deleted}: {}", seed.document["id"], seed.about)?;
        for snapshot in &seed.snapshots {
            let read = read::<D>(&prepared(&snapshot.document));
            writeln!(out, "  as of {}: {}", snapshot.model_version, described(&read))?;
        }
        let read = read::<D>(&prepared(&seed.document));
        writeln!(out, "  now, {}: {}", seed.model_version, described(&read))?;
        let Ok((object, _)) = read else { continue };
        if let Some(dependents) = dependents(&object, seed.model_version + 1) {
            writeln!(out, "  beside it: {}", serde_json::to_string(&dependents)?)?;
        }
    }
    writeln!(out).map_err(io::Error::into)
}

/// Why a stored entity is of no use to the program of today.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Unusable {
    /// It cannot be brought to the latest versions.
    #[error(transparent)]
    #[non_exhaustive]
    Unreadable {
        /// Why.
        source: MigrationError,
    },
    /// It can be, and then breaks a rule.
    #[error(transparent)]
    #[non_exhaustive]
    Invalid {
        /// Which rule.
        source: Invalid,
    },
}

/// Reads a stored document; returns the valid object, and which fields were upgraded.
pub(crate) fn read<D>(document: &Value) -> Result<(D, String), Unusable>
where
    D: BaseVersionedDomainObject + Validate,
{
    let unreadable = |source| Unusable::Unreadable { source };
    let stored = document.to_string();
    let migrated = D::migrate_to_latest_schema_versions(&stored).map_err(unreadable)?;
    let object = migrated.to_object().map_err(unreadable)?;
    object.validate(object.is_strict()).map_err(|source| Unusable::Invalid { source })?;
    let changes = migrated.changes().iter();
    let changes =
        changes.map(|change| format!("{} {} to {}", change.field, change.from, change.to));
    Ok((object, changes.collect::<Vec<_>>().join(", ")))
}

fn described<D>(read: &Result<(D, String), Unusable>) -> String {
    match read {
        Ok((_, changes)) if changes.is_empty() => "current".to_owned(),
        Ok((_, changes)) => changes.clone(),
        Err(error) => {
            let mut text = format!("of no use: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            text
        }
    }
}
