//! An entity is checked beside others with the same hook wherever it is written: in audits, migrations, saves and reverts.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, Commit, Fetched,
    HookError, Hooks, JobReport, NoProgress, SaveError, Stale, VersionedModel,
};
use versioned_store::{
    ColumnValue, EntityKey, History, MemoryStore, ModelStore, ModelVersion, Row, StorageModel,
};
use versioned_testkit::conformance::history::HistoryFixture;

use super::{
    backend::{Backend, SqliteFile},
    block_on,
    with_a_ledger::ledgered,
};

#[derive(Debug, PartialEq, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "topic")]
struct Topic {
    id: String,
    #[versioned(version_field = "skills_version", min = 1, max = 1)]
    skills: Vec<String>,
    skills_version: SchemaVersion,
}

struct Topics;

impl VersionedModel for Topics {
    type DomainObject = Topic;

    fn storage_model() -> StorageModel {
        StorageModel::document("topics", "body").id("id")
    }
}

/// A story of a topic; each of its nodes teaches one skill of the topic.
#[derive(Debug, PartialEq, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "story")]
struct Story {
    id: String,
    topic: String,
    #[versioned(version_field = "nodes_version", min = 1, max = 2)]
    nodes: Vec<String>,
    nodes_version: SchemaVersion,
}

impl Story {
    fn _convert_nodes_v1_to_v2(nodes: BTreeMap<u32, String>) -> Vec<String> {
        nodes.into_values().collect()
    }
}

/// The keys of each call with what they need, and whether the next one gives nothing.
static CALLS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static GIVES_NOTHING: AtomicBool = AtomicBool::new(false);

struct Stories;

impl VersionedModel for Stories {
    type DomainObject = Story;

    fn storage_model() -> StorageModel {
        let history = History::tables("story_snapshots", "story_commits");
        StorageModel::columns("stories").id("id").model_version("version").history(history)
    }

    fn hooks() -> Hooks<Story> {
        Hooks::default().check(&["skills_of_topic"], |saved, fetched| {
            let known: Vec<String> = fetched.get("skills_of_topic")?;
            match saved.object.nodes.iter().find(|skill| !known.contains(skill)) {
                Some(skill) => Err(format!("the topic has no skill `{skill}`").into()),
                None => Ok(()),
            }
        })
    }

    async fn prefetch<S: ModelStore>(
        store: &S,
        stale: &[Stale<'_>],
    ) -> Result<Vec<Fetched>, HookError> {
        let asked = stale.iter().map(|one| format!("{} {}", one.key(), one.needs().join(" ")));
        CALLS.lock().unwrap().push(asked.collect::<Vec<_>>().join(", "));
        let mut fetched = Vec::new();
        for one in stale {
            #[derive(Deserialize)]
            struct OfTopic {
                topic: String,
            }
            let story: OfTopic = serde_json::from_str(&one.document().unwrap())?;
            let topic = Topics::get(store, &story.topic.as_str().into()).await?;
            fetched.push(match GIVES_NOTHING.load(Ordering::SeqCst) {
                true => Fetched::default(),
                false => Fetched::default().with("skills_of_topic", &topic.skills)?,
            });
        }
        Ok(fetched)
    }
}

struct MigrateStoryJob;

impl BaseMigrateVersionedModelJob for MigrateStoryJob {
    type Model = Stories;
}

struct MigrateStorySnapshotsJob;

impl BaseMigrateVersionedModelSnapshotsJob for MigrateStorySnapshotsJob {
    type Model = Stories;
}

fn row(id: &str, nodes: &str, version: i64) -> Row {
    let table = Stories::table().unwrap();
    let values = table.columns().iter().map(|column| match column.key {
        "id" => ColumnValue::Text(id.to_owned()),
        "topic" => ColumnValue::Text("fractions".to_owned()),
        "nodes" => ColumnValue::Text(nodes.to_owned()),
        _ => ColumnValue::Integer(version),
    });
    let values = values.map(Some).collect();
    Row { key: id.into(), model_version: Some(1), deleted: false, values, stamp: None }
}

fn story(id: &str, nodes: &[&str]) -> Story {
    let nodes = nodes.iter().map(|&node| node.to_owned()).collect();
    let nodes_version = SchemaVersion::new(2);
    Story { id: id.to_owned(), topic: "fractions".to_owned(), nodes, nodes_version }
}

fn calls() -> Vec<String> {
    std::mem::take(&mut CALLS.lock().unwrap())
}

/// A topic with the skills `add` and `halve`; a stale story that fits, a stale one that does not, and a current one that
/// does not; and an old snapshot that does not.
fn school<B: Backend + HistoryFixture>() -> B {
    let (topics, stories) = (Topics::table().unwrap(), Stories::table().unwrap());
    block_on(async {
        let backend = B::open().await;
        backend.create_table(&topics).await;
        backend.create_table(&stories).await;
        backend.create_history_tables(&stories).await;
        let body = r#"{"id":"fractions","skills":["add","halve"],"skills_version":1}"#;
        let values = vec![Some(ColumnValue::Text(body.to_owned()))];
        let topic = Row {
            key: "fractions".into(),
            model_version: None,
            deleted: false,
            values,
            stamp: None,
        };
        backend.put(&topics, topic).await;
        backend.put(&stories, row("a", r#"{"1":"add","2":"halve"}"#, 1)).await;
        backend.put(&stories, row("b", r#"{"1":"add","2":"fly"}"#, 1)).await;
        backend.put(&stories, row("c", r#"["fly"]"#, 2)).await;
        let old = r#"{"id":"a","topic":"fractions","nodes":{"1":"swim"},"nodes_version":1}"#;
        let values = vec![Some(ColumnValue::Text(old.to_owned()))];
        let key = EntityKey::from("a").at(ModelVersion::new(1));
        let old = Row { key, model_version: None, deleted: false, values, stamp: None };
        backend.put(&stories.snapshots().unwrap(), old).await;
        backend
    })
}

fn refusal(error: &SaveError) -> String {
    let SaveError::Entity { error } = error else { panic!("{error:?}") };
    std::error::Error::source(error).unwrap().to_string()
}

fn check<B: Backend + HistoryFixture>() {
    let backend = school::<B>();
    let (store, a) = (backend.store(), EntityKey::from("a"));
    let ana = || Commit::by("ana");

    // A read checks nothing, so nothing is asked for.
    assert_eq!(block_on(Stories::get(store, &"b".into())).unwrap().nodes, ["add", "fly"]);
    assert_eq!(calls(), [""; 0]);

    // The audit finds what the migration refuses, and both ask for the stale ones alone.
    let reasons = |report: &JobReport| {
        let failures = report.failures().iter();
        let source = |it: &versioned_jobs::EntityFailure| {
            std::error::Error::source(&it.error).unwrap().to_string()
        };
        failures.map(|it| format!("{}: {}", it.id, source(it))).collect::<Vec<_>>()
    };
    let expect = ["b: the topic has no skill `fly`"];
    let audit = block_on(MigrateStoryJob::audit(store, &ledgered(9), &NoProgress)).unwrap();
    assert_eq!((audit.counts().migrated, audit.counts().current), (1, 1));
    assert_eq!(reasons(&audit), expect);
    let report = block_on(MigrateStoryJob::migrate(store, &ledgered(9), &NoProgress)).unwrap();
    assert_eq!((report.counts().migrated, report.counts().quarantined), (1, 1));
    assert_eq!(reasons(&report), expect);
    assert_eq!(calls(), ["a skills_of_topic, b skills_of_topic"; 2]);

    // Saves ask for the one entity, as it is about to be.
    let mut opened = block_on(Stories::open(store, &a)).unwrap();
    opened.nodes.push("fly".to_owned());
    let error = block_on(Stories::save(store, &opened, ana())).unwrap_err();
    assert_eq!(refusal(&error), "the topic has no skill `fly`");
    opened.nodes.pop();
    assert_eq!(block_on(Stories::save(store, &opened, ana())).unwrap(), Some(ModelVersion::new(3)));
    let (new, unfit) = (story("d", &["halve"]), story("e", &["dive"]));
    block_on(Stories::create(store, &"d".into(), &new, ana())).unwrap();
    let error = block_on(Stories::create(store, &"e".into(), &unfit, ana())).unwrap_err();
    assert_eq!(refusal(&error), "the topic has no skill `dive`");
    let expect = ["a", "a", "d", "e"].map(|id| format!("{id} skills_of_topic"));
    assert_eq!(calls(), expect);

    // So does a revert: the key is that of the entity, not that of the snapshot.
    let error = block_on(Stories::revert(store, &a, ModelVersion::new(1), ana())).unwrap_err();
    assert_eq!(refusal(&error), "the topic has no skill `swim`");
    block_on(Stories::revert(store, &a, ModelVersion::new(2), ana())).unwrap();
    assert_eq!(calls(), ["a skills_of_topic"; 2]);

    // What once was is not checked by what is now.
    let options = ledgered(9);
    let report = MigrateStorySnapshotsJob::migrate(store, &options, &NoProgress);
    assert_eq!(block_on(report).unwrap().counts().migrated, 1);
    assert_eq!(calls(), [""; 0]);

    // A value that was not given is a refusal, not a check that finds nothing.
    GIVES_NOTHING.store(true, Ordering::SeqCst);
    let error = block_on(Stories::save(store, &opened, ana())).unwrap_err();
    let expect = "`skills_of_topic` is needed, and `prefetch` did not give it";
    assert_eq!(refusal(&error), expect);
    GIVES_NOTHING.store(false, Ordering::SeqCst);
    calls();
}

#[test]
fn a_story_is_checked_beside_its_topic_wherever_it_is_written() {
    check::<MemoryStore>();
    check::<SqliteFile>();
}
