//! Every chain from every version on: it makes no difference at which versions a document was
//! stored on its way.

use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, Registry, SchemaVersion,
    document::{Member, MemberValue},
};

use super::{
    reading::{Unusable, read},
    seeds_of,
};
use crate::domain::{Collection, Exploration, Question, Skill, Story, Topic, Validate};

#[test]
fn the_declarations_of_all_kinds_are_sound() {
    let registry = Registry::collect();
    assert_eq!(registry.check(), []);
    let kinds: Vec<&str> = registry.declarations().iter().map(|kind| kind.entity).collect();
    assert_eq!(kinds, ["collection", "exploration", "question", "skill", "story", "topic"]);
}

#[test]
fn explorations_come_to_the_same_from_every_version() {
    check::<Exploration>("exploration", 36);
}

#[test]
fn questions_come_to_the_same_from_every_version() {
    check::<Question>("question", 14);
}

#[test]
fn skills_come_to_the_same_from_every_version() {
    check::<Skill>("skill", 14);
}

#[test]
fn stories_come_to_the_same_from_every_version() {
    check::<Story>("story", 13);
}

#[test]
fn topics_come_to_the_same_from_every_version() {
    check::<Topic>("topic", 11);
}

#[test]
fn collections_come_to_the_same_from_every_version() {
    check::<Collection>("collection", 8);
}

/// Stores every usable document of a kind at every version on its way, and reads it from there.
fn check<D>(entity: &str, expect_halts: usize)
where
    D: BaseVersionedDomainObject + Validate,
{
    let mut halts = 0;
    for seed in seeds_of(entity).unwrap() {
        let snapshots = seed.snapshots.into_iter().map(|snapshot| snapshot.document);
        for document in snapshots.chain([seed.document]) {
            if matches!(read::<D>(&document), Err(Unusable::Unreadable { .. })) {
                continue;
            }
            let expected = super::upgraded::<D>(&document);
            for halted in on_the_way::<D>(&document) {
                assert_eq!(super::upgraded::<D>(&halted), expected, "{}", document["id"]);
                halts += 1;
            }
        }
    }
    assert_eq!(halts, expect_halts);
}

/// The document with the fields of one version field brought to a version between its own and the
/// latest, for each of those versions and each version field.
fn on_the_way<D: BaseVersionedDomainObject>(document: &Value) -> Vec<Value> {
    let declaration = D::schema_versioned_attributes();
    let texts: Vec<(&String, String)> =
        document.as_object().unwrap().iter().map(|(key, value)| (key, value.to_string())).collect();
    let sizes = super::sizes();
    let members = texts.iter().map(|(key, text)| Member { key, value: MemberValue::Json(text) });
    let members: Vec<Member<'_>> = members.chain(super::fetched(&sizes)).collect();
    let mut version_keys: Vec<&str> =
        declaration.versioned.iter().map(|attribute| attribute.version_key).collect();
    version_keys.dedup();

    let mut halted = Vec::new();
    for version_key in version_keys {
        let fields =
            declaration.versioned.iter().filter(|attribute| attribute.version_key == version_key);
        let from: SchemaVersion = serde_json::from_value(document[version_key].clone()).unwrap();
        let max = fields.clone().next().unwrap().max;
        for to in from.get() + 1..max.get() {
            let mut document = document.clone();
            document[version_key] = to.into();
            for attribute in fields.clone() {
                let value = document[attribute.key].to_string();
                let versions = from..=SchemaVersion::new(to);
                let converted =
                    declaration.convert(attribute.field, &value, versions, &members).unwrap();
                document[attribute.key] = serde_json::from_str(&converted).unwrap();
            }
            halted.push(document);
        }
    }
    halted
}
