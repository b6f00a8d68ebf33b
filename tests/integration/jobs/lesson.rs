//! A domain object with two versioned fields, a context and a side output, and its jobs in both layouts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{BaseVersionedDomainObject, ConversionError, EntityId, SchemaVersion};
use versioned_jobs::{
    BaseMigrateVersionedModelJob, CensusReport, FetchError, FoundMany, JobError, JobOptions,
    JobReport, ListPage, Mode, NoProgress, Progress, UndoReport, VersionedModel,
};
use versioned_store::{
    ColumnValue, EntityKey, EntityTable, JobLedger, ModelStore, Row, RunId, StorageModel,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, BaseVersionedDomainObject)]
#[versioned(entity = "lesson")]
pub(crate) struct Lesson {
    pub(crate) id: String,
    pub(crate) title: String,
    #[versioned(
        version_field = "scenes_schema_version",
        min = 1,
        max = 3,
        context(title),
        side_output(step = 2, field = next_index)
    )]
    pub(crate) scenes: BTreeMap<String, Scene>,
    pub(crate) scenes_schema_version: SchemaVersion,
    #[versioned(version_field = "notes_schema_version", min = 1, max = 2, missing_version = 1)]
    pub(crate) notes: Vec<String>,
    pub(crate) notes_schema_version: SchemaVersion,
    pub(crate) next_index: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Scene {
    pub(crate) text: String,
    pub(crate) lesson: String,
    pub(crate) kind: String,
}

/// A scene of version 2 whose text is this one is refused, panics, or comes out with a wrong type.
pub(crate) const REFUSED: &str = "refuse me";
pub(crate) const PANICS: &str = "panic";
pub(crate) const MISFIT: &str = "misfit";

impl Lesson {
    fn _convert_scenes_v1_to_v2(
        scenes: BTreeMap<String, String>,
        context: &LessonScenesContext<'_>,
    ) -> Value {
        let scene = |text| json!({"text": text, "lesson": context.title});
        scenes.into_iter().map(|(name, text)| (name, scene(text))).collect()
    }

    fn _convert_scenes_v2_to_v3(mut scenes: Value) -> Result<(Value, u32), ConversionError> {
        let map = scenes.as_object_mut().ok_or_else(|| ConversionError::new("expected a map"))?;
        for (name, scene) in map.iter_mut() {
            match scene["text"].as_str() {
                Some(REFUSED) => {
                    let error = std::io::Error::other("the text is on the list of refused ones");
                    return Err(ConversionError::from(error).at(format!("/{name}/text")));
                }
                Some(PANICS) => panic!("no rule for scene `{name}`"),
                Some(MISFIT) => scene["text"] = json!(7),
                _ => {}
            }
            scene["kind"] = json!("text");
        }
        let next_index = u32::try_from(map.len())?;
        Ok((scenes, next_index))
    }

    #[expect(clippy::needless_pass_by_value, reason = "conversions take values")]
    fn _convert_notes_v1_to_v2(notes: String) -> Vec<String> {
        notes.split(';').map(str::to_owned).collect()
    }
}

/// Lessons with a column per field.
pub(crate) struct LessonColumns;

impl VersionedModel for LessonColumns {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        StorageModel::columns("lessons").id("id").model_version("version").deleted("deleted")
    }
}

pub(crate) struct MigrateLessonColumnsJob;

impl BaseMigrateVersionedModelJob for MigrateLessonColumnsJob {
    type Model = LessonColumns;
}

/// Lessons as documents.
pub(crate) struct LessonDocuments;

impl VersionedModel for LessonDocuments {
    type DomainObject = Lesson;

    fn storage_model() -> StorageModel {
        StorageModel::document("lesson_documents", "body")
            .id("id")
            .model_version("version")
            .deleted("deleted")
    }
}

pub(crate) struct MigrateLessonDocumentsJob;

impl BaseMigrateVersionedModelJob for MigrateLessonDocumentsJob {
    type Model = LessonDocuments;
}

/// How lessons are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Columns,
    Document,
}

impl Layout {
    pub(crate) const BOTH: [Self; 2] = [Self::Columns, Self::Document];

    pub(crate) fn table(self) -> EntityTable {
        match self {
            Self::Columns => LessonColumns::table().unwrap(),
            Self::Document => LessonDocuments::table().unwrap(),
        }
    }

    pub(crate) fn run<S: JobLedger>(
        self,
        mode: Mode,
        store: &S,
        options: &JobOptions,
        progress: &dyn Progress,
    ) -> Result<JobReport, JobError> {
        use MigrateLessonColumnsJob as Columns;
        use MigrateLessonDocumentsJob as Documents;
        super::block_on(async {
            let report = match (self, mode) {
                (Self::Columns, Mode::Migrate) => Columns::migrate(store, options, progress).await,
                (Self::Columns, _) => Columns::audit(store, options, progress).await,
                (Self::Document, Mode::Migrate) => {
                    Documents::migrate(store, options, progress).await
                }
                (Self::Document, _) => Documents::audit(store, options, progress).await,
            };
            let counts = match &report {
                Ok(report) => Some(report.counts()),
                Err(error) => error.report().map(JobReport::counts),
            };
            assert!(counts.is_none_or(|counts| counts.is_balanced()), "{counts:?}");
            report
        })
    }

    pub(crate) fn replay<S: JobLedger>(
        self,
        store: &S,
        options: &JobOptions,
    ) -> Result<JobReport, JobError> {
        super::block_on(async {
            match self {
                Self::Columns => MigrateLessonColumnsJob::replay(store, options, &NoProgress).await,
                Self::Document => {
                    MigrateLessonDocumentsJob::replay(store, options, &NoProgress).await
                }
            }
        })
    }

    pub(crate) fn undo<S: JobLedger>(
        self,
        store: &S,
        run: RunId,
        options: &JobOptions,
    ) -> Result<UndoReport, JobError> {
        super::block_on(async {
            match self {
                Self::Columns => MigrateLessonColumnsJob::undo(store, run, options).await,
                Self::Document => MigrateLessonDocumentsJob::undo(store, run, options).await,
            }
        })
    }

    pub(crate) fn census<S: ModelStore>(self, store: &S) -> Result<CensusReport, JobError> {
        super::block_on(async {
            match self {
                Self::Columns => MigrateLessonColumnsJob::census(store).await,
                Self::Document => MigrateLessonDocumentsJob::census(store).await,
            }
        })
    }

    pub(crate) fn find<S: ModelStore>(
        self,
        store: &S,
        id: &str,
    ) -> Result<Option<Lesson>, FetchError> {
        super::block_on(async {
            match self {
                Self::Columns => LessonColumns::find(store, &id.into()).await,
                Self::Document => LessonDocuments::find(store, &id.into()).await,
            }
        })
    }

    pub(crate) fn find_many<S: ModelStore>(
        self,
        store: &S,
        ids: &[&str],
    ) -> Result<FoundMany<Lesson>, FetchError> {
        let keys: Vec<EntityKey> = ids.iter().map(|id| EntityKey::from(*id)).collect();
        super::block_on(async {
            match self {
                Self::Columns => LessonColumns::find_many(store, &keys).await,
                Self::Document => LessonDocuments::find_many(store, &keys).await,
            }
        })
    }

    pub(crate) fn list<S: ModelStore>(
        self,
        store: &S,
        after: Option<&EntityKey>,
        limit: u32,
    ) -> Result<ListPage<Lesson>, FetchError> {
        super::block_on(async {
            match self {
                Self::Columns => LessonColumns::list(store, after, limit).await,
                Self::Document => LessonDocuments::list(store, after, limit).await,
            }
        })
    }

    pub(crate) fn find_document<S: ModelStore>(
        self,
        store: &S,
        id: &str,
    ) -> Result<Option<String>, FetchError> {
        let key = id.into();
        super::block_on(async {
            match self {
                Self::Columns => LessonColumns::find_document(store, &key).await,
                Self::Document => LessonDocuments::find_document(store, &key).await,
            }
        })
    }
}

/// A lesson as some program stored it.
#[derive(Debug, Clone)]
pub(crate) struct StoredLesson {
    pub(crate) id: String,
    /// JSON text of a version, or `None` for a version that is absent.
    pub(crate) scenes_version: Option<&'static str>,
    pub(crate) scenes: String,
    pub(crate) notes_version: Option<&'static str>,
    pub(crate) notes: &'static str,
    pub(crate) deleted: bool,
}

impl StoredLesson {
    /// At the oldest versions; the note has no version at all.
    pub(crate) fn old(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            scenes_version: Some("1"),
            scenes: r#"{"a": "hello", "b": "bye"}"#.to_owned(),
            notes_version: None,
            notes: r#""one;two""#,
            deleted: false,
        }
    }

    /// At the latest versions, with spaces that nobody may touch.
    pub(crate) fn current(id: &str) -> Self {
        Self {
            scenes_version: Some("3"),
            scenes: r#"{ "a" : {"text":"x", "lesson":"y", "kind":"text"} }"#.to_owned(),
            notes_version: Some("2"),
            notes: r#"[ "one" ]"#,
            ..Self::old(id)
        }
    }

    /// At version 2 with one scene of this text.
    pub(crate) fn with_text(id: &str, text: &str) -> Self {
        Self {
            scenes_version: Some("2"),
            scenes: json!({"a": {"text": text, "lesson": "y"}}).to_string(),
            ..Self::current(id)
        }
    }

    pub(crate) fn deleted(self) -> Self {
        Self { deleted: true, ..self }
    }

    pub(crate) fn row(&self, layout: Layout) -> Row {
        let table = layout.table();
        let values = match layout {
            Layout::Document => vec![Some(ColumnValue::Text(self.document()))],
            Layout::Columns => {
                table.columns().iter().map(|column| Some(self.column(column.key))).collect()
            }
        };
        let key = self.id.as_str().into();
        Row { key, model_version: Some(1), deleted: self.deleted, values, stamp: None }
    }

    fn document(&self) -> String {
        let mut members = vec![
            format!(r#""id": {}"#, json!(self.id)),
            r#""title": "Numbers""#.to_owned(),
            format!(r#""scenes": {}"#, self.scenes),
            format!(r#""notes": {}"#, self.notes),
            r#""next_index": 0"#.to_owned(),
            r#""unknown": 1.0"#.to_owned(),
        ];
        let mut push_version = |key: &str, version: Option<&str>| {
            members.extend(version.map(|version| format!(r#""{key}": {version}"#)));
        };
        push_version("scenes_schema_version", self.scenes_version);
        push_version("notes_schema_version", self.notes_version);
        format!("{{{}}}", members.join(", "))
    }

    fn column(&self, key: &str) -> ColumnValue {
        let version = |version: Option<&str>| match version {
            None => ColumnValue::Null,
            Some(text) => match text.parse() {
                Ok(number) => ColumnValue::Integer(number),
                Err(_) => ColumnValue::Text(text.to_owned()),
            },
        };
        match key {
            "scenes_schema_version" => version(self.scenes_version),
            "notes_schema_version" => version(self.notes_version),
            "id" => ColumnValue::Text(self.id.clone()),
            "title" => ColumnValue::Text("Numbers".to_owned()),
            "scenes" => ColumnValue::Text(self.scenes.clone()),
            "notes" => ColumnValue::Text(self.notes.to_owned()),
            "next_index" => ColumnValue::Integer(0),
            other => panic!("no value for column `{other}`"),
        }
    }
}

pub(crate) fn ids(ids: &[&str]) -> Vec<EntityId> {
    ids.iter().map(|id| EntityId::new(*id)).collect()
}
