//! One entity is put back to an old model version.

use versioned_cli::exit_code;
use versioned_store::{CommitKind, HistoryStore as _, MemoryStore};

use super::{
    Ran,
    history::{app, store},
    run,
};
use crate::jobs::{
    block_on,
    history::{KeptColumns, put_snapshot, school},
    lesson::StoredLesson,
    probe::Probe,
};

fn line(store: &Probe, line: &str) -> Ran {
    run(&app(), store, &format!("--database x {line}"))
}

fn commits(store: &Probe) -> Vec<versioned_store::CommitEntry> {
    use versioned_jobs::VersionedModel;
    let table = KeptColumns::table().unwrap();
    let request = versioned_store::CommitsRequest { of: None, after: None, limit: 100 };
    block_on(store.commits(&table, &request)).unwrap()
}

#[test]
fn an_entity_is_put_back_as_a_new_commit() {
    let store = store();
    let ran = line(&store, "revert lesson a --to 1 --who ada --message undone");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    let expect = "lesson a is what it was at model version 1, now at model version 2\n";
    assert_eq!(ran.results, expect);
    let ran = line(&store, "--json revert lesson a --to 2 --who ada");
    let json: serde_json::Value = serde_json::from_str(&ran.results).unwrap();
    let found = ["entity", "id", "to", "model_version"].map(|key| json[key].to_string());
    assert_eq!(found, [r#""lesson""#, r#""a""#, "2", "3"]);
    let commits = commits(&store);
    let of = |index: usize| {
        let record = &commits[index].record;
        (record.kind, record.committer.as_str(), record.message.as_str())
    };
    assert_eq!(of(0), (CommitKind::Revert, "ada", "undone"));
    assert_eq!(of(1), (CommitKind::Revert, "ada", "revert to model version 2"));
    let ran = line(&store, "history lesson a");
    assert!(ran.results.contains("revert  ada"), "{}", ran.results);
}

#[test]
fn what_is_not_valid_today_is_not_put_back() {
    let memory = school::<KeptColumns, MemoryStore>(&[StoredLesson::old("a")]);
    let public = r#"{"id":"a","title":"Public","scenes":{"x":"hello","y":"bye"},
        "scenes_schema_version":1,"notes":"p","next_index":0}"#;
    put_snapshot::<KeptColumns, _>(&memory, "a", 7, public);
    let store = Probe::of(memory);
    let ran = line(&store, "revert lesson a --to 7");
    assert_eq!(ran.code, exit_code::FINDINGS, "{ran:?}");
    assert!(ran.errors.contains("a public lesson has one scene"), "{}", ran.errors);
    assert_eq!(commits(&store).len(), 0);
}

#[test]
fn mistakes_in_a_revert_say_what_to_do_and_write_nothing() {
    let store = store();
    for (words, error, help, connects) in [
        ("lesson a --to 9", "`lesson` of `a` has no model version 9", "see the history", true),
        ("lesson b --to 1", "there is no `lesson` with the id `b`", "check the id", true),
        (
            "lesson/snapshots a --to 1",
            "`lesson/snapshots` is a place of old snapshots, which are not put back",
            "name the entity: `revert lesson ID --to VERSION`",
            false,
        ),
        ("lesson a", "--to <VERSION>", "", false),
        ("lesson a --to 0", "invalid value '0' for '--to <VERSION>'", "", false),
        ("lessn a --to 1", "no entity is called `lessn`", "did you mean `lesson`?", false),
    ] {
        let ran = line(&store, &format!("revert {words}"));
        assert_eq!((ran.code, ran.has_connected), (exit_code::USAGE, connects), "{ran:?}");
        assert!(ran.errors.contains(error) && ran.errors.contains(help), "{}", ran.errors);
    }
    assert_eq!(commits(&store).len(), 0);
    let ran = run(&super::app(), &super::school(&[], 1), "--database x revert quiz 1 --to 1");
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.contains("the storage model of `quiz` has no history"), "{}", ran.errors);
    let ran = run(&super::app(), &super::school(&[], 1), "--database x revert quiz x --to 1");
    assert_eq!((ran.code, ran.has_connected), (exit_code::USAGE, false));
    assert!(ran.errors.starts_with("error: `x` is no id of `quiz`\n"), "{}", ran.errors);
}

#[test]
fn the_help_of_revert_names_all_that_it_takes() {
    let ran = line(&store(), "revert --help");
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, false));
    let about = "Put one entity back to an old model version, as a new commit";
    for text in [
        about,
        "<ENTITY>",
        "<ID>",
        "--to <VERSION>",
        "The model version, as `history` lists it",
        "--who <NAME>",
        "--message <TEXT>",
    ] {
        assert!(ran.results.contains(text), "{text}: {}", ran.results);
    }
    let all = line(&store(), "--help");
    assert!(all.results.contains(about), "{}", all.results);
}
