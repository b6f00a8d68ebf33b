//! Rules of skills.

use serde_json::json;

use super::{check, check_refused, seed, upgraded};
use crate::domain::Skill;

#[test]
fn every_html_of_a_skill_gets_a_content_id() {
    check::<Skill>(
        "skill_contents",
        1,
        &json!({"explanation": "<p>a</p>", "worked_examples": ["<p>b</p>", "<p>c</p>"],
            "recorded_voiceovers": {"voiceovers_mapping": {}}}),
        &json!({
            "explanation": {"content_id": "explanation", "html": "<p>a</p>"},
            "worked_examples": [
                {"content_id": "worked_example_1", "html": "<p>b</p>"},
                {"content_id": "worked_example_2", "html": "<p>c</p>"},
            ],
            "recorded_voiceovers": {"voiceovers_mapping": {}},
        }),
    );
    check_refused::<Skill>("skill_contents", 1, &json!(1), "", "expected an object");
    let reason = "member `worked_examples` is no list";
    check_refused::<Skill>("skill_contents", 1, &json!({"explanation": ""}), "", reason);
}

#[test]
fn a_worked_example_becomes_the_question_of_one() {
    let html = |id: &str, html: &str| json!({"content_id": id, "html": html});
    check::<Skill>(
        "skill_contents",
        2,
        &json!({"explanation": html("explanation", "a"), "recorded_voiceovers": {},
            "worked_examples": [html("worked_example_1", "b")]}),
        &json!({"explanation": html("explanation", "a"), "recorded_voiceovers": {},
        "worked_examples": [{
            "question": html("worked_example_1", "b"),
            "explanation": html("worked_example_1_explanation", ""),
        }]}),
    );
}

#[test]
fn worked_examples_go_with_their_voiceovers_and_nothing_else_does() {
    let naming = upgraded::<Skill>(&seed("skill", "naming").document);
    assert_eq!(
        naming["skill_contents"],
        json!({
            "explanation": {"content_id": "explanation", "html": "<p>Say the upper number first.</p>"},
            "recorded_voiceovers": {"voiceovers_mapping": {"explanation": {}}},
        })
    );
}

#[test]
fn each_of_three_versions_is_upgraded_on_its_own() {
    let halving = upgraded::<Skill>(&seed("skill", "halving").document);
    let versions =
        ["skill_contents_schema_version", "misconceptions_schema_version", "rubric_schema_version"];
    assert_eq!(versions.map(|version| halving[version].as_u64()), [Some(4), Some(3), Some(3)]);
    assert_eq!(halving["rubrics"], seed("skill", "halving").document["rubrics"]);
}

#[test]
fn the_id_of_a_misconception_becomes_a_number() {
    check::<Skill>(
        "misconceptions",
        2,
        &json!([{"id": "3"}, {"id": 4}]),
        &json!([{"id": 3}, {"id": 4}]),
    );
    check_refused::<Skill>(
        "misconceptions",
        2,
        &json!([{"id": 0}, {"id": "first"}]),
        "/1/id",
        "the id `first` is no number, so no question can name it",
    );
}

#[test]
fn the_explanation_of_a_rubric_moves_into_a_list() {
    check::<Skill>(
        "rubrics",
        1,
        &json!([{"difficulty": "Easy", "explanation": "a"}]),
        &json!([{"difficulty": "Easy", "explanations": ["a"]}]),
    );
    check::<Skill>("rubrics", 1, &json!([]), &json!([]));
}

#[test]
fn a_difficulty_that_there_is_not_is_refused_with_its_place() {
    check_refused::<Skill>(
        "rubrics",
        2,
        &json!([
            {"difficulty": "Easy", "explanations": []},
            {"difficulty": "Trivial", "explanations": []},
        ]),
        "/1/difficulty",
        "difficulty `Trivial` is none of Easy, Medium and Hard",
    );
}

#[test]
fn a_rubric_with_an_unknown_member_is_refused_instead_of_losing_it() {
    let error = super::convert::<Skill>(
        "rubrics",
        1,
        &json!([{"difficulty": "Easy", "explanation": "a", "note": "b"}]),
        &[],
    )
    .unwrap_err();
    let (pointer, reason) = super::refusal(&error);
    assert!(pointer.starts_with("/0"), "{pointer}");
    assert!(reason.contains("unknown field `note`"), "{reason}");
}

/// The step that drops the examples is the last one that can tell.
#[test]
fn a_skill_that_had_worked_examples_needs_a_study_guide() {
    let needs = |id| upgraded::<Skill>(&seed("skill", id).document)["needs_study_guide"].clone();
    assert_eq!(["adding", "halving", "naming", "sliding"].map(needs), [true, true, true, false]);
}
