//! The story, and the verbs on the database that it leaves.

use versioned_cli::{Output, exit_code};
use versioned_jobs::StopFlag;
use versioned_sql::{
    SqlStore,
    sqlx::{self, SqlitePool},
};

use super::{block_on, filled};
use crate::{app, story::Story};

async fn told(store: &SqlStore) -> String {
    let output = Output::captured();
    let code = Story { store, output: &output }.tell().await.unwrap();
    assert_eq!(code, exit_code::DONE, "{}", output.captured_results());
    output.captured_results()
}

/// What a verb prints, and its exit code.
async fn ran(store: &SqlStore, line: &str) -> (u8, String) {
    let mut output = Output::captured();
    let args = ["learning_platform", "--database", "x.db"].into_iter();
    let args = args.chain(line.split_whitespace());
    let stop = StopFlag::default();
    let code = app().run(args, &mut output, &stop, async |_url| Ok(store.clone())).await;
    (code, output.captured_results() + &output.captured_errors())
}

fn sqlite(store: &SqlStore) -> &SqlitePool {
    store.pool().as_sqlite().unwrap()
}

#[test]
fn the_story_ends_with_every_row_accounted_for() {
    let text = block_on(async { told(&filled().await).await });
    assert!(text.ends_with("the counts add up: every row is accounted for\n"), "{text}");
    for told in [
        "refused: conversion of `exploration.states` of `damaged` from version 41 to 42 failed",
        "refused: `exploration` of `colours` has changed since it was opened at model version 1",
        "4  migrate  migration-bot  Update states from 41 to 46",
        "5  revert   ana            it was better before",
        "refused: `exploration.states` of `kites/1` has no schema version",
        "because: exploration `rivers` is not valid at `states`: a public exploration needs",
        "story hermit                     rules",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn the_story_can_be_told_again_on_what_it_has_left() {
    block_on(async {
        let store = filled().await;
        told(&store).await;
        told(&store).await;
    });
}

/// Playing a version without statistics would fail.
#[test]
fn every_version_that_a_save_or_a_migration_made_has_its_statistics() {
    block_on(async {
        let store = filled().await;
        told(&store).await;
        let without: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, version FROM exploration_commits
             WHERE committer != 'ana' OR message NOT IN ('begin', 'go on')
             EXCEPT SELECT exploration_id, version FROM exploration_statistics",
        )
        .fetch_all(sqlite(&store))
        .await
        .unwrap();
        assert_eq!(without, []);
        let with: i64 = sqlx::query_scalar("SELECT count(*) FROM exploration_statistics")
            .fetch_one(sqlite(&store))
            .await
            .unwrap();
        assert_eq!(with, 6, "four migrations, a save and a revert");
    });
}

#[test]
fn the_verbs_work_on_the_database_of_the_story() {
    block_on(async {
        let store = filled().await;
        told(&store).await;
        for (line, code, expect) in [
            ("check", exit_code::DONE, "12 tables: no problems"),
            ("census exploration", exit_code::DONE, "exploration/snapshots: 22 rows"),
            ("audit topic", exit_code::FINDINGS, "audit topic: 7 rows"),
            ("migrate --all --who ada", exit_code::FINDINGS, "migrate collection/snapshots: 11"),
            ("history exploration fractions", exit_code::DONE, "it was better before"),
            ("revert exploration fractions --to 3 --who ana", exit_code::DONE, "version 6"),
            ("revert exploration rivers --to 1 --who ana", exit_code::FINDINGS, "that ends it"),
            ("quarantine list", exit_code::FINDINGS, "no two chapters have the same id"),
        ] {
            let (exit, text) = ran(&store, line).await;
            assert_eq!(exit, code, "{line}: {text}");
            assert!(text.contains(expect), "{line}: {text}");
        }
    });
}
