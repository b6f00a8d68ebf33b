//! The lock, as a developer and an operator see it.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::{Value, json};
use versioned_cli::exit_code;
use versioned_core::{
    Registry, SchemaVersion,
    lock::{Lock, LockedSchema, SchemaOrigin},
};
use versioned_testkit::lock::check;

use super::{Ran, app, run, school};
use crate::jobs::lesson::StoredLesson;

/// A folder with a lock in it, or without one.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("versioned-lock-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn lock(&self) -> PathBuf {
        self.0.join("versioned.lock")
    }

    fn read(&self) -> Lock {
        Lock::parse(&fs::read_to_string(self.lock()).unwrap()).unwrap()
    }

    fn put(&self, text: &str) {
        let mut file = fs::File::create(self.lock()).unwrap();
        std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    }

    /// Puts another schema in the place of one.
    fn change(&self, field: &str, version: u32, schema: &Value) {
        let mut lock = self.read();
        let version = SchemaVersion::new(version);
        let section = LockedSchema::new("quiz", field, version, schema, SchemaOrigin::Type);
        lock.insert(section);
        self.put(&lock.to_string());
    }

    /// Runs a verb of `schema`, with a database of two lessons and three quizzes.
    fn run(&self, words: &str) -> Ran {
        let store = school(&[StoredLesson::old("a"), StoredLesson::current("b")], 3);
        let line = format!("--database x schema {words} --lock {}", self.lock().display());
        run(&app(), &store, &line)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind in a temporary folder is no reason to fail a test.
        fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn blessed() -> Folder {
    let folder = Folder::new();
    assert_eq!(folder.run("commit").code, exit_code::DONE);
    folder
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_program_is_blessed_once_and_then_unbroken() {
    let folder = Folder::new();
    let ran = folder.run("status");
    assert_eq!((ran.code, ran.has_connected), (exit_code::FINDINGS, false));
    assert!(ran.results.contains("version 2 of `quiz.document` is not in the lock"), "{ran:?}");
    assert!(ran.results.contains("versioned.lock: no such file, "), "{ran:?}");
    assert!(check(&Registry::collect(), folder.lock()).is_err());

    let ran = folder.run("commit");
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false));
    assert!(ran.results.contains("quiz.document v2: blessed, from its type\n"), "{ran:?}");
    let text = fs::read_to_string(folder.lock()).unwrap();
    assert!(text.contains("\n[quiz.document v2] type "), "{text}");

    let again = folder.run("commit");
    assert!(again.results.contains("versioned.lock: nothing to bless, "), "{again:?}");
    assert_eq!(fs::read_to_string(folder.lock()).unwrap(), text);
    let ran = folder.run("status");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    assert!(ran.results.ends_with("; no drift\n"), "{ran:?}");
    check(&Registry::collect(), folder.lock()).unwrap();
    // Nothing is left of the file that was put in its place.
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
}

/// The lock would be worth nothing if the verb that writes it accepted what has drifted.
#[test]
fn drift_is_shown_and_never_blessed() {
    let folder = blessed();
    let before = json!({ "type": "object", "properties": { "question": { "type": "integer" } } });
    folder.change("document", 2, &before);
    let text = fs::read_to_string(folder.lock()).unwrap();

    let ran = folder.run("status");
    assert_eq!(ran.code, exit_code::FINDINGS);
    let words = "breaking    /question: was integer, is string";
    assert!(ran.results.contains(words), "{}", ran.results);
    let ran = folder.run("commit");
    assert_eq!(ran.code, exit_code::FINDINGS);
    assert!(ran.results.contains(words), "{}", ran.results);
    assert!(ran.results.ends_with("not written; 1 finding above to settle first\n"), "{ran:?}");
    assert_eq!(fs::read_to_string(folder.lock()).unwrap(), text);
    let error = check(&Registry::collect(), folder.lock()).unwrap_err().to_string();
    assert!(error.contains(words) && error.contains("raise `max = 2` to `max = 3`"), "{error}");

    let lines = json_lines(&folder.run("status --json").results);
    let drift = lines.iter().find(|line| line["type"] == "drift").unwrap();
    assert_eq!(drift["drift"], "changed");
    assert_eq!(drift["changes"][0]["pointer"], "/question");
    assert_eq!(drift["changes"][0]["compatibility"], "breaking");
    assert_eq!(lines.last().unwrap()["drifts"], 1);

    // A version that was never released may be blessed anew.
    let ran = folder.run("commit --replace quiz.document");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    check(&Registry::collect(), folder.lock()).unwrap();
}

#[test]
fn differences_are_shown_in_words_and_lines() {
    let folder = blessed();
    folder.change("document", 1, &json!({ "type": "object", "properties": { "q": {} } }));
    let ran = folder.run("diff quiz.document --from 1 --to 2");
    assert_eq!(ran.code, exit_code::DONE);
    let expect =
        "quiz.document: from version 1 in the lock (type) to version 2 in the lock (type)\n";
    assert!(ran.results.starts_with(expect), "{}", ran.results);
    assert!(ran.results.contains("  breaking    /q: gone (was anything)"), "{}", ran.results);
    assert!(ran.results.contains("\n  - "), "{}", ran.results);
    let ran = folder.run("diff quiz.document");
    assert!(ran.results.ends_with("the Rust type\n  no difference\n"), "{}", ran.results);
    let ran = folder.run("diff");
    assert!(ran.results.contains("fields without a difference\n"), "{}", ran.results);
    let lines = json_lines(&folder.run("diff quiz.document --from 1 --json").results);
    assert_eq!(lines[0]["from"]["version"], 1);
    assert_eq!(lines[0]["to"]["locked"], Value::Null);
}

#[test]
fn old_versions_are_inferred_from_what_is_stored() {
    let folder = blessed();
    let ran = folder.run("infer");
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, true), "{ran:?}");
    assert!(ran.results.contains("quiz.document v1: inferred from 1 document\n"), "{ran:?}");
    assert!(
        ran.results.contains("quiz.document v2: 2 documents; it is in the lock from its type\n"),
        "{ran:?}"
    );
    assert!(ran.results.contains("looked at 5 rows"), "{ran:?}");
    let lock = folder.read();
    let first = lock.schema("quiz", "document", SchemaVersion::new(1)).unwrap();
    let expect = json!({
        "type": "object",
        "properties": {
            "q": { "type": "string" },
            "schema_version": { "type": "integer", "minimum": 0, "maximum": 2_147_483_647 },
        },
        "required": ["q", "schema_version"],
        "additionalProperties": false,
    });
    assert_eq!(*first.schema(), expect);
    assert_eq!(first.origin().to_string(), "inferred from 1 document");
    assert_eq!(folder.run("status").code, exit_code::DONE);
    // Inferring again changes nothing.
    let text = fs::read_to_string(folder.lock()).unwrap();
    folder.run("infer");
    assert_eq!(fs::read_to_string(folder.lock()).unwrap(), text);
}

#[test]
fn mistakes_say_what_to_do() {
    #[track_caller]
    fn check(folder: &Folder, words: &str, code: u8, expect: &str) {
        let ran = folder.run(words);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.errors.contains(expect), "{}", ran.errors);
    }
    let folder = Folder::new();
    check(&folder, "diff", exit_code::USAGE, "help: run `schema commit` to make it");
    let folder = blessed();
    check(&folder, "diff quiz.documnt", exit_code::USAGE, "help: did you mean `quiz.document`?");
    check(&folder, "commit --replace quiz", exit_code::USAGE, "`quiz` is no versioned field");
    check(
        &folder,
        "diff quiz.document --from 7",
        exit_code::USAGE,
        "version 7 of `quiz.document` is neither in the lock nor what its Rust type is\n  \
         help: known are 2;",
    );
    check(&folder, "diff --from 1", exit_code::USAGE, "ENTITY.FIELD");
    let text = fs::read_to_string(folder.lock()).unwrap();
    folder.put(&text.replace("\"question\"", "\"answer\""));
    check(
        &folder,
        "status",
        exit_code::FINDINGS,
        "was edited: it does not fit its hash\n  help: restore",
    );
    folder.put(&format!("{text}<<<<<<< ours\n"));
    check(&folder, "status", exit_code::FINDINGS, "is a merge conflict");
}
