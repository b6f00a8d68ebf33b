use std::cell::Cell;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use versioned_core::{__private::ChainErrorCause, BaseVersionedDomainObject, MigrationError};

use super::{run_beside, told};

type Optional<T> = Option<T>;

fn doubled<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    u32::deserialize(deserializer).map(|number| 2 * number)
}

fn three() -> u32 {
    3
}

#[derive(Deserialize, BaseVersionedDomainObject)]
pub(crate) struct Exploration {
    #[versioned(
        version_field = "version",
        min = 1,
        max = 3,
        context(title, language, doubled, started, rules(version = 1))
    )]
    pub(crate) states: Value,
    pub(crate) version: u32,
    pub(crate) title: String,
    pub(crate) language: Optional<String>,
    #[serde(default = "three", deserialize_with = "doubled")]
    pub(crate) doubled: u32,
    #[serde(default)]
    pub(crate) started: u64,
    #[versioned(version_field = "rules_version", min = 1, max = 2)]
    #[serde(default)]
    pub(crate) rules: Vec<String>,
    pub(crate) rules_version: u32,
}

impl Exploration {
    fn _convert_states_v1_to_v2(states: Value, context: &ExplorationStatesContext<'_>) -> Value {
        json!([
            states,
            context.title,
            context.language,
            context.doubled,
            context.started,
            context.rules
        ])
    }

    fn _convert_states_v2_to_v3(states: Value) -> Value {
        states
    }

    fn _convert_rules_v1_to_v2(rules: Value) -> Value {
        rules
    }
}

const RULES: (&str, &str) = ("rules", "{}");
const TITLE: (&str, &str) = ("title", "\"t\"");

#[test]
fn conversions_see_siblings_as_typed_values() {
    let check = |siblings: &[(&'static str, &'static str)], expect: &str| {
        let output = run_beside::<Exploration>("states", "0", (1, 3), siblings).unwrap();
        assert_eq!(output.json, expect);
    };
    check(
        &[TITLE, ("language", "\"en\""), ("doubled", "4"), ("started", "5"), RULES],
        r#"[0,"t","en",8,5,{}]"#,
    );
    // Absent: `None`, or the default of the field.
    check(&[TITLE, RULES], r#"[0,"t",null,3,0,{}]"#);
    check(&[TITLE, RULES, ("language", "null")], r#"[0,"t",null,3,0,{}]"#);
}

#[test]
fn an_absent_sibling_without_a_default_is_an_error() {
    let (step, cause, _, message) =
        told(run_beside::<Exploration>("states", "0", (1, 3), &[RULES]));
    assert_eq!((step, cause), (1, ChainErrorCause::Context("title")));
    assert_eq!(message, "the document has no such member, and its type has no default");
}

/// The default of the field is one of the latest version, and the conversions asked for an older
/// one.
#[test]
fn an_absent_sibling_in_an_older_version_has_no_default() {
    let (_, cause, _, _) = told(run_beside::<Exploration>("states", "0", (1, 3), &[TITLE]));
    assert_eq!(cause, ChainErrorCause::Context("rules"));
}

#[test]
fn null_is_not_absent() {
    let siblings = [TITLE, RULES, ("started", "null")];
    let (_, cause, _, message) = told(run_beside::<Exploration>("states", "0", (1, 3), &siblings));
    assert_eq!(cause, ChainErrorCause::Context("started"));
    assert!(message.starts_with("invalid type: null, expected u64"), "{message}");
}

#[test]
fn a_sibling_of_another_type_or_version_stops_the_chain() {
    for (sibling, place) in [("[\"a\"]", "a string"), ("unavailable", "not available")] {
        let siblings = [RULES, ("title", sibling)];
        let (step, cause, _, message) =
            told(run_beside::<Exploration>("states", "0", (1, 3), &siblings));
        assert_eq!((step, cause), (1, ChainErrorCause::Context("title")));
        assert!(message.contains(place), "{message}");
    }
    let object: Exploration =
        serde_json::from_str(r#"{"states": 1, "version": 3, "title": "t", "rules_version": 2}"#)
            .unwrap();
    assert_eq!((object.states, object.version, object.title.as_str()), (json!(1), 3, "t"));
    assert_eq!((object.language, object.doubled, object.started), (None, 3, 0));
    assert_eq!((object.rules.len(), object.rules_version), (0, 2));
}

thread_local! {
    /// How often the title was read.
    static READ: Cell<u32> = const { Cell::new(0) };
}

fn counted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    READ.set(READ.get() + 1);
    String::deserialize(deserializer)
}

#[derive(Deserialize, BaseVersionedDomainObject)]
struct Gallery {
    #[serde(deserialize_with = "counted")]
    title: String,
    #[versioned(version_field = "version", min = 1, max = 2, each, context(title))]
    pictures: Vec<Value>,
    version: u32,
}

impl Gallery {
    fn _convert_pictures_v1_to_v2(picture: Value, context: &GalleryPicturesContext<'_>) -> Value {
        json!([context.title, picture])
    }
}

/// Without this, a list of a thousand elements would read a large sibling a thousand times.
#[test]
fn the_elements_of_a_list_have_one_context() {
    READ.set(0);
    let migrate = |stored: &str| {
        let migrated = Gallery::migrate_to_latest_schema_versions(stored);
        migrated.map(|migrated| migrated.into_document().into_owned())
    };
    let migrated = migrate(r#"{"title":"T","pictures":[1,2,3],"version":1}"#).unwrap();
    let expect = r#"{"title":"T","pictures":[["T",1],["T",2],["T",3]],"version":2}"#;
    assert_eq!((migrated.as_str(), READ.get()), (expect, 1));
    // Nobody asks for it where there is no element.
    migrate(r#"{"title":5,"pictures":[],"version":1}"#).unwrap();
    let error = migrate(r#"{"title":5,"pictures":[1],"version":1}"#).unwrap_err();
    assert!(matches!(error, MigrationError::ContextUnavailable { sibling: "title", .. }));
    let gallery: Gallery =
        serde_json::from_str(r#"{"title":"T","pictures":[],"version":2}"#).unwrap();
    assert_eq!((gallery.title.as_str(), gallery.pictures.len(), gallery.version), ("T", 0, 2));
}
