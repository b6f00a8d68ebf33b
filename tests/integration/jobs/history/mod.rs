//! Lessons with a history: saves, migrations that are commits, and their old snapshots, in both layouts over every store.

mod law;
mod migrating;
mod saving;
mod snapshots;
mod writing_back;

use std::marker::PhantomData;

use versioned_core::{Declaration, OtherAttribute, OtherKind};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Hooks, VersionedModel,
};
use versioned_store::{
    BatchLimits, Bodies, ColumnValue, CommitEntry, DeletedModels, DependentRow, EntityKey,
    EntityTable, History, IdColumn, JobLedger, KeyPart, MemoryStore, ModelStore, ModelVersion,
    OutboxMessage, QuarantineRequest, Row, ScanRequest, StorageModel,
};
use versioned_testkit::conformance::{StoreFixture, history::HistoryFixture};

use super::{
    backend::{Backend, MariaDbFixture, PostgresFixture, SqliteFile},
    block_on,
    lesson::{Layout, Lesson, LessonColumns, LessonDocuments, StoredLesson},
};

/// Lessons that keep their history.
pub(crate) trait Kept: VersionedModel<DomainObject = Lesson> {
    const LAYOUT: Layout;
}

/// Snapshots of deleted lessons count as deleted.
pub(crate) struct KeptColumns;

impl VersionedModel for KeptColumns {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        LessonColumns::storage_model().history(tables().snapshots_of_deleted(DeletedModels::Skip))
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

impl Kept for KeptColumns {
    const LAYOUT: Layout = Layout::Columns;
}

/// Snapshots of deleted lessons are migrated.
pub(crate) struct KeptDocuments;

impl VersionedModel for KeptDocuments {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        let history = tables().snapshots_of_deleted(DeletedModels::Migrate);
        LessonDocuments::storage_model().history(history)
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

impl Kept for KeptDocuments {
    const LAYOUT: Layout = Layout::Document;
}

fn tables() -> History {
    History::tables("lesson_snapshots", "lesson_commits")
}

/// A public lesson has one scene; every version has its statistics.
fn hooks() -> Hooks<Lesson> {
    Hooks::<Lesson>::default()
        .strict_if(|lesson| lesson.title == "Public")
        .validate(|lesson, strict| match strict && lesson.scenes.len() > 1 {
            true => Err("a public lesson has one scene".into()),
            false => Ok(()),
        })
        .dependents(|saved| {
            let id = ColumnValue::Text(saved.object.id.clone());
            let version = ColumnValue::Integer(saved.model_version.unwrap().number());
            let scenes = i64::try_from(saved.object.scenes.len()).unwrap();
            vec![DependentRow {
                table: "lesson_stats".to_owned(),
                key: vec![("id".to_owned(), id), ("version".to_owned(), version)],
                set: vec![("scenes".to_owned(), ColumnValue::Integer(scenes))],
            }]
        })
        .outbox(|saved| {
            let version = saved.model_version.unwrap();
            let payload = format!("{} {version} {:?}", saved.object.id, saved.reason);
            vec![OutboxMessage { topic: "cache".to_owned(), payload }]
        })
        .committer("migrator")
}

static OTHERS: &[OtherAttribute] =
    &[OtherAttribute { field: "scenes", key: "scenes", kind: OtherKind::Plain }];
static STATS: Declaration =
    Declaration { entity: "stats", type_name: "Stats", versioned: &[], others: OTHERS };

pub(crate) fn stats() -> EntityTable {
    let model = StorageModel::columns("lesson_stats").id("id").id(IdColumn::integer("version"));
    EntityTable::new(&STATS, model).unwrap()
}

/// The job over a kind.
pub(crate) struct Migrate<M>(PhantomData<fn() -> M>);

impl<M: Kept> BaseMigrateVersionedModelJob for Migrate<M> {
    type Model = M;
}

/// The job over its snapshots.
pub(crate) struct MigrateSnapshots<M>(PhantomData<fn() -> M>);

impl<M: Kept> BaseMigrateVersionedModelSnapshotsJob for MigrateSnapshots<M> {
    type Model = M;
}

/// A kind of store with a history.
pub(crate) trait Keeper: Backend + HistoryFixture {}

impl<B: Backend + HistoryFixture> Keeper for B {}

impl HistoryFixture for SqliteFile {
    async fn create_history_tables(&self, table: &EntityTable) {
        self.store().create_history_tables(table).await.unwrap();
    }
}

/// A store with these lessons at model version 1, of which no history is kept yet.
pub(crate) fn school<M: Kept, B: Keeper>(lessons: &[StoredLesson]) -> B {
    block_on(async {
        let backend = B::open().await;
        let table = M::table().unwrap();
        backend.create_table(&table).await;
        backend.create_history_tables(&table).await;
        backend.create_table(&stats()).await;
        for lesson in lessons {
            backend.put(&table, lesson.row(M::LAYOUT)).await;
        }
        backend
    })
}

/// Every row of a table with all columns.
pub(crate) fn rows<B: Keeper>(backend: &B, table: &EntityTable) -> Vec<Row> {
    let limits = BatchLimits { rows_max: 10_000, bytes_max: usize::MAX };
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
    block_on(backend.store().scan(table, &request)).unwrap().rows
}

/// The snapshots: the key and the document of each.
fn snapshots<M: Kept, B: Keeper>(backend: &B) -> Vec<(String, String)> {
    let rows = rows(backend, &M::table().unwrap().snapshots().unwrap()).into_iter();
    let shown = |row: Row| match &row.values[0] {
        Some(ColumnValue::Text(text)) => (row.key.to_string(), text.clone()),
        other => panic!("{other:?}"),
    };
    rows.map(shown).collect()
}

pub(crate) fn put_snapshot<M: Kept, B: Keeper>(backend: &B, id: &str, version: i64, content: &str) {
    let key = EntityKey::from(id).at(ModelVersion::new(version));
    let values = vec![Some(ColumnValue::Text(content.to_owned()))];
    let row = Row { key, model_version: None, deleted: false, values, stamp: None };
    block_on(backend.put(&M::table().unwrap().snapshots().unwrap(), row));
}

fn commits<M: Kept, B: Keeper>(backend: &B, id: &str) -> Vec<CommitEntry> {
    block_on(M::history(backend.store(), &id.into(), None)).unwrap()
}

fn messages<B: Keeper>(backend: &B) -> Vec<String> {
    let waiting = block_on(backend.store().undelivered(100)).unwrap();
    waiting.into_iter().map(|entry| entry.message.payload).collect()
}

/// How many scenes the statistics of a version count.
fn scenes_counted<B: Keeper>(backend: &B, id: &str, version: i64) -> Option<ColumnValue> {
    let parts = vec![KeyPart::Text(id.to_owned()), KeyPart::Integer(version)];
    let row = block_on(backend.store().get(&stats(), &EntityKey::new(parts))).unwrap();
    row.and_then(|row| row.values[0].clone())
}

/// The entities in quarantine, as (entity, key).
fn quarantined<B: Keeper>(backend: &B) -> Vec<(String, String)> {
    let request = QuarantineRequest { entity: None, after: None, limit: 100 };
    let entries = block_on(backend.store().quarantined(&request)).unwrap();
    entries.into_iter().map(|entry| (entry.entity, entry.key.to_string())).collect()
}

/// Tests of stories over histories: each runs over every store, in every layout.
///
/// A story is a function `fn story<M: Kept, B: Keeper>()`.
macro_rules! history_stories {
    ($($story:ident)*) => {
        history_stories! { @over memory_columns, KeptColumns, MemoryStore: $($story)* }
        history_stories! { @over memory_documents, KeptDocuments, MemoryStore: $($story)* }
        history_stories! { @over sqlite_columns, KeptColumns, SqliteFile: $($story)* }
        history_stories! { @over sqlite_documents, KeptDocuments, SqliteFile: $($story)* }
        history_stories! { @over postgres_columns, KeptColumns, PostgresFixture: $($story)* }
        history_stories! { @over postgres_documents, KeptDocuments, PostgresFixture: $($story)* }
        history_stories! { @over mariadb_columns, KeptColumns, MariaDbFixture: $($story)* }
        history_stories! { @over mariadb_documents, KeptDocuments, MariaDbFixture: $($story)* }
    };
    (@over $module:ident, $model:ident, $backend:ident: $($story:ident)*) => {
        mod $module {
            use $crate::jobs::history::{$backend, $model};
            $(
                #[test]
                fn $story() {
                    super::$story::<$model, $backend>();
                }
            )*
        }
    };
}
use history_stories;
