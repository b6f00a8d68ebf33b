//! Rules of explorations.

use serde_json::{Value, json};
use versioned_core::SchemaVersion;

use super::{check, check_refused, reading::read, seed, snapshot, upgraded};
use crate::domain::{Exploration, Validate};

fn checkpoints(exploration: &Value) -> Vec<&str> {
    let states = exploration["states"].as_object().unwrap().iter();
    let is_checkpoint = |state: &Value| state["card_is_checkpoint"] == true;
    states.filter(|(_, state)| is_checkpoint(state)).map(|(name, _)| name.as_str()).collect()
}

/// Taking the name from the entity of today would leave the old content without a checkpoint.
#[test]
fn a_snapshot_starts_where_it_says_itself() {
    let then = upgraded::<Exploration>(&snapshot("exploration", "fractions", 1));
    let now = upgraded::<Exploration>(&seed("exploration", "fractions").document);
    assert_eq!((checkpoints(&then), checkpoints(&now)), (vec!["Start"], vec!["Halves"]));
}

#[test]
fn answers_name_choices_by_content_id() {
    let colours = upgraded::<Exploration>(&seed("exploration", "colours").document);
    let rule = "/states/Colours/interaction/answer_groups/0/rule_specs/0/inputs/x";
    assert_eq!(*colours.pointer(rule).unwrap(), json!([["ca_choices_2"], ["ca_choices_1"]]));
}

#[test]
fn states_count_their_content_ids_no_more() {
    check::<Exploration>(
        "states",
        45,
        &json!({"A": {"next_content_id_index": 3}, "B": {"next_content_id_index": 9}}),
        &json!({"A": {}, "B": {}}),
    );
}

#[test]
fn a_counter_below_zero_is_refused_with_its_place() {
    check_refused::<Exploration>(
        "states",
        45,
        &json!({"A": {"next_content_id_index": 1}, "B/C": {"next_content_id_index": -1}}),
        "/B~1C/next_content_id_index",
        "expected an integer of 64 bits that is not negative, found -1",
    );
}

#[test]
fn only_a_public_exploration_needs_a_title_and_an_end() {
    let mut document = seed("exploration", "sketch").document;
    let (sketch, _) = read::<Exploration>(&document).unwrap();
    assert_eq!(sketch.states_schema_version, SchemaVersion::new(46));
    assert!(!sketch.is_strict());

    document["publication"] = "public".into();
    let error = read::<Exploration>(&document).unwrap_err();
    assert_eq!(
        error.to_string(),
        "exploration `sketch` is not valid at `states/Idea`: a learner cannot leave the state"
    );
    document["states"]["Idea"]["interaction"]["id"] = "TextInput".into();
    let error = read::<Exploration>(&document).unwrap_err();
    assert!(error.to_string().ends_with("a public exploration needs a title"), "{error}");
    document["title"] = "Coins".into();
    let error = read::<Exploration>(&document).unwrap_err();
    assert!(error.to_string().ends_with("needs a state that ends it"), "{error}");
}
