//! The cases: what is measured, and against what.

use serde_json::Value;
use versioned_core::{BaseVersionedDomainObject as _, ConversionError};

use crate::{
    harness::Case,
    lesson::{self, Lesson},
};

/// All cases, in the order in which they are reported.
///
/// # Panics
///
/// When the two sides of a case give different results.
pub(crate) fn all() -> Vec<Case> {
    vec![text_to_text(), current_read()]
}

/// A stale document from text to text, against serde_json and the same conversions by hand.
fn text_to_text() -> Case {
    let stored = lesson::stored();
    assert_eq!(
        serde_json::from_str::<Value>(&migrated(&stored)).ok(),
        serde_json::from_str::<Value>(&converted_by_hand(&stored)).ok(),
        "the two sides give different documents"
    );
    let (this, other) = (stored.clone(), stored);
    Case {
        bench: "text_to_text",
        case: "lesson_40kb_4_value_steps",
        this: Box::new(move || migrated(&this).len()),
        other: Box::new(move || converted_by_hand(&other).len()),
    }
}

/// A current document: read by version alone, against parsing it to look at the version.
fn current_read() -> Case {
    let current = migrated(&lesson::stored());
    assert_eq!(migrated(&current), current, "a current document is not left as it was");
    let (this, other) = (current.clone(), current);
    Case {
        bench: "current_read",
        case: "lesson_40kb_all_current",
        this: Box::new(move || {
            let read = Lesson::migrate_to_latest_schema_versions(&this);
            read.map_or(0, |read| usize::from(read.is_current()))
        }),
        other: Box::new(move || {
            let value = serde_json::from_str::<Value>(&other).unwrap_or_default();
            usize::from(value["states_schema_version"] == 5)
        }),
    }
}

fn migrated(stored: &str) -> String {
    match Lesson::migrate_to_latest_schema_versions(stored) {
        Ok(migrated) => migrated.into_document().into_owned(),
        Err(error) => panic!("the generated lesson was refused: {error}"),
    }
}

/// What one would write without the library.
fn converted_by_hand(stored: &str) -> String {
    let convert = || -> Result<String, ConversionError> {
        let mut document: Value = serde_json::from_str(stored)?;
        let states = document["states"].take();
        let states = Lesson::_convert_states_v1_to_v2(states)?;
        let states = Lesson::_convert_states_v2_to_v3(states)?;
        let states = Lesson::_convert_states_v3_to_v4(states)?;
        document["states"] = Lesson::_convert_states_v4_to_v5(states)?;
        document["states_schema_version"] = 5.into();
        Ok(serde_json::to_string(&document)?)
    };
    match convert() {
        Ok(text) => text,
        Err(error) => panic!("the generated lesson was refused: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_every_case_work() {
        for mut case in all() {
            assert!((case.this)() > 0 && (case.other)() > 0, "{}", case.name());
        }
    }
}
