//! A page is converted while the batch before it is written, unless something is fetched from what was written.

use std::{
    sync::{Condvar, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, Fetched, HookError, NoProgress, Stale, VersionedModel,
};
use versioned_store::{
    ColumnValue, EntityTable, IdColumn, MemoryStore, ModelStore, Row, StorageModel,
};

use super::{
    backend::{Backend, SqliteFile},
    block_on,
    probe::Probe,
    with_a_ledger::ledgered,
};

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "reel")]
struct Reel {
    id: i64,
    #[versioned(version_field = "frames_version", min = 1, max = 2)]
    frames: u32,
    frames_version: SchemaVersion,
}

/// How many conversions have begun.
static BEGUN: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

impl Reel {
    fn _convert_frames_v1_to_v2(frames: u32) -> u32 {
        *BEGUN.0.lock().unwrap() += 1;
        BEGUN.1.notify_all();
        frames
    }
}

struct Reels;

impl VersionedModel for Reels {
    type DomainObject = Reel;

    fn storage_model() -> StorageModel {
        StorageModel::columns("reels").id(IdColumn::integer("id"))
    }
}

struct MigrateReelJob;

impl BaseMigrateVersionedModelJob for MigrateReelJob {
    type Model = Reels;
}

/// Rows with the numbers from 1, at version 1.
async fn fill<B: Backend>(backend: &B, table: &EntityTable, rows: i64) {
    backend.create_table(table).await;
    for number in 1..=rows {
        let values = table.columns().iter().map(|column| match column.key {
            "id" => ColumnValue::Integer(number),
            "frames" => ColumnValue::Text("24".to_owned()),
            _ => ColumnValue::Integer(1),
        });
        let values = values.map(Some).collect();
        let row =
            Row { key: number.into(), model_version: None, deleted: false, values, stamp: None };
        backend.put(table, row).await;
    }
}

fn check_overlap<B: Backend>() {
    *BEGUN.0.lock().unwrap() = 0;
    let (backend, table) = (block_on(B::open()), Reels::table().unwrap());
    block_on(fill(&backend, &table, 4));
    let store = Probe::of(backend);
    let mut written = 0;
    store.before_write(move || {
        written += 1;
        let expect = (written + 1).min(4);
        let begun = BEGUN.0.lock().unwrap();
        let wait = Duration::from_secs(60);
        let (_begun, waited) =
            BEGUN.1.wait_timeout_while(begun, wait, |begun| *begun < expect).unwrap();
        assert!(!waited.timed_out(), "batch {written} is written before the next one is converted");
        Vec::new()
    });
    let report = block_on(MigrateReelJob::migrate(&store, &ledgered(1), &NoProgress)).unwrap();
    assert_eq!((report.counts().migrated, store.writes()), (4, 4));
}

/// A run would take as long as its conversions and its writes together.
#[test]
fn a_page_is_converted_while_the_batch_before_it_is_written() {
    check_overlap::<MemoryStore>();
    check_overlap::<SqliteFile>();
}

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "film")]
struct Film {
    id: i64,
    #[versioned(
        version_field = "frames_version",
        min = 1,
        max = 2,
        context(fetched(migrated: u64))
    )]
    frames: u64,
    frames_version: SchemaVersion,
}

impl Film {
    fn _convert_frames_v1_to_v2(_: u32, context: &FilmFramesContext<'_>) -> u64 {
        *context.migrated
    }
}

struct Films;

impl VersionedModel for Films {
    type DomainObject = Film;

    fn storage_model() -> StorageModel {
        StorageModel::columns("films").id(IdColumn::integer("id"))
    }

    /// How many rows are at the latest version.
    async fn prefetch<S: ModelStore>(
        store: &S,
        stale: &[Stale<'_>],
    ) -> Result<Vec<Fetched>, HookError> {
        let counts = store.version_counts(&Self::table()?).await?;
        let migrated = counts.iter().filter(|count| count.version == ColumnValue::Integer(2));
        let migrated: u64 = migrated.map(|count| count.rows).sum();
        stale.iter().map(|_| Ok(Fetched::default().with("migrated", &migrated)?)).collect()
    }
}

struct MigrateFilmJob;

impl BaseMigrateVersionedModelJob for MigrateFilmJob {
    type Model = Films;
}

fn check_fetched<B: Backend>() {
    let (backend, table) = (block_on(B::open()), Films::table().unwrap());
    block_on(fill(&backend, &table, 4));
    let store = backend.store();
    let report = block_on(MigrateFilmJob::migrate(store, &ledgered(1), &NoProgress)).unwrap();
    assert_eq!(report.counts().migrated, 4);
    let seen = (1..=4).map(|number| block_on(Films::get(store, &number.into())).unwrap().frames);
    assert_eq!(seen.collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn what_is_fetched_for_a_page_is_what_the_batch_before_has_left() {
    check_fetched::<MemoryStore>();
    check_fetched::<SqliteFile>();
}
