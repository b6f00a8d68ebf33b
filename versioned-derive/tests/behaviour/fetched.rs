//! Values that the caller fetches before: conversions see them as they see siblings.

use std::{collections::BTreeMap, error::Error as _};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject, EntityId, FieldPlace, MigrationError, MigrationOptions,
    SchemaVersion,
    document::{FoundVersion, Member, MemberValue},
};

#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Story {
    title: String,
    #[versioned(
        version_field = "nodes_version",
        min = 1,
        max = 3,
        missing_version = 1,
        each,
        context(title, fetched(image_sizes: BTreeMap<String, u32>, language: String))
    )]
    nodes: Vec<Value>,
    nodes_version: Option<u32>,
    #[versioned(version_field = "notes_version", min = 1, max = 2, context(nodes(version = 3)))]
    notes: Value,
    notes_version: u32,
}

impl Story {
    fn _convert_nodes_v1_to_v2(node: Value) -> Value {
        node
    }

    fn _convert_nodes_v2_to_v3(node: Value, context: &StoryNodesContext<'_>) -> Value {
        let size = node.as_str().and_then(|name| context.image_sizes.get(name));
        json!([context.title, context.language, node, size])
    }

    fn _convert_notes_v1_to_v2(_: Value, context: &StoryNotesContext<'_>) -> Value {
        context.nodes.clone().into()
    }
}

/// Shares the chain, and has no sibling that it could declare.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
struct Chapter {
    title: String,
    #[versioned(version_field = "version", chain = Story::nodes, context(title))]
    node: Value,
    version: u32,
}

const SIZES: Member<'static> =
    Member { key: "image_sizes", value: MemberValue::Json(r#"{"a.png": 120}"#) };
const LANGUAGE: Member<'static> = Member { key: "language", value: MemberValue::Text("en") };

fn stored(nodes_version: &str, notes_version: u32) -> String {
    format!(
        r#"{{"title": "T", "nodes": ["a.png", "b"]{nodes_version},
            "notes": 0, "notes_version": {notes_version}}}"#
    )
}

fn migrate(stored: &str, fetched: &[Member<'_>]) -> Result<String, MigrationError> {
    let options = MigrationOptions::new().with_fetched(fetched);
    let migrated = Story::migrate_to_latest_schema_versions_with(stored, &options)?;
    let object = migrated.to_object()?;
    assert_eq!((object.title.as_str(), object.nodes_version), ("T", Some(3)));
    assert_eq!((object.nodes.len(), object.notes_version), (2, 2));
    assert!(object.notes.is_number() || object.notes.is_array());
    Ok(migrated.into_document().into_owned())
}

const NODES: &str = r#"[["T","en","a.png",120], ["T","en","b",null]]"#;

#[test]
fn conversions_see_fetched_values_and_siblings_alike() {
    let migrated = migrate(&stored(r#", "nodes_version": 2"#, 2), &[LANGUAGE, SIZES]).unwrap();
    assert!(migrated.contains(NODES), "{migrated}");
    // The chain of a sibling that needs them brings them along.
    let migrated = migrate(&stored("", 1), &[SIZES, LANGUAGE]).unwrap();
    let notes = r#""notes": [["T","en","a.png",120],["T","en","b",null]]"#;
    assert!(migrated.contains(NODES) && migrated.contains(notes), "{migrated}");

    let declaration = Chapter::schema_versioned_attributes();
    let siblings = [SIZES, LANGUAGE, Member { key: "title", value: MemberValue::Text("C") }];
    let versions = SchemaVersion::new(1)..=SchemaVersion::new(3);
    let node = declaration.convert("node", "\"a.png\"", versions, &siblings).unwrap();
    assert_eq!(node, r#"["C","en","a.png",120]"#);
    let chapter: Chapter =
        serde_json::from_str(r#"{"title": "C", "node": 1, "version": 3}"#).unwrap();
    assert_eq!((chapter.title.as_str(), chapter.node, chapter.version), ("C", json!(1), 3));
}

#[test]
fn columns_take_fetched_values_as_documents_do() {
    let member = |key, value| Member { key, value };
    let members = [
        member("title", MemberValue::Text("T")),
        member("nodes", MemberValue::Json("[\"a.png\", \"b\"]")),
        member("nodes_version", MemberValue::Null),
        member("notes_version", MemberValue::Integer(2)),
    ];
    let fetched = [SIZES, LANGUAGE];
    let options = MigrationOptions::new().with_fetched(&fetched);
    let migrated =
        Story::migrate_members_to_latest_schema_versions_with(&members, &options).unwrap();
    assert!(format!("{:?}", migrated.writes).contains("120"), "{migrated:?}");
    let error = Story::migrate_members_to_latest_schema_versions(&members).unwrap_err();
    assert!(matches!(error, MigrationError::NotFetched { name: "image_sizes", .. }), "{error:?}");
}

/// Without this, an entity that needs fetched values could be migrated and not be read.
#[test]
fn objects_are_read_with_fetched_values_too() {
    let fetched = [SIZES, LANGUAGE];
    let options = MigrationOptions::new().with_fetched(&fetched).with_counted_losses(true);
    let stored = stored("", 1);
    let story = Story::from_stored_document_with(&stored, &options).unwrap().object;
    let nodes: Value = serde_json::from_str(NODES).unwrap();
    assert_eq!((Value::from(story.nodes), story.notes), (nodes.clone(), nodes.clone()));
    assert_eq!((story.nodes_version, story.notes_version), (Some(3), 2));

    let member = |key, value| Member { key, value };
    let members = [
        member("title", MemberValue::Text("T")),
        member("nodes", MemberValue::Json("[\"a.png\", \"b\"]")),
        member("notes", MemberValue::Json("0")),
        member("notes_version", MemberValue::Integer(1)),
    ];
    let story = Story::from_stored_members_with(&members, &options).unwrap().object;
    assert_eq!((Value::from(story.nodes), story.notes), (nodes.clone(), nodes));

    let missing = MigrationOptions::new().with_fetched(&[SIZES]);
    let by_document = Story::from_stored_document_with(&stored, &missing).unwrap_err();
    let by_members = Story::from_stored_members(&members).unwrap_err();
    assert!(matches!(by_document, MigrationError::NotFetched { name: "language", .. }));
    assert!(matches!(by_members, MigrationError::NotFetched { name: "image_sizes", .. }));
}

#[test]
fn a_value_that_was_not_fetched_is_an_error_that_names_it() {
    let error = migrate(&stored(r#", "nodes_version": 1"#, 2), &[SIZES]).unwrap_err();
    let error = error.of(EntityId::new("s1"));
    assert_eq!(
        error.to_string(),
        "`story.nodes` of `s1` at version 1 needs the fetched value `language`, \
         which was not given"
    );
    let FieldPlace { entity, field, .. } = error.place();
    assert_eq!((*entity, *field), ("story", Some("nodes")));
    assert!(error.help().unwrap().contains("with_fetched"));
}

/// Without this, reading would fetch for every entity, current or not.
#[test]
fn a_current_field_needs_nothing_to_be_fetched() {
    let current = stored(r#", "nodes_version": 3"#, 2);
    assert_eq!(migrate(&current, &[]).unwrap(), current);
    migrate(&stored(r#", "nodes_version": 3"#, 1), &[]).unwrap();

    let [nodes, notes] = Story::schema_versioned_attributes().versioned else { panic!() };
    let number = |version| FoundVersion::Number(SchemaVersion::new(version));
    let names = |stored: FoundVersion| -> Vec<&str> {
        nodes.fetched_for(&stored).iter().map(|fetched| fetched.name).collect()
    };
    assert_eq!(names(number(1)), ["image_sizes", "language"]);
    assert_eq!(names(number(2)), ["image_sizes", "language"]);
    assert_eq!(names(FoundVersion::Missing), ["image_sizes", "language"]);
    for unneeded in [number(0), number(3), number(4), FoundVersion::Malformed("x".into())] {
        assert_eq!(names(unneeded), [""; 0]);
    }
    assert_eq!(notes.fetched_for(&number(1)), []);
}

#[test]
fn a_fetched_value_of_another_type_is_told_as_context_is() {
    let sizes = Member { key: "image_sizes", value: MemberValue::Json(r#"{"a.png": "big"}"#) };
    let error = migrate(&stored(r#", "nodes_version": 1"#, 2), &[sizes, LANGUAGE]).unwrap_err();
    let source = error.source().unwrap().to_string();
    assert!(source.contains("expected u32"), "{source}");
    let MigrationError::ContextUnavailable { sibling, .. } = error else { panic!("{error:?}") };
    assert_eq!(sibling, "image_sizes");
}
