//! Another program writes all the time while two processes run one job: no update is lost, no row comes back, and the
//! counts add up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use versioned_jobs::{Counts, JobError, JobOptions, Mode, NoProgress, Outcome, Progress};
use versioned_store::{JobLedger as _, RunId, RunState};
use versioned_testkit::servers::PrivateServer;

use super::tested::Tested;
use crate::jobs::{
    RUNTIME, block_on,
    lesson::{Layout, StoredLesson},
    probe::{Probe, batches_of},
};

const ROWS: u64 = 600;
const BATCH_ROWS: u32 = 20;

/// How an application speaks to its table of lessons. Beside what the job knows of, it counts views.
pub(super) struct Words {
    table: &'static str,
    /// The title and the notes of a row.
    title: &'static str,
    notes: &'static str,
    /// Sets the title to the text that follows, and to what ends the assignment.
    set_title: (&'static str, &'static str),
}

impl Words {
    pub(super) const COLUMNS: Self =
        Self { table: "lessons", title: "title", notes: "notes", set_title: ("title = '", "'") };

    pub(super) const POSTGRES: Self = Self {
        table: "lesson_documents",
        title: "body::jsonb ->> 'title'",
        notes: "(body::jsonb -> 'notes')::text",
        set_title: ("body = jsonb_set(body::jsonb, '{title}', '\"", "\"')::text"),
    };

    pub(super) const MARIADB: Self = Self {
        table: "lesson_documents",
        title: "json_value(body, '$.title')",
        notes: "json_extract(body, '$.notes')",
        set_title: ("body = json_set(body, '$.title', '", "')"),
    };

    fn layout(&self) -> Layout {
        if self.table == "lessons" { Layout::Columns } else { Layout::Document }
    }

    /// The statement that inserts lessons with these notes.
    fn insert(&self, ids: impl Iterator<Item = String>, notes: &str) -> String {
        let layout = self.layout();
        let columns = match layout {
            Layout::Columns => {
                "id, version, deleted, title, scenes, notes, scenes_schema_version, \
                 notes_schema_version, next_index, views"
            }
            Layout::Document => "id, version, deleted, body, views",
        };
        let row = |id: String| match layout {
            Layout::Columns => {
                format!(r#"('{id}', 1, 0, 'edit 0', '{{"a": "x"}}', '"{notes}"', 1, 1, 0, 0)"#)
            }
            Layout::Document => format!(
                r#"('{id}', 1, 0, '{{"id": "{id}", "title": "edit 0", "scenes": {{"a": "x"}},
                "notes": "{notes}", "next_index": 0, "scenes_schema_version": 1,
                "notes_schema_version": 1}}', 0)"#
            ),
        };
        let rows: Vec<String> = ids.map(row).collect();
        format!("INSERT INTO {} ({columns}) VALUES {}", self.table, rows.join(", "))
    }
}

/// The row that the job has come to, from which on another process may want the run.
#[derive(Debug, Default)]
struct Position(AtomicU64);

impl Progress for Position {
    fn advanced(&self, counts: &Counts) {
        self.0.store(counts.scanned, Ordering::SeqCst);
    }
}

/// What the other program has done, as it believes.
#[derive(Debug, Default)]
struct Written {
    /// Committed edits and views of rows that are there, since they were made.
    edits: BTreeMap<String, i64>,
    views: BTreeMap<String, i64>,
    deleted: BTreeSet<String>,
    recreated: BTreeSet<String>,
    lost_races: u64,
}

fn id(number: u64) -> String {
    format!("lesson {number:04}")
}

/// Edits, views, deletes and recreates rows near the one that the job has come to.
async fn write_until<T: Tested>(
    stop: &AtomicBool,
    backend: &T,
    words: &Words,
    position: &Position,
) -> Written {
    let mut written = Written::default();
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    while !stop.load(Ordering::SeqCst) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let ahead = random % u64::from(3 * BATCH_ROWS);
        let id = id((position.0.load(Ordering::SeqCst) + ahead) % ROWS);
        // Another transaction is begun for what is read: a form is open for a while.
        let mut form = backend.hold().await;
        let (table, title) = (words.table, words.title);
        let read = format!("SELECT version, {title} FROM {table} WHERE id = '{id}'");
        let row = form.read(&read).await.unwrap().pop();
        form.commit().await.unwrap();
        let Some((version, title)) = row else { continue };
        write(backend, words, &mut written, (id, version, &title), (random >> 32) % 40).await;
    }
    written
}

/// One change, in one transaction that checks the model version that was read.
async fn write<T: Tested>(
    backend: &T,
    words: &Words,
    written: &mut Written,
    (id, version, title): (String, i64, &str),
    what: u64,
) {
    let table = words.table;
    let same = format!("WHERE id = '{id}' AND version = {version}");
    let sql = match what {
        0 | 1 => format!("DELETE FROM {table} {same}"),
        2..=14 => format!("UPDATE {table} SET views = views + 1 WHERE id = '{id}'"),
        _ => {
            let edits: i64 = title.strip_prefix("edit ").unwrap().parse().unwrap();
            let (begin, end) = words.set_title;
            let next = edits + 1;
            format!("UPDATE {table} SET {begin}edit {next}{end}, version = version + 1 {same}")
        }
    };
    let mut transaction = backend.hold().await;
    let done = transaction.run(&sql).await.unwrap() == 1;
    if done && what == 1 {
        let again = words.insert([id.clone()].into_iter(), "new");
        transaction.run(&again).await.unwrap();
    }
    transaction.commit().await.unwrap();
    match (done, what) {
        (false, _) => written.lost_races += 1,
        (true, 0 | 1) => {
            written.edits.remove(&id);
            written.views.remove(&id);
            written.recreated.remove(&id);
            let ids = if what == 0 { &mut written.deleted } else { &mut written.recreated };
            ids.insert(id);
        }
        (true, 2..=14) => *written.views.entry(id).or_default() += 1,
        (true, _) => *written.edits.entry(id).or_default() += 1,
    }
}

fn options() -> JobOptions {
    batches_of(BATCH_ROWS).with_ledger("ada").with_take_over(true)
}

pub(super) fn nothing_is_lost_while_two_processes_run_one_job<T: Tested>(words: &Words) {
    let server = PrivateServer::<T::Kind>::shared().unwrap();
    let url = server.database("racing").unwrap();
    let layout = words.layout();
    // Each process has connections of its own.
    let store = Probe::filled(block_on(T::at(&url)), layout, &[StoredLesson::old("x")]);
    let [second, writer] = [(); 2].map(|()| block_on(T::at(&url)));
    let table = words.table;
    for sql in [
        &format!("DELETE FROM {table}"),
        &format!("ALTER TABLE {table} ADD COLUMN views BIGINT NOT NULL DEFAULT 0"),
        &words.insert((0..ROWS).map(id), "one;two"),
    ] {
        block_on(writer.run(sql));
    }

    let (stop, position) = (AtomicBool::new(false), Position::default());
    let (written, counts) = thread::scope(|scope| {
        let _runtime = RUNTIME.enter();
        let writes = scope.spawn(|| block_on(write_until(&stop, &writer, words, &position)));
        let first = scope.spawn(|| layout.run(Mode::Migrate, &store, &options(), &position));
        while position.0.load(Ordering::SeqCst) < ROWS / 3 && !first.is_finished() {
            thread::yield_now();
        }
        let second = layout.run(Mode::Migrate, second.store(), &options(), &position);
        stop.store(true, Ordering::SeqCst);
        let first = first.join().unwrap();
        (writes.join().unwrap(), both(first, second))
    });
    let run = block_on(store.backend().store().run(RunId::new(1))).unwrap().unwrap();
    assert_eq!((run.state, run.lease.token), (RunState::Finished, 2));
    assert_eq!(counts, Counts::of(run.checkpoint.counts), "the report says what the ledger says");
    assert!(counts.is_balanced() && counts.scanned <= ROWS && counts.quarantined == 0);
    let edits: i64 = written.edits.values().sum();
    let views: i64 = written.views.values().sum();
    println!(
        "{} {layout:?}: {edits} edits, {views} views, {} deleted, {} recreated, {} lost races; the \
         job met {} conflicts and {} deletions in {} rows",
        <T::Kind as versioned_testkit::servers::ServerKind>::NAME,
        written.deleted.len(),
        written.recreated.len(),
        written.lost_races,
        counts.conflict,
        counts.deleted,
        counts.scanned,
    );
    assert!(edits > 0 && views > 0, "the two programs did not meet");
    finish(&store, &written, words);
}

/// The first process was overtaken, and the second one came to the end with the counts of both.
fn both(
    first: Result<versioned_jobs::JobReport, JobError>,
    second: Result<versioned_jobs::JobReport, JobError>,
) -> Counts {
    let error = first.unwrap_err();
    assert!(matches!(error, JobError::TakenOver { .. }), "{error:?}");
    *second.unwrap().counts()
}

/// Nobody writes any more: one run takes what is left, and the next one finds nothing.
fn finish<T: Tested>(store: &Probe<T>, written: &Written, words: &Words) {
    let layout = words.layout();
    let rows = ROWS - u64::try_from(written.deleted.len()).unwrap();
    for _ in 0..2 {
        let report = layout.run(Mode::Migrate, store, &options(), &NoProgress).unwrap();
        let counts = report.counts();
        assert_eq!((counts.scanned, counts.conflict, counts.quarantined), (rows, 0, 0));
    }
    let report = layout.run(Mode::Audit, store, &batches_of(500), &NoProgress).unwrap();
    assert_eq!(report.counts().get(Outcome::Current), rows);

    let Words { table, title, notes, .. } = words;
    let read = |value: &str| {
        let sql = format!("SELECT version, concat(id, '|', {value}) FROM {table} ORDER BY id");
        block_on(async {
            let mut transaction = store.backend().hold().await;
            let rows = transaction.read(&sql).await.unwrap();
            transaction.commit().await.unwrap();
            rows
        })
    };
    let expect = |value: &dyn Fn(&str) -> String| -> Vec<(i64, String)> {
        let left = (0..ROWS).map(id).filter(|id| !written.deleted.contains(id));
        let edits = |id: &str| written.edits.get(id).copied().unwrap_or(0);
        // Made at version 1, then every edit and one migration: each is there once.
        left.map(|id| (1 + edits(&id) + 1, format!("{id}|{}", value(&id)))).collect()
    };
    let count = |counts: &BTreeMap<String, i64>, id: &str| counts.get(id).copied().unwrap_or(0);
    assert_eq!(read(title), expect(&|id| format!("edit {}", count(&written.edits, id))));
    assert_eq!(read("views"), expect(&|id| count(&written.views, id).to_string()));
    let is_new = |id: &str| written.recreated.contains(id);
    let notes_of = |id: &str| if is_new(id) { r#"["new"]"# } else { r#"["one","two"]"# };
    assert_eq!(
        read(&format!("replace({notes}, ', ', ',')")),
        expect(&|id| notes_of(id).to_owned())
    );
}
