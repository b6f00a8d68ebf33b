//! The twelve places where versions are stored, models and snapshots of six kinds, as values: what
//! the story does with each of them.

use std::{future::Future, pin::Pin};

use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, CensusReport, JobError,
    JobOptions, JobReport, NoProgress,
};
use versioned_sql::SqlStore;

use crate::models::{
    MigrateCollectionJob, MigrateCollectionSnapshotsJob, MigrateExplorationJob,
    MigrateExplorationSnapshotsJob, MigrateQuestionJob, MigrateQuestionSnapshotsJob,
    MigrateSkillJob, MigrateSkillSnapshotsJob, MigrateStoryJob, MigrateStorySnapshotsJob,
    MigrateTopicJob, MigrateTopicSnapshotsJob,
};

/// What a job gives.
type Done<'a, R> = Pin<Box<dyn Future<Output = Result<R, JobError>> + Send + 'a>>;

/// A run of a job.
pub(super) type Run = for<'a> fn(&'a SqlStore, &'a JobOptions) -> Done<'a, JobReport>;

/// A place with its job.
pub(super) struct Place {
    pub(super) census: for<'a> fn(&'a SqlStore) -> Done<'a, CensusReport>,
    pub(super) audit: Run,
    pub(super) migrate: Run,
    pub(super) replay: Run,
}

/// The models.
pub(super) const MODELS: [Place; 6] = [
    models::<MigrateExplorationJob>(),
    models::<MigrateQuestionJob>(),
    models::<MigrateSkillJob>(),
    models::<MigrateStoryJob>(),
    models::<MigrateTopicJob>(),
    models::<MigrateCollectionJob>(),
];

/// Their snapshots, in the same order.
pub(super) const SNAPSHOTS: [Place; 6] = [
    snapshots::<MigrateExplorationSnapshotsJob>(),
    snapshots::<MigrateQuestionSnapshotsJob>(),
    snapshots::<MigrateSkillSnapshotsJob>(),
    snapshots::<MigrateStorySnapshotsJob>(),
    snapshots::<MigrateTopicSnapshotsJob>(),
    snapshots::<MigrateCollectionSnapshotsJob>(),
];

const fn models<J: BaseMigrateVersionedModelJob>() -> Place {
    Place {
        census: |store| Box::pin(J::census(store)),
        audit: |store, options| Box::pin(J::audit(store, options, &NoProgress)),
        migrate: |store, options| Box::pin(J::migrate(store, options, &NoProgress)),
        replay: |store, options| Box::pin(J::replay(store, options, &NoProgress)),
    }
}

const fn snapshots<J: BaseMigrateVersionedModelSnapshotsJob>() -> Place {
    Place {
        census: |store| Box::pin(J::census(store)),
        audit: |store, options| Box::pin(J::audit(store, options, &NoProgress)),
        migrate: |store, options| Box::pin(J::migrate(store, options, &NoProgress)),
        replay: |store, options| Box::pin(J::replay(store, options, &NoProgress)),
    }
}
