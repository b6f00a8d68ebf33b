//! What jobs write is what was read before, byte for byte: in models and in snapshots of all kinds.

use std::collections::BTreeMap;

use versioned_core::BaseVersionedDomainObject;
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, JobOptions, NoProgress,
    VersionedModel,
};
use versioned_sql::SqlStore;
use versioned_store::{EntityKey, HistoryStore, ModelVersion};

use super::{block_on, filled, seeds_of};
use crate::models::{
    MigrateCollectionJob, MigrateCollectionSnapshotsJob, MigrateExplorationJob,
    MigrateExplorationSnapshotsJob, MigrateQuestionJob, MigrateQuestionSnapshotsJob,
    MigrateSkillJob, MigrateSkillSnapshotsJob, MigrateStoryJob, MigrateStorySnapshotsJob,
    MigrateTopicJob, MigrateTopicSnapshotsJob,
};

#[test]
fn explorations_are_stored_as_they_were_read() {
    check::<MigrateExplorationJob, MigrateExplorationSnapshotsJob>(4, 2);
}

#[test]
fn questions_are_stored_as_they_were_read() {
    check::<MigrateQuestionJob, MigrateQuestionSnapshotsJob>(2, 1);
}

#[test]
fn skills_are_stored_as_they_were_read() {
    check::<MigrateSkillJob, MigrateSkillSnapshotsJob>(3, 2);
}

#[test]
fn stories_are_stored_as_they_were_read() {
    check::<MigrateStoryJob, MigrateStorySnapshotsJob>(3, 1);
}

#[test]
fn topics_are_stored_as_they_were_read() {
    check::<MigrateTopicJob, MigrateTopicSnapshotsJob>(3, 1);
}

#[test]
fn collections_are_stored_as_they_were_read() {
    check::<MigrateCollectionJob, MigrateCollectionSnapshotsJob>(3, 1);
}

/// Documents by the model and the model version whose snapshot they are.
type Documents = BTreeMap<(String, i64), String>;

/// Reads everything of a kind, lets the jobs run, and compares with the bytes that they have
/// written. So many models are migrated, and so many snapshots never can be.
fn check<J, S>(migrated: u64, unusable: usize)
where
    J: BaseMigrateVersionedModelJob,
    S: BaseMigrateVersionedModelSnapshotsJob<Model = J::Model>,
{
    block_on(async {
        let store = &filled().await;
        let table = J::Model::table().unwrap();
        let (read_models, read_snapshots) = read::<J::Model>(store).await;

        let options = JobOptions::default().with_ledger("test");
        let models = J::migrate(store, &options, &NoProgress).await.unwrap();
        assert_eq!(models.counts().migrated, migrated);
        let snapshots = S::migrate(store, &options, &NoProgress).await.unwrap();
        assert!(snapshots.counts().is_balanced());

        // A model that was migrated has a snapshot of what was written, under its new version.
        let mut written = 0;
        for ((id, version), document) in &read_models {
            let key = EntityKey::from(id.as_str());
            let version = ModelVersion::new(version + 1);
            let snapshot = store.snapshot(&table, &key, version).await.unwrap();
            let Some(snapshot) = snapshot else { continue };
            assert_eq!(snapshot.document(), Some(document.as_bytes()), "{id}");
            let row = J::Model::find_document(store, &key).await.unwrap();
            assert_eq!(row.as_deref(), Some(document.as_str()), "{id}");
            written += 1;
        }
        assert_eq!(written, migrated);

        let mut quarantined = 0;
        for ((id, version), document) in &read_snapshots {
            let (key, version) = (EntityKey::from(id.as_str()), ModelVersion::new(*version));
            let snapshot = store.snapshot(&table, &key, version).await.unwrap().unwrap();
            match document.as_str() {
                "" => quarantined += 1,
                _ => assert_eq!(snapshot.document(), Some(document.as_bytes()), "{id}/{version}"),
            }
        }
        assert_eq!((quarantined, snapshots.counts().quarantined), (unusable, unusable as u64));

        // Both jobs again: there is nothing left for them.
        for counts in [
            *J::migrate(store, &options, &NoProgress).await.unwrap().counts(),
            *S::migrate(store, &options, &NoProgress).await.unwrap().counts(),
        ] {
            assert!(counts.is_balanced());
            assert_eq!(counts.migrated, 0);
        }
    });
}

/// All models and all snapshots of a kind at their latest versions; of a snapshot that is of no use
/// nothing, and no model that is.
async fn read<M: VersionedModel>(store: &SqlStore) -> (Documents, Documents) {
    let (mut models, mut snapshots) = (Documents::new(), Documents::new());
    let entity = M::DomainObject::schema_versioned_attributes().entity;
    for seed in seeds_of(entity).unwrap() {
        let id = seed.document["id"].as_str().unwrap();
        if let Ok(Some(document)) = M::find_document(store, &id.into()).await {
            models.insert((id.to_owned(), seed.model_version), document);
        }
        let older = seed.snapshots.iter().map(|snapshot| snapshot.model_version);
        for version in older.chain([seed.model_version]) {
            let at = ModelVersion::new(version);
            let read = M::find_version_document(store, &id.into(), at).await;
            let document = read.map_or_else(|_| String::new(), Option::unwrap);
            snapshots.insert((id.to_owned(), version), document);
        }
    }
    (models, snapshots)
}
