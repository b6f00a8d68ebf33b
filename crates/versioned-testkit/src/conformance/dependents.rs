//! Rules of what is kept and put back: pre-images, rows of other tables, messages.

use versioned_core::{Declaration, OtherAttribute, OtherKind};
use versioned_store::{
    BatchLimits, ColumnValue, DependentRow, DependentWrite, EntityTable, FollowUp, JobLedger,
    KeptDependent, OutboxMessage, OutboxWrite, PreImage, Restore, Row, RunId, StorageModel,
    StoredPreImage, Withdrawn, WriteOutcome,
};

use super::{
    fixture::{StoreFixture, get, table, text},
    ledger::{batch, checkpoint, claim, migration, start},
};
use crate::sample::{SAMPLE, Sample, sample_model};

static OTHERS: &[OtherAttribute] = &[
    OtherAttribute { field: "pages", key: "pages", kind: OtherKind::Plain },
    OtherAttribute { field: "note", key: "note", kind: OtherKind::Plain },
];
static SUMMARY: Declaration =
    Declaration { entity: "summary", type_name: "Summary", versioned: &[], others: OTHERS };

fn summary(id: &str, pages: i64, note: Option<&str>) -> Row {
    let note = note.map_or(ColumnValue::Null, text);
    let values = vec![Some(ColumnValue::Integer(pages)), Some(note)];
    Row { key: id.into(), model_version: None, deleted: false, values, stamp: None }
}

fn dependent(of: &str, id: &str, pages: i64) -> DependentWrite {
    let key = vec![("id".to_owned(), text(id))];
    let set = vec![("pages".to_owned(), ColumnValue::Integer(pages))];
    let row = DependentRow { table: "summaries".to_owned(), key, set };
    DependentWrite { of: of.into(), row, keep: true }
}

fn image(key: &str, size: usize) -> PreImage {
    PreImage { key: key.into(), content: vec![7; size] }
}

/// Tables of entities and of summaries, and a run over them.
async fn tables<F>(fixture: &F) -> (EntityTable, EntityTable, RunId)
where
    F: StoreFixture<Store: JobLedger>,
{
    let entities = table(fixture, &SAMPLE, sample_model()).await;
    let summaries = table(fixture, &SUMMARY, StorageModel::columns("summaries").id("id")).await;
    let opened = fixture.store().open_run(&start("one"), &claim()).await.expect("a run starts");
    (entities, summaries, opened.run.id)
}

async fn commit<F>(fixture: &F, table: &EntityTable, run: RunId, follow_up: FollowUp)
where
    F: StoreFixture<Store: JobLedger>,
{
    let follow = |_: &[WriteOutcome]| follow_up.clone();
    let batch = batch(run, &[], &follow);
    fixture.store().commit_batch(table, &batch).await.expect("the batch commits");
}

async fn kept<F>(fixture: &F, run: RunId) -> Vec<StoredPreImage>
where
    F: StoreFixture<Store: JobLedger>,
{
    let limits = BatchLimits::default();
    fixture.store().pre_images(run, None, limits).await.expect("what is kept can be read")
}

/// What dependent rows were before and after, or that there was none, is kept with the entity that they were set with.
pub async fn dependent_rows_are_kept_with_their_entity<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let (entities, summaries, run) = tables(fixture).await;
    fixture.put(&summaries, summary("old", 1, Some("stays"))).await;
    let follow_up = FollowUp {
        checkpoint: checkpoint(1),
        pre_images: vec![image("a", 3), image("b", 3)],
        dependents: vec![
            dependent("a", "old", 2),
            dependent("a", "new", 5),
            dependent("b", "old", 3),
            DependentWrite { keep: false, ..dependent("b", "not kept", 9) },
        ],
        ..FollowUp::default()
    };
    commit(fixture, &entities, run, follow_up).await;
    let old = get(fixture, &summaries, &"old".into()).await;
    assert_eq!(old, Some(summary("old", 3, Some("stays"))), "other columns stay");
    assert_eq!(get(fixture, &summaries, &"new".into()).await, Some(summary("new", 5, None)));
    let images = kept(fixture, run).await;
    let [b, a] = images.as_slice() else { panic!("{images:?}") };
    assert_eq!((&b.image, &a.image), (&image("b", 3), &image("a", 3)), "the latest comes first");
    let pages = |columns: &[(String, ColumnValue)]| {
        let pages = columns.iter().find(|(name, _)| name == "pages");
        pages.map(|(_, value)| value.clone())
    };
    let seen = |rows: &[KeptDependent]| -> Vec<_> {
        let seen =
            rows.iter().map(|row| (row.before.as_deref().and_then(pages), pages(&row.after)));
        seen.collect()
    };
    let number = |number: i64| Some(ColumnValue::Integer(number));
    assert_eq!(seen(&a.dependents), [(number(1), number(2)), (None, number(5))]);
    assert_eq!(seen(&b.dependents), [(number(2), number(3))]);
    assert!(a.dependents[1].before.is_none(), "there was no such row");
    let size = fixture.store().kept(run).await.expect("read");
    assert!(size.rows == 2 && size.bytes > 6, "dependent rows count as bytes: {size:?}");
    fixture.store().forget(run).await.expect("forgotten");
    assert_eq!(fixture.store().kept(run).await.expect("read").bytes, 0);
}

/// A dependent row goes back with its entity, unless one of them has changed; one that was inserted is removed.
pub async fn a_dependent_row_is_put_back_only_as_it_was_set<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let (entities, summaries, run) = tables(fixture).await;
    for id in ["old", "changed"] {
        fixture.put(&summaries, summary(id, 1, None)).await;
    }
    let ids = ["old", "new", "changed", "gone", "of another"];
    let follow_up = FollowUp {
        checkpoint: checkpoint(1),
        pre_images: vec![image("a", 1)],
        dependents: ids.iter().map(|id| dependent("a", id, 2)).collect(),
        ..FollowUp::default()
    };
    commit(fixture, &entities, run, follow_up).await;
    fixture.put(&summaries, summary("changed", 2, Some("somebody was here"))).await;
    fixture.delete(&summaries, &"gone".into()).await;
    for id in ["a", "b"] {
        fixture.put(&entities, Sample::stale(id).row).await;
    }
    let a = migration(fixture, &entities).await;
    let mut b = a.clone();
    (b.expected.key, b.expected.model_version) = ("b".into(), Some(-1));
    let dependents = kept(fixture, run).await.remove(0).dependents;
    let restores = dependents.into_iter().zip([0, 0, 0, 0, 1]);
    let restores: Vec<_> =
        restores.map(|(dependent, write)| Restore { write, dependent }).collect();
    let writes = [a, b];
    let follow = |_: &[WriteOutcome]| FollowUp { checkpoint: checkpoint(2), ..FollowUp::default() };
    let mut batch = batch(run, &writes, &follow);
    batch.restores = &restores;
    let outcomes = fixture.store().commit_batch(&entities, &batch).await.expect("it commits");
    let (written, conflict) = (WriteOutcome::Written, WriteOutcome::Conflict);
    assert_eq!(outcomes[..2], [written, conflict]);
    assert_eq!(outcomes[2..], [written, written, conflict, WriteOutcome::Gone, conflict]);
    let now = async |id: &str| get(fixture, &summaries, &id.into()).await;
    assert_eq!(now("old").await, Some(summary("old", 1, None)));
    assert_eq!(now("new").await, None);
    assert_eq!(now("changed").await, Some(summary("changed", 2, Some("somebody was here"))));
    assert_eq!(now("gone").await, None);
    assert_eq!(now("of another").await, Some(summary("of another", 2, None)));
}

/// A page of pre-images ends with the one that reaches its bytes, and the next one goes on before it.
pub async fn pre_images_come_latest_first_in_pages_of_bytes<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let (entities, _, run) = tables(fixture).await;
    let sizes = [40, 10, 10, 100, 10, 10];
    let pre_images = sizes.iter().zip('a'..).map(|(size, key)| image(&key.to_string(), *size));
    let follow_up = FollowUp {
        checkpoint: checkpoint(1),
        pre_images: pre_images.collect(),
        ..FollowUp::default()
    };
    commit(fixture, &entities, run, follow_up).await;
    let pages = async |rows_max: u32, bytes_max: usize| {
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let limits = BatchLimits { rows_max, bytes_max };
            let page = fixture.store().pre_images(run, before, limits).await.expect("read");
            let Some(last) = page.last() else { return pages };
            before = Some(last.place);
            let keys = page.iter().map(|stored| stored.image.key.to_string());
            pages.push(keys.collect::<String>());
        }
    };
    assert_eq!(pages(2, usize::MAX).await, ["fe", "dc", "ba"]);
    assert_eq!(pages(100, 20).await, ["fe", "d", "cb", "a"]);
    assert_eq!(pages(100, 0).await, ["f", "e", "d", "c", "b", "a"], "at least one");
}

/// Messages of a run about some entities are withdrawn, and no others.
pub async fn messages_are_withdrawn_by_run_and_entity<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let (entities, _, run) = tables(fixture).await;
    let message = |of: &str, payload: &str| OutboxWrite {
        of: of.into(),
        message: OutboxMessage { topic: "cache".to_owned(), payload: payload.to_owned() },
    };
    let outbox = vec![message("a", "1"), message("b", "2"), message("a", "3")];
    commit(
        fixture,
        &entities,
        run,
        FollowUp { checkpoint: checkpoint(1), outbox, ..FollowUp::default() },
    )
    .await;
    let waiting = async || -> Vec<String> {
        let waiting = fixture.store().undelivered(10).await.expect("read");
        waiting.into_iter().map(|entry| entry.message.payload).collect()
    };
    let withdraw = async |number: u64, of: RunId| {
        let keys = vec!["a".into()];
        commit(
            fixture,
            &entities,
            run,
            FollowUp {
                checkpoint: checkpoint(number),
                withdrawn: Some(Withdrawn { run: of, keys }),
                ..FollowUp::default()
            },
        )
        .await;
    };
    withdraw(2, RunId::new(run.number() + 1)).await;
    assert_eq!(waiting().await, ["1", "2", "3"], "they are of another run");
    withdraw(3, run).await;
    assert_eq!(waiting().await, ["2"]);
}
