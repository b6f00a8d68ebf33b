//! What is read lazily is what the job writes: over a SQLite file with all real documents.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use versioned_jobs::{
    BaseMigrateVersionedModelJob, FetchError, JobOptions, NoProgress, VersionedModel,
};
use versioned_sql::{SqliteStore, sqlx};
use versioned_store::StorageModel;

use super::{
    exploration::Exploration,
    folder, json_lines,
    notebook::{Format, Notebook},
    read,
};

struct NotebookJob;

impl BaseMigrateVersionedModelJob for NotebookJob {
    type Model = Self;
}

impl VersionedModel for NotebookJob {
    type DomainObject = Notebook;

    fn storage_model() -> StorageModel {
        StorageModel::columns("notebooks").id("file").model_version("version")
    }
}

struct ExplorationJob;

impl BaseMigrateVersionedModelJob for ExplorationJob {
    type Model = Self;
}

impl VersionedModel for ExplorationJob {
    type DomainObject = Exploration;

    fn storage_model() -> StorageModel {
        StorageModel::columns("explorations").id("id").model_version("version")
    }
}

#[test]
fn notebooks_read_lazily_are_what_the_job_writes() {
    let Some(folder) = folder() else { return };
    let compared = block_on(async {
        let database = Database::create(
            "CREATE TABLE notebooks (file TEXT PRIMARY KEY, notebook TEXT,
                notebook_schema_version INTEGER, version INTEGER DEFAULT 1)",
        )
        .await;
        for line in json_lines(&folder.join("notebooks/expected.ndjson")) {
            let file = line["file"].as_str().unwrap();
            let json = read(&folder.join("notebooks").join(file));
            let version = Format::of_file(&json).unwrap().schema_version();
            sqlx::query(
                "INSERT INTO notebooks (file, notebook, notebook_schema_version) VALUES (?, ?, ?)",
            )
            .bind(file)
            .bind(json)
            .bind(i64::from(version))
            .execute(database.store.pool())
            .await
            .unwrap();
        }
        database
            .compare::<NotebookJob>("SELECT file, notebook, notebook_schema_version FROM notebooks")
            .await
    });
    println!("notebooks: {compared} read lazily == migrated by the job");
}

#[test]
fn explorations_read_lazily_are_what_the_job_writes() {
    let Some(folder) = folder() else { return };
    let compared = block_on(async {
        let database = Database::create(
            "CREATE TABLE explorations (id TEXT PRIMARY KEY, init_state_name TEXT,
                language_code TEXT, states TEXT, states_schema_version INTEGER,
                version INTEGER DEFAULT 1)",
        )
        .await;
        for line in json_lines(&folder.join("explorations/states-41-45.ndjson")) {
            sqlx::query(
                "INSERT INTO explorations
                    (id, init_state_name, language_code, states, states_schema_version)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(line["id"].as_str())
            .bind(line["init_state_name"].as_str())
            .bind(line["language_code"].as_str())
            .bind(line["states"].to_string())
            .bind(line["states_schema_version"].as_i64())
            .execute(database.store.pool())
            .await
            .unwrap();
        }
        database
            .compare::<ExplorationJob>("SELECT id, states, states_schema_version FROM explorations")
            .await
    });
    println!("explorations: {compared} read lazily == migrated by the job");
}

/// A row: its body and its version.
type Stored = (String, i64);

/// A SQLite file in a folder of its own.
struct Database {
    store: SqliteStore,
    folder: PathBuf,
}

impl Database {
    async fn create(table: &'static str) -> Self {
        static CREATED: AtomicU32 = AtomicU32::new(0);
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let name = format!("versioned-corpus-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        let url = format!("sqlite:{}", folder.join("corpus.db").display());
        let store = SqliteStore::connect_or_create(&url).await.unwrap();
        sqlx::query(table).execute(store.pool()).await.unwrap();
        Self { store, folder }
    }

    /// Reads every entity lazily, migrates all, and reads them again; `rows` selects id, body and
    /// version.
    async fn compare<
        J: BaseMigrateVersionedModelJob<Model: VersionedModel<DomainObject: Debug>>,
    >(
        &self,
        rows: &'static str,
    ) -> usize {
        let stored = self.rows(rows).await;
        let lazy = self.documents::<J>(&stored).await;
        let refused: Vec<&str> =
            stored.keys().map(String::as_str).filter(|id| !lazy.contains_key(*id)).collect();

        let options = JobOptions::default().with_batch_rows(50);
        let report = J::migrate(&self.store, &options, &NoProgress).await.unwrap();
        let failed: Vec<&str> = report.failures().iter().map(|it| it.id.as_str()).collect();
        assert_eq!(failed, refused, "what cannot be read cannot be migrated, and the other way");
        assert!(report.counts().is_balanced());
        assert_eq!(report.counts().scanned, u64::try_from(stored.len()).unwrap());

        let migrated = self.rows(rows).await;
        for id in &refused {
            assert_eq!(migrated.get(*id), stored.get(*id), "{id} was refused, so it must stay");
        }
        let read = self.documents::<J>(&migrated).await;
        for (id, document) in &lazy {
            assert!(read.get(id) == Some(document), "{id}: migrated is not what was read lazily");
        }
        // A body that is written is the text that was read lazily, byte for byte.
        for (id, (body, _)) in &migrated {
            assert!(lazy.get(id).is_none_or(|document| document.contains(body.as_str())), "{id}");
        }

        let again = J::migrate(&self.store, &options, &NoProgress).await.unwrap();
        assert_eq!(again.counts().migrated, 0);
        assert!(self.rows(rows).await == migrated, "the second run must change nothing");
        lazy.len()
    }

    async fn rows(&self, select: &'static str) -> BTreeMap<String, Stored> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as(select).fetch_all(self.store.pool()).await.unwrap();
        rows.into_iter().map(|(id, body, version)| (id, (body, version))).collect()
    }

    /// The documents, read lazily; those that cannot be read are left out. Objects are those of the documents.
    async fn documents<
        J: BaseMigrateVersionedModelJob<Model: VersionedModel<DomainObject: Debug>>,
    >(
        &self,
        rows: &BTreeMap<String, Stored>,
    ) -> BTreeMap<String, String> {
        let mut documents = BTreeMap::new();
        for id in rows.keys() {
            let key = id.as_str().into();
            let object = J::Model::find(&self.store, &key).await;
            match J::Model::find_document(&self.store, &key).await {
                Ok(document) => {
                    let document = document.unwrap();
                    let expect = serde_json::from_str::<<J::Model as VersionedModel>::DomainObject>(
                        &document,
                    );
                    let (object, expect) = (format!("{:?}", object.ok()), expect.ok());
                    assert!(object == format!("{:?}", Some(expect)), "{id}: another object");
                    documents.insert(id.clone(), document);
                }
                Err(FetchError::Entity { .. }) => assert!(object.is_err(), "{id}: an object"),
                Err(other) => panic!("{id}: {other}"),
            }
        }
        documents
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            println!("{} is left behind: {error}", self.folder.display());
        }
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}
