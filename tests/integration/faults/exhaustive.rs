//! Every call, before and after its effect, with every kind of fault.

use serde_json::json;
use versioned_jobs::{BaseMigrateVersionedModelJob as _, Clock as _, JobOptions, SystemClock};
use versioned_store::{ModelStore, StoreErrorKind};
use versioned_testkit::faults::{FaultHarness, FaultKind, FaultStore, JobEnd};

use super::setting::{Kind, Memory, Sqlite};
use crate::jobs::{
    block_on,
    lesson::{
        Layout, MISFIT, MigrateLessonColumnsJob, MigrateLessonDocumentsJob, REFUSED, StoredLesson,
        ids,
    },
    probe::{Watcher, batches_of},
};

/// What is done to the lessons.
#[derive(Debug, Clone, Copy)]
enum Work {
    Migrate,
    Audit,
    /// With a list of lessons to leave alone.
    MigrateWithSkips,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::Audit => "audit",
            Self::MigrateWithSkips => "migrate with a skip list",
        }
    }

    fn options(self) -> JobOptions {
        match self {
            Self::Migrate | Self::Audit => batches_of(2),
            Self::MigrateWithSkips => batches_of(2).with_skipped(ids(&["a", "i"])),
        }
    }

    /// A run, which counts the rows first.
    async fn run<S: ModelStore>(self, layout: Layout, store: &FaultStore<S>) -> JobEnd {
        use MigrateLessonColumnsJob as Columns;
        use MigrateLessonDocumentsJob as Documents;
        let (options, progress) = (&self.options(), &Watcher::default());
        let ended = match (layout, self) {
            (Layout::Columns, Self::Audit) => Columns::audit(store, options, progress).await,
            (Layout::Columns, _) => Columns::migrate(store, options, progress).await,
            (Layout::Document, Self::Audit) => Documents::audit(store, options, progress).await,
            (Layout::Document, _) => Documents::migrate(store, options, progress).await,
        };
        ended.into()
    }
}

/// Side outputs, entities that fail, deleted rows and current ones.
fn lessons() -> Vec<StoredLesson> {
    vec![
        StoredLesson::old("a"),
        StoredLesson::old("b"),
        StoredLesson::with_text("c", REFUSED),
        StoredLesson::with_text("d", "fine"),
        StoredLesson::old("e").deleted(),
        StoredLesson::current("f"),
        StoredLesson::with_text("g", MISFIT),
        StoredLesson::old("h"),
        StoredLesson::old("i"),
    ]
}

/// Asks for every kind of fault; without it one kind of each effect is tried. Calls and moments are complete in any case.
const ALL_KINDS: &str = "VERSIONED_FAULTS_ALL_KINDS";

fn harness() -> FaultHarness {
    let harness = FaultHarness::default();
    match std::env::var_os(ALL_KINDS) {
        Some(_) => harness,
        None => harness.with_kinds([
            FaultKind::Fail(StoreErrorKind::Transient),
            FaultKind::Fail(StoreErrorKind::Rejected),
            FaultKind::Duplicate,
            FaultKind::Kill,
        ]),
    }
}

fn check<K: Kind>(layout: Layout, work: Work) {
    let clock = SystemClock::new();
    let report = block_on(async {
        let lessons = lessons();
        let setting = K::setting(layout, &lessons).await;
        let job = async |store: &FaultStore<K::Store>| work.run(layout, store).await;
        harness().run(&setting, job).await.unwrap()
    });
    let line = json!({
        "job": work.name(),
        "layout": match layout { Layout::Columns => "columns", Layout::Document => "document" },
        "store": K::NAME,
        "call_points": report.operations().len() * 2,
        "faults": report.points(),
        "runs": report.runs(),
        "differing": report.differences().len(),
        "seconds": clock.now().as_secs_f64(),
    });
    // The line before may be one that the test runner has not ended.
    println!("\n{line}");
    assert!(report.differences().is_empty(), "{report}");
    assert!(report.operations().len() >= 6, "{report}");
}

macro_rules! works {
    ($($test:ident: $work:ident)*) => {
        works! { @over memory_columns, Memory, Columns: $($test: $work)* }
        works! { @over memory_documents, Memory, Document: $($test: $work)* }
        works! { @over sqlite_columns, Sqlite, Columns: $($test: $work)* }
        works! { @over sqlite_documents, Sqlite, Document: $($test: $work)* }
    };
    (@over $module:ident, $kind:ident, $layout:ident: $($test:ident: $work:ident)*) => {
        mod $module {
            use super::{Layout, Work, check};

            $(
                #[test]
                fn $test() {
                    check::<super::$kind>(Layout::$layout, Work::$work);
                }
            )*
        }
    };
}

works! {
    a_migration_ends_in_the_same_bytes_after_any_fault: Migrate
    an_audit_says_and_leaves_the_same_after_any_fault: Audit
    a_skip_list_holds_after_any_fault: MigrateWithSkips
}
