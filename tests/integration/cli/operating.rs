//! The verbs as an operator uses them.

use versioned_cli::{App, exit_code};
use versioned_jobs::{BaseMigrateVersionedModelJob, StopFlag, VersionedModel};
use versioned_store::{StorageModel, StoreErrorKind};

use super::{app, run, run_with, school};
use crate::jobs::{
    lesson::{Layout, REFUSED, StoredLesson},
    probe::{Change, Probe},
};

/// The text with the time and the rate of a run left out.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once(" in ") {
        Some((before, after)) if after.contains(" s") => format!("{before}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn entities_lists_fields_versions_and_tables() {
    let ran = run(&app(), &Probe::default(), "entities");
    let of_ours = ran.results.lines().filter(|line| {
        line.starts_with("entity") || line.starts_with("lesson") || line.starts_with("quiz ")
    });
    let columns = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = of_ours.map(columns).collect();
    let expect = [
        "entity field versions version field table",
        "lesson scenes 1 to 3 scenes_schema_version lessons",
        "lesson notes 1 to 2 notes_schema_version lessons",
        "quiz document 1 to 2 schema_version quizzes",
    ];
    assert_eq!(lines, expect, "{}", ran.results);
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false));
}

#[test]
fn census_shows_each_entity_and_stale_rows_are_no_finding() {
    let store = school(&[StoredLesson::old("a"), StoredLesson::current("b")], 3);
    let ran = run(&app(), &store, "--database x census");
    let expect = "\
lesson: 2 rows
  field   version  state    rows  deleted
  scenes        1  stale       1        0
  scenes        3  current     1        0
  notes         2  current     1        0
  notes   missing  stale       1        0

quiz: 3 rows
  field     version  state    rows  deleted
  document        1  stale       1        0
  document        2  current     2        0
";
    assert_eq!((ran.code, ran.results.as_str(), ran.errors.as_str()), (0, expect, ""));
    let ran = run(&app(), &store, "census quiz --database x");
    assert!(ran.results.starts_with("quiz: 3 rows\n"), "{}", ran.results);
}

#[test]
fn audit_takes_every_entity_and_writes_nothing() {
    let store = school(&[StoredLesson::old("a")], 1);
    let before = store.rows(Layout::Columns);
    let ran = run(&app(), &store, "--database x audit");
    let expect = "\
audit lesson: 1 row
  outcome     rows
  to migrate     1
  current        0
  failed         0

  field   from  to  rows
  notes      1   2     1
  scenes     1   3     1

  set beside them  rows
  next_index          1

audit quiz: 1 row
  outcome     rows
  to migrate     1
  current        0
  failed         0

  field     from  to  rows
  document     1   2     1
";
    assert_eq!((ran.code, without_times(&ran.results).as_str()), (0, expect));
    assert_eq!(store.rows(Layout::Columns), before);
    assert_eq!(store.writes(), 0);
}

#[test]
fn migrate_all_migrates_every_entity_and_then_there_is_nothing_to_do() {
    let store = school(&[StoredLesson::old("a")], 2);
    let ran = run(&app(), &store, "--database x migrate --all");
    assert_eq!((ran.code, store.writes()), (exit_code::DONE, 2), "{ran:?}");
    let ran = run(&app(), &store, "--database x migrate --all");
    let expect = "\
migrate lesson: 1 row
  run 3
  outcome      rows
  migrated        0
  current         1
  quarantined     0

migrate quiz: 2 rows
  run 4
  outcome      rows
  migrated        0
  current         2
  quarantined     0
";
    assert_eq!((ran.code, without_times(&ran.results).as_str()), (0, expect));
    // The checkpoints of the two runs that had nothing to write.
    assert_eq!(store.writes(), 4);
}

#[test]
fn every_failure_is_printed_and_is_a_finding() {
    let lessons: Vec<_> = (0..150)
        .map(|number| StoredLesson::with_text(&format!("{number:03}"), REFUSED))
        .chain([StoredLesson::old("x")])
        .collect();
    let store = school(&lessons, 0);
    for verb in ["audit", "migrate"] {
        let ran = run(&app(), &store, &format!("--database x {verb} lesson"));
        assert_eq!((ran.code, ran.errors.as_str()), (exit_code::FINDINGS, ""));
        let first = "\
failed: conversion of `lesson.scenes` of `000` from version 2 to 3 failed
  caused by: the text is on the list of refused ones
  at: /a/text
  help: repair the document, or the conversion; then run again
failed: conversion of `lesson.scenes` of `001` from";
        assert!(ran.results.starts_with(first), "{}", ran.results);
        assert_eq!(ran.results.matches("failed: conversion").count(), 150);
        let last = match verb {
            "audit" => "  failed rows were left as they are; their reasons are above\n",
            _ => {
                "  quarantined rows were left as they are; `quarantine list` and `show ID` say why\n"
            }
        };
        assert!(ran.results.ends_with(last), "{}", ran.results);
    }
}

#[test]
fn the_options_of_a_run_reach_the_job() {
    let store = school(&["a", "b", "c", "d"].map(StoredLesson::old), 0);
    let line = "--database x migrate lesson --batch-rows 1 --skip b --skip c";
    let ran = run(&app(), &store, line);
    assert!(ran.results.contains("skipped         2"), "{}", ran.results);
    assert_eq!(store.writes(), 2, "one batch per row");
}

#[test]
fn an_id_to_skip_that_is_not_there_is_said() {
    let store = school(&["a", "b"].map(StoredLesson::old), 0);
    let ran = run(&app(), &store, "--database x migrate lesson --skip a --skip bb");
    let expect = "  skipped 1 of the 2 ids that `--skip` names: check the others\n";
    assert!(ran.results.ends_with(expect), "{}", ran.results);
    let ran = run(&app(), &store, "--database x audit lesson --skip a");
    assert!(!ran.results.contains("--skip"), "{}", ran.results);
}

#[test]
fn a_conflict_is_said_and_no_finding() {
    let store = school(&["a", "b"].map(StoredLesson::old), 0);
    store.before_write(|| {
        let changed = StoredLesson { notes: r#""changed""#, ..StoredLesson::old("b") };
        vec![Change::Put(changed.row(Layout::Columns))]
    });
    let ran = run(&app(), &store, "--database x migrate lesson");
    assert_eq!(ran.code, exit_code::DONE);
    let expect = "  rows in conflict changed while they were converted: run again to take them\n";
    assert!(ran.results.ends_with(expect), "{}", ran.results);
}

#[test]
fn a_lost_database_ends_the_run_and_says_what_was_done() {
    let store = school(&["a", "b", "c"].map(StoredLesson::old), 1);
    // Run, page, next page, batch, next page: the second batch is not written.
    store.fail_at(4, StoreErrorKind::Transient);
    let ran = run(&app(), &store, "--database x migrate --all --batch-rows 1");
    assert_eq!(ran.code, exit_code::INTERRUPTED);
    assert!(ran.results.starts_with("migrate lesson: 2 rows in"), "{}", ran.results);
    let expect = "\
error: the run over `lesson` ended after 2 rows: the store failed
  caused by: `scan` on `lessons` failed
  caused by: the line is dead
  help: run again; finished batches are kept
  not started: 1 more of the chosen entities
";
    assert_eq!(ran.errors, expect);
    let ran = run(&app(), &store, "--database x migrate --all");
    assert_eq!(ran.code, exit_code::DONE);
}

#[test]
fn a_stop_is_an_interruption_that_can_be_resumed() {
    let store = school(&["a", "b", "c"].map(StoredLesson::old), 0);
    let stop = StopFlag::default();
    let set = stop.clone();
    store.before_write(move || {
        set.set();
        Vec::new()
    });
    let line = "--database x migrate lesson --batch-rows 2";
    let ran = run_with(&app(), line, &stop, Ok(store.clone()));
    assert_eq!(ran.code, exit_code::INTERRUPTED);
    let expect = "error: the run over `lesson` was stopped after 2 rows\n  \
                  help: run it again: it goes on where it ended\n";
    assert_eq!(ran.errors, expect);
    let saved = "  run 1 is saved in the ledger; the same command goes on after its 2 rows\n";
    assert!(ran.results.ends_with(saved), "{}", ran.results);
    let ran = run(&app(), &store, line);
    assert_eq!(ran.code, exit_code::DONE);
    assert!(ran.results.contains("run 1, resumed after 2 rows\n"), "{}", ran.results);
    assert!(ran.results.contains("migrated        3"), "{}", ran.results);
}

#[test]
fn a_missing_table_does_not_stop_the_other_entities() {
    let store = Probe::default();
    store.memory().create_table(&super::Quizzes::table().unwrap());
    for verb in ["census", "audit", "migrate --all"] {
        let ran = run(&app(), &store, &format!("--database x {verb}"));
        assert_eq!(ran.code, exit_code::USAGE, "{ran:?}");
        assert!(ran.results.contains("quiz: 0 rows"), "{}", ran.results);
        assert!(ran.errors.contains("`lessons`"), "{}", ran.errors);
    }
    let ran = run(&app(), &store, "check --database x");
    assert_eq!(ran.code, exit_code::FINDINGS);
    assert!(ran.results.starts_with("problem: `scan` on `lessons` failed\n"), "{}", ran.results);
    assert!(ran.results.ends_with("2 tables: 1 problem\n"), "{}", ran.results);
}

#[test]
fn check_says_what_it_has_not_checked() {
    let ran = run(&app(), &Probe::default(), "check");
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false), "{ran:?}");
    let expect = "tables not checked (add `--database URL`): no problems\n";
    assert!(ran.results.ends_with(expect), "{}", ran.results);

    let ran = run(&app(), &school(&[], 0), "check --database x");
    assert_eq!(ran.code, exit_code::DONE);
    assert!(ran.results.ends_with("2 tables: no problems\n"), "{}", ran.results);
}

#[test]
fn check_finds_a_storage_model_that_does_not_fit() {
    struct WithoutId;
    impl BaseMigrateVersionedModelJob for WithoutId {
        type Model = Self;
    }
    impl VersionedModel for WithoutId {
        type DomainObject = super::Quiz;
        fn storage_model() -> StorageModel {
            StorageModel::document("quizzes", "body")
        }
    }
    let app = App::new("school").job::<WithoutId>();
    let ran = run(&app, &Probe::default(), "check");
    assert_eq!(ran.code, exit_code::FINDINGS);
    let expect = "problem: the storage model of `quiz` in table `quizzes` has no id column";
    assert!(ran.results.starts_with(expect), "{}", ran.results);
    let ran = run(&app, &Probe::default(), "--database x census");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.starts_with("error: the storage model of `quiz` does not fit"));
}

#[test]
fn completions_know_the_verbs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&app(), &Probe::default(), &format!("completions {shell}"));
        assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false));
        assert!(ran.results.contains("migrate") && ran.results.contains("school"), "{shell}");
    }
}
