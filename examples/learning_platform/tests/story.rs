//! Rules of stories.

use serde_json::{Value, json};

use super::{check, convert, refusal, seed, upgraded};
use versioned_core::BaseVersionedDomainObject;

use crate::domain::Story;

fn upgraded_story(id: &str) -> Value {
    upgraded::<Story>(&seed("story", id).document)
}

fn members<'v>(story: &'v Value, key: &str) -> Vec<&'v Value> {
    let nodes = story["story_contents"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| &node[key]).collect()
}

#[test]
fn chapters_get_a_place_for_a_thumbnail() {
    check::<Story>(
        "story_contents",
        1,
        &json!({"nodes": [{"id": "node_1"}]}),
        &json!({"nodes": [
            {"id": "node_1", "thumbnail_filename": null, "thumbnail_bg_color": null},
        ]}),
    );
}

#[test]
fn sizes_of_thumbnails_come_from_what_was_fetched() {
    let baker = upgraded_story("baker");
    let sizes = members(&baker, "thumbnail_size_in_bytes");
    assert_eq!(sizes, [&json!(21_504), &json!(18_022), &Value::Null]);
}

#[test]
fn a_story_below_version_three_whose_sizes_were_not_fetched_is_refused() {
    let contents =
        json!({"nodes": [{"thumbnail_filename": null}, {"thumbnail_filename": "a.svg"}]});
    let beside = [("id", json!("s")), ("thumbnail_sizes", json!({"story/t/a.svg": 1}))];
    let error = convert::<Story>("story_contents", 2, &contents, &beside).unwrap_err();
    let (pointer, reason) = refusal(&error);
    assert_eq!(pointer, "/nodes/1/thumbnail_filename");
    assert_eq!(reason, "the size of `story/s/a.svg` is not known: is the file gone?");
}

/// The chapters said 1, 2, 3; the list that authors see says 2, 1, 3.
#[test]
fn a_story_is_told_in_the_order_of_its_list() {
    let sailor = upgraded_story("sailor");
    assert_eq!(members(&sailor, "id"), ["node_2", "node_1", "node_3"]);
    let next = members(&sailor, "destination_node_ids");
    assert_eq!(next, [&json!(["node_1"]), &json!(["node_3"]), &json!([])]);
    assert_eq!(sailor["story_contents"]["initial_node_id"], "node_2");
}

#[test]
fn a_story_without_chapters_begins_nowhere() {
    let knight = upgraded_story("knight");
    assert_eq!(knight["story_contents"]["initial_node_id"], Value::Null);
}

#[test]
fn a_current_story_needs_nothing_that_was_fetched() {
    let poet = seed("story", "poet").document.to_string();
    let migrated = Story::migrate_to_latest_schema_versions(&poet).unwrap();
    assert!(migrated.changes().is_empty());
}
