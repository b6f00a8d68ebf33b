//! What each kind of fault does to a call.

use std::error::Error as _;

use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, MemoryStore, ModelStore, RowWrite, ScanRequest,
    StoreError, StoreErrorKind, WriteOutcome,
};
use versioned_testkit::{
    faults::{Fault, FaultKind, FaultStore, Moment},
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use crate::jobs::block_on;

fn table() -> EntityTable {
    EntityTable::new(&SAMPLE, sample_model()).unwrap()
}

/// Scans, writes the one row, and counts, with a fault at the write.
struct Struck {
    store: FaultStore<MemoryStore>,
    written: Result<Vec<WriteOutcome>, StoreError>,
    counted: Result<u64, StoreError>,
}

impl Struck {
    fn by(kind: FaultKind, moment: Moment) -> Self {
        let (inner, table) = (MemoryStore::new(), table());
        inner.create_table(&table);
        inner.insert(&table, Sample::stale("a").row).unwrap();
        let store = FaultStore::with_fault(inner, Fault { call: 2, moment, kind });
        let limits = BatchLimits::default();
        let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
        block_on(async {
            let page = store.scan(&table, &request).await.unwrap();
            let set = vec![(SampleColumn::Title as usize, ColumnValue::Text("new".to_owned()))];
            let write = RowWrite { expected: page.rows[0].clone(), set };
            let written = store.write_batch(&table, &[write]).await;
            let counted = store.count(&table).await;
            assert!(store.has_struck());
            assert_eq!(store.operations(), ["scan", "write_batch", "count"]);
            Self { store, written, counted }
        })
    }

    fn model_version(&self) -> Option<i64> {
        let row = block_on(self.store.inner().get(&table(), &"a".into())).unwrap();
        row.unwrap().model_version
    }
}

#[test]
fn a_failure_before_the_effect_leaves_nothing_and_one_after_it_leaves_all() {
    for (moment, version) in [(Moment::Before, 7), (Moment::After, 8)] {
        let struck = Struck::by(FaultKind::Fail(StoreErrorKind::Corrupt), moment);
        let error = struck.written.as_ref().unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Corrupt);
        assert_eq!(error.to_string(), "`write_batch` on `samples` failed");
        assert_eq!(error.source().unwrap().to_string(), "a fault was injected at call 2");
        assert_eq!(struck.model_version(), Some(version), "{moment:?}");
        assert_eq!(struck.counted.unwrap(), 1, "only one call fails");
    }
}

#[test]
fn after_a_kill_nothing_reaches_the_store() {
    for (moment, version) in [(Moment::Before, 7), (Moment::After, 8)] {
        let struck = Struck::by(FaultKind::Kill, moment);
        assert_eq!(struck.model_version(), Some(version), "{moment:?}");
        assert!(struck.written.is_err());
        let error = struck.counted.unwrap_err();
        assert!(!error.is_retryable(), "a dead process does not try again");
        let cause = error.source().unwrap().to_string();
        assert_eq!(cause, "call 3 came after the process was killed at call 2");
    }
}

#[test]
fn a_duplicate_takes_place_twice_and_one_of_its_answers_is_given() {
    let first = Struck::by(FaultKind::Duplicate, Moment::After);
    assert_eq!(first.written.as_ref().unwrap(), &[WriteOutcome::Written]);
    let second = Struck::by(FaultKind::Duplicate, Moment::Before);
    assert_eq!(second.written.as_ref().unwrap(), &[WriteOutcome::Conflict]);
    assert_eq!((first.model_version(), second.model_version()), (Some(8), Some(8)));
}

#[test]
fn a_delay_changes_no_answer() {
    for moment in Moment::BOTH {
        let struck = Struck::by(FaultKind::Delay { polls: 3 }, moment);
        assert_eq!(struck.written.as_ref().unwrap(), &[WriteOutcome::Written]);
        assert_eq!((struck.counted.as_ref().unwrap(), struck.model_version()), (&1, Some(8)));
    }
}
