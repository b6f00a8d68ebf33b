//! The harness finds what is wrong: jobs that are careless in one way each.

use versioned_store::{
    BatchLimits, Bodies, ColumnValue, EntityTable, MemoryStore, ModelStore, Row, RowWrite,
    ScanRequest, StoreError,
};
use versioned_testkit::{
    faults::{FaultHarness, FaultKind, FaultReport, HarnessError, JobEnd, MemorySetting, Moment},
    sample::{SAMPLE, Sample, SampleColumn, sample_model},
};

use crate::jobs::block_on;

const INDEX: usize = SampleColumn::NextIndex as usize;

fn table() -> EntityTable {
    EntityTable::new(&SAMPLE, sample_model()).unwrap()
}

fn setting() -> MemorySetting<impl Fn() -> MemoryStore> {
    MemorySetting::new([table()], || {
        let (store, table) = (MemoryStore::new(), table());
        store.create_table(&table);
        for key in ["a", "b"] {
            let sample = Sample::stale(key).with(SampleColumn::NextIndex, ColumnValue::Integer(0));
            store.insert(&table, sample.row).unwrap();
        }
        store
    })
}

async fn rows<S: ModelStore>(store: &S) -> Result<Vec<Row>, StoreError> {
    let limits = BatchLimits::default();
    let request = ScanRequest { after: None, until: None, limits, bodies: Bodies::All };
    Ok(store.scan(&table(), &request).await?.rows)
}

/// Sets the number of a row.
async fn set<S: ModelStore>(store: &S, expected: Row, number: i64) -> Result<(), StoreError> {
    let set = vec![(INDEX, ColumnValue::Integer(number))];
    store.write_batch(&table(), &[RowWrite { expected, set }]).await.map(|_outcomes| ())
}

fn number(row: &Row) -> i64 {
    match row.values[INDEX] {
        Some(ColumnValue::Integer(number)) => number,
        ref other => panic!("{other:?}"),
    }
}

fn end(ended: Result<(), StoreError>) -> JobEnd {
    match ended {
        Ok(()) => JobEnd::Done(String::new()),
        Err(error) => JobEnd::early(&error),
    }
}

fn faults_with_a_difference(report: &FaultReport) -> Vec<(u64, Moment)> {
    let mut faults: Vec<_> = report
        .differences()
        .iter()
        .map(|difference| (difference.fault.call, difference.fault.moment))
        .collect();
    faults.dedup();
    faults
}

#[test]
fn a_job_that_counts_on_from_what_is_stored_differs_after_a_lost_answer() {
    // The first row says whether the work is done; the second one is raised by what it holds.
    let job = async |store: &_| {
        let ended = async {
            let mut rows = rows(store).await?;
            let (second, first) = (rows.remove(1), rows.remove(0));
            if number(&first) == 0 {
                let next = number(&second) + 1;
                set(store, second, next).await?;
                set(store, first, 1).await?;
            }
            Ok(())
        };
        end(ended.await)
    };
    let report = block_on(FaultHarness::default().run(&setting(), job)).unwrap();
    assert_eq!(report.operations(), ["scan", "write_batch", "write_batch"]);
    let found = faults_with_a_difference(&report);
    assert_eq!(found, [(2, Moment::After), (3, Moment::Before)], "{report}");
    let text = report.to_string();
    assert!(text.contains("kill after call 2 (`write_batch`): stored is"), "{text}");
}

#[test]
fn a_job_that_takes_every_error_for_done_differs() {
    let job = async |store: &_| {
        if let Ok(rows) = rows(store).await {
            for row in rows.into_iter().filter(|row| number(row) == 0) {
                assert!(set(store, row, 1).await.is_ok(), "writing is easy");
            }
        }
        JobEnd::Done(String::new())
    };
    let report = block_on(FaultHarness::default().run(&setting(), job)).unwrap();
    let panics = report.differences().iter();
    let panics = panics.filter(|difference| difference.what.contains("writing is easy"));
    // Two writes, two moments, and every kind that makes an error.
    assert_eq!((report.differences().len(), panics.count()), (24, 24), "{report}");
}

#[test]
fn a_job_that_never_ends_is_given_up() {
    let job = async |store: &_| match rows(store).await {
        Ok(rows) if rows.iter().all(|row| number(row) == 7) => JobEnd::Early("stuck".to_owned()),
        Ok(_) => JobEnd::Done(String::new()),
        Err(error) => JobEnd::early(&error),
    };
    let report = block_on(FaultHarness::default().with_resumes_max(2).run(&setting(), job));
    assert!(report.unwrap().differences().is_empty());

    let stuck_after_a_fault = async |store: &versioned_testkit::faults::FaultStore<MemoryStore>| {
        let rows = match rows(store).await {
            Ok(rows) => rows,
            Err(error) => {
                // A mark that nothing ever removes.
                let table = table();
                let mark = Sample::stale("mark").row;
                store.inner().replace(&table, mark).unwrap();
                return JobEnd::early(&error);
            }
        };
        match rows.len() {
            2 => JobEnd::Done(String::new()),
            _ => JobEnd::Early("there is a mark".to_owned()),
        }
    };
    let harness = FaultHarness::default().with_kinds([FaultKind::Kill]).with_resumes_max(2);
    let report = block_on(harness.run(&setting(), stuck_after_a_fault)).unwrap();
    let whats: Vec<_> = report.differences().iter().map(|found| found.what.as_str()).collect();
    let expect = r#"not done after 2 resumed runs: Early("there is a mark")"#;
    assert_eq!(whats, [expect, expect]);
    assert_eq!(report.runs(), 2 + 2 * 3);
}

#[test]
fn a_job_that_does_not_go_through_or_is_not_stable_is_refused() {
    let broken = async |_: &_| JobEnd::Broken("counts".to_owned());
    let error = block_on(FaultHarness::default().run(&setting(), broken)).unwrap_err();
    assert!(matches!(error, HarnessError::NotDone { run: 1, .. }), "{error}");

    let raises = async |store: &_| {
        let ended = async {
            for row in rows(store).await? {
                let next = number(&row) + 1;
                set(store, row, next).await?;
            }
            Ok(())
        };
        end(ended.await)
    };
    let error = block_on(FaultHarness::default().run(&setting(), raises)).unwrap_err();
    assert!(matches!(error, HarnessError::NotStable { .. }), "{error}");
}

#[test]
fn faults_strike_at_the_moments_that_are_asked_for() {
    let job = async |store: &_| end(rows(store).await.map(drop));
    let harness = FaultHarness::default().with_moments([Moment::After]);
    let report = block_on(harness.with_kinds([FaultKind::Kill]).run(&setting(), job)).unwrap();
    assert_eq!((report.operations(), report.points()), (&["scan"][..], 1));
}
