//! What an application adds to a migration: validation, dependent rows, messages.

use std::sync::Mutex;

use versioned_core::{Declaration, OtherAttribute, OtherKind};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, DeliverError, EntityError, Hooks, JobError, JobOptions,
    JobReport, NoProgress, Policy, VersionedModel, deliver,
};
use versioned_store::{
    ColumnValue, DependentRow, EntityTable, JobLedger, ModelStore, OutboxMessage, Row, RunId,
    StorageModel, StoreErrorKind,
};

use super::{
    backend::{Backend, stories},
    block_on,
    lesson::{Layout, Lesson, LessonColumns, LessonDocuments, StoredLesson},
    probe::{Change, Probe, batches_of},
    with_a_ledger::{ledgered, lessons, quarantined},
};

stories! {
    what_is_not_valid_fails_in_the_audit_too
    dependent_rows_and_messages_are_written_with_their_entity
    a_batch_that_fails_leaves_neither_rows_nor_messages
    a_message_is_delivered_until_its_handler_has_succeeded
    an_undo_puts_back_dependent_rows_and_withdraws_messages
    a_dependent_row_that_changed_since_is_a_conflict_and_stays
    all_or_nothing_puts_back_dependent_rows_and_withdraws_messages
}

fn hooks() -> Hooks<Lesson> {
    Hooks::<Lesson>::default()
        .strict_if(|lesson| lesson.id.starts_with('s'))
        .validate(|lesson, strict| match strict && lesson.scenes.len() > 1 {
            true => Err("a strict lesson has one scene".into()),
            false => Ok(()),
        })
        .dependents(|saved| {
            let lesson = saved.object;
            let scenes = i64::try_from(lesson.scenes.len()).unwrap();
            vec![DependentRow {
                table: "summaries".to_owned(),
                key: vec![("id".to_owned(), ColumnValue::Text(lesson.id.clone()))],
                set: vec![("scenes".to_owned(), ColumnValue::Integer(scenes))],
            }]
        })
        .outbox(|saved| {
            let payload = saved.object.id.clone();
            vec![OutboxMessage { topic: "cache".to_owned(), payload }]
        })
}

struct HookedColumns;

impl BaseMigrateVersionedModelJob for HookedColumns {
    type Model = Self;
}

impl VersionedModel for HookedColumns {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        LessonColumns::storage_model()
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

struct HookedDocuments;

impl BaseMigrateVersionedModelJob for HookedDocuments {
    type Model = Self;
}

impl VersionedModel for HookedDocuments {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        LessonDocuments::storage_model()
    }

    fn hooks() -> Hooks<Lesson> {
        hooks()
    }
}

fn migrate<S: JobLedger>(layout: Layout, store: &S) -> Result<JobReport, JobError> {
    migrate_with(layout, store, &ledgered(2))
}

fn migrate_with<S: JobLedger>(
    layout: Layout,
    store: &S,
    options: &JobOptions,
) -> Result<JobReport, JobError> {
    block_on(async {
        match layout {
            Layout::Columns => HookedColumns::migrate(store, options, &NoProgress).await,
            Layout::Document => HookedDocuments::migrate(store, options, &NoProgress).await,
        }
    })
}

static OTHERS: &[OtherAttribute] =
    &[OtherAttribute { field: "scenes", key: "scenes", kind: OtherKind::Plain }];
static SUMMARY: Declaration =
    Declaration { entity: "summary", type_name: "Summary", versioned: &[], others: OTHERS };

fn summaries() -> EntityTable {
    EntityTable::new(&SUMMARY, StorageModel::columns("summaries").id("id")).unwrap()
}

fn with_summaries<B: Backend>(layout: Layout, lessons: &[StoredLesson]) -> Probe<B> {
    let store = Probe::<B>::with(layout, lessons);
    block_on(store.backend().create_table(&summaries()));
    store
}

fn summary<B: Backend>(store: &Probe<B>, id: &str) -> Option<ColumnValue> {
    let row = block_on(store.backend().store().get(&summaries(), &id.into())).unwrap();
    row.and_then(|row| row.values[0].clone())
}

fn messages<B: Backend>(store: &Probe<B>) -> Vec<String> {
    let waiting = block_on(store.backend().store().undelivered(100)).unwrap();
    waiting.into_iter().map(|entry| entry.message.payload).collect()
}

fn what_is_not_valid_fails_in_the_audit_too<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &["a", "strict"].map(StoredLesson::old));
    let audit = block_on(async {
        let options = batches_of(2);
        match layout {
            Layout::Columns => HookedColumns::audit(&store, &options, &NoProgress).await,
            Layout::Document => HookedDocuments::audit(&store, &options, &NoProgress).await,
        }
    });
    let audit = audit.unwrap();
    assert_eq!((audit.counts().migrated, audit.counts().failed), (1, 1));
    assert!(matches!(audit.failures()[0].error, EntityError::Invalid { .. }));
    assert_eq!((summary(&store, "a"), messages(&store).len()), (None, 0));
    let report = migrate(layout, &store).unwrap();
    assert_eq!((report.counts().migrated, report.counts().quarantined), (1, 1));
    let entry = &quarantined(&store)[0];
    let expect = ["`lesson` of `strict` is not valid at its latest versions"];
    assert_eq!(entry.causes[..1], expect);
    assert_eq!(entry.causes[1], "a strict lesson has one scene");
}

fn dependent_rows_and_messages_are_written_with_their_entity<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &lessons());
    let mut is_first = true;
    store.before_write(move || match std::mem::take(&mut is_first) {
        true => vec![Change::Delete("b".into())],
        false => Vec::new(),
    });
    let report = migrate(layout, &store).unwrap();
    assert_eq!((report.counts().migrated, report.counts().deleted), (4, 1));
    assert_eq!(summary(&store, "a"), Some(ColumnValue::Integer(2)));
    assert_eq!(summary(&store, "b"), None, "what was not written has no summary");
    assert_eq!(messages(&store), ["a", "c", "d", "e"]);
    let without = block_on(async {
        let options = batches_of(2);
        match layout {
            Layout::Columns => HookedColumns::migrate(&store, &options, &NoProgress).await,
            Layout::Document => HookedDocuments::migrate(&store, &options, &NoProgress).await,
        }
    });
    assert!(matches!(without, Err(JobError::LedgerNeeded { .. })), "{without:?}");
}

fn a_batch_that_fails_leaves_neither_rows_nor_messages<B: Backend>(layout: Layout) {
    // There is no table of summaries.
    let store = Probe::<B>::with(layout, &lessons());
    let before = store.rows(layout);
    let error = migrate(layout, &store).unwrap_err();
    let JobError::Store { source, .. } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), StoreErrorKind::Misconfigured);
    assert_eq!((store.rows(layout), messages(&store).len()), (before, 0));
}

fn a_message_is_delivered_until_its_handler_has_succeeded<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &lessons());
    migrate(layout, &store).unwrap();
    let seen = Mutex::new(Vec::new());
    let refused = block_on(deliver(&store, |entry| {
        seen.lock().unwrap().push(entry.message.payload.clone());
        let is_c = entry.message.payload == "c";
        async move { if is_c { Err("not now".into()) } else { Ok(()) } }
    }));
    assert!(matches!(refused, Err(DeliverError::Refused { delivered: 2, .. })), "{refused:?}");
    // The store dies after the handler and before the removal: the message comes again.
    store.fail_at(1, StoreErrorKind::Transient);
    let handler = |entry: versioned_store::OutboxEntry| {
        seen.lock().unwrap().push(entry.message.payload);
        async { Ok(()) }
    };
    let lost = block_on(deliver(&store, handler));
    assert!(matches!(lost, Err(DeliverError::Store { delivered: 0, .. })), "{lost:?}");
    assert_eq!(block_on(deliver(&store, handler)).unwrap(), 3);
    assert_eq!(*seen.lock().unwrap(), ["a", "b", "c", "c", "c", "d", "e"]);
    assert_eq!(block_on(deliver(&store, handler)).unwrap(), 0);
}

/// A summary that is there before any migration.
fn put_summary<B: Backend>(store: &Probe<B>, id: &str, scenes: i64) {
    let values = vec![Some(ColumnValue::Integer(scenes))];
    let row = Row { key: id.into(), model_version: None, deleted: false, values, stamp: None };
    block_on(store.backend().put(&summaries(), row));
}

fn kept() -> JobOptions {
    ledgered(2).with_keep_before(true)
}

fn an_undo_puts_back_dependent_rows_and_withdraws_messages<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &lessons());
    put_summary(&store, "a", 70);
    migrate_with(layout, &store, &kept()).unwrap();
    assert_eq!(summary(&store, "a"), Some(ColumnValue::Integer(2)));
    // One of the messages is out already.
    let mut left = 1;
    block_on(deliver(&store, |_| {
        left -= 1;
        async move { if left < 0 { Err("enough".into()) } else { Ok(()) } }
    }))
    .unwrap_err();
    assert_eq!(messages(&store), ["b", "c", "d", "e"]);
    // A row that somebody has changed stays, and with it its summary and its message.
    let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::current("c") };
    store.put(layout, changed.row(layout));
    let report = layout.undo(&store, RunId::new(1), &ledgered(2)).unwrap();
    assert_eq!((report.restored, report.conflicts), (4, 1));
    assert_eq!((report.dependents_restored, report.dependents_conflicts), (4, 0));
    assert_eq!(summary(&store, "a"), Some(ColumnValue::Integer(70)), "as it was before");
    assert_eq!(summary(&store, "b"), None, "there was none before");
    assert_eq!(summary(&store, "c"), Some(ColumnValue::Integer(2)));
    assert_eq!(messages(&store), ["c"]);
    let text = report.to_string();
    assert!(text.contains("\n  4 dependent rows: put back with them\n"), "{text}");
}

fn a_dependent_row_that_changed_since_is_a_conflict_and_stays<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &lessons());
    migrate_with(layout, &store, &kept()).unwrap();
    put_summary(&store, "a", 71);
    block_on(store.backend().delete(&summaries(), &"b".into()));
    let report = layout.undo(&store, RunId::new(1), &ledgered(2)).unwrap();
    assert_eq!((report.restored, report.conflicts), (5, 0));
    assert_eq!((report.dependents_restored, report.dependents_conflicts), (3, 2));
    let expect = ["summaries: id `a`", "summaries: id `b`"];
    let mut found = report.dependent_conflicts.clone();
    found.sort();
    assert_eq!(found, expect);
    assert_eq!(summary(&store, "a"), Some(ColumnValue::Integer(71)));
    assert_eq!(summary(&store, "b"), None);
    let text = report.to_string();
    assert!(text.contains("2 dependent rows: changed since, left alone\n"), "{text}");
}

fn all_or_nothing_puts_back_dependent_rows_and_withdraws_messages<B: Backend>(layout: Layout) {
    let store = with_summaries::<B>(layout, &lessons());
    put_summary(&store, "a", 70);
    let mut batch = 0;
    store.before_write(move || {
        batch += 1;
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("d") };
        if batch == 2 { vec![Change::Put(changed.row(layout))] } else { Vec::new() }
    });
    let options = ledgered(2).with_policy(Policy::AllOrNothing);
    let error = migrate_with(layout, &store, &options).unwrap_err();
    let JobError::PutBack { undone, .. } = &error else { panic!("{error:?}") };
    assert_eq!((undone.restored, undone.dependents_restored), (3, 3));
    assert_eq!(summary(&store, "a"), Some(ColumnValue::Integer(70)));
    assert_eq!((summary(&store, "b"), summary(&store, "c")), (None, None));
    assert_eq!(messages(&store), [""; 0], "nothing of it has happened");
}
