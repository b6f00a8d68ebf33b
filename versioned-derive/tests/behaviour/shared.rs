//! One chain for the elements of a map and for a single value of another entity: what the elements
//! have, and the single value has not, is a constant or nothing.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, LazyValue, MigrationError};

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[serde(rename_all = "camelCase")]
struct Exploration {
    init_state_name: Option<String>,
    language: String,
    #[versioned(version_field = "rules_version", min = 1, max = 2)]
    rules: Value,
    rules_version: u32,
    #[versioned(
        version_field = "version",
        min = 1,
        max = 3,
        each,
        context(init_state_name, key, language, rules(version = 2))
    )]
    states: BTreeMap<String, Value>,
    version: u32,
    #[versioned(version_field = "list_version", min = 1, max = 2, each, context(key))]
    #[serde(default)]
    list: Vec<Value>,
    list_version: u32,
}

impl Exploration {
    fn _convert_rules_v1_to_v2(rules: Value) -> Value {
        json!([rules])
    }

    fn _convert_states_v1_to_v2<'a>(
        mut state: LazyValue<'a>,
        context: &ExplorationStatesContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        let is_first = context.key.is_none() || context.key == context.init_state_name.as_deref();
        state.try_insert("checkpoint", is_first)?;
        Ok(state)
    }

    fn _convert_states_v2_to_v3(mut state: Value, context: &ExplorationStatesContext<'_>) -> Value {
        state["told"] = json!([context.key, context.language, context.rules]);
        state
    }

    fn _convert_list_v1_to_v2(element: Value, context: &ExplorationListContext<'_>) -> Value {
        json!([element, context.key])
    }
}

/// Has one state and none of the siblings.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Question {
    #[versioned(
        version_field = "version",
        chain = Exploration::states,
        context(
            key,
            init_state_name(constant = none, as = Option<String>),
            language(constant = "e\"n\u{e9}"),
            rules(version = 2, constant = 7, as = Value)
        )
    )]
    state: Value,
    version: u32,
}

fn migrated<T: BaseVersionedDomainObject>(stored: &str) -> Result<String, MigrationError> {
    let migrated = T::migrate_to_latest_schema_versions(stored)?;
    migrated.to_object()?;
    T::from_stored_document(stored)?;
    Ok(migrated.into_document().into_owned())
}

fn exploration(states: &str, version: u32) -> String {
    format!(
        r#"{{"initStateName":"St\u0061rt","language":"en","rules":1,"rulesVersion":1,"states":{states},"version":{version},"listVersion":2}}"#
    )
}

#[test]
fn elements_see_their_key_and_a_single_value_has_none() {
    let states = r#"{"Start":{"a": 1.0},"\u0053econd":{}}"#;
    let document = migrated::<Exploration>(&exploration(states, 1)).unwrap();
    let expect = json!({
        "Start": {"a": 1.0, "checkpoint": true, "told": ["Start", "en", [1]]},
        "Second": {"checkpoint": false, "told": ["Second", "en", [1]]},
    });
    let document: Exploration = serde_json::from_str(&document).unwrap();
    assert_eq!(json!(document.states), expect);
    assert_eq!((document.language.as_str(), document.rules), ("en", json!([1])));
    assert_eq!((document.version, document.rules_version, document.list_version), (3, 2, 2));

    let question = migrated::<Question>(r#"{"state":{"a": 1.0},"version":1}"#).unwrap();
    let expect = r#"{"state":{"a":1.0,"checkpoint":true,"told":[null,"e\"né",7]},"version":3}"#;
    assert_eq!(question, expect);
    let question = Question::from_stored_document(&question).unwrap();
    assert_eq!((question.version, question.state["a"].as_f64()), (3, Some(1.0)));
}

#[test]
fn the_elements_of_a_list_have_no_key() {
    let stored = r#"{"language":"en","rules":[],"rulesVersion":2,"states":{},"version":3,"list":[1,{}],"listVersion":1}"#;
    let document = migrated::<Exploration>(stored).unwrap();
    assert!(document.contains(r#""list":[[1,null],[{},null]]"#), "{document}");
    let object: Exploration = serde_json::from_str(&document).unwrap();
    assert_eq!((object.list.len(), object.init_state_name), (2, None));
}

#[test]
fn a_key_that_no_text_holds_is_an_error_with_its_place() {
    let error = migrated::<Exploration>(&exploration(r#"{"\ud800":{}}"#, 1)).unwrap_err();
    let MigrationError::StepInput { pointer: Some(pointer), source, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(pointer.as_str(), r"/\ud800");
    assert!(source.to_string().contains("lone surrogate"), "{source}");
}

#[test]
fn the_declaration_says_what_stands_for_siblings() {
    let [states] = Question::schema_versioned_attributes().versioned else { panic!() };
    assert!(states.element_key && states.context.is_empty());
    let constants = states.constants.iter().map(|constant| {
        (constant.field, constant.version.map(|version| version.get()), Cow::from(constant.json))
    });
    let expect = [
        ("init_state_name", None, "null".into()),
        ("language", None, "\"e\\\"né\"".into()),
        ("rules", Some(2), "7".into()),
    ];
    assert_eq!(constants.collect::<Vec<_>>(), expect);
}
