//! Losses are counted, and counting changes nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject, ConversionError, LazyValue, Loss, MigrationOptions, SchemaVersion,
    document::{Member, MemberValue},
};

const COUNTING: MigrationOptions<'static> = MigrationOptions::new().with_counted_losses(true);

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Course {
    #[versioned(
        version_field = "states_version",
        min = 1,
        max = 6,
        loss(step = 1, path = "/*/notes"),
        moved(step = 1, from = "/*/html", to = "/*/content/html"),
        loss(step = 1, path = "/*/html"),
        loss(step = 2, path = "/*/rules/*"),
        moved(step = 2, from = "/*/rules/*", to = "/*/kept/*"),
        loss(step = 3, path = "/*/translations"),
        loss(step = 5, path = "/*/weight")
    )]
    states: BTreeMap<String, Value>,
    states_version: u32,
    #[versioned(
        version_field = "cards_version",
        min = 1,
        max = 3,
        each,
        loss(step = 1, path = "/tags/*")
    )]
    cards: Vec<Value>,
    cards_version: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    #[serde(default)]
    content: Value,
    #[serde(default)]
    kept: Vec<String>,
    #[serde(default)]
    weight: f64,
    /// Passes from step to step, and never through text.
    #[serde(skip)]
    seen: u32,
}

impl Course {
    fn _convert_states_v1_to_v2(
        mut states: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        for (_, state) in states.try_members_mut()? {
            state.try_object_mut()?.remove("notes");
            let html = state.try_object_mut()?.remove("html");
            if let Some(html) = html.filter(|html| html.as_str().as_deref() != Some("lost")) {
                let mut content = LazyValue::object();
                content.try_insert("html", html)?;
                state.try_insert("content", content)?;
            }
        }
        Ok(states)
    }

    fn _convert_states_v2_to_v3(mut states: Value) -> Value {
        for state in states.as_object_mut().into_iter().flat_map(|states| states.values_mut()) {
            let rules = state["rules"].take();
            let rules = rules.as_array().into_iter().flatten();
            state["kept"] = rules.filter(|rule| **rule != json!("bad")).cloned().collect();
            state.as_object_mut().unwrap().remove("rules");
        }
        states
    }

    fn _convert_states_v3_to_v4(mut states: BTreeMap<String, State>) -> BTreeMap<String, State> {
        states.values_mut().for_each(|state| state.seen = 7);
        states
    }

    fn _convert_states_v4_to_v5(mut states: BTreeMap<String, State>) -> BTreeMap<String, State> {
        for state in states.values_mut() {
            state.weight += f64::from(state.seen);
        }
        states
    }

    fn _convert_states_v5_to_v6(mut states: Value) -> Value {
        for state in states.as_object_mut().into_iter().flat_map(|states| states.values_mut()) {
            state.as_object_mut().unwrap().retain(|key, weight| key != "weight" || *weight == 7.0);
        }
        states
    }

    fn _convert_cards_v1_to_v2(mut card: Value) -> Value {
        card["tags"] = json!(card["tags"].as_array().map_or(0, Vec::len).min(1));
        card
    }

    fn _convert_cards_v2_to_v3(card: Value) -> Value {
        card
    }
}

fn document(states: &str, version: u32) -> String {
    format!(
        r#"{{"states": {states}, "states_version": {version}, "cards": [], "cards_version": 3}}"#
    )
}

fn told(losses: &[Loss]) -> Vec<(u32, &'static str, Option<u64>)> {
    losses.iter().map(|loss| (loss.step.get(), loss.path, loss.count)).collect()
}

fn check(stored: &str, expect: &[(u32, &'static str, Option<u64>)]) {
    let plain = Course::migrate_to_latest_schema_versions(stored).unwrap();
    assert_eq!(plain.losses(), [], "nobody asked");
    let counted = Course::migrate_to_latest_schema_versions_with(stored, &COUNTING).unwrap();
    assert_eq!(told(counted.losses()), expect, "{stored}");
    assert_eq!(counted.document(), plain.document());
    assert_eq!(
        (counted.changes(), counted.side_outputs()),
        (plain.changes(), plain.side_outputs())
    );
}

#[test]
fn what_declared_losses_drop_is_counted_by_path() {
    let states = r#"{
        "A": {"notes": {"x": 1}, "html": "a", "rules": ["r", "bad", "bad"], "translations": 0},
        "B": {"notes": null, "html": "lost", "rules": [], "weight": 5},
        "C": {}
    }"#;
    check(
        &document(states, 1),
        &[
            (1, "/*/notes", Some(2)),
            (1, "/*/html", Some(1)),
            (2, "/*/rules/*", Some(2)),
            (3, "/*/translations", Some(1)),
            (5, "/*/weight", Some(1)),
        ],
    );
    // Steps that do not run lose nothing.
    let later = r#"{"A": {"translations": [1, 2], "weight": 1}}"#;
    check(&document(later, 3), &[(3, "/*/translations", Some(1)), (5, "/*/weight", Some(1))]);
    check(&document("{}", 5), &[(5, "/*/weight", Some(0))]);
    check(&document("{}", 6), &[]);
}

#[test]
fn the_elements_of_a_list_count_together() {
    let cards = r#"[{"tags": [1, 2]}, {}, {"tags": [3]}]"#;
    let stored =
        format!(r#"{{"states": {{}}, "states_version": 6, "cards": {cards}, "cards_version": 1}}"#);
    check(&stored, &[(1, "/tags/*", Some(3))]);
}

#[test]
fn columns_count_as_documents_do() {
    let member = |key, value| Member { key, value };
    let members = [
        member("states", MemberValue::Json(r#"{"A": {"notes": 1}}"#)),
        member("states_version", MemberValue::Integer(1)),
        member("cards", MemberValue::Json(r#"[{"tags": [1]}]"#)),
        member("cards_version", MemberValue::Integer(1)),
    ];
    let plain = Course::migrate_members_to_latest_schema_versions(&members).unwrap();
    let counted =
        Course::migrate_members_to_latest_schema_versions_with(&members, &COUNTING).unwrap();
    assert_eq!((plain.losses.len(), &plain.writes), (0, &counted.writes));
    let counts: Vec<_> = counted.losses.iter().map(|loss| (loss.field, loss.count)).collect();
    let states = [1, 0, 0, 0, 0].map(|count| ("states", Some(count)));
    assert_eq!(counts, [states.as_slice(), &[("cards", Some(1))]].concat());
}

#[test]
fn a_whole_document_counts_from_its_top() {
    #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
    #[versioned(
        document,
        version_field = "version",
        min = 1,
        max = 2,
        loss(step = 1, path = "/sections/*"),
        moved(step = 1, from = "/sections", to = "/parts")
    )]
    struct Export {
        version: u32,
        parts: Vec<u32>,
    }

    impl Export {
        fn _convert_document_v1_to_v2(mut document: Value) -> Value {
            document["parts"] = document["sections"].take();
            document.as_object_mut().unwrap().remove("sections");
            document["parts"].as_array_mut().unwrap().truncate(2);
            document
        }
    }

    let stored = r#"{"version": 1, "sections": [1, 2, 3, 4, 5]}"#;
    let counted = Export::migrate_to_latest_schema_versions_with(stored, &COUNTING).unwrap();
    assert_eq!(told(counted.losses()), [(1, "/sections/*", Some(3))]);
    let object = counted.to_object().unwrap();
    assert_eq!((object.version, object.parts), (2, vec![1, 2]));
}

/// A value that is never written on its way cannot be looked at, and no number is made up for it.
#[test]
fn a_value_that_cannot_be_written_is_not_counted() {
    #[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
    struct Weights {
        #[versioned(
            version_field = "version",
            min = 1,
            max = 4,
            loss(step = 1, path = "/*"),
            loss(step = 2, path = "/*"),
            loss(step = 3, path = "/*")
        )]
        weights: Vec<f64>,
        version: u32,
    }

    impl Weights {
        fn _convert_weights_v1_to_v2(mut weights: Vec<f64>) -> Vec<f64> {
            weights.push(f64::NAN);
            weights
        }

        fn _convert_weights_v2_to_v3(weights: Vec<f64>) -> Vec<f64> {
            weights.into_iter().filter(|weight| !weight.is_nan()).collect()
        }

        fn _convert_weights_v3_to_v4(mut weights: Vec<f64>) -> Vec<f64> {
            weights.truncate(1);
            weights
        }
    }

    let stored = r#"{"weights": [1, 2, 3], "version": 1}"#;
    let counted = Weights::migrate_to_latest_schema_versions_with(stored, &COUNTING).unwrap();
    assert_eq!(counted.document(), r#"{"weights": [1.0], "version": 4}"#);
    let expect = [(1, "/*", None), (2, "/*", None), (3, "/*", Some(2))];
    assert_eq!(told(counted.losses()), expect);
    let object = counted.to_object().unwrap();
    assert_eq!((object.weights, object.version), (vec![1.0], 4));
}

/// The matches of a path by their keys, found in the most obvious way.
fn matches(value: &Value, tokens: &[&str], place: &str, found: &mut BTreeMap<String, i64>) {
    let Some((token, rest)) = tokens.split_first() else {
        *found.entry(place.to_owned()).or_default() += 1;
        return;
    };
    match value {
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| *token == "*" || key == token) {
                matches(member, rest, &format!("{place}/{key:?}"), found);
            }
        }
        Value::Array(elements) => {
            for element in elements.iter().filter(|_| *token == "*") {
                matches(element, rest, &format!("{place}/[]"), found);
            }
        }
        _ => {}
    }
}

/// Converts the value in pieces, each a step, and counts between them.
fn counted_in_pieces(states: &str, from: u32) -> Vec<(u32, &'static str, Option<u64>)> {
    let declaration = Course::schema_versioned_attributes();
    let attribute = declaration.attribute("states").unwrap();
    let nodes = |json: &str, path: &str| {
        let tokens: Vec<&str> = path.split('/').skip(1).collect();
        let mut found = BTreeMap::new();
        matches(&serde_json::from_str(json).unwrap(), &tokens, "", &mut found);
        found
    };
    let missing = |left: &BTreeMap<String, i64>, right: &BTreeMap<String, i64>| -> i64 {
        let other = |place| right.get(place).copied().unwrap_or(0);
        left.iter().map(|(place, count)| (count - other(place)).max(0)).sum()
    };
    let version = SchemaVersion::new;
    let convert = |json: &str, from, to| {
        declaration.convert("states", json, version(from)..=version(to), &[]).unwrap()
    };
    let losses = attribute.losses.iter().filter(|loss| loss.step.get() >= from);
    let counts = losses.map(|loss| {
        let step = loss.step.get();
        let before = convert(states, from, step);
        let after = convert(states, from, step + 1);
        let mut lost = missing(&nodes(&before, loss.path), &nodes(&after, loss.path));
        for one in attribute.moves {
            if (one.step, one.from) == (loss.step, loss.path) {
                lost -= missing(&nodes(&after, one.to), &nodes(&before, one.to));
            }
        }
        (step, loss.path, Some(u64::try_from(lost.max(0)).unwrap()))
    });
    counts.collect()
}

fn states() -> impl Strategy<Value = String> {
    let rules = prop::collection::vec(prop::sample::select(&["\"r\"", "\"bad\""][..]), 0..4)
        .prop_map(|rules| format!("[{}]", rules.join(", ")));
    let fixed =
        |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned);
    let member = |key: &'static str, value: BoxedStrategy<String>| {
        prop::option::of(value.prop_map(move |value| format!("\"{key}\" : {value}")))
    };
    let state = (
        member("notes", fixed(&["1", "null", "{\"notes\": [ ]}"]).boxed()),
        member("html", fixed(&["\"a\"", "\"lost\"", "\"\\u0041\""]).boxed()),
        member("rules", rules.boxed()),
        member("translations", fixed(&["{}", "[1, 2]"]).boxed()),
        member("weight", fixed(&["1.5", "0", "-7e0"]).boxed()),
    );
    let state = state.prop_map(|(notes, html, rules, translations, weight)| {
        let members = [notes, html, rules, translations, weight];
        let members: Vec<String> = members.into_iter().flatten().collect();
        format!("{{{}}}", members.join(" , "))
    });
    prop::collection::btree_map("[a-c*~/]{0,2}", state, 0..4).prop_map(|states| {
        let members: Vec<String> =
            states.into_iter().map(|(key, state)| format!("{key:?}: {state}")).collect();
        format!("{{ {} }}", members.join(","))
    })
}

proptest! {
    /// Without this, asking for counts could change what is stored.
    #[test]
    fn counting_gives_the_document_of_the_chain_and_the_counts_of_its_steps(
        states in states(), from in 1_u32..=6
    ) {
        let stored = document(&states, from);
        let plain = Course::migrate_to_latest_schema_versions(&stored);
        let counted = Course::migrate_to_latest_schema_versions_with(&stored, &COUNTING);
        match (plain, counted) {
            (Ok(plain), Ok(counted)) => {
                prop_assert_eq!(counted.document(), plain.document());
                prop_assert_eq!(told(counted.losses()), counted_in_pieces(&states, from));
                let object = counted.to_object().unwrap();
                let versions = (object.states_version, object.cards_version);
                prop_assert_eq!(versions, (6, 3));
                prop_assert!(object.cards.is_empty());
                let stored: BTreeMap<String, Value> = serde_json::from_str(&states).unwrap();
                prop_assert!(object.states.keys().eq(stored.keys()));
            }
            (Err(plain), Err(counted)) => prop_assert_eq!(plain.to_string(), counted.to_string()),
            (plain, counted) => prop_assert!(false, "{plain:?} {counted:?}"),
        }
    }
}
