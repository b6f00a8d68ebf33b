//! `--json`: one object per line, for programs.

use serde_json::{Value, json};
use versioned_cli::exit_code;
use versioned_store::StoreErrorKind;

use super::{Ran, app, run, run_with, school, store_error};
use crate::jobs::{
    lesson::{REFUSED, StoredLesson},
    probe::Probe,
};

fn lines(ran: &Ran) -> Vec<Value> {
    ran.results.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_run_is_its_failures_and_its_report() {
    let store = school(&[StoredLesson::with_text("a", REFUSED), StoredLesson::old("b")], 0);
    let ran = run(&app(), &store, "--database x --json migrate lesson");
    assert_eq!((ran.code, ran.errors.as_str()), (exit_code::FINDINGS, ""));
    let mut lines = lines(&ran);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["type"], "failure");
    assert_eq!(lines[0]["pointer"], "/a/text");
    assert_eq!(lines[0]["step"], json!({"from": 2, "to": 3}));
    assert!(lines[1]["elapsed_ms"].take().is_u64());
    lines[1].as_object_mut().unwrap().remove("rows_per_second").unwrap();
    let expect = json!({
        "type": "report",
        "entity": "lesson",
        "mode": "migrate",
        "run": 1,
        "resumed_after": null,
        "counts": {
            "scanned": 2, "migrated": 1, "current": 0, "skipped": 0, "deleted": 0, "conflict": 0,
            "quarantined": 1, "failed": 0,
        },
        "changes": [
            {"field": "notes", "from": 1, "to": 2, "entities": 1},
            {"field": "scenes", "from": 1, "to": 3, "entities": 1},
        ],
        "side_outputs": [{"field": "next_index", "entities": 1}],
        "losses": [],
        "failures": [],
        "failures_not_kept": 1,
        "elapsed_ms": null,
    });
    assert_eq!(lines[1], expect);
}

#[test]
fn every_verb_writes_only_objects_with_a_type() {
    let store = school(&[StoredLesson::old("a")], 1);
    for (line, last) in [
        ("entities", "entity"),
        ("check", "check"),
        ("--database x check", "check"),
        ("--database x census", "census"),
        ("--database x audit", "report"),
        ("--database x migrate --all --keep-before", "report"),
        ("--database x runs", "run"),
        ("--database x quarantine replay", "report"),
        ("--database x undo 1", "undo"),
        ("--database x forget 1", "forget"),
    ] {
        let ran = run(&app(), &store, &format!("{line} --json"));
        assert_eq!((ran.code, ran.errors.as_str()), (exit_code::DONE, ""), "{line}");
        let lines = lines(&ran);
        assert!(lines.iter().all(|line| line["type"].is_string()), "{lines:?}");
        assert_eq!(lines.last().unwrap()["type"], last);
    }
}

#[test]
fn a_census_has_numbers_where_versions_are_known() {
    let store = school(&[StoredLesson::old("a")], 0);
    let ran = run(&app(), &store, "--database x --json census lesson");
    let census = &lines(&ran)[0];
    assert_eq!(census["versions"][0]["stored"], 1);
    assert_eq!(census["versions"][1]["stored"], "missing");
    assert_eq!(census["versions"][1]["state"], "stale");
}

#[test]
fn the_declaration_is_data() {
    let ran = run(&app(), &Probe::default(), "--json entities");
    let lines = lines(&ran);
    let lesson = lines.iter().find(|line| line["entity"] == "lesson").unwrap();
    assert_eq!(lesson["tables"], json!(["lessons"]));
    let expect = json!({
        "field": "scenes", "version_field": "scenes_schema_version", "min": 1, "max": 3,
        "missing_version": null, "scope": "field", "optional": false, "context": ["title"],
        "side_outputs": ["next_index"],
    });
    assert_eq!(lesson["versioned"][0], expect);
    assert_eq!(lesson["others"][0], json!({"field": "id", "kind": "plain"}));
}

#[test]
fn an_error_is_a_line_too() {
    let error = Err(store_error(StoreErrorKind::Misconfigured));
    let ran = run_with(&app(), "--database x --json census", &Default::default(), error);
    assert_eq!(ran.code, exit_code::USAGE);
    let lines = lines(&ran);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["type"], "error");
    assert_eq!(lines[0]["exit_code"], 1);
    assert_eq!(lines[0]["causes"][1], "it is a directory");
    assert!(ran.errors.starts_with("error: database `x` cannot be opened\n"));
}
