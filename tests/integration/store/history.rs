//! Histories: the rules for every store, storage models that have one, and what is particular to SQLite.

use versioned_sql::{SqliteStore, sqlx::Row as _};
use versioned_store::{
    ColumnValue, CommitKind, CommitRecord, CommitsRequest, DeletedModels, EntityTable, History,
    HistoryStore, IdColumn, MemoryStore, ModelChange, ModelCommit, ModelStore, ModelVersion,
    NewModel, OutboxMessage, Place, RowWrite, StorageModel, StorageModelError, StoreErrorKind,
    TableLayout, WriteOutcome,
};
use versioned_testkit::{
    conformance::{StoreFixture, history::HistoryFixture},
    faults::{Fault, FaultKind, FaultStore, Moment, history_text},
    sample::{SAMPLE, SAMPLE_DOCUMENT, Sample, SampleColumn, sample_model},
};

use super::sqlite::fixture::{SqliteFixture, block_on};

mod in_memory {
    use super::{MemoryStore, block_on};

    fn run(rule: impl AsyncFnOnce(&MemoryStore)) {
        block_on(rule(&MemoryStore::new()));
    }

    versioned_testkit::history_conformance!(run);
}

mod in_sqlite {
    use super::{SqliteFixture, block_on};

    fn run(rule: impl AsyncFnOnce(&SqliteFixture)) {
        block_on(async { rule(&SqliteFixture::new().await).await });
    }

    versioned_testkit::history_conformance!(run);
}

impl HistoryFixture for SqliteFixture {
    async fn create_history_tables(&self, table: &EntityTable) {
        self.store().create_history_tables(table).await.unwrap();
    }
}

fn history() -> History {
    History::tables("sample_snapshots", "sample_commits")
}

fn table() -> EntityTable {
    let history = history().snapshots_of_deleted(DeletedModels::Skip);
    EntityTable::new(&SAMPLE, sample_model().history(history)).unwrap()
}

fn creation(key: &str) -> ModelCommit {
    let values = Sample::stale(key).row.values.into_iter().flatten().collect();
    ModelCommit {
        change: ModelChange::Create(NewModel { key: key.into(), values }),
        snapshot: "{}".to_owned(),
        record: CommitRecord {
            kind: CommitKind::Create,
            committer: "ada".to_owned(),
            message: "new".to_owned(),
            commands: Vec::new(),
            at_ms: 1,
        },
        dependents: Vec::new(),
        outbox: vec![OutboxMessage { topic: "cache".to_owned(), payload: key.to_owned() }],
    }
}

#[test]
fn snapshots_are_a_table_whose_key_has_the_model_version() {
    let model = StorageModel::columns("samples")
        .id("tenant")
        .id(IdColumn::uuid("id"))
        .model_version("version");
    let table = EntityTable::new(&SAMPLE, model.clone()).unwrap();
    assert_eq!((table.place(), table.history(), table.parent()), (Place::Model, None, None));
    assert!(table.snapshots().is_none());

    // A model that is never marked as deleted leaves nothing to choose.
    let table = EntityTable::new(&SAMPLE, model.history(history().content_column("body"))).unwrap();
    let snapshots = table.snapshots().unwrap();
    assert_eq!((snapshots.name(), snapshots.layout()), ("sample_snapshots", TableLayout::Document));
    assert_eq!((snapshots.place(), snapshots.place().as_str()), (Place::Snapshot, "snapshot"));
    let ids = [IdColumn::text("tenant"), IdColumn::uuid("id"), IdColumn::integer("version")];
    assert_eq!(snapshots.id(), ids);
    assert_eq!(snapshots.columns()[0].name, "body");
    assert_eq!((snapshots.model_version(), snapshots.deleted()), (None, None));
    assert_eq!((snapshots.parent(), snapshots.history()), (None, None));
    assert!(snapshots.snapshots().is_none());

    let document = StorageModel::document("samples", "body").id("id").model_version("version");
    let document = document.history(history().snapshots_of_deleted(DeletedModels::Skip));
    let table = EntityTable::new(&SAMPLE_DOCUMENT, document).unwrap();
    let snapshots = table.snapshots().unwrap();
    let parent = snapshots.parent().unwrap();
    assert_eq!((parent.table(), parent.deleted()), ("samples", None));
}

#[test]
fn a_history_that_does_not_fit_is_refused_with_the_fix() {
    #[track_caller]
    fn check(model: StorageModel, words: &str) -> StorageModelError {
        let error = EntityTable::new(&SAMPLE, model).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        error
    }
    let plain = || StorageModel::columns("samples").id("id").model_version("version");
    let named =
        |snapshots: &str, commits: &str| plain().history(History::tables(snapshots, commits));
    let unnumbered = StorageModel::columns("samples").id("id").history(history());
    check(unnumbered, "add `.model_version(\"..\")`");
    check(sample_model().history(history()), "add `.snapshots_of_deleted(..)`");
    check(named("s", "S"), "table `S` is named twice in the storage model of `sample`");
    check(named("samples", "c"), "table `samples` is named twice");
    check(named("s", "Samples"), "models, snapshots and commits need a table each");
    check(named("", "c"), "`` in the storage model of `sample` is no name");
    check(named("s", "c\0"), "`c\\0`");
    check(plain().history(history().content_column("")), "1 to 63 bytes");
    check(
        plain().history(history().content_column("ID")),
        "table `sample_snapshots` is used twice",
    );
    let number = StorageModel::columns("samples").id("Number").model_version("version");
    check(number.history(history()), "column `Number` of table `sample_commits` is used twice");
    let kind = StorageModel::columns("samples").id("id").model_version("kind").history(history());
    check(kind, "as the model version and as the `kind` of a commit");
}

/// The tables are what the documentation of `create_history_tables` shows.
#[test]
fn sqlite_has_an_index_for_each_question() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = table();
        fixture.create_table(&table).await;
        fixture.create_history_tables(&table).await;
        let created = fixture
            .query(
                "SELECT sql FROM sqlite_schema WHERE name LIKE 'sample\\_%' ESCAPE '\\' \
                 ORDER BY name",
            )
            .await;
        let created: Vec<String> = created.iter().map(|row| row.get(0)).collect();
        let expected = [
            "CREATE TABLE \"sample_commits\" (\"number\" INTEGER PRIMARY KEY AUTOINCREMENT, \
             \"id\" TEXT NOT NULL, \"version\" INTEGER NOT NULL, \"kind\" TEXT NOT NULL, \
             \"committer\" TEXT NOT NULL, \"message\" TEXT NOT NULL, \"commands\" TEXT NOT NULL, \
             \"at_ms\" INTEGER NOT NULL, UNIQUE (\"id\", \"version\"))",
            "CREATE INDEX \"sample_commits_of_model\" ON \"sample_commits\" (\"id\", \"number\")",
            "CREATE TABLE \"sample_snapshots\" (\"id\" TEXT NOT NULL, \
             \"version\" INTEGER NOT NULL, \"content\" TEXT NOT NULL, PRIMARY KEY (\"id\", \"version\"))",
        ];
        assert_eq!(created, expected);
        let plan = fixture
            .query(
                "EXPLAIN QUERY PLAN SELECT \"sample_commits\".\"message\" FROM \"sample_commits\" \
                 WHERE \"sample_commits\".\"id\" = 'a' \
                 AND \"sample_commits\".\"id\" COLLATE BINARY = 'a' \
                 AND \"sample_commits\".\"number\" > 7 \
                 ORDER BY \"sample_commits\".\"number\" LIMIT 3",
            )
            .await;
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert_eq!(steps.len(), 1, "no sort: {steps:?}");
        assert!(
            steps[0].contains("INDEX sample_commits_of_model (id=? AND number>?)"),
            "{steps:?}"
        );
    });
}

#[test]
fn what_no_store_has_written_is_corrupt() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let (table, store) = (table(), fixture.store());
        fixture.create_table(&table).await;
        fixture.create_history_tables(&table).await;
        for (column, value, words) in [
            (
                "kind",
                "'merge'",
                "commit 1 in table `sample_commits` holds merge as the kind of a commit",
            ),
            ("message", "x'ff'", "holds bytes as the message of a commit"),
            (
                "commands",
                "'[{\"cmd\":\"fly\"}]'",
                "holds [{\"cmd\":\"fly\"}] as the commands of a commit",
            ),
            ("at_ms", "'soon'", "holds a text as the time of a commit"),
        ] {
            fixture
                .execute(
                    "DELETE FROM samples; DELETE FROM sample_snapshots; \
                     DELETE FROM sample_commits; DELETE FROM sqlite_sequence",
                )
                .await;
            store.commit_models(&table, &[creation("a")]).await.unwrap();
            fixture.execute(&format!("UPDATE sample_commits SET {column} = {value}")).await;
            let all = CommitsRequest { of: None, after: None, limit: 10 };
            let listed = store.commits(&table, &all).await.unwrap_err();
            let read = store.snapshot(&table, &"a".into(), ModelVersion::FIRST).await.unwrap_err();
            for error in [listed, read] {
                assert_eq!(error.kind(), StoreErrorKind::Corrupt);
                let cause = std::error::Error::source(&error).unwrap().to_string();
                assert!(cause.contains(words), "{cause}");
            }
        }
        fixture.execute("ALTER TABLE sample_commits DROP COLUMN message").await;
        let error = store.commit_models(&table, &[creation("b")]).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(cause, "table `sample_commits` of the history has no column `message`");
        assert_eq!(store.count(&table).await.unwrap(), 1);
    });
}

/// A column type that alters values would make every later compare-and-set fail, and a snapshot another document.
#[test]
fn a_column_that_would_alter_what_is_saved_is_refused() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let (table, store) = (table(), fixture.store());
        fixture.create_table(&table).await;
        fixture
            .execute(
                "CREATE TABLE sample_snapshots (id TEXT, version INTEGER, content NUMERIC, \
                 PRIMARY KEY (id, version))",
            )
            .await;
        fixture.create_history_tables(&table).await;
        let mut commit = creation("a");
        store.commit_models(&table, std::slice::from_ref(&commit)).await.unwrap();
        commit = creation("b");
        commit.snapshot = "1.0".to_owned();
        let error = store.commit_models(&table, &[commit]).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.starts_with("column `content` of row `b` would store"), "{cause}");
        assert_eq!(store.count(&table).await.unwrap(), 1);

        fixture.execute("CREATE UNIQUE INDEX one_title ON samples (title)").await;
        let error = store.commit_models(&table, &[creation("c")]).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Rejected, "another unique column is no conflict");
    });
}

/// An application may have created the tables of a history itself, and forgotten to make anything unique in them.
#[test]
fn history_is_never_written_over_where_its_tables_would_take_it_twice() {
    block_on(async {
        let fixture = SqliteFixture::new().await;
        let table = table();
        fixture.create_table(&table).await;
        for sql in [
            "CREATE TABLE sample_snapshots (id TEXT, version INTEGER, content TEXT)",
            "CREATE TABLE sample_commits (number INTEGER PRIMARY KEY, id TEXT, version INTEGER, \
             kind TEXT, committer TEXT, message TEXT, commands TEXT, at_ms INTEGER)",
        ] {
            fixture.execute(sql).await;
        }
        let store = fixture.store();
        let first = creation("a");
        store.commit_models(&table, std::slice::from_ref(&first)).await.unwrap();
        fixture.delete(&table, &"a".into()).await;
        let mut others: Vec<ModelCommit> =
            (0..120).map(|number| creation(&number.to_string())).collect();
        others.push(first);
        let refused = store.commit_models(&table, &others).await.unwrap_err();
        assert_eq!(refused.kind(), StoreErrorKind::Rejected);
        let counts = "SELECT (SELECT count(*) FROM sample_snapshots), count(*) FROM sample_commits";
        let counts = fixture.query(counts).await;
        assert_eq!((counts[0].get::<i64, _>(0), counts[0].get::<i64, _>(1)), (1, 1));
    });
}

/// A fault at a save leaves all of it or nothing, and a save that takes place twice is written once.
#[test]
fn a_save_is_whole_under_every_fault() {
    const KILL: FaultKind = FaultKind::Kill;
    const FAIL: FaultKind = FaultKind::Fail(StoreErrorKind::Transient);
    async fn check<S: HistoryStore>(store: &FaultStore<S>, fault: Fault) {
        let table = table();
        let version = ModelVersion::FIRST;
        let saved = store.commit_models(&table, &[creation("a")]).await;
        assert!(store.has_struck());
        let inner = store.inner();
        let is_there = inner.get(&table, &"a".into()).await.unwrap().is_some();
        let text = history_text(inner, &table).await.unwrap();
        let (lines, messages) = (text.lines().count(), inner.undelivered(9).await.unwrap().len());
        assert_eq!((lines, messages), if is_there { (3, 1) } else { (1, 0) }, "{fault}: {text}");
        match (fault.kind, fault.moment) {
            (FaultKind::Duplicate, Moment::After) => {
                assert_eq!(saved.unwrap(), [WriteOutcome::Written])
            }
            (FaultKind::Duplicate, Moment::Before) => {
                assert_eq!(
                    saved.unwrap(),
                    [WriteOutcome::Conflict],
                    "the second one finds the first"
                );
            }
            (_, moment) => {
                saved.unwrap_err();
                assert_eq!(is_there, moment == Moment::After, "{fault}");
            }
        }
        let read = store.snapshot(&table, &"a".into(), version).await;
        let all = CommitsRequest { of: None, after: None, limit: 9 };
        let listed = store.commits(&table, &all).await;
        assert_eq!(store.operations(), ["commit_models", "snapshot", "commits"]);
        assert_eq!((read.is_err(), listed.is_err()), (fault.kind == KILL, fault.kind == KILL));
    }
    for kind in [FAIL, FaultKind::Duplicate, KILL] {
        for moment in Moment::BOTH {
            let fault = Fault { call: 1, moment, kind };
            block_on(async {
                let (memory, table) = (MemoryStore::new(), table());
                memory.create_table(&table);
                memory.create_history_tables(&table);
                check(&FaultStore::with_fault(memory, fault), fault).await;
                let fixture = SqliteFixture::new().await;
                fixture.create_table(&table).await;
                fixture.create_history_tables(&table).await;
                check(&FaultStore::with_fault(fixture.store().clone(), fault), fault).await;
            });
        }
    }
}

/// Two programs that save the same models at once: each model is saved by one of them, and its history has no gap.
#[test]
fn of_several_connections_that_save_a_model_one_wins() {
    const MODELS: usize = 12;
    const WRITERS: usize = 3;
    let fixture = block_on(SqliteFixture::new());
    let table = table();
    block_on(async {
        fixture.create_table(&table).await;
        fixture.create_history_tables(&table).await;
    });
    let write = || {
        block_on(async {
            let store = SqliteStore::connect(&fixture.path()).await.unwrap();
            let (mut created, mut edited) = (0, 0);
            for number in 0..MODELS {
                let key = format!("{number:02}");
                let outcomes = store.commit_models(&table, &[creation(&key)]).await.unwrap();
                created += usize::from(outcomes == [WriteOutcome::Written]);
                loop {
                    let expected = store.get(&table, &key.as_str().into()).await.unwrap().unwrap();
                    let set = vec![(SampleColumn::Comment as usize, ColumnValue::Null)];
                    let mut edit = creation(&key);
                    edit.change = ModelChange::Update(RowWrite { expected, set });
                    let outcomes = store.commit_models(&table, &[edit]).await.unwrap();
                    if outcomes == [WriteOutcome::Written] {
                        edited += 1;
                        break;
                    }
                }
            }
            (created, edited)
        })
    };
    let counts = std::thread::scope(|scope| {
        let threads = [(); WRITERS].map(|()| scope.spawn(write));
        threads.map(|thread| thread.join().unwrap())
    });
    let created: usize = counts.iter().map(|(created, _)| created).sum();
    let edited: usize = counts.iter().map(|(_, edited)| edited).sum();
    assert_eq!((created, edited), (MODELS, MODELS * WRITERS));
    block_on(async {
        for number in 0..MODELS {
            let of = Some(format!("{number:02}").as_str().into());
            let request = CommitsRequest { of, after: None, limit: 100 };
            let entries = fixture.store().commits(&table, &request).await.unwrap();
            let versions = entries.iter().map(|entry| entry.model_version.number());
            assert!(versions.eq((1..).take(1 + WRITERS)), "{entries:?}");
        }
    });
}
