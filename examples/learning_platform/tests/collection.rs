//! Rules of collections.

use serde_json::{Value, json};

use super::{check, check_refused, convert, refusal, seed, upgraded};
use crate::domain::Collection;

fn node(id: &str, needs: &[&str], teaches: &[&str]) -> Value {
    json!({"exploration_id": id, "prerequisite_skills": needs, "acquired_skills": teaches})
}

#[test]
fn explorations_come_from_the_field_beside_the_contents() {
    let nodes = json!([node("a", &[], &["x"])]);
    let converted =
        convert::<Collection>("collection_contents", 1, &json!({}), &[("nodes", nodes.clone())]);
    assert_eq!(converted.unwrap(), json!({"nodes": nodes}));
    // The field is absent where it was never written.
    let converted = convert::<Collection>("collection_contents", 1, &json!({}), &[]);
    assert_eq!(converted.unwrap(), json!({"nodes": []}));
}

#[test]
fn explorations_in_two_places_are_refused_instead_of_choosing_one() {
    let error =
        convert::<Collection>("collection_contents", 1, &json!({"nodes": []}), &[]).unwrap_err();
    let reason = "version 1 has its explorations in a field beside it";
    assert_eq!(refusal(&error), ("/nodes".to_owned(), reason.to_owned()));
}

#[test]
fn skills_get_ids_in_the_order_of_their_names() {
    check::<Collection>(
        "collection_contents",
        2,
        &json!({"nodes": [node("a", &[], &["wind", "angles"]), node("b", &["wind"], &[])]}),
        &json!({
            "nodes": [
                {"exploration_id": "a", "prerequisite_skill_ids": [],
                 "acquired_skill_ids": ["skill1", "skill0"]},
                {"exploration_id": "b", "prerequisite_skill_ids": ["skill1"],
                 "acquired_skill_ids": []},
            ],
            "skills": {
                "skill0": {"name": "angles", "question_ids": []},
                "skill1": {"name": "wind", "question_ids": []},
            },
            "next_skill_id": 2,
        }),
    );
}

#[test]
fn explorations_keep_their_order_when_the_skills_go() {
    let basics = upgraded::<Collection>(&seed("collection", "basics").document);
    assert_eq!(
        basics["collection_contents"],
        json!({"nodes": [{"exploration_id": "fractions"}, {"exploration_id": "kites"}]})
    );
    // What the step read stays where it is.
    assert_eq!(basics["nodes"], seed("collection", "basics").document["nodes"]);
}

#[test]
fn contents_without_skills_at_version_three_are_refused() {
    check_refused::<Collection>(
        "collection_contents",
        3,
        &json!({"nodes": []}),
        "",
        "member `skills` is missing",
    );
}
