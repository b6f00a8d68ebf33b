//! Rows with nothing to convert come in long pages; what is written stays within the bounds of a batch.

use versioned_jobs::Mode;
use versioned_store::MemoryStore;

use super::{
    lesson::{Layout, StoredLesson},
    probe::{Probe, Watcher, batches_of},
};

/// Without it, a run over a large table that is current would cost as many transactions as one that writes all of it.
#[test]
fn pages_grow_where_nothing_is_to_be_done_and_batches_do_not() {
    let old = 300..320;
    let lessons: Vec<StoredLesson> = (0..400)
        .map(|number| match old.contains(&number) {
            true => StoredLesson::old(&format!("{number:03}")),
            false => StoredLesson::current(&format!("{number:03}")),
        })
        .collect();
    let store = Probe::<MemoryStore>::with(Layout::Columns, &lessons);
    let watcher = Watcher::default();
    let report = Layout::Columns.run(Mode::Migrate, &store, &batches_of(5), &watcher).unwrap();
    let counts = report.counts();
    assert_eq!((counts.scanned, counts.migrated, counts.current), (400, 20, 380));

    let scanned = watcher.scanned.lock().unwrap();
    // The last of the long pages would go on to 330.
    let of_old = old.clone().skip(4).step_by(5).map(|last| last + 1);
    let expect: Vec<u64> =
        [5, 10, 15, 20, 30, 50, 90, 170, 300].into_iter().chain(of_old).collect();
    assert_eq!(scanned[..expect.len()], expect);
    assert_eq!(scanned.last(), Some(&400));
}
