//! Snapshots and commits, as an operator sees them.

use versioned_cli::{App, exit_code};

use super::{Ran, run};
use crate::jobs::{
    history::{KeptColumns, Migrate, MigrateSnapshots, put_snapshot, school},
    lesson::StoredLesson,
    probe::Probe,
};

pub(super) fn app() -> App<Probe> {
    App::new("school")
        .job::<Migrate<KeptColumns>>()
        .snapshots_job::<MigrateSnapshots<KeptColumns>>()
}

/// An old lesson with an old snapshot.
pub(super) fn store() -> Probe {
    let memory = school::<KeptColumns, versioned_store::MemoryStore>(&[StoredLesson::old("a")]);
    let old = r#"{"id":"a","title":"Then","scenes":{"x":"hello"},"scenes_schema_version":1,
        "notes":"p;q","next_index":0}"#;
    put_snapshot::<KeptColumns, _>(&memory, "a", 1, old);
    Probe::of(memory)
}

fn line(store: &Probe, line: &str) -> Ran {
    run(&app(), store, &format!("--database x {line}"))
}

#[test]
fn snapshots_are_migrated_under_a_name_of_their_own() {
    let store = store();
    let ran = line(&store, "entities");
    assert!(ran.results.contains("lessons, lesson_snapshots"), "{}", ran.results);
    let ran = line(&store, "check");
    assert!(ran.results.ends_with("2 tables: no problems\n"), "{}", ran.results);
    let ran = line(&store, "audit lesson/snapshots");
    assert!(ran.results.starts_with("audit lesson/snapshots: 1 row"), "{}", ran.results);
    let ran = line(&store, "migrate");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.contains("name some of lesson, lesson/snapshots"), "{}", ran.errors);
    let ran = line(&store, "migrate lesson/snapshots --who ada --keep-before");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    assert!(ran.results.starts_with("migrate lesson/snapshots: 1 row"), "{}", ran.results);

    // With its entity, a census covers all places where versions are.
    let both = line(&store, "census lesson");
    assert!(both.results.contains("lesson: 1 row\n"), "{}", both.results);
    assert!(both.results.contains("lesson/snapshots: 1 row\n"), "{}", both.results);
    assert_eq!(line(&store, "census").results, both.results);
    let one = line(&store, "census lesson/snapshots").results;
    assert!(one.starts_with("lesson/snapshots: 1 row\n") && both.results.ends_with(&one), "{one}");

    assert!(line(&store, "runs").results.contains("lesson/snapshots"), "it is in the ledger");
    let ran = line(&store, "undo 1 --who ada");
    assert!(ran.results.contains("over lesson/snapshots: 1 row put back"), "{}", ran.results);
    let ran = line(&store, "audit lessons/snapshot");
    assert!(ran.errors.contains("did you mean `lesson/snapshots`?"), "{}", ran.errors);
}

#[test]
fn the_history_of_an_entity_lists_its_commits() {
    let store = store();
    line(&store, "migrate lesson --who ada");
    let ran = line(&store, "history lesson a");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    let lines: Vec<&str> = ran.results.lines().collect();
    assert_eq!(lines[0], "version  kind     committer  time (UTC)           message");
    assert!(lines[1].starts_with("      2  migrate  migrator   20"), "{}", lines[1]);
    assert!(
        lines[1].ends_with("migrate `scenes` from version 1 to 3, `notes` from version 1 to 2")
    );
    let ran = run(&app(), &store, "--database x --json history lesson a");
    let json: serde_json::Value = serde_json::from_str(&ran.results).unwrap();
    assert_eq!((&json["model_version"], &json["kind"]), (&2.into(), &"migrate".into()));
    assert_eq!(json["commands"][0]["cmd"], "migrate_field");

    let ran = line(&store, "history lesson b");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.starts_with("error: there is no history of `lesson` with the id `b`\n"));
    let ran = run(&super::app(), &super::school(&[], 0), "--database x history quiz x");
    assert!(ran.errors.starts_with("error: `x` is no id of `quiz`\n"), "{}", ran.errors);
    let ran = run(&super::app(), &super::school(&[], 0), "--database x history quiz 1");
    let expect = "error: the storage model of `quiz` has no history\n";
    assert!(ran.errors.starts_with(expect), "{}", ran.errors);
}
