//! What conversions drop at the paths that they declare as losses is counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, JobOptions, JobReport, NoProgress, StopFlag, VersionedModel,
};
use versioned_store::{ColumnValue, MemoryStore, Row, StorageModel};

use super::{
    backend::{Backend, SqliteFile},
    block_on,
    with_a_ledger::ledgered,
};

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "memo")]
struct Memo {
    id: String,
    #[versioned(
        version_field = "pages_version",
        min = 1,
        max = 2,
        loss(step = 1, path = "/*/draft")
    )]
    pages: BTreeMap<String, Value>,
    pages_version: SchemaVersion,
}

impl Memo {
    fn _convert_pages_v1_to_v2(mut pages: Value) -> Value {
        for page in pages.as_object_mut().into_iter().flat_map(|pages| pages.values_mut()) {
            page.as_object_mut().map(|page| page.remove("draft"));
        }
        pages
    }
}

struct Memos;

impl VersionedModel for Memos {
    type DomainObject = Memo;

    fn storage_model() -> StorageModel {
        StorageModel::document("memos", "body").id("id")
    }
}

struct MigrateMemoJob;

impl BaseMigrateVersionedModelJob for MigrateMemoJob {
    type Model = Memos;
}

fn losses(report: &JobReport) -> Vec<(u32, &'static str, u64, u64)> {
    let losses = report.losses();
    losses.map(|loss| (loss.step.get(), loss.path, loss.nodes, loss.untold_entities)).collect()
}

fn check<B: Backend>() {
    let backend = block_on(B::open());
    let table = Memos::table().unwrap();
    block_on(backend.create_table(&table));
    let pages = [
        r#"{"p":{"draft":1,"text":"t"},"q":{"draft":[2,3]}}"#,
        r#"{"p":{"text":"t"}}"#,
        r#"{"p":{"draft":null}}"#,
    ];
    for (id, pages) in ["a", "b", "c"].into_iter().zip(pages) {
        let body = format!(r#"{{"id":"{id}","pages":{pages},"pages_version":1}}"#);
        let values = vec![Some(ColumnValue::Text(body))];
        let row = Row { key: id.into(), model_version: None, deleted: false, values, stamp: None };
        block_on(backend.put(&table, row));
    }
    let store = backend.store();
    let options = JobOptions::default();
    let audit = block_on(MigrateMemoJob::audit(store, &options, &NoProgress)).unwrap();
    assert_eq!(losses(&audit), [(1, "/*/draft", 3, 0)]);
    let uncounted = options.with_counted_losses(false);
    let uncounted = block_on(MigrateMemoJob::audit(store, &uncounted, &NoProgress)).unwrap();
    assert_eq!(losses(&uncounted), []);

    // A run that was stopped counts what it had dropped before.
    let stop = StopFlag::default();
    struct StopAtOnce<'s>(&'s StopFlag);
    impl versioned_jobs::Progress for StopAtOnce<'_> {
        fn advanced(&self, _: &versioned_jobs::Counts) {
            self.0.set();
        }
    }
    let options = ledgered(1).with_stop(stop.clone());
    let stopped = block_on(MigrateMemoJob::migrate(store, &options, &StopAtOnce(&stop)));
    assert_eq!(losses(stopped.unwrap_err().report().unwrap()), [(1, "/*/draft", 2, 0)]);
    let report = block_on(MigrateMemoJob::migrate(store, &ledgered(1), &NoProgress)).unwrap();
    assert_eq!((report.resumed_after(), losses(&report)), (Some(1), vec![(1, "/*/draft", 3, 0)]));
    let expect = "  lost in  step    path      count\n  pages    1 to 2  /*/draft      3\n";
    assert!(report.to_string().ends_with(expect), "{report}");
}

#[test]
fn what_a_run_drops_is_counted_by_path() {
    check::<MemoryStore>();
    check::<SqliteFile>();
}
