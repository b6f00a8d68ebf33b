//! The models under faults: lessons with messages and rows that depend on them.

use std::time::Duration;

use versioned_core::{Declaration, OtherAttribute, OtherKind};
use versioned_jobs::{BaseMigrateVersionedModelJob, Clock, Hooks, VersionedModel};
use versioned_store::{ColumnValue, DependentRow, EntityTable, OutboxMessage, Row, StorageModel};

use crate::jobs::lesson::{Lesson, LessonColumns, LessonDocuments};

/// The jobs over lessons, with a message for each that is migrated.
pub(super) struct ColumnsJob;
pub(super) struct DocumentsJob;

fn hooks() -> Hooks<Lesson> {
    Hooks::<Lesson>::default()
        .outbox(|saved| {
            let payload = saved.object.id.clone();
            vec![OutboxMessage { topic: "cache".to_owned(), payload }]
        })
        .dependents(|saved| {
            let lesson = saved.object;
            // Two lessons share a row, so the order in which it is put back counts.
            let shelf = if lesson.id.as_str() < "c" { "first" } else { lesson.id.as_str() };
            vec![DependentRow {
                table: "shelves".to_owned(),
                key: vec![("id".to_owned(), ColumnValue::Text(shelf.to_owned()))],
                set: vec![("lesson".to_owned(), ColumnValue::Text(lesson.id.clone()))],
            }]
        })
}

static OTHERS: &[OtherAttribute] =
    &[OtherAttribute { field: "lesson", key: "lesson", kind: OtherKind::Plain }];
static SHELF: Declaration =
    Declaration { entity: "shelf", type_name: "Shelf", versioned: &[], others: OTHERS };

/// The table of dependent rows.
pub(in crate::faults) fn shelves() -> EntityTable {
    EntityTable::new(&SHELF, StorageModel::columns("shelves").id("id")).unwrap()
}

/// A shelf that is there before any migration.
pub(in crate::faults) fn shelf() -> Row {
    let values = vec![Some(ColumnValue::Text("an old one".to_owned()))];
    Row { key: "first".into(), model_version: None, deleted: false, values, stamp: None }
}

impl BaseMigrateVersionedModelJob for ColumnsJob {
    type Model = Self;
}

impl VersionedModel for ColumnsJob {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        LessonColumns::storage_model()
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

impl BaseMigrateVersionedModelJob for DocumentsJob {
    type Model = Self;
}

impl VersionedModel for DocumentsJob {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        LessonDocuments::storage_model()
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

/// A clock that stands still, so that two runs make the same commits.
#[derive(Debug)]
pub(super) struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Duration {
        Duration::from_secs(1_700_000_000)
    }
}
