//! A generated lesson of any size, always the same, with up to a hundred steps.
//!
//! The steps repeat with a period of [`PERIOD`], after which a document has the shape that it had before: cost does not
//! grow with the number of steps because the documents do.

mod chain;
mod lazy;
mod value;

use std::fmt::Write as _;

use serde_json::{Value, json};
use versioned_core::{
    BaseVersionedDomainObject as _,
    document::{Member, MemberValue},
};

pub(crate) use self::chain::{LATEST, Lesson};
use super::corpus::json_of;

/// Kinds of steps, one after the other.
const PERIOD: u32 = 5;

/// What a step does, by the version that it starts from: each state gets a member, ..
const INSERT: u32 = 0;
/// .. gets one two levels below, ..
const INSERT_BELOW: u32 = 1;
/// .. has one renamed, forth and back in turns, ..
const RENAME: u32 = 2;
/// .. has one set by what another one says, ..
const SET: u32 = 3;
/// .. and loses the one that it got first.
const REMOVE: u32 = 4;

/// A stored lesson.
#[derive(Debug)]
pub(crate) struct StoredLesson {
    pub(crate) states: String,
    pub(crate) version: u32,
}

impl StoredLesson {
    /// A lesson whose states are at least so many bytes long, a step away from the latest version for each of `steps`.
    pub(crate) fn generate(bytes: usize, steps: u32) -> Self {
        let mut states = String::from("{");
        for number in 0_u32.. {
            if states.len() >= bytes {
                break;
            }
            let separator = if number == 0 { "" } else { "," };
            let name = Value::from(state_name(number));
            let state = state(number);
            // Writing to a text does not fail.
            let _ = write!(states, "{separator}{name}:{state}");
        }
        states.push('}');
        states.shrink_to_fit();
        Self { states, version: LATEST - steps }
    }

    /// Columns to column with the library.
    ///
    /// # Panics
    ///
    /// When the lesson is refused.
    pub(crate) fn migrate(&self) -> String {
        let members = [
            Member { key: "states", value: MemberValue::Json(&self.states) },
            Member {
                key: "states_schema_version",
                value: MemberValue::Integer(i64::from(self.version)),
            },
        ];
        match Lesson::migrate_members_to_latest_schema_versions(&members) {
            Ok(migrated) => json_of(migrated.writes.into_iter().map(|write| write.value)),
            Err(error) => panic!("the generated lesson was refused: {error}"),
        }
    }

    /// The same without it.
    pub(crate) fn by_hand(&self) -> String {
        let states = serde_json::from_str(&self.states).unwrap_or_default();
        value::convert(states, self.version).to_string()
    }

    /// The lesson as one document.
    pub(crate) fn document(&self) -> String {
        format!(
            r#"{{"id":"lesson-1","title":"Fractions","states_schema_version":{},"states":{}}}"#,
            self.version, self.states
        )
    }
}

/// Document to document with the library.
///
/// # Panics
///
/// When the lesson is refused.
pub(crate) fn migrate_document(document: &str) -> String {
    match Lesson::migrate_to_latest_schema_versions(document) {
        Ok(migrated) => migrated.into_document().into_owned(),
        Err(error) => panic!("the generated lesson was refused: {error}"),
    }
}

/// The same without it.
pub(crate) fn document_by_hand(document: &str) -> String {
    let mut document: Value = serde_json::from_str(document).unwrap_or_default();
    let version = document["states_schema_version"].as_u64().unwrap_or_default();
    let states = document["states"].take();
    document["states"] = value::convert(states, u32::try_from(version).unwrap_or_default());
    document["states_schema_version"] = LATEST.into();
    document.to_string()
}

fn state_name(number: u32) -> String {
    format!("State {number}")
}

fn state(number: u32) -> Value {
    let sentence = format!("Mark {number}/7 on the line \u{2014} then \"compare\" it with 3/5. ");
    json!({
        "content": {"content_id": "content", "html": format!("<p>{}</p>", sentence.repeat(7))},
        "interaction": {
            "id": "FractionInput",
            "customization_args": {
                "placeholder": {"value": "Type a fraction"},
                "require_simplest_form": {"value": number.is_multiple_of(2)},
            },
            "answer_groups": [
                {
                    "rule": {"type": "IsExactlyEqualTo", "x": [number, 7]},
                    "outcome": {"dest": state_name(number + 1), "feedback": "<p>Right.</p>"},
                    "weight": 0.75,
                },
                {
                    "rule": {"type": "IsLessThan", "x": [number, 9]},
                    "outcome": {"dest": state_name(number), "feedback": "<p>Too small.</p>"},
                    "weight": 0.25,
                },
            ],
        },
        "hints": ["<p>Divide the line first.</p>", "<p>Count from the left.</p>"],
        "param_changes": [],
        "solution": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_give_the_same_for_every_number_of_steps() {
        for steps in 1..LATEST {
            let lesson = StoredLesson::generate(2_000, steps);
            let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(parse(&lesson.migrate()), parse(&lesson.by_hand()), "{steps} steps");
            let document = lesson.document();
            let (ours, other) = (migrate_document(&document), document_by_hand(&document));
            assert_eq!(parse(&ours), parse(&other), "{steps} steps, one document");
        }
    }

    #[test]
    fn documents_do_not_grow_with_the_number_of_steps() {
        let length = |steps| StoredLesson::generate(2_000, steps).migrate().len();
        assert_eq!(length(100), length(20));
        assert_eq!(length(15), length(5));
    }

    #[test]
    fn a_generated_lesson_has_the_size_that_was_asked_for() {
        let length = StoredLesson::generate(40_000, 1).states.len();
        assert!((40_000..42_000).contains(&length), "{length} bytes");
    }
}
