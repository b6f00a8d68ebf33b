//! Rules of leases: a run has one owner, and whoever was overtaken writes nothing more.

use versioned_store::{
    Claim, FollowUp, JobLedger, RunRequest, RunState, StoreErrorKind, StoreProblem, Transition,
    WriteOutcome,
};

use super::{
    fixture::{StoreFixture, get, table},
    ledger::{batch, checkpoint, claim, migration, start},
};
use crate::sample::{SAMPLE, Sample, sample_model};

/// A claim of another process.
fn other(take_over: bool) -> Claim {
    Claim { owner: "bob".to_owned(), until_ms: 200, take_over }
}

fn at(at_ms: i64) -> RunRequest {
    RunRequest { at_ms, ..start("one") }
}

/// Nobody else goes on with a run, or takes its place, before its lease is over, unless it is said to take it over; the
/// same claim made twice is one claim.
pub async fn a_run_is_held_until_its_lease_is_over<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let store = fixture.store();
    let first = Claim { until_ms: 100, ..claim() };
    let opened = store.open_run(&at(1), &first).await.expect("a run starts").run;
    assert_eq!((opened.lease.token, opened.lease.until_ms), (1, 100));
    let again = store.open_run(&at(1), &first).await.expect("the same claim is no other one").run;
    assert_eq!((again.id, again.lease), (opened.id, opened.lease));
    for request in [at(99), RunRequest { settings: "two".to_owned(), ..at(99) }] {
        let held = store.open_run(&request, &other(false)).await.expect_err("it is held");
        assert_eq!(held.kind(), StoreErrorKind::Conflict, "{held:?}");
        assert!(matches!(held.problem(), Some(StoreProblem::RunHeld { .. })), "{held:?}");
    }
    let taken = store.open_run(&at(99), &other(true)).await.expect("it is taken over").run;
    assert_eq!((taken.id, taken.lease.token), (opened.id, 2));
    assert_eq!((taken.lease.owner.as_str(), taken.lease.since_ms), ("bob", 99));
    let late = store.open_run(&at(200), &first).await.expect("the lease is over").run;
    assert_eq!((late.id, late.lease.token), (opened.id, 3));
    let stored = store.run(opened.id).await.expect("read").expect("it is there");
    assert_eq!(stored, late, "the lease is stored");
}

/// An owner with an earlier token changes neither rows nor the run; the new one does, and its batches put its lease off.
pub async fn a_stale_owner_writes_nothing<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let table = table(fixture, &SAMPLE, sample_model()).await;
    fixture.put(&table, Sample::stale("a").row).await;
    let store = fixture.store();
    let run = store.open_run(&at(1), &claim()).await.expect("a run starts").run.id;
    store.open_run(&at(2), &other(true)).await.expect("it is taken over");
    let writes = [migration(fixture, &table).await];
    let before = get(fixture, &table, &"a".into()).await;
    let follow = |_: &[WriteOutcome]| FollowUp { checkpoint: checkpoint(1), ..FollowUp::default() };
    let stale = batch(run, &writes, &follow);
    let finish = Transition {
        run,
        from: Some(RunState::Running),
        to: RunState::Finished,
        who: "ada".to_owned(),
        at_ms: 3,
        why: "done".to_owned(),
    };
    let refused = [
        store.commit_batch(&table, &stale).await.expect_err("it was taken over"),
        store.change_state(&finish, Some(1)).await.expect_err("it was taken over"),
    ];
    for error in refused {
        assert_eq!(error.kind(), StoreErrorKind::Conflict, "{error:?}");
        assert!(matches!(error.problem(), Some(StoreProblem::LeaseLost { .. })), "{error:?}");
    }
    assert_eq!(get(fixture, &table, &"a".into()).await, before);
    let mut current = batch(run, &writes, &follow);
    (current.token, current.until_ms) = (2, 900);
    let outcomes = store.commit_batch(&table, &current).await.expect("the owner writes");
    assert_eq!(outcomes, [WriteOutcome::Written]);
    let stored = store.run(run).await.expect("read").expect("it is there");
    assert_eq!((stored.lease.until_ms, stored.checkpoint.number), (900, 1));
    store.change_state(&finish, Some(2)).await.expect("the owner finishes");
    let stored = store.run(run).await.expect("read").expect("it is there");
    assert_eq!((stored.state, stored.lease.until_ms), (RunState::Finished, 0));
}

/// A run that has to come to its end, and has written something, keeps its place.
pub async fn a_run_that_must_finish_is_not_superseded<F>(fixture: &F)
where
    F: StoreFixture<Store: JobLedger>,
{
    let table = table(fixture, &SAMPLE, sample_model()).await;
    let store = fixture.store();
    let must = |settings: &str| RunRequest { must_finish: true, ..start(settings) };
    let first = store.open_run(&must("one"), &claim()).await.expect("a run starts").run.id;
    let second = store.open_run(&must("two"), &other(true)).await.expect("nothing was written");
    assert_eq!(second.superseded, Some(first));
    let run = second.run.id;
    let follow = |_: &[WriteOutcome]| FollowUp { checkpoint: checkpoint(1), ..FollowUp::default() };
    store.commit_batch(&table, &batch(run, &[], &follow)).await.expect("the batch commits");
    let refused = store.open_run(&start("three"), &other(true)).await;
    let refused = refused.map(|_| ());
    let problem = refused.as_ref().expect_err("it must finish").problem();
    assert!(matches!(problem, Some(StoreProblem::RunMustFinish { .. })), "{refused:?}");
    let resumed = store.open_run(&must("two"), &other(true)).await.expect("it goes on").run;
    assert!(resumed.id == run && resumed.request.must_finish);
}
