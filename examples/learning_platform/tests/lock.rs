//! What was released stays as it was: the lock beside this example knows every version.

use versioned_core::{Registry, SchemaVersion, lock::Lock};

const LOCK: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/learning_platform/versioned.lock");

#[test]
fn no_released_schema_has_changed() {
    versioned_testkit::lock::assert_unbroken(&Registry::collect(), LOCK);
}

/// Old versions are known from typed steps, or from the seeds, as far as there are any.
#[test]
fn nearly_every_version_has_a_schema() {
    let lock = Lock::parse(include_str!("../versioned.lock")).unwrap();
    let mut unknown = Vec::new();
    for declaration in Registry::collect().declarations() {
        for attribute in declaration.versioned {
            let versions = attribute.min.get()..=attribute.max.get();
            let (entity, field) = (declaration.entity, attribute.field);
            let is_unknown =
                |version: &SchemaVersion| lock.schema(entity, field, *version).is_none();
            let versions = versions.map(SchemaVersion::new).filter(is_unknown);
            unknown.extend(versions.map(|version| format!("{entity}.{field} v{version}")));
        }
    }
    assert_eq!(
        unknown,
        [
            "question.question_state_data v42",
            "question.question_state_data v44",
            "topic.subtopics v2",
        ]
    );
}
