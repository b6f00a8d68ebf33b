//! The law on chains with seeded losses, declared ones, moves and retyped values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{ConversionError, LazyValue};

use super::*;

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Course {
    #[versioned(
        version_field = "version",
        min = 1,
        max = 5,
        loss(step = 2, path = "/*/notes"),
        moved(step = 3, from = "/*/html", to = "/*/content"),
        side_output(step = 4, field = next_index)
    )]
    states: BTreeMap<String, Value>,
    version: u32,
    next_index: u32,
    #[versioned(
        version_field = "cards_version",
        min = 1,
        max = 2,
        missing_version = 1,
        each,
        loss(step = 1, path = "/hint"),
        moved(step = 1, from = "/~2", to = "/star")
    )]
    #[serde(default)]
    cards: Option<Vec<Value>>,
    cards_version: Option<u32>,
}

impl Course {
    /// Drops `gone` and says nothing; retypes `weight`.
    fn _convert_states_v1_to_v2(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_members_mut()? {
            let state = state.try_object_mut()?;
            state.remove("gone");
            let weight = state.get("weight").and_then(|weight| weight.as_f64());
            if let Some(weight) = weight {
                state.insert("weight", weight.to_string());
            }
        }
        Ok(states)
    }

    /// Drops `notes` and says so.
    fn _convert_states_v2_to_v3(mut states: Value) -> Value {
        for state in states.as_object_mut().into_iter().flat_map(|states| states.values_mut()) {
            state.as_object_mut().map(|state| state.remove("notes"));
        }
        states
    }

    /// Moves `html`, in other words.
    fn _convert_states_v3_to_v4(mut states: Value) -> Value {
        for state in states.as_object_mut().into_iter().flat_map(|states| states.values_mut()) {
            let html = state.as_object_mut().and_then(|state| state.remove("html"));
            if let Some(html) = html {
                state["content"] = json!([html, "moved"]);
            }
        }
        states
    }

    /// Puts `index` into a sibling.
    fn _convert_states_v4_to_v5(mut states: Value) -> (Value, u32) {
        let index = states["A"].as_object_mut().and_then(|state| state.remove("index"));
        let index = index.and_then(|index| u32::try_from(index.as_u64()?).ok());
        (states, index.unwrap_or(0))
    }

    fn _convert_cards_v1_to_v2(mut card: Value) -> Value {
        if let Some(card) = card.as_object_mut() {
            card.remove("hint");
            card.remove("dropped");
            if let Some(star) = card.remove("*") {
                card.insert("star".to_owned(), star);
            }
        }
        card
    }
}

fn found(states: &str, version: u32) -> Vec<String> {
    let document =
        format!(r#"{{"states": {states}, "version": {version}, "next_index": 0, "x": "gone"}}"#);
    let losses = undeclared_losses::<Course>(&document).unwrap();
    let told = |loss: UndeclaredLoss| {
        assert_eq!((loss.entity, loss.field), ("course", "states"));
        format!("v{} {} {}", loss.step, loss.pointer.as_str(), loss.value)
    };
    losses.into_iter().map(told).collect()
}

#[test]
fn what_a_step_drops_in_silence_is_found_with_its_place() {
    let expect = [r#"v1 /A/gone/0 true"#, r#"v1 /A/gone/1/deep "a\nb""#];
    assert_eq!(found(r#"{"A": {"gone": [true, {"deep": "a\nb"}], "kept": 1}}"#, 1), expect);
    // Steps that do not run drop nothing.
    assert_eq!(found(r#"{"A": {"gone": true}}"#, 2), [""; 0]);
}

#[test]
fn declared_losses_and_moves_are_none() {
    assert_eq!(found(r#"{"A": {"notes": [1, {"x": 2}], "other": 3}}"#, 1), [""; 0]);
    assert_eq!(found(r#"{"A": {"html": "<p>", "other": 3}}"#, 1), [""; 0]);
}

#[test]
fn a_declaration_holds_for_its_own_step_and_path_only() {
    let gone_early = r#"{"A": {"gone": {"notes": 1, "html": 2}, "notes": {"x": 3}}}"#;
    assert_eq!(found(gone_early, 1), ["v1 /A/gone/notes 1", "v1 /A/gone/html 2"]);
}

#[test]
fn a_retyped_or_rewritten_scalar_is_the_same() {
    for weight in ["5", "5.0", "0.5e1", "-7", "0.125"] {
        assert_eq!(found(&format!(r#"{{"A": {{"weight": {weight}}}}}"#), 1), [""; 0], "{weight}");
    }
    // Through `Value`: the text of a number and of an escape changes.
    assert_eq!(found(r#"{"A": {"n": 1e2, "t": "\u0061\/"}}"#, 2), [""; 0]);
    // More digits than an `f64` has, rounded by the step.
    let long = r#"{"A": {"weight": 0.12345678901234567890123}}"#;
    assert_eq!(found(long, 1), ["v1 /A/weight 0.12345678901234567890123"]);
}

#[test]
fn a_side_output_is_part_of_what_a_step_returns() {
    assert_eq!(found(r#"{"A": {"index": 42}}"#, 4), [""; 0]);
    assert_eq!(found(r#"{"A": {"index": -42}}"#, 4), ["v4 /A/index -42"]);
}

/// Without this, a value that stands twice could be dropped once.
#[test]
fn a_copy_does_not_stand_in_for_what_was_dropped() {
    assert_eq!(found(r#"{"A": {"gone": "x", "kept": "x"}}"#, 1), ["v1 /A/gone \"x\""]);
    // Nor does what was moved.
    let moved = r#"{"A": {"html": "x"}, "B": {"content": "x"}}"#;
    assert_eq!(found(moved, 3), [""; 0]);
    let moved_over = r#"{"A": {"html": "x", "content": "x"}}"#;
    assert_eq!(found(moved_over, 3), ["v3 /A/content \"x\""]);
}

/// What is moved to another place than is declared is not where readers of the declaration look for it.
#[test]
fn what_is_moved_is_where_the_declaration_says() {
    let losses =
        undeclared_losses::<Card>(r#"{"front": {"text": "x", "note": null}, "version": 1}"#);
    let told: Vec<String> = losses.unwrap().iter().map(ToString::to_string).collect();
    let expect =
        "`card.front`, v1 to v2: \"x\" at /text is declared as moved to /title and is not there";
    assert_eq!(told, [expect]);
}

/// It declares a place to which its step moves nothing.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "card")]
struct Card {
    #[versioned(version_field = "version", min = 1, max = 2)]
    #[versioned(
        moved(step = 1, from = "/text", to = "/title"),
        moved(step = 1, from = "/note", to = "/notes/0")
    )]
    front: Value,
    version: u32,
}

impl Card {
    fn _convert_front_v1_to_v2(mut front: Value) -> Value {
        json!({"heading": front["text"].take()})
    }
}

#[test]
fn paths_are_those_of_elements_where_a_chain_converts_elements() {
    let check = |cards: &str, expect: &[&str]| {
        let document =
            format!(r#"{{"states": {{}}, "version": 5, "next_index": 0, "cards": {cards}}}"#);
        let losses = undeclared_losses::<Course>(&document).unwrap();
        let losses: Vec<String> = losses.iter().map(ToString::to_string).collect();
        assert_eq!(losses, expect, "{cards}");
    };
    check(r#"[{"hint": 1}, {"hint": [2, 3], "*": 4, "b": 5}]"#, &[]);
    let expect = "`course.cards`, v1 to v2: 7 at /1/dropped is not in what the step returned";
    check(r#"[{"hint": 1}, {"dropped": 7}]"#, &[expect]);
    check("null", &[]);
}

#[test]
fn a_whole_document_is_compared_without_its_version() {
    #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
    #[versioned(document, version_field = "version", min = 1, max = 2)]
    struct Export {
        version: u32,
        parts: Vec<u32>,
    }

    impl Export {
        fn _convert_document_v1_to_v2(mut document: Value) -> Value {
            document["parts"] = document["sections"].take();
            document["parts"].as_array_mut().map(Vec::pop);
            document["version"].take();
            document
        }
    }

    let losses = undeclared_losses::<Export>(r#"{"version": 1, "sections": [5, 6]}"#).unwrap();
    let [loss] = losses.as_slice() else { panic!("{losses:?}") };
    assert_eq!((loss.field, loss.pointer.as_str()), ("document", "/sections/1"));
    let export: Export = serde_json::from_str(r#"{"version": 2, "parts": [5]}"#).unwrap();
    assert_eq!((export.version, export.parts), (2, vec![5]));
}

#[test]
fn fetched_values_are_passed_on() {
    #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
    struct Story {
        #[versioned(version_field = "version", min = 1, max = 2, context(fetched(size: u32)))]
        nodes: Value,
        version: u32,
    }

    impl Story {
        fn _convert_nodes_v1_to_v2(_: Value, context: &StoryNodesContext<'_>) -> Value {
            json!(context.size)
        }
    }

    let document = r#"{"nodes": [3, 4], "version": 1}"#;
    let size = Member { key: "size", value: MemberValue::Integer(4) };
    let losses = undeclared_losses_with::<Story>(document, &[size]).unwrap();
    assert_eq!(losses.len(), 1);
    assert_eq!(losses[0].pointer.as_str(), "/0");
    let error = undeclared_losses::<Story>(document).unwrap_err();
    assert!(matches!(error, MigrationError::NotFetched { name: "size", .. }), "{error}");
    let story: Story = serde_json::from_str(r#"{"nodes": 4, "version": 2}"#).unwrap();
    assert_eq!((story.nodes, story.version), (json!(4), 2));
}

#[test]
fn a_failing_assertion_says_what_is_lost_and_what_to_write() {
    let document = r#"{"states": {"A": {"gone": 5}}, "version": 1, "next_index": 0}"#;
    let failed = std::panic::catch_unwind(|| assert_no_undeclared_losses::<Course>(document));
    let message = failed.unwrap_err();
    let message = message.downcast_ref::<String>().unwrap();
    assert_eq!(
        message,
        "conversions drop what they do not declare:\n  \
         `course.states`, v1 to v2: 5 at /A/gone is not in what the step returned\n\
         keep it; or declare it on the field, with `*` for any key or index, such as \
         `loss(step = 1, path = \"/A/gone\")`, or with `moved(step = .., from = .., to = ..)` \
         where it is put elsewhere"
    );
    let many: Vec<String> = (0..30).map(|number| format!("\"{number:0>80}\"")).collect();
    let many = format!(r#"{{"A": {{"gone": [{}]}}}}"#, many.join(","));
    let found = found(&many, 1);
    assert_eq!(found.len(), 30);
    assert!(found.iter().all(|one| one.ends_with('…') && one.chars().count() < 80), "{found:?}");
    assert_no_undeclared_losses::<Course>(
        r#"{"states": {"A": {"a": 5}}, "version": 1, "next_index": 0}"#,
    );
}

#[test]
fn what_cannot_be_migrated_is_an_error() {
    let error = undeclared_losses::<Course>(r#"{"states": [], "version": 9}"#).unwrap_err();
    assert!(matches!(error, MigrationError::TooNew { .. }), "{error}");
    let course: Course =
        serde_json::from_str(r#"{"states": {}, "version": 5, "next_index": 0}"#).unwrap();
    assert_eq!((course.states.len(), course.version, course.next_index), (0, 5, 0));
    assert!(course.cards.is_none() && course.cards_version.is_none());
}
