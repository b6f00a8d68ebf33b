//! Another program writes all the time while a job runs: no update is lost and no row comes back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use versioned_jobs::{Counts, Mode, NoProgress, Outcome, Progress};
use versioned_sql::sqlx::{self, AssertSqlSafe, Row as _, SqlitePool};

use super::{
    RUNTIME,
    backend::SqliteFile,
    lesson::{Layout, StoredLesson},
    probe::{Probe, batches_of},
};

const ROWS: u64 = 2_000;
const BATCH_ROWS: u32 = 20;

/// The row that the job has come to.
#[derive(Debug, Default)]
struct Position(AtomicU64);

impl Progress for Position {
    fn advanced(&self, counts: &Counts) {
        self.0.store(counts.scanned, Ordering::Relaxed);
    }
}

/// The SQL in which an application speaks to a table of lessons, by layout.
struct Sql {
    read: &'static str,
    edit: &'static str,
    delete: &'static str,
    create: &'static str,
}

impl Sql {
    fn of(layout: Layout) -> Self {
        match layout {
            Layout::Columns => Self {
                read: "SELECT version, title FROM lessons WHERE id = ?",
                edit: "UPDATE lessons SET title = ?, version = version + 1 \
                       WHERE id = ? AND version = ?",
                delete: "DELETE FROM lessons WHERE id = ? AND version = ?",
                create: r#"INSERT INTO lessons (id, version, deleted, title, scenes, notes,
                           scenes_schema_version, notes_schema_version, next_index)
                           VALUES (?, 1, 0, 'edit 0', '{"a": "x"}', '"new"', 1, 1, 0)"#,
            },
            Layout::Document => Self {
                read: "SELECT version, body ->> '$.title' FROM lesson_documents WHERE id = ?",
                edit: "UPDATE lesson_documents SET body = json_set(body, '$.title', ?),
                       version = version + 1 WHERE id = ? AND version = ?",
                delete: "DELETE FROM lesson_documents WHERE id = ? AND version = ?",
                create: r#"INSERT INTO lesson_documents (id, version, deleted, body)
                           VALUES (?1, 1, 0, json_object('id', ?1, 'title', 'edit 0',
                           'scenes', json('{"a": "x"}'), 'notes', 'new', 'next_index', 0,
                           'scenes_schema_version', 1, 'notes_schema_version', 1))"#,
            },
        }
    }
}

/// What the other program has done, as it believes.
#[derive(Debug, Default)]
struct Written {
    /// Committed edits of rows that are there, since they were made.
    edits: BTreeMap<String, i64>,
    deleted: BTreeSet<String>,
    recreated: BTreeSet<String>,
    lost_races: u64,
}

/// Edits, deletes and recreates rows near the one that the job has come to, each change one transaction that checks the
/// model version it has read.
async fn write_until(
    stop: Arc<AtomicBool>,
    pool: SqlitePool,
    layout: Layout,
    position: Arc<Position>,
) -> Written {
    let sql = Sql::of(layout);
    let mut written = Written::default();
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    while !stop.load(Ordering::Relaxed) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let ahead = random % u64::from(3 * BATCH_ROWS);
        let id = id((position.0.load(Ordering::Relaxed) + ahead) % ROWS);
        let row = sqlx::query(sql.read).bind(&id).fetch_optional(&pool).await.unwrap();
        let Some(row) = row else { continue };
        let (version, title): (i64, String) = (row.get(0), row.get(1));
        // The time in which somebody edits a form.
        tokio::task::yield_now().await;
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let what = (random >> 32) % 40;
        let change = match what {
            0 | 1 => sqlx::query(sql.delete).bind(&id).bind(version),
            _ => {
                let edits: i64 = title.strip_prefix("edit ").unwrap().parse().unwrap();
                let title = format!("edit {}", edits + 1);
                sqlx::query(sql.edit).bind(title).bind(&id).bind(version)
            }
        };
        let done = change.execute(&mut *transaction).await.unwrap().rows_affected() == 1;
        if done && what == 1 {
            sqlx::query(sql.create).bind(&id).execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        match (done, what) {
            (false, _) => written.lost_races += 1,
            (true, 0 | 1) => {
                written.edits.remove(&id);
                written.recreated.remove(&id);
                let ids = if what == 0 { &mut written.deleted } else { &mut written.recreated };
                ids.insert(id);
            }
            (true, _) => *written.edits.entry(id).or_default() += 1,
        }
    }
    written
}

fn id(number: u64) -> String {
    format!("lesson {number:04}")
}

/// A database with many old lessons.
fn filled(layout: Layout) -> Probe<SqliteFile> {
    let store = Probe::<SqliteFile>::with(layout, &[StoredLesson::old("seed")]);
    let table = layout.table();
    let name = table.name();
    let (columns, values) = match layout {
        Layout::Columns => {
            let names = "version, deleted, scenes, notes, scenes_schema_version, \
                         notes_schema_version, next_index, title";
            (names, names.replace(", title", ", 'edit 0'"))
        }
        Layout::Document => (
            "version, deleted, body",
            "version, deleted, json_set(body, '$.title', 'edit 0', '$.id', \
             printf('lesson %04d', n))"
                .to_owned(),
        ),
    };
    let sql = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers \
         WHERE n + 1 < {ROWS}) \
         INSERT INTO {name} (id, {columns}) \
         SELECT printf('lesson %04d', n), {values} FROM {name}, numbers WHERE id = 'seed'; \
         DELETE FROM {name} WHERE id = 'seed'"
    );
    super::block_on(store.backend().execute(&sql));
    store
}

fn race(layout: Layout) {
    let store = filled(layout);
    let (stop, position) = (Arc::new(AtomicBool::new(false)), Arc::new(Position::default()));
    let pool = store.backend().other().clone();
    let writer = RUNTIME.spawn(write_until(Arc::clone(&stop), pool, layout, Arc::clone(&position)));

    let mut met = (0, 0);
    for _ in 0..2 {
        position.0.store(0, Ordering::Relaxed);
        let report =
            layout.run(Mode::Migrate, &store, &batches_of(BATCH_ROWS), &*position).unwrap();
        let counts = report.counts();
        assert_eq!(counts.failed, 0, "{:?}", report.failures());
        assert!(counts.scanned <= ROWS, "no row is taken twice");
        met = (met.0 + counts.conflict, met.1 + counts.deleted);
    }
    stop.store(true, Ordering::Relaxed);
    let written = super::block_on(writer).unwrap();
    let edits: i64 = written.edits.values().sum();
    println!(
        "{layout:?}: {edits} edits, {} deleted, {} recreated, {} lost races; the job met {} \
         conflicts and {} deletions",
        written.deleted.len(),
        written.recreated.len(),
        written.lost_races,
        met.0,
        met.1,
    );
    assert!(edits > 0 && met.0 > 0, "the two programs did not meet");

    // Nobody writes any more: one run takes what is left, and the next one finds nothing.
    let rows = ROWS - u64::try_from(written.deleted.len()).unwrap();
    for _ in 0..2 {
        let report =
            layout.run(Mode::Migrate, &store, &batches_of(BATCH_ROWS), &NoProgress).unwrap();
        let counts = report.counts();
        assert_eq!((counts.scanned, counts.conflict, counts.failed), (rows, 0, 0));
    }
    let report = layout.run(Mode::Audit, &store, &batches_of(500), &NoProgress).unwrap();
    assert_eq!(report.counts().get(Outcome::Current), rows);
    check_rows(layout, &store, &written);
}

fn check_rows(layout: Layout, store: &Probe<SqliteFile>, written: &Written) {
    let sql = match layout {
        Layout::Columns => "SELECT id, version, title, notes FROM lessons ORDER BY id",
        Layout::Document => {
            "SELECT id, version, body ->> '$.title', body -> '$.notes' FROM lesson_documents \
             ORDER BY id"
        }
    };
    let query = sqlx::query(AssertSqlSafe(sql)).fetch_all(store.backend().other());
    let rows = super::block_on(query).unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let expect: Vec<String> =
        (0..ROWS).map(id).filter(|id| !written.deleted.contains(id)).collect();
    assert_eq!(ids, expect, "no row came back, and none is missing");
    for (row, id) in rows.iter().zip(&ids) {
        let edits = written.edits.get(id).copied().unwrap_or(0);
        assert_eq!(row.get::<String, _>(2), format!("edit {edits}"), "{id}");
        // Made at version 1, then every edit and one migration: each is there once.
        assert_eq!(row.get::<i64, _>(1), 1 + edits + 1, "{id}");
        let notes = if written.recreated.contains(id) { r#"["new"]"# } else { r#"["one","two"]"# };
        assert_eq!(row.get::<String, _>(3), notes, "{id}");
    }
}

#[test]
fn no_update_is_lost_while_columns_are_migrated() {
    race(Layout::Columns);
}

#[test]
fn no_update_is_lost_while_documents_are_migrated() {
    race(Layout::Document);
}
