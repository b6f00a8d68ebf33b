#![deny(warnings)]

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use versioned_core::BaseVersionedDomainObject;

#[derive(Serialize, Deserialize)]
pub struct RuleV1 {
    pub name: String,
}

fn doubled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    u32::deserialize(deserializer).map(|number| 2 * number)
}

fn three() -> u32 {
    3
}

#[derive(Serialize, Deserialize, BaseVersionedDomainObject)]
pub struct Exploration {
    #[versioned(
        version_field = "states_schema_version",
        min = 41,
        max = 43,
        context(title, language, doubled, started, rules(version = 3)),
        side_output(step = 41, field = next_index),
        side_output(step = 42, field = notes),
        side_output(step = 42, field = next_index)
    )]
    pub states: Value,
    pub states_schema_version: u32,
    pub title: String,
    pub language: Option<String>,
    #[serde(deserialize_with = "doubled", default = "three")]
    pub doubled: u32,
    #[serde(default)]
    pub started: u64,
    pub next_index: u32,
    #[versioned(unversioned)]
    pub notes: BTreeMap<String, Value>,
    #[versioned(version_field = "rules_version", min = 1, max = 3)]
    pub rules: Vec<String>,
    #[versioned(
        version_field = "rules_version", min = 1, max = 3,
        context(rules(version = 1, as = Vec<RuleV1>), states(version = 42))
    )]
    pub answers: Value,
    pub rules_version: u32,
}

impl Exploration {
    fn _convert_states_v41_to_v42(
        states: Value,
        context: &ExplorationStatesContext<'_>,
    ) -> (Value, u32) {
        let ExplorationStatesContext { title, language, doubled, started, rules } = *context;
        let _: (&str, &Option<String>, &u32) = (title, language, doubled);
        let _: (&u64, &Vec<String>) = (started, rules);
        (states, 1)
    }

    fn _convert_states_v42_to_v43(
        states: Value,
    ) -> Result<(Value, (BTreeMap<String, Value>, u32)), serde_json::Error> {
        Ok((states, (BTreeMap::new(), 2)))
    }

    fn _convert_rules_v1_to_v2(rules: Vec<RuleV1>) -> Vec<RuleV1> {
        rules
    }

    fn _convert_rules_v2_to_v3(rules: Vec<RuleV1>) -> Vec<String> {
        rules.into_iter().map(|rule| rule.name).collect()
    }

    fn _convert_answers_v1_to_v2(
        answers: Value,
        context: &ExplorationAnswersContext<'_>,
    ) -> Value {
        let (rules, states): (&Vec<RuleV1>, &Value) = (context.rules, context.states);
        assert!(format!("{context:?}").starts_with("ExplorationAnswersContext"));
        Value::from(vec![answers, rules.len().into(), states.clone()])
    }

    fn _convert_answers_v2_to_v3(answers: Value) -> Value {
        answers
    }
}

fn main() {
    let versioned = Exploration::schema_versioned_attributes().versioned;
    let steps: Vec<_> =
        versioned[0].side_outputs.iter().map(|one| (one.step.get(), one.field)).collect();
    assert_eq!(steps, [(41, "next_index"), (42, "notes"), (42, "next_index")]);
    let versions: Vec<_> = versioned[2].context.iter().map(|one| one.version).collect();
    assert_eq!(versions.len(), 2);
    assert!(versions.iter().all(Option::is_some));
}
