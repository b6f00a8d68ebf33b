//! The kinds as the application stores them, each declared once, and the jobs over each.
//!
//! A further kind needs, besides its domain object and its conversions, a storage model and two jobs
//! that name the kind: `docs/oppia.md` counts the lines.

use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Fetched, HookError, Hooks,
    Stale, VersionedModel,
};
use versioned_store::{DeletedModels, History, ModelStore, StorageModel};

use crate::{
    domain::{Collection, Exploration, Question, Skill, Story, Topic},
    hooks::{hooks, statistics, summary},
    prefetch,
    summary::{CollectionSummary, ExplorationSummary, SkillSummary, StorySummary, TopicSummary},
};

/// The explorations.
pub(crate) struct Explorations;

impl VersionedModel for Explorations {
    type DomainObject = Exploration;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::columns("explorations"), "exploration")
    }

    fn hooks() -> Hooks<Exploration> {
        hooks().dependents(|saved| {
            let summary = summary::<_, ExplorationSummary>(saved);
            summary.into_iter().chain(statistics(saved)).collect()
        })
    }
}

/// Brings explorations to the latest versions.
pub(crate) struct MigrateExplorationJob;

impl BaseMigrateVersionedModelJob for MigrateExplorationJob {
    type Model = Explorations;
}

/// Brings old snapshots of explorations to the latest versions.
pub(crate) struct MigrateExplorationSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateExplorationSnapshotsJob {
    type Model = Explorations;
}

/// The questions.
pub(crate) struct Questions;

impl VersionedModel for Questions {
    type DomainObject = Question;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::columns("questions"), "question")
    }

    fn hooks() -> Hooks<Question> {
        hooks()
    }
}

/// Brings questions to the latest versions.
pub(crate) struct MigrateQuestionJob;

impl BaseMigrateVersionedModelJob for MigrateQuestionJob {
    type Model = Questions;
}

/// Brings old snapshots of questions to the latest versions.
pub(crate) struct MigrateQuestionSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateQuestionSnapshotsJob {
    type Model = Questions;
}

/// The skills.
pub(crate) struct Skills;

impl VersionedModel for Skills {
    type DomainObject = Skill;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::columns("skills"), "skill")
    }

    fn hooks() -> Hooks<Skill> {
        hooks().dependents(summary::<_, SkillSummary>)
    }
}

/// Brings skills to the latest versions.
pub(crate) struct MigrateSkillJob;

impl BaseMigrateVersionedModelJob for MigrateSkillJob {
    type Model = Skills;
}

/// Brings old snapshots of skills to the latest versions.
pub(crate) struct MigrateSkillSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateSkillSnapshotsJob {
    type Model = Skills;
}

/// The stories.
pub(crate) struct Stories;

impl VersionedModel for Stories {
    type DomainObject = Story;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::columns("stories"), "story")
    }

    fn hooks() -> Hooks<Story> {
        hooks()
            .check(&[prefetch::STORIES_OF_TOPIC], prefetch::is_named_by_its_topic)
            .dependents(summary::<_, StorySummary>)
    }

    async fn prefetch<S: ModelStore>(
        store: &S,
        stale: &[Stale<'_>],
    ) -> Result<Vec<Fetched>, HookError> {
        prefetch::for_stories(store, stale).await
    }
}

/// Brings stories to the latest versions.
pub(crate) struct MigrateStoryJob;

impl BaseMigrateVersionedModelJob for MigrateStoryJob {
    type Model = Stories;
}

/// Brings old snapshots of stories to the latest versions.
pub(crate) struct MigrateStorySnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateStorySnapshotsJob {
    type Model = Stories;
}

/// The topics.
pub(crate) struct Topics;

impl VersionedModel for Topics {
    type DomainObject = Topic;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::columns("topics"), "topic")
    }

    fn hooks() -> Hooks<Topic> {
        hooks().dependents(summary::<_, TopicSummary>)
    }
}

/// Brings topics to the latest versions.
pub(crate) struct MigrateTopicJob;

impl BaseMigrateVersionedModelJob for MigrateTopicJob {
    type Model = Topics;
}

/// Brings old snapshots of topics to the latest versions.
pub(crate) struct MigrateTopicSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateTopicSnapshotsJob {
    type Model = Topics;
}

/// The collections, each a document in one column.
pub(crate) struct Collections;

impl VersionedModel for Collections {
    type DomainObject = Collection;

    fn storage_model() -> StorageModel {
        with_history(StorageModel::document("collections", "document"), "collection")
    }

    fn hooks() -> Hooks<Collection> {
        hooks().dependents(summary::<_, CollectionSummary>)
    }
}

/// Brings collections to the latest versions.
pub(crate) struct MigrateCollectionJob;

impl BaseMigrateVersionedModelJob for MigrateCollectionJob {
    type Model = Collections;
}

/// Brings old snapshots of collections to the latest versions.
pub(crate) struct MigrateCollectionSnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateCollectionSnapshotsJob {
    type Model = Collections;
}

/// What all tables have: an id, a model version, a mark for what was deleted, and a history, in which
/// what was deleted stays readable.
fn with_history(model: StorageModel, entity: &str) -> StorageModel {
    let history = History::tables(format!("{entity}_snapshots"), format!("{entity}_commits"));
    let history = history.snapshots_of_deleted(DeletedModels::Migrate);
    model.id("id").model_version("version").deleted("deleted").history(history)
}
