//! What is done to the lessons under faults: every verb of a job, and every policy of a migration.

mod models;

use std::sync::Arc;

use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, FailureLimit,
    FetchAndWriteBack as _, FetchError, JobError, JobOptions, NoProgress, Policy, UndoReport,
    VersionedModel, WriteBack, deliver,
};
use versioned_store::{
    Claim, EntityKey, EntityTable, HistoryStore, JobLedger, ModelVersion, Released, Row, RunId,
    RunKind, RunRequest, RunState, Transition,
};
use versioned_testkit::faults::JobEnd;

use self::models::{ColumnsJob, DocumentsJob, StoppedClock};
pub(super) use self::models::{shelf, shelves};
use crate::jobs::{
    history::{Kept, KeptColumns, KeptDocuments, Migrate, MigrateSnapshots},
    lesson::{
        Layout, MISFIT, MigrateLessonColumnsJob, MigrateLessonDocumentsJob, REFUSED, StoredLesson,
        ids,
    },
    probe::{Watcher, batches_of},
};

/// What is done to the lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Migrate,
    MigrateWithoutLedger,
    Audit,
    SkipList,
    FailureLimit,
    SameErrors,
    AllOrNothing,
    AllOrNothingWithFailures,
    /// The database refuses a row that the audit has let pass.
    AllOrNothingPutBack,
    /// A row is never as it was read.
    AllOrNothingConflict,
    ReplayAllOrNothing,
    Cancel,
    Forget,
    Release,
    Undo,
    Replay,
    Deliver,
    /// Over lessons that keep their history.
    Commits,
    UndoCommits,
    Snapshots,
    UndoSnapshots,
    /// Reads that write back what they upgraded.
    WriteBack,
    WriteBackOfMany,
}

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::MigrateWithoutLedger => "migrate without a ledger",
            Self::Audit => "audit",
            Self::SkipList => "migrate with a skip list",
            Self::FailureLimit => "migrate with a failure limit",
            Self::SameErrors => "migrate, stopping on the same errors",
            Self::AllOrNothing => "migrate all or nothing",
            Self::AllOrNothingWithFailures => "migrate all or nothing, with failures",
            Self::AllOrNothingPutBack => "migrate all or nothing, with a row that is refused",
            Self::AllOrNothingConflict => "migrate all or nothing, with a conflict",
            Self::ReplayAllOrNothing => "replay all or nothing",
            Self::Cancel => "cancel",
            Self::Forget => "forget",
            Self::Release => "release",
            Self::Undo => "undo",
            Self::Replay => "replay",
            Self::Deliver => "deliver",
            Self::Commits => "migrate with a history",
            Self::UndoCommits => "undo with a history",
            Self::Snapshots => "migrate snapshots",
            Self::UndoSnapshots => "undo snapshots",
            Self::WriteBack => "read and write back",
            Self::WriteBackOfMany => "read many and write back",
        }
    }

    /// Whether the order in which entities are written does not count: a read that was not written back is written by the
    /// next one, after others.
    pub(super) fn is_in_any_order(self) -> bool {
        matches!(self, Self::WriteBack | Self::WriteBackOfMany)
    }

    /// Side outputs, entities that fail, deleted rows and current ones.
    pub(super) fn lessons(self) -> Vec<StoredLesson> {
        let failing = [
            StoredLesson::with_text("c", REFUSED),
            StoredLesson::with_text("g", MISFIT),
            StoredLesson::with_text("j", REFUSED),
        ];
        let mut lessons = vec![
            StoredLesson::old("a"),
            StoredLesson::old("b"),
            StoredLesson::with_text("d", "fine"),
            StoredLesson::old("e").deleted(),
            StoredLesson::current("f"),
            StoredLesson::old("h"),
            StoredLesson::old("i"),
        ];
        let none_fails = matches!(
            self,
            Self::AllOrNothing | Self::AllOrNothingPutBack | Self::AllOrNothingConflict
        );
        if !none_fails {
            lessons.extend(failing);
        }
        lessons.sort_by(|one, two| one.id.cmp(&two.id));
        lessons
    }

    fn options(self) -> JobOptions {
        let with_ledger = || {
            // What was killed holds its run for a while yet.
            batches_of(2).with_ledger("a tester").with_take_over(true).with_keep_before(true)
        };
        match self {
            Self::MigrateWithoutLedger | Self::WriteBack | Self::WriteBackOfMany => batches_of(2),
            Self::SkipList => with_ledger().with_skipped(ids(&["a", "i"])),
            Self::FailureLimit => with_ledger().with_failure_limit(FailureLimit::percent(20, 6)),
            Self::SameErrors => with_ledger().with_stop_on_same_errors(true),
            Self::AllOrNothing
            | Self::AllOrNothingWithFailures
            | Self::AllOrNothingPutBack
            | Self::AllOrNothingConflict
            | Self::ReplayAllOrNothing => with_ledger().with_policy(Policy::AllOrNothing),
            Self::Migrate
            | Self::Audit
            | Self::Undo
            | Self::Replay
            | Self::Deliver
            | Self::Cancel
            | Self::Forget
            | Self::Release => with_ledger(),
            // Commits say when they were made.
            Self::Commits | Self::UndoCommits | Self::Snapshots | Self::UndoSnapshots => {
                with_ledger().with_clock(Arc::new(StoppedClock))
            }
        }
    }

    /// What was done before, without any fault.
    pub(super) async fn prepare<S: HistoryStore>(self, layout: Layout, store: &S) {
        if self == Self::Cancel {
            let request = RunRequest {
                entity: "lesson".to_owned(),
                table: layout.table().name().to_owned(),
                kind: RunKind::Migrate,
                target: None,
                settings: String::new(),
                must_finish: true,
                who: "somebody".to_owned(),
                at_ms: 1,
            };
            let claim = Claim { owner: "somebody".to_owned(), until_ms: 2, take_over: false };
            store.open_run(&request, &claim).await.unwrap();
        }
        match (self, layout) {
            (Self::UndoCommits, Layout::Columns) => {
                Self::Commits.run_kept::<KeptColumns, S>(store).await;
            }
            (Self::UndoCommits, _) => {
                Self::Commits.run_kept::<KeptDocuments, S>(store).await;
            }
            (Self::UndoSnapshots, Layout::Columns) => {
                Self::Snapshots.run_kept::<KeptColumns, S>(store).await;
            }
            (Self::UndoSnapshots, _) => {
                Self::Snapshots.run_kept::<KeptDocuments, S>(store).await;
            }
            _ => {}
        }
        if matches!(
            self,
            Self::Undo
                | Self::Replay
                | Self::ReplayAllOrNothing
                | Self::Deliver
                | Self::Forget
                | Self::Release
        ) {
            let options = Self::Migrate.options();
            let ended = match layout {
                Layout::Columns => ColumnsJob::migrate(store, &options, &NoProgress).await,
                Layout::Document => DocumentsJob::migrate(store, &options, &NoProgress).await,
            };
            assert_eq!(ended.unwrap().counts().quarantined, 3);
        }
    }

    /// What somebody wrote after that.
    pub(super) fn changes(self) -> Vec<StoredLesson> {
        match self {
            // A row that cannot be put back any more.
            Self::Undo | Self::UndoCommits => vec![StoredLesson::current("b")],
            Self::ReplayAllOrNothing => {
                let repaired = ["c", "g"].map(|id| StoredLesson::with_text(id, "repaired"));
                repaired.into_iter().chain([StoredLesson::current("j")]).collect()
            }
            // One of the failed lessons is repaired, and one is brought up by hand.
            Self::Replay => {
                vec![StoredLesson::with_text("c", "repaired"), StoredLesson::current("j")]
            }
            _ => Vec::new(),
        }
    }

    /// The row that no statement may change.
    pub(super) fn refused_by_the_database(self) -> Option<&'static str> {
        (self == Self::AllOrNothingPutBack).then_some("h")
    }

    /// The row that every statement finds changed.
    pub(super) fn changed_by_another(self) -> Option<&'static str> {
        (self == Self::AllOrNothingConflict).then_some("h")
    }

    /// One run; a migration counts the rows first.
    pub(super) async fn run<S: HistoryStore>(self, layout: Layout, store: &S) -> JobEnd {
        match (layout, self) {
            (_, Self::Cancel | Self::Forget | Self::Release) => self.operate(store).await,
            (_, Self::Deliver) => match deliver(store, |_entry| std::future::ready(Ok(()))).await {
                Ok(_) => JobEnd::Done(String::new()),
                Err(error) => JobEnd::early(&error),
            },
            // Messages and dependent rows need a ledger.
            (Layout::Columns, Self::MigrateWithoutLedger) => {
                self.run_job::<MigrateLessonColumnsJob, S>(store).await
            }
            (Layout::Document, Self::MigrateWithoutLedger) => {
                self.run_job::<MigrateLessonDocumentsJob, S>(store).await
            }
            (Layout::Columns, _) if self.is_kept() => self.run_kept::<KeptColumns, S>(store).await,
            (_, _) if self.is_kept() => self.run_kept::<KeptDocuments, S>(store).await,
            (Layout::Columns, _) => self.run_job::<ColumnsJob, S>(store).await,
            (Layout::Document, _) => self.run_job::<DocumentsJob, S>(store).await,
        }
    }

    /// Whether the lessons keep their history.
    fn is_kept(self) -> bool {
        matches!(
            self,
            Self::Commits
                | Self::UndoCommits
                | Self::Snapshots
                | Self::UndoSnapshots
                | Self::WriteBack
                | Self::WriteBackOfMany
        )
    }

    /// The table with its history, where that is kept.
    pub(super) fn kept_table(self, layout: Layout) -> Option<EntityTable> {
        self.is_kept().then(|| match layout {
            Layout::Columns => KeptColumns::table().unwrap(),
            Layout::Document => KeptDocuments::table().unwrap(),
        })
    }

    /// Old snapshots: one that was never valid, one that is current, and four to bring up.
    pub(super) fn snapshots(self) -> Vec<Row> {
        let of = |key: &str, version: i64, lesson: StoredLesson| Row {
            key: EntityKey::from(key).at(ModelVersion::new(version)),
            model_version: None,
            deleted: false,
            values: lesson.row(Layout::Document).values,
            stamp: None,
        };
        vec![
            of("a", -2, StoredLesson::old("a")),
            of("a", -1, StoredLesson::with_text("a", "fine")),
            of("a", 0, StoredLesson::with_text("a", REFUSED)),
            of("b", 0, StoredLesson::old("b")),
            of("f", -1, StoredLesson::old("f")),
            of("f", 0, StoredLesson::current("f")),
        ]
    }

    async fn run_kept<M: Kept, S: HistoryStore>(self, store: &S) -> JobEnd {
        let (options, progress, run) = (&self.options(), &Watcher::default(), RunId::new(1));
        match self {
            Self::Snapshots => {
                MigrateSnapshots::<M>::migrate(store, options, progress).await.into()
            }
            Self::UndoSnapshots => {
                undone(MigrateSnapshots::<M>::undo(store, run, options).await, (4, 0))
            }
            Self::UndoCommits => undone(Migrate::<M>::undo(store, run, options).await, (4, 1)),
            Self::WriteBack | Self::WriteBackOfMany => self.read::<M, S>(store).await,
            _ => Migrate::<M>::migrate(store, options, progress).await.into(),
        }
    }

    /// Reads all lessons, which must be the same whatever became of what was written back.
    async fn read<M: VersionedModel, S: HistoryStore>(self, store: &S) -> JobEnd
    where
        M::DomainObject: std::fmt::Debug,
    {
        let keys: Vec<EntityKey> =
            self.lessons().iter().map(|lesson| EntityKey::from(lesson.id.as_str())).collect();
        let mut found = Vec::new();
        if self == Self::WriteBackOfMany {
            match M::find_many_with(store, &keys, WriteBack::Afterwards).await {
                Ok(many) => found = many,
                Err(error) => return JobEnd::early(&error),
            }
        } else {
            for key in &keys {
                found.push(M::find_with(store, key, WriteBack::Afterwards).await);
            }
        }
        let mut text = String::new();
        for found in found {
            match found {
                Ok(object) => text += &format!("{object:?}\n"),
                // The store's own errors end the program that reads; what an entity is to blame for stays.
                Err(error @ FetchError::Store { .. }) => return JobEnd::early(&error),
                Err(error) => text += &format!("{error}\n"),
            }
        }
        JobEnd::Done(text)
    }

    /// What an operator does without a job.
    async fn operate<S: JobLedger>(self, store: &S) -> JobEnd {
        let run = RunId::new(1);
        let done = match self {
            Self::Cancel => match store.run(run).await {
                Ok(Some(known)) if known.state == RunState::Cancelled => Ok(()),
                Ok(_) => {
                    let cancel = Transition {
                        run,
                        from: Some(RunState::Running),
                        to: RunState::Cancelled,
                        who: "a tester".to_owned(),
                        at_ms: 3,
                        why: "enough".to_owned(),
                    };
                    store.change_state(&cancel, None).await
                }
                Err(error) => Err(error),
            },
            Self::Forget => store.forget(run).await.map(drop),
            _ => store.release("lesson", &Released::Key("c".into())).await.map(drop),
        };
        match done.and(store.kept(run).await) {
            Ok(_) => JobEnd::Done(String::new()),
            Err(error) => JobEnd::early(&error),
        }
    }

    async fn run_job<J: BaseMigrateVersionedModelJob, S: JobLedger>(self, store: &S) -> JobEnd {
        let (options, progress) = (&self.options(), &Watcher::default());
        match self {
            Self::Audit => J::audit(store, options, progress).await.into(),
            Self::Replay | Self::ReplayAllOrNothing => {
                J::replay(store, options, progress).await.into()
            }
            Self::Undo => undone(J::undo(store, RunId::new(1), options).await, (4, 1)),
            Self::AllOrNothingPutBack | Self::AllOrNothingConflict => {
                match store.run(RunId::new(1)).await {
                    // Another run would write and put back once more, which raises model versions.
                    Ok(Some(run)) if run.state == RunState::Undone => JobEnd::Done(String::new()),
                    Ok(_) => match J::migrate(store, options, progress).await {
                        Err(JobError::PutBack { .. }) => JobEnd::Done(String::new()),
                        ended => ended.into(),
                    },
                    Err(error) => JobEnd::early(&error),
                }
            }
            _ => J::migrate(store, options, progress).await.into(),
        }
    }
}

/// A run that is undone already has nothing left to undo.
fn undone(ended: Result<UndoReport, JobError>, expect: (u64, u64)) -> JobEnd {
    match ended {
        Ok(report) if (report.restored, report.conflicts) == expect => {
            JobEnd::Done("undone".to_owned())
        }
        Ok(report) => JobEnd::Broken(format!("it put back other rows: {report:?}")),
        Err(error @ JobError::NotUndoable { .. }) => JobEnd::Done(error.to_string()),
        Err(error) => JobEnd::early(&error),
    }
}
