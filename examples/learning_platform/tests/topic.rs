//! Rules of topics.

use serde_json::{Value, json};
use versioned_core::BaseVersionedDomainObject;

use super::{check, check_refused, convert, refusal, seed, upgraded};
use crate::domain::Topic;

#[test]
fn a_subtopic_gets_an_address_made_of_its_title() {
    let titles = ["Parts of a Whole", " 3 Circles, & more! ", "a"];
    let subtopics: Vec<Value> = titles.iter().map(|title| json!({"title": title})).collect();
    let converted =
        convert::<Topic>("subtopics", 2, &json!(subtopics), &[("id", json!("t"))]).unwrap();
    let addresses: Vec<&Value> =
        converted.as_array().unwrap().iter().map(|subtopic| &subtopic["url_fragment"]).collect();
    assert_eq!(addresses, ["parts-of-a-whole", "circles-more", "a"]);
}

#[test]
fn a_title_without_a_letter_is_refused_with_the_topic() {
    let subtopics = json!([{"title": "One"}, {"title": "1848"}]);
    let error =
        convert::<Topic>("subtopics", 2, &subtopics, &[("id", json!("years"))]).unwrap_err();
    let reason = "nothing in the title can be in an address below `years`";
    assert_eq!(refusal(&error), ("/1/title".to_owned(), reason.to_owned()));
}

#[test]
fn what_belongs_to_a_thumbnail_moves_to_one_place() {
    let shapes = upgraded::<Topic>(&seed("topic", "shapes").document);
    let thumbnails: Vec<&Value> =
        shapes["subtopics"].as_array().unwrap().iter().map(|one| &one["thumbnail"]).collect();
    let drawn = json!({"filename": "triangle.svg", "bg_color": "#C6DCDA"});
    assert_eq!(thumbnails, [&drawn, &Value::Null]);
}

/// Dropping the file would be a loss that nothing declares.
#[test]
fn a_thumbnail_without_a_background_is_refused() {
    check_refused::<Topic>(
        "subtopics",
        3,
        &json!([{"id": 1, "title": "A", "url_fragment": "a", "skill_ids": [],
            "thumbnail_filename": "a.svg", "thumbnail_bg_color": null}]),
        "/0",
        "a thumbnail has a file and a background",
    );
}

#[test]
fn a_reference_becomes_an_object_that_is_not_published() {
    check::<Topic>(
        "canonical_stories",
        1,
        &json!(["a", "b"]),
        &json!([{"story_id": "a"}, {"story_id": "b"}]),
    );
    check::<Topic>(
        "additional_stories",
        2,
        &json!([{"story_id": "a"}]),
        &json!([{"story_id": "a", "story_is_published": false}]),
    );
    check_refused::<Topic>(
        "additional_stories",
        2,
        &json!([{"story_id": "a"}, "b"]),
        "/1",
        "expected an object",
    );
}

/// One version field stands for both: a list that stayed behind could not be read again.
#[test]
fn two_lists_under_one_version_are_upgraded_together() {
    let stored = seed("topic", "sounds").document.to_string();
    let migrated = Topic::migrate_to_latest_schema_versions(&stored).unwrap();
    let changed: Vec<&str> = migrated.changes().iter().map(|change| change.field).collect();
    assert_eq!(changed, ["canonical_stories", "additional_stories"]);
    let sounds: Value = serde_json::from_str(migrated.document()).unwrap();
    assert_eq!(sounds["story_schema_version"], 3);
    assert_eq!(sounds["canonical_stories"], json!([]));
    assert_eq!(
        sounds["additional_stories"],
        json!([{"story_id": "poet", "story_is_published": false}])
    );
}
