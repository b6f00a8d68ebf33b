#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
//! Losses, moves and fetched values, in every place where they may stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, LazyValue, MigrationOptions, SchemaVersion,
    document::{Member, MemberValue},
};

/// A fetched type.
#[derive(Debug, Deserialize)]
pub struct Sizes {
    /// Widths.
    pub widths: BTreeMap<String, u32>,
}

/// A lesson.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
pub struct Lesson {
    /// States.
    #[versioned(
        version_field = "version",
        min = 1,
        max = 3,
        each,
        context(title, fetched(image_sizes: BTreeMap<String, u32>, r#type: Option<String>,)),
        loss(step = 2, path = "/rules/*"),
        loss(step = 1, path = "/a~1b/~2"),
        moved(step = 2, from = "/html", to = ""),
        moved(step = 1, from = "", to = "/html")
    )]
    pub states: Vec<Value>,
    /// A version.
    pub version: u32,
    /// A title.
    pub title: String,
    /// Versioned, and with a name that is a word of the attribute.
    #[versioned(version_field = "fetched_version", min = 1, max = 2)]
    pub fetched: Value,
    /// A version.
    pub fetched_version: u32,
    /// A sibling of that name is read, and so is a fetched value with the name of its key.
    #[versioned(
        version_field = "notes_version",
        min = 1,
        max = 2,
        context(fetched(version = 2), fetched(sizes: Sizes, language: String))
    )]
    pub notes: Value,
    /// A version.
    pub notes_version: u32,
}

impl Lesson {
    fn _convert_states_v1_to_v2<'a>(
        state: LazyValue<'a>,
        context: &LessonStatesContext<'_>,
    ) -> LazyValue<'a> {
        let _: (&str, &BTreeMap<String, u32>) = (context.title, context.image_sizes);
        let _: &Option<String> = context.r#type;
        state
    }

    fn _convert_states_v2_to_v3(state: Value) -> Value {
        state
    }

    fn _convert_fetched_v1_to_v2(fetched: Value) -> Value {
        fetched
    }

    fn _convert_notes_v1_to_v2(notes: Value, context: &LessonNotesContext<'_>) -> Value {
        let _: (&Value, &Sizes, &str) = (context.fetched, context.sizes, context.language);
        notes
    }
}

/// A question has one state of a lesson.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
pub struct Question {
    /// A state.
    #[versioned(version_field = "version", chain = Lesson::states, min = 2, context(title))]
    pub state: Value,
    /// A version.
    pub version: u32,
    /// A title.
    pub title: String,
}

/// A whole document.
#[derive(Debug, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(
    document, version_field = "version", min = 4, max = 5,
    loss(step = 4, path = "/notes"), moved(step = 4, from = "/a", to = "/b"),
    context(fetched(language: String))
)]
pub struct Whole {
    /// A version.
    pub version: u32,
}

impl Whole {
    fn _convert_document_v4_to_v5(mut document: Value, context: &WholeDocumentContext<'_>) -> Value {
        document["language"] = context.language.into();
        document
    }
}

fn main() {
    let v = SchemaVersion::new;
    let lesson = Lesson::schema_versioned_attributes().versioned;
    let losses: Vec<_> = lesson[0].losses.iter().map(|loss| (loss.step, loss.path)).collect();
    assert_eq!(losses, [(v(1), "/a~1b/~2"), (v(2), "/rules/*")]);
    let moves: Vec<_> = lesson[0].moves.iter().map(|one| (one.step, one.from, one.to)).collect();
    assert_eq!(moves, [(v(1), "", "/html"), (v(2), "/html", "")]);
    let fetched: Vec<_> = lesson[0].fetched.iter().map(|one| (one.name, one.type_name)).collect();
    assert_eq!(fetched, [("image_sizes", "BTreeMap<String, u32>"), ("type", "Option<String>")]);
    assert_eq!((lesson[2].context.len(), lesson[2].fetched.len()), (1, 2));

    let question = &Question::schema_versioned_attributes().versioned[0];
    assert_eq!(question.losses, lesson[0].losses);
    assert_eq!(question.moves, lesson[0].moves);
    assert_eq!(question.fetched, lesson[0].fetched);

    let whole = &Whole::schema_versioned_attributes().versioned[0];
    assert_eq!((whole.losses[0].path, whole.moves[0].to), ("/notes", "/b"));
    let fetched = [Member { key: "language", value: MemberValue::Text("en") }];
    let options = MigrationOptions::new().with_fetched(&fetched);
    let stored = r#"{"version": 4}"#;
    let migrated = Whole::migrate_to_latest_schema_versions_with(stored, &options).unwrap();
    assert_eq!(migrated.document(), r#"{"language":"en","version":5}"#);
}
