//! Rules of ledgers: a batch and what the ledger says of it are one transaction, and a run has one owner.

use versioned_store::{
    Batch, BatchLimits, Bodies, Checkpoint, Claim, EntityTable, FollowUp, JobLedger, Kept,
    OutboxMessage, OutboxWrite, PreImage, QuarantineEntry, QuarantineRequest, Released, RowWrite,
    RunCounts, RunId, RunKind, RunRequest, RunState, StoreErrorKind, Transition, WriteOutcome,
};

use super::fixture::{StoreFixture, get, request, scan, table, text};
use crate::sample::{SAMPLE, Sample, SampleColumn, sample_model};

pub(super) fn start(settings: &str) -> RunRequest {
    RunRequest {
        entity: SAMPLE.entity.to_owned(),
        table: sample_model().table().to_owned(),
        kind: RunKind::Migrate,
        target: None,
        settings: settings.to_owned(),
        must_finish: false,
        who: "ada".to_owned(),
        at_ms: 1,
    }
}

/// The claim of the only process.
pub(super) fn claim() -> Claim {
    Claim { owner: "ada".to_owned(), until_ms: 1, take_over: false }
}

pub(super) fn checkpoint(number: u64) -> Checkpoint {
    let counts = RunCounts { scanned: number, migrated: number, ..RunCounts::default() };
    let (position, detail) = (Some(format!("[\"{number}\"]")), "{}".to_owned());
    Checkpoint { number, position, counts, detail }
}

fn entry(run: RunId, key: &str) -> QuarantineEntry {
    QuarantineEntry {
        entity: SAMPLE.entity.to_owned(),
        key: key.into(),
        field: Some("states".to_owned()),
        step: Some((1, 2)),
        pointer: None,
        causes: vec!["it failed".to_owned(), "for a reason\nof two lines".to_owned()],
        help: None,
        content_hash: "00ff".to_owned(),
        run,
    }
}

/// All that a batch can say besides its rows.
fn everything(run: RunId, number: u64) -> FollowUp {
    FollowUp {
        checkpoint: checkpoint(number),
        quarantine: vec![entry(run, "bad")],
        pre_images: vec![PreImage { key: "a".into(), content: vec![0, 1, 0xff] }],
        outbox: vec![OutboxWrite {
            of: "a".into(),
            message: OutboxMessage { topic: "cache".to_owned(), payload: "é".to_owned() },
        }],
        ..FollowUp::default()
    }
}

/// The migration of the first stale row.
pub(super) async fn migration<F: StoreFixture>(fixture: &F, table: &EntityTable) -> RowWrite {
    let page = scan(fixture, table, &request(Bodies::Stale)).await;
    let expected = page.rows.into_iter().next().expect("a row was put");
    RowWrite { expected, set: vec![(SampleColumn::States as usize, text("\"new\""))] }
}

/// A batch of the first owner.
pub(super) fn batch<'b>(
    run: RunId,
    writes: &'b [RowWrite],
    follow: &'b (dyn Fn(&[WriteOutcome]) -> FollowUp + Send + Sync + 'b),
) -> Batch<'b> {
    Batch { run, token: 1, until_ms: 1, writes, restores: &[], follow, turn: None }
}

fn quarantine() -> QuarantineRequest {
    QuarantineRequest { entity: None, after: None, limit: 100 }
}

/// What a batch says is stored with its rows, and comes back as it was.
pub async fn a_batch_stores_what_follows_from_its_outcomes<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let store = fixture.store();
    let run = store.open_run(&start("one"), &claim()).await.expect("a run starts").run.id;
    let writes = [migration(fixture, &table).await];
    let follow = |outcomes: &[WriteOutcome]| {
        assert_eq!(outcomes, [WriteOutcome::Written], "outcomes are known within the transaction");
        everything(run, 1)
    };
    let batch = batch(run, &writes, &follow);
    let outcomes = store.commit_batch(&table, &batch).await.expect("the batch commits");
    assert_eq!(outcomes, [WriteOutcome::Written]);
    let record = store.run(run).await.expect("runs are read").expect("the run is there");
    assert_eq!(record.checkpoint, checkpoint(1));
    assert_eq!(store.quarantined(&quarantine()).await.expect("read"), [entry(run, "bad")]);
    let images = store.pre_images(run, None, BatchLimits::default()).await.expect("read");
    assert_eq!(images[0].image, everything(run, 1).pre_images[0]);
    let waiting = store.undelivered(10).await.expect("read");
    assert_eq!(waiting[0].message, everything(run, 1).outbox[0].message);
    store.remove_delivered(waiting[0].id).await.expect("removed");
    assert_eq!(store.undelivered(10).await.expect("read"), []);
    assert_eq!(store.kept(run).await.expect("read"), Kept { rows: 1, bytes: 3 });
    assert_eq!(store.forget(run).await.expect("forgotten"), Kept { rows: 1, bytes: 3 });
    assert_eq!(store.kept(run).await.expect("read"), Kept::default());
}

/// A batch with another checkpoint than the next one, or of a run that is over, writes nothing at all.
pub async fn a_batch_out_of_turn_writes_nothing<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let store = fixture.store();
    let run = store.open_run(&start("one"), &claim()).await.expect("a run starts").run.id;
    let writes = [migration(fixture, &table).await];
    let before = get(fixture, &table, &"a".into()).await;
    let refused = async |number: u64| {
        let follow = |_: &[WriteOutcome]| everything(run, number);
        let batch = batch(run, &writes, &follow);
        let error = store.commit_batch(&table, &batch).await.expect_err("out of turn");
        assert_eq!(error.kind(), StoreErrorKind::Conflict, "{number}: {error:?}");
        assert_eq!(get(fixture, &table, &"a".into()).await, before, "{number}");
        assert_eq!(store.quarantined(&quarantine()).await.expect("read"), []);
        assert_eq!(store.undelivered(10).await.expect("read"), []);
        assert_eq!(store.kept(run).await.expect("read"), Kept::default());
    };
    refused(0).await;
    refused(2).await;
    let cancel = Transition {
        run,
        from: Some(RunState::Running),
        to: RunState::Cancelled,
        who: "ada".to_owned(),
        at_ms: 2,
        why: "enough".to_owned(),
    };
    store.change_state(&cancel, None).await.expect("cancelled");
    refused(1).await;
    let again = store.change_state(&cancel, None).await.expect_err("it has another state");
    assert_eq!(again.kind(), StoreErrorKind::Conflict);
    let noted = store.transitions(run).await.expect("read");
    assert_eq!((noted.len(), noted.last()), (2, Some(&cancel)));
}

/// An unfinished run is gone on with under the same settings, and superseded under others.
pub async fn an_unfinished_run_is_resumed_or_superseded<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let store = fixture.store();
    assert_eq!(store.runs(None, 10).await.expect("no ledger is no error"), []);
    assert_eq!(store.run(RunId::new(1)).await.expect("no ledger is no error"), None);
    let first = store.open_run(&start("one"), &claim()).await.expect("a run starts");
    assert!(!first.is_resumed);
    let later = RunRequest { at_ms: 2, ..start("one") };
    let resumed = store.open_run(&later, &claim()).await.expect("a run goes on");
    assert_eq!((resumed.run.id, resumed.is_resumed), (first.run.id, true));
    let later = RunRequest { at_ms: 3, ..start("two") };
    let other = store.open_run(&later, &claim()).await.expect("another run starts");
    assert_eq!((other.is_resumed, other.superseded), (false, Some(first.run.id)));
    let replay = RunRequest { kind: RunKind::Replay, ..start("two") };
    assert!(!store.open_run(&replay, &claim()).await.expect("a replay is another run").is_resumed);
    let listed = store.runs(Some(SAMPLE.entity), 2).await.expect("read");
    assert_eq!(listed[1].id, other.run.id, "newest first");
    assert_eq!(listed.len(), 2);
    let old = store.run(first.run.id).await.expect("read").expect("it is there");
    assert_eq!(old.state, RunState::Superseded);
}

/// Entries of the quarantine come page by page, are replaced, and leave.
pub async fn the_quarantine_pages_replaces_and_releases<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let store = fixture.store();
    let run = store.open_run(&start("one"), &claim()).await.expect("a run starts").run.id;
    let commit = async |number: u64, keys: &[&str], released: &[&str]| {
        let follow = |_: &[WriteOutcome]| FollowUp {
            checkpoint: checkpoint(number),
            quarantine: keys.iter().map(|key| entry(run, key)).collect(),
            released: released.iter().map(|key| (*key).into()).collect(),
            ..FollowUp::default()
        };
        let batch = batch(run, &[], &follow);
        store.commit_batch(&table, &batch).await.expect("the batch commits");
    };
    commit(1, &["c", "a", "B", "a\"/b"], &[]).await;
    commit(2, &["a"], &["c", "unknown"]).await;
    let mut keys = Vec::new();
    let mut page = QuarantineRequest { limit: 2, ..quarantine() };
    while let Some(last) = store.quarantined(&page).await.expect("read").last() {
        let entries = store.quarantined(&page).await.expect("read");
        keys.extend(entries.iter().map(|entry| entry.key.to_string()));
        page.after = Some((last.entity.clone(), last.key.clone()));
    }
    assert_eq!(keys, ["B", "a", "a\"/b"], "in the order of the keys' ledger texts");
    let other = RunId::new(run.number() + 1);
    let except = vec![versioned_core::EntityId::new("a")];
    let others = Released::NotFoundBy { run: other, except };
    assert_eq!(store.release(SAMPLE.entity, &others).await.expect("released"), 2);
    let of_this = Released::NotFoundBy { run, except: Vec::new() };
    assert_eq!(store.release(SAMPLE.entity, &of_this).await.expect("released"), 0);
    assert_eq!(store.release("other", &Released::Key("a".into())).await.expect("released"), 0);
    assert_eq!(
        store.release(SAMPLE.entity, &Released::Key("a".into())).await.expect("released"),
        1
    );
}
