//! Rules of questions.

use serde_json::{Value, json};

use super::{check_refused, convert, seed, seeds_of, upgraded};
use crate::domain::{Exploration, Question};

/// A question whose shape drifted from that of states could not be shown by the same page.
#[test]
fn a_question_takes_every_step_as_a_state_does_that_is_not_the_first() {
    let mut steps = 0;
    for seed in seeds_of("exploration").unwrap() {
        let document = seed.document;
        let Some(mut version) = document["states_schema_version"].as_u64() else { continue };
        let mut states: Vec<Value> =
            document["states"].as_object().unwrap().values().cloned().collect();
        while version < 46 {
            let from = u32::try_from(version).unwrap();
            let beside = [("init_state_name", json!("another"))];
            for state in &mut states {
                let in_exploration =
                    convert::<Exploration>("states", from, &json!({"it": state}), &beside);
                let in_question = convert::<Question>("question_state_data", from, state, &[]);
                match (in_exploration, in_question) {
                    (Ok(mut states), Ok(alone)) => {
                        *state = states["it"].take();
                        assert_eq!(*state, alone);
                        steps += 1;
                    }
                    (Err(there), Err(here)) => {
                        let (pointer, reason) = super::refusal(&here);
                        assert_eq!(super::refusal(&there), (format!("/it{pointer}"), reason));
                    }
                    (there, here) => panic!("{there:?} and {here:?}"),
                }
            }
            version += 1;
        }
    }
    assert_eq!(steps, 41);
}

#[test]
fn no_question_becomes_a_checkpoint() {
    let question = upgraded::<Question>(&seed("question", "half_of_three").document);
    assert_eq!(question["question_state_data"]["card_is_checkpoint"], false);
}

/// A question has the versions of states because it has their chain.
#[test]
fn a_question_has_the_versions_of_states() {
    let versions = (
        Question::QUESTION_STATE_DATA_MIN_SCHEMA_VERSION,
        Question::QUESTION_STATE_DATA_MAX_SCHEMA_VERSION,
    );
    assert_eq!(
        versions,
        (Exploration::STATES_MIN_SCHEMA_VERSION, Exploration::STATES_MAX_SCHEMA_VERSION)
    );
}

#[test]
fn a_question_that_is_no_object_is_refused() {
    check_refused::<Question>(
        "question_state_data",
        41,
        &json!([]),
        "",
        "expected an object, found a list",
    );
}
