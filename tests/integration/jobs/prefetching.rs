//! Values that conversions need from elsewhere are fetched before they run, on every way.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Commit, FetchError,
    Fetched, HookError, JobError, NoProgress, Stale, VersionedModel,
};
use versioned_store::{
    ColumnValue, EntityKey, History, MemoryStore, ModelStore, ModelVersion, Row, StorageModel,
};
use versioned_testkit::conformance::history::HistoryFixture;

use super::{
    backend::{Backend, SqliteFile},
    block_on,
    with_a_ledger::ledgered,
};

#[derive(Debug, PartialEq, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "album")]
struct Album {
    id: String,
    #[versioned(
        version_field = "pictures_version",
        min = 1,
        max = 2,
        context(fetched(sizes: BTreeMap<String, u32>))
    )]
    pictures: BTreeMap<String, u32>,
    pictures_version: SchemaVersion,
}

impl Album {
    fn _convert_pictures_v1_to_v2(
        names: Vec<String>,
        context: &AlbumPicturesContext<'_>,
    ) -> BTreeMap<String, u32> {
        let size = |name: &String| context.sizes.get(name).copied().unwrap_or(0);
        names.into_iter().map(|name| (name.clone(), size(&name))).collect()
    }
}

/// The names of the pictures of each call, and whether the next one fails.
static CALLS: Mutex<Vec<Vec<String>>> = Mutex::new(Vec::new());
static FAILS: AtomicBool = AtomicBool::new(false);

struct Albums;

impl VersionedModel for Albums {
    type DomainObject = Album;

    fn storage_model() -> StorageModel {
        let history = History::tables("album_snapshots", "album_commits");
        StorageModel::columns("albums").id("id").model_version("version").history(history)
    }

    async fn prefetch<S: ModelStore>(
        _: &S,
        stale: &[Stale<'_>],
    ) -> Result<Vec<Fetched>, HookError> {
        if FAILS.load(Ordering::SeqCst) {
            return Err("the pictures are not to be had".into());
        }
        CALLS.lock().unwrap().push(stale.iter().map(|one| one.key().to_string()).collect());
        let sizes = |one: &Stale<'_>| {
            assert_eq!(one.needs(), ["sizes"]);
            let album: Value = serde_json::from_str(&one.document().unwrap())?;
            let names = album["pictures"].as_array().into_iter().flatten();
            let names = names.filter_map(Value::as_str);
            let sizes: BTreeMap<_, _> = names.map(|name| (name, name.len())).collect();
            Ok(Fetched::default().with("sizes", &sizes)?)
        };
        stale.iter().map(sizes).collect()
    }
}

struct MigrateAlbumJob;

impl BaseMigrateVersionedModelJob for MigrateAlbumJob {
    type Model = Albums;
}

struct MigrateAlbumSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateAlbumSnapshotsJob {
    type Model = Albums;
}

fn row(id: &str, pictures: &str, version: i64) -> Row {
    let table = Albums::table().unwrap();
    let values = table.columns().iter().map(|column| match column.key {
        "id" => ColumnValue::Text(id.to_owned()),
        "pictures" => ColumnValue::Text(pictures.to_owned()),
        _ => ColumnValue::Integer(version),
    });
    let values = values.map(Some).collect();
    Row { key: id.into(), model_version: Some(1), deleted: false, values, stamp: None }
}

fn calls() -> Vec<Vec<String>> {
    std::mem::take(&mut CALLS.lock().unwrap())
}

fn check<B: Backend + HistoryFixture>() {
    let backend = block_on(B::open());
    let table = Albums::table().unwrap();
    let snapshots = table.snapshots().unwrap();
    block_on(async {
        backend.create_table(&table).await;
        backend.create_history_tables(&table).await;
        backend.put(&table, row("a", r#"["sea", "hill"]"#, 1)).await;
        backend.put(&table, row("b", r#"{"x": 1}"#, 2)).await;
        backend.put(&table, row("c", "[]", 1)).await;
        let old = r#"{"id":"a","pictures":["moon"],"pictures_version":1}"#;
        let values = vec![Some(ColumnValue::Text(old.to_owned()))];
        let key = EntityKey::from("a").at(ModelVersion::new(1));
        let row = Row { key, model_version: None, deleted: false, values, stamp: None };
        backend.put(&snapshots, row).await;
    });
    let (store, a) = (backend.store(), EntityKey::from("a"));
    let expect = BTreeMap::from([("sea".to_owned(), 3), ("hill".to_owned(), 4)]);
    assert_eq!(block_on(Albums::get(store, &a)).unwrap().pictures, expect);
    assert_eq!(block_on(Albums::open(store, &a)).unwrap().pictures, expect);
    let keys = ["a", "b", "c"].map(EntityKey::from);
    let many = block_on(Albums::get_many(store, &keys)).unwrap();
    assert_eq!((many.len(), &many[0].pictures), (3, &expect));
    let first = block_on(Albums::get_version(store, &a, ModelVersion::new(1))).unwrap();
    assert_eq!(first.pictures, BTreeMap::from([("moon".to_owned(), 4)]));
    let lazily = block_on(Albums::find_document(store, &a)).unwrap();
    let expect_calls: [&[&str]; 5] = [&["a"], &["a"], &["a", "c"], &["a/1"], &["a"]];
    assert_eq!(calls(), expect_calls, "only what is stale, and once for many");

    // What cannot be fetched ends the run, which goes on later.
    FAILS.store(true, Ordering::SeqCst);
    let error = block_on(Albums::get(store, &a)).unwrap_err();
    assert!(matches!(error, FetchError::Prefetch { .. }) && error.is_retryable(), "{error:?}");
    let ended = block_on(MigrateAlbumJob::migrate(store, &ledgered(2), &NoProgress));
    let error = ended.unwrap_err();
    assert!(matches!(error, JobError::Prefetch { .. }) && error.is_retryable(), "{error:?}");
    FAILS.store(false, Ordering::SeqCst);
    let audit = block_on(MigrateAlbumJob::audit(store, &ledgered(9), &NoProgress)).unwrap();
    assert_eq!((audit.counts().migrated, audit.counts().failures()), (2, 0));
    let report = block_on(MigrateAlbumJob::migrate(store, &ledgered(2), &NoProgress)).unwrap();
    assert_eq!((report.counts().migrated, report.counts().current), (2, 1));
    assert_eq!(block_on(Albums::find_document(store, &a)).unwrap(), lazily);
    let expect_calls: [&[&str]; 3] = [&["a", "c"], &["a"], &["c"]];
    assert_eq!(calls(), expect_calls);
    let revert = Albums::revert(store, &a, ModelVersion::new(1), Commit::by("ana"));
    assert_eq!(block_on(revert).unwrap(), Some(ModelVersion::new(3)));
    assert_eq!(block_on(Albums::get(store, &a)).unwrap(), first);
    let options = ledgered(2);
    let report = MigrateAlbumSnapshotsJob::migrate(store, &options, &NoProgress);
    assert_eq!(block_on(report).unwrap().counts().migrated, 1);
    assert_eq!(calls(), [["a/1"], ["a/1"]]);
}

#[test]
fn what_conversions_need_is_fetched_for_stale_entities_alone() {
    check::<MemoryStore>();
    check::<SqliteFile>();
}
