//! The store in memory.

use versioned_store::{
    ColumnValue, EntityTable, MemoryStore, ModelStore, RowWrite, StoreErrorKind,
};
use versioned_testkit::sample::{SAMPLE, Sample, SampleColumn, sample_model};

use super::sqlite::fixture::block_on;

fn run(rule: impl AsyncFnOnce(&MemoryStore)) {
    block_on(rule(&MemoryStore::new()));
}

versioned_testkit::store_conformance!(run);

#[test]
fn a_row_is_inserted_once() {
    let store = MemoryStore::new();
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    store.create_table(&table);
    store.insert(&table, Sample::stale("a").row).unwrap();
    let refused = store.insert(&table, Sample::current("a").row).unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Conflict);
    assert_eq!(block_on(store.get(&table, &"a".into())).unwrap(), Some(Sample::stale("a").row));
    store.create_table(&table);
    assert_eq!(block_on(store.count(&table)).unwrap(), 1, "an existing table is kept");
}

#[test]
fn of_two_threads_that_write_a_row_one_wins() {
    let store = MemoryStore::new();
    let table = EntityTable::new(&SAMPLE, sample_model()).unwrap();
    store.create_table(&table);
    let rows: Vec<_> = (0..50).map(|id| Sample::stale(&*format!("{id:02}")).row).collect();
    for row in &rows {
        store.insert(&table, row.clone()).unwrap();
    }
    let set = vec![(SampleColumn::StatesVersion as usize, ColumnValue::Integer(3))];
    let writes = rows.into_iter().map(|expected| RowWrite { expected, set: set.clone() });
    let writes: Vec<_> = writes.collect();
    let written: usize = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| {
            scope.spawn(|| {
                let write =
                    |write| block_on(store.write_batch(&table, std::slice::from_ref(write)));
                let outcomes = writes.iter().map(|one| write(one).unwrap()[0]);
                outcomes.filter(|one| *one == versioned_store::WriteOutcome::Written).count()
            })
        });
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(written, 50);
}
