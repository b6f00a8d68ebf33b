//! The law of one chain: what is read lazily, what the model job writes and what the snapshot job writes are the same bytes.

use proptest::{
    prelude::{Just, Strategy, prop_oneof},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, BaseMigrateVersionedModelSnapshotsJob, NoProgress,
};
use versioned_store::{ColumnValue, ModelVersion};

use super::{
    Keeper, Kept, Migrate, MigrateSnapshots, block_on, history_stories, put_snapshot, school,
    snapshots,
};
use crate::jobs::{
    lesson::{Layout, StoredLesson},
    with_a_ledger::ledgered,
};

history_stories! {
    reading_model_job_and_snapshot_job_give_the_same_bytes
}

/// Names and texts of scenes.
fn scenes() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = prop_oneof![Just(String::new()), "[a-z \u{e9}\"]{1,8}", Just("\u{0}\n".to_owned())];
    proptest::collection::btree_map("[a-d\u{1f600}]{0,2}", text, 0..4)
        .prop_map(|scenes| scenes.into_iter().collect())
}

/// A lesson with both fields at any version that there was.
fn lesson() -> impl Strategy<Value = StoredLesson> {
    let notes = prop_oneof![
        Just((None, r#""one;two""#)),
        Just((Some("1"), r#" "" "#)),
        Just((Some("2"), r#"[ "one" ,"\u00e9"]"#)),
    ];
    let spaced = proptest::bool::ANY;
    (scenes(), 1..=3_u8, notes, spaced).prop_map(
        |(scenes, version, (notes_version, notes), spaced)| {
            let scene = |text: &String| match version {
                1 => json!(text),
                2 => json!({"text": text, "lesson": "l"}),
                _ => json!({"text": text, "lesson": "l", "kind": "text"}),
            };
            let scenes: Value =
                scenes.iter().map(|(name, text)| (name.clone(), scene(text))).collect();
            let scenes = match (scenes.is_null(), spaced) {
                (true, _) => "{ }".to_owned(),
                (false, true) => serde_json::to_string_pretty(&scenes).unwrap(),
                (false, false) => scenes.to_string(),
            };
            let scenes_version = Some(["1", "2", "3"][usize::from(version) - 1]);
            StoredLesson { scenes_version, scenes, notes_version, notes, ..StoredLesson::old("") }
        },
    )
}

fn reading_model_job_and_snapshot_job_give_the_same_bytes<M: Kept, B: Keeper>() {
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let lessons = proptest::collection::vec(lesson(), 1..6);
    let checked = TestRunner::new(config).run(&lessons, |mut lessons| {
        for (index, lesson) in lessons.iter_mut().enumerate() {
            lesson.id = format!("l{index}");
        }
        check::<M, B>(&lessons);
        Ok(())
    });
    checked.unwrap();
}

fn check<M: Kept, B: Keeper>(lessons: &[StoredLesson]) {
    let school = school::<M, B>(lessons);
    let (store, first) = (school.store(), ModelVersion::new(1));
    for lesson in lessons {
        let Some(ColumnValue::Text(text)) = &lesson.row(Layout::Document).values[0] else {
            panic!("a document is a text");
        };
        put_snapshot::<M, B>(&school, &lesson.id, 1, text);
    }
    let read = || {
        let read = lessons.iter().map(|lesson| {
            let key = lesson.id.as_str().into();
            let model = block_on(M::find_document(store, &key)).unwrap().unwrap();
            let old = block_on(M::find_version_document(store, &key, first)).unwrap().unwrap();
            (model, old)
        });
        read.collect::<Vec<_>>()
    };
    let lazily = read();
    block_on(async {
        let options = ledgered(2);
        let of_models = Migrate::<M>::migrate(store, &options, &NoProgress).await.unwrap();
        assert_eq!(of_models.counts().failures(), 0);
        MigrateSnapshots::<M>::migrate(store, &options, &NoProgress).await.unwrap();
    });
    assert_eq!(read(), lazily, "reading again is reading what was written");
    let written = snapshots::<M, B>(&school);
    for (lesson, (model, old)) in lessons.iter().zip(&lazily) {
        let snapshot = |version: i64| {
            let key = format!("{}/{version}", lesson.id);
            written.iter().find(|(known, _)| *known == key).map(|(_, text)| text)
        };
        assert_eq!(snapshot(1), Some(old), "the snapshot job");
        // The commit of a migrated model has what the model is.
        assert!(snapshot(2).is_none_or(|text| text == model), "the model job");
        if M::LAYOUT == Layout::Document {
            assert_eq!(model, old, "one chain for models and snapshots");
        }
    }
}
