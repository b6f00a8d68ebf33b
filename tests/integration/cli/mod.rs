//! The command line, run in the process: arguments in, text and exit code out.

mod files;
mod golden;
mod history;
mod ledger;
mod mistakes;
mod operating;
mod own_verbs;
mod reverting;
mod schema;
mod scripting;

use std::cell::Cell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_cli::{App, Output};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};
use versioned_jobs::{BaseMigrateVersionedModelJob, StopFlag, VersionedModel};
use versioned_store::{ColumnValue, Row, StorageModel, StoreError, StoreErrorKind};

use crate::jobs::{
    block_on,
    lesson::{Layout, MigrateLessonColumnsJob, StoredLesson},
    probe::Probe,
};

/// A second entity: the whole document has one version.
#[derive(Debug, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "quiz", document, version_field = schema_version, min = 1, max = 2)]
pub(crate) struct Quiz {
    question: String,
    schema_version: SchemaVersion,
}

impl Quiz {
    fn _convert_document_v1_to_v2(mut quiz: serde_json::Value) -> serde_json::Value {
        quiz["question"] = quiz["q"].take();
        quiz
    }
}

pub(crate) struct MigrateQuizJob;

impl BaseMigrateVersionedModelJob for MigrateQuizJob {
    type Model = Quizzes;
}

pub(crate) struct Quizzes;

impl VersionedModel for Quizzes {
    type DomainObject = Quiz;

    fn storage_model() -> StorageModel {
        StorageModel::document("quizzes", "body").id(versioned_store::IdColumn::integer("id"))
    }
}

/// What a command line did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) results: String,
    pub(crate) errors: String,
    /// Whether the database was opened.
    pub(crate) has_connected: bool,
}

/// An application with two entities.
pub(crate) fn app() -> App<Probe> {
    App::new("school")
        .about("Lessons and quizzes")
        .job::<MigrateLessonColumnsJob>()
        .job::<MigrateQuizJob>()
}

/// Runs the words of a line.
pub(crate) fn run(app: &App<Probe>, store: &Probe, line: &str) -> Ran {
    run_with(app, line, &StopFlag::default(), Ok(store.clone()))
}

pub(crate) fn run_with(
    app: &App<Probe>,
    line: &str,
    stop: &StopFlag,
    store: Result<Probe, StoreError>,
) -> Ran {
    let mut output = Output::captured();
    let has_connected = Cell::new(false);
    let args: Vec<&str> = std::iter::once("school").chain(line.split_whitespace()).collect();
    let code = block_on(app.run(args, &mut output, stop, async |_url| {
        has_connected.set(true);
        store
    }));
    Ran {
        code,
        results: output.captured_results(),
        errors: output.captured_errors(),
        has_connected: has_connected.get(),
    }
}

/// A store with these lessons, and quizzes of which the first one is old.
pub(crate) fn school(lessons: &[StoredLesson], quizzes: i64) -> Probe {
    let store = Probe::with(Layout::Columns, lessons);
    let table = Quizzes::table().unwrap();
    store.memory().create_table(&table);
    for id in 1..=quizzes {
        let body = match id {
            1 => r#"{"q": "why?", "schema_version": 1}"#,
            _ => r#"{"question": "why?", "schema_version": 2}"#,
        };
        let values = vec![Some(ColumnValue::Text(body.to_owned()))];
        let row = Row { key: id.into(), model_version: None, deleted: false, values };
        store.memory().insert(&table, row).unwrap();
    }
    store
}

pub(crate) fn store_error(kind: StoreErrorKind) -> StoreError {
    StoreError::new(kind, "connect", "school.db", std::io::Error::other("it is a directory"))
}
