//! The verbs of the ledger, as an operator uses them.

use versioned_cli::exit_code;

use super::{Ran, app, run, school};
use crate::jobs::{
    block_on,
    lesson::{Layout, REFUSED, StoredLesson},
    probe::Probe,
};

fn line(store: &Probe, line: &str) -> Ran {
    run(&app(), store, &format!("--database x {line}"))
}

fn store() -> Probe {
    school(&[StoredLesson::old("a"), StoredLesson::with_text("b", REFUSED)], 1)
}

#[test]
fn a_quarantined_entity_is_listed_shown_replayed_and_released() {
    let store = store();
    let ran = line(&store, "quarantine list");
    assert_eq!((ran.code, ran.results.as_str()), (0, "no entity is in quarantine\n"));
    line(&store, "migrate --all --who ada");
    let ran = line(&store, "quarantine list");
    let expect = "\
entity  id  field   step    run  why
lesson  b   scenes  2 to 3    1  the text is on the list of refused ones
";
    assert_eq!((ran.code, ran.results.as_str()), (exit_code::FINDINGS, expect));
    let ran = line(&store, "quarantine show b");
    let expect = "\
`lesson` of `b` is in quarantine
  found by: run 1, started by ada
  field: scenes
  step: 2 to 3
  at: /a/text
  failed: conversion of `lesson.scenes` of `b` from version 2 to 3 failed
  caused by: the text is on the list of refused ones
  content hash: ";
    assert!(ran.results.starts_with(expect), "{}", ran.results);
    let ran = line(&store, "quarantine export");
    let exported: serde_json::Value = serde_json::from_str(&ran.results).unwrap();
    assert_eq!((&exported["id"], &exported["key"]), (&"b".into(), &r#"["b"]"#.into()));

    let ran = line(&store, "quarantine release b");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    let ran = line(&store, "quarantine show b");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.starts_with("error: no entity `b` is in quarantine\n"), "{}", ran.errors);
    line(&store, "migrate --all");
    store.put(Layout::Columns, StoredLesson::old("b").row(Layout::Columns));
    let ran = line(&store, "quarantine replay lesson");
    assert_eq!(ran.code, exit_code::DONE);
    assert!(ran.results.contains("migrated        1"), "{}", ran.results);
    assert_eq!(line(&store, "quarantine list").code, exit_code::DONE);
}

#[test]
fn a_run_is_listed_undone_and_forgotten() {
    let store = school(&["a", "b"].map(StoredLesson::old), 0);
    assert_eq!(line(&store, "runs").results, "no runs are in the ledger\n");
    line(&store, "migrate lesson --keep-before --who ada");
    let mut edited = store.rows(Layout::Columns)[1].clone();
    edited.model_version = Some(9);
    store.put(Layout::Columns, edited);
    let ran = line(&store, "undo 1 --who bob");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    assert!(ran.results.starts_with("kept before: 2 rows, "), "{}", ran.results);
    let expect = "undo run 1 over lesson: 1 row put back\n  \
                  1 row: changed since, left alone\n  conflict: b\n  still kept: 2 rows, ";
    assert!(ran.results.contains(expect), "{}", ran.results);
    let ran = line(&store, "forget 1");
    assert!(ran.results.ends_with("now 0 rows, 0 bytes\n"), "{}", ran.results);
    let ran = line(&store, "runs");
    let columns = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = ran.results.lines().map(columns).collect();
    let expect = [
        "run entity what state who rows written conflicts quarantined kept bytes",
        "2 lesson undo run 1 finished bob 2 1 1 0 0",
        "1 lesson migrate undone ada 2 2 0 0 0",
    ];
    assert_eq!(lines, expect);
    for verb in ["undo 7", "forget 7", "cancel 7"] {
        let ran = line(&store, verb);
        assert_eq!(ran.code, exit_code::USAGE);
        assert!(ran.errors.starts_with("error: the ledger has no run 7\n"), "{}", ran.errors);
    }
    let ran = line(&store, "undo 1");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.contains("it is undone already"), "{}", ran.errors);
}

#[test]
fn a_policy_of_the_line_reaches_the_run() {
    let store = store();
    let before = store.rows(Layout::Columns);
    let ran = line(&store, "migrate lesson --all-or-nothing");
    assert_eq!(ran.code, exit_code::FINDINGS);
    let expect = "error: nothing of `lesson` was written: 1 row would fail\n";
    assert!(ran.errors.starts_with(expect), "{}", ran.errors);
    assert_eq!(store.rows(Layout::Columns), before);

    let limit = "migrate lesson --stop-above 10 --stop-after-rows 1";
    let ran = line(&store, limit);
    assert_eq!(ran.code, exit_code::FINDINGS);
    assert!(ran.errors.contains("1 failed, more than 10 %"), "{}", ran.errors);
    let ran = line(&store, "migrate lesson --stop-on-same-errors");
    assert_eq!(ran.code, exit_code::FINDINGS);
    assert!(ran.errors.contains("failed as in run 2"), "{}", ran.errors);
}

#[test]
fn a_list_of_entities_to_skip_has_their_reasons() {
    let store = store();
    let path = std::env::temp_dir().join(format!("versioned-skip-{}.txt", std::process::id()));
    std::fs::File::create(&path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, b"b\twaits for its author\n"))
        .unwrap();
    let ran = line(&store, &format!("migrate lesson --skip-file {}", path.display()));
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    assert!(ran.results.starts_with("skip `b`: waits for its author\n"), "{}", ran.results);
    assert!(ran.results.contains("skipped         1"), "{}", ran.results);
    std::fs::remove_file(&path).unwrap();
    let ran = line(&store, &format!("migrate lesson --skip-file {}", path.display()));
    assert_eq!((ran.code, ran.has_connected), (exit_code::USAGE, false));
}

#[test]
fn a_run_that_was_interrupted_can_be_cancelled() {
    let store = school(&["a", "b"].map(StoredLesson::old), 0);
    store.fail_at(4, versioned_store::StoreErrorKind::Transient);
    let ran = line(&store, "migrate lesson --batch-rows 1");
    assert_eq!(ran.code, exit_code::INTERRUPTED);
    let ran = line(&store, "forget 1");
    assert!(ran.errors.contains("let it finish, or cancel it first"), "{}", ran.errors);
    assert_eq!(line(&store, "cancel 1").code, exit_code::DONE);
    let ran = line(&store, "migrate lesson");
    assert!(ran.results.contains("\n  run 2\n"), "{}", ran.results);
    use versioned_store::JobLedger as _;
    assert_eq!(block_on(store.runs(None, 9)).unwrap().len(), 2);
}
