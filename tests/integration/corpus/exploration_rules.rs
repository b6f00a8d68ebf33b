//! The rules of the exploration's conversions, each on a small document.

use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject, MigrationError, SchemaVersion,
    document::{Member, MemberValue},
};

use super::{difference::first_difference, exploration::Exploration};

/// Converts `states` by one step from `from`, in an exploration that starts in the state `Start`.
fn convert(from: u32, states: &Value) -> Result<Value, MigrationError> {
    let siblings = [Member { key: "init_state_name", value: MemberValue::Text("Start") }];
    let step = SchemaVersion::new(from)..=SchemaVersion::new(from + 1);
    let declaration = Exploration::schema_versioned_attributes();
    let converted = declaration.convert("states", &states.to_string(), step, &siblings)?;
    Ok(serde_json::from_str(&converted).unwrap())
}

fn check(from: u32, states: &Value, expect: &Value) {
    let found = convert(from, states).unwrap();
    assert_eq!(first_difference(&found, expect), None);
}

fn check_refused(from: u32, states: &Value, expect_pointer: &str, expect_reason: &str) {
    let error = convert(from, states).unwrap_err();
    assert_eq!(error.pointer().map(|pointer| pointer.as_str()), Some(expect_pointer), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), expect_reason);
}

/// A state with a choice between red and blue.
fn choice_state(interaction: &str, rules: &Value, solution: &Value) -> Value {
    json!({"Start": {"interaction": {
        "id": interaction,
        "customization_args": {"choices": {"value": [
            {"content_id": "ca_1", "html": "<p>red</p>"},
            {"content_id": "ca_2", "html": "<p>blue</p>"},
        ]}},
        "answer_groups": [{"rule_specs": rules}],
        "solution": solution,
    }}})
}

#[test]
fn answers_to_a_sorting_name_choices_by_content_id() {
    check(
        41,
        &choice_state(
            "DragAndDropSortInput",
            &json!([
                {"rule_type": "IsEqualToOrdering",
                 "inputs": {"x": [["<p>blue</p>"], ["<p>red</p>", "<p>green</p>"]]}},
                {"rule_type": "HasElementXBeforeElementY",
                 "inputs": {"x": "<p>blue</p>", "y": "<p>red</p>"}},
                {"rule_type": "HasElementXAtPositionY", "inputs": {"x": "<p>red</p>", "y": 2}},
            ]),
            &json!({"correct_answer": [["<p>red</p>"], ["<p>blue</p>"]], "explanation": "why"}),
        ),
        &choice_state(
            "DragAndDropSortInput",
            &json!([
                {"rule_type": "IsEqualToOrdering",
                 "inputs": {"x": [["ca_2"], ["ca_1", "invalid_content_id"]]}},
                {"rule_type": "HasElementXBeforeElementY", "inputs": {"x": "ca_2", "y": "ca_1"}},
                {"rule_type": "HasElementXAtPositionY", "inputs": {"x": "ca_1", "y": 2}},
            ]),
            &json!({"correct_answer": [["ca_1"], ["ca_2"]], "explanation": "why"}),
        ),
    );
}

#[test]
fn answers_to_a_selection_name_choices_by_content_id() {
    check(
        41,
        &choice_state(
            "ItemSelectionInput",
            &json!([{"rule_type": "Equals", "inputs": {"x": ["<p>red</p>", "gone"]}}]),
            &Value::Null,
        ),
        &choice_state(
            "ItemSelectionInput",
            &json!([{"rule_type": "Equals", "inputs": {"x": ["ca_1", "invalid_content_id"]}}]),
            &Value::Null,
        ),
    );
}

#[test]
fn answers_to_other_interactions_stay_html() {
    let states = choice_state(
        "MultipleChoiceInput",
        &json!([{"rule_type": "Equals", "inputs": {"x": "<p>red</p>"}}]),
        &Value::Null,
    );
    check(41, &states, &states);
}

#[test]
fn a_rule_without_input_is_refused_with_its_place() {
    let rules = json!([
        {"rule_type": "Equals", "inputs": {"x": []}},
        {"rule_type": "Equals", "inputs": {}},
    ]);
    check_refused(
        41,
        &choice_state("ItemSelectionInput", &rules, &Value::Null),
        "/Start/interaction/answer_groups/0/rule_specs/1/inputs",
        "member `x` is missing",
    );
}

#[test]
fn the_place_of_a_refusal_escapes_the_name_of_the_state() {
    check_refused(
        41,
        &json!({"a/b~c": {"interaction": {"id": "ItemSelectionInput"}}}),
        "/a~1b~0c/interaction",
        "member `customization_args` is missing",
    );
}

#[test]
fn mathematical_inputs_get_the_fraction_argument_and_others_do_not() {
    let states = |id: &str, arguments: &Value| {
        let interaction = json!({"id": id, "customization_args": arguments});
        json!({"Start": {"interaction": interaction}})
    };
    let fraction = json!({"useFractionForDivision": {"value": true}});
    for id in ["NumericExpressionInput", "AlgebraicExpressionInput", "MathEquationInput"] {
        check(42, &states(id, &json!({})), &states(id, &fraction));
    }
    check(42, &states("NumericInput", &json!({})), &states("NumericInput", &json!({})));
}

#[test]
fn the_first_state_and_no_other_is_a_checkpoint() {
    check(
        43,
        &json!({"End": {}, "Start": {}}),
        &json!({"End": {"card_is_checkpoint": false}, "Start": {"card_is_checkpoint": true}}),
    );
}

#[test]
fn every_state_gets_an_empty_skill() {
    check(
        44,
        &json!({"End": {}, "Start": {}}),
        &json!({"End": {"linked_skill_id": null}, "Start": {"linked_skill_id": null}}),
    );
    check_refused(44, &json!({"Start": 1}), "/Start", "expected an object, found a number");
}
