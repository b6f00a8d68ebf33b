//! Mistakes on the command line are found before a database is touched, and say what to do.

use versioned_cli::{App, exit_code};
use versioned_jobs::StopFlag;
use versioned_store::StoreErrorKind;

use super::{app, run, run_with, school, store_error};
use crate::jobs::probe::Probe;

/// Runs a wrong line; nothing may be opened, and the errors must contain these texts.
fn check(line: &str, expect: &[&str]) {
    let ran = run(&app(), &Probe::default(), line);
    assert_eq!(ran.code, exit_code::USAGE, "{line}: {ran:?}");
    assert!(!ran.has_connected, "{line}");
    assert_eq!(ran.results, "", "{line}");
    for text in expect {
        assert!(ran.errors.contains(text), "{line}: `{text}` is not in\n{}", ran.errors);
    }
}

#[test]
fn a_wrong_line_says_what_is_wrong_and_touches_no_database() {
    check("", &["Usage: school", "census", "Exit codes:"]);
    check("migrat", &["unrecognized subcommand 'migrat'", "'migrate'"]);
    check("--database x.db", &["requires a subcommand", "census"]);
    check("--databse x.db census", &["unexpected argument '--databse'", "'--database'"]);
    check("census --database", &["a value is required", "URL"]);
    check("census --database=", &["a value is required", "URL"]);
    check("migrate --al", &["unexpected argument '--al'", "'--all'"]);
    check("completions fishy", &["invalid value 'fishy'", "fish"]);
    check("--database x migrate lesson --all", &["cannot be used with"]);
    check("--database x audit --batch-rows 0", &["invalid value '0'", "1..=10000"]);
    check("--database x audit --batch-rows many", &["invalid value 'many'"]);
    check("--database x audit --batch-bytes 0", &["invalid value '0'"]);
}

#[test]
fn a_missing_database_names_the_option() {
    for verb in ["census", "audit", "migrate --all"] {
        let name = verb.split(' ').next().unwrap();
        let expect = format!("error: `{name}` needs a database\n  help: add `--database URL`\n");
        let ran = run(&app(), &Probe::default(), verb);
        assert_eq!((ran.code, ran.errors), (exit_code::USAGE, expect));
    }
}

#[test]
fn a_misspelt_entity_finds_its_name() {
    for verb in ["census", "audit", "migrate"] {
        let line = format!("--database x {verb} quizz");
        check(&line, &["error: no entity is called `quizz`\n  help: did you mean `quiz`?\n"]);
        let line = format!("--database x {verb} quiz recipe");
        let expect =
            "error: no entity is called `recipe`\n  help: there are jobs for: lesson, quiz\n";
        check(&line, &[expect]);
    }
}

#[test]
fn a_declared_entity_without_a_job_is_no_typo() {
    let app = App::new("school").job::<super::MigrateQuizJob>();
    let ran = run(&app, &Probe::default(), "--database x migrate lesson");
    let expect = "error: entity `lesson` is declared, but this program has no job for it\n  \
                  help: there are jobs for: quiz\n";
    assert_eq!((ran.code, ran.errors.as_str()), (exit_code::USAGE, expect));
    assert!(!ran.has_connected);
}

#[test]
fn migrate_does_not_choose_among_several_entities() {
    let expect = "error: `migrate` writes, so it does not choose among several entities\n  \
                  help: name some of lesson, quiz, or add `--all`\n";
    check("--database x migrate", &[expect]);
}

#[test]
fn migrate_needs_no_name_where_there_is_one_entity() {
    let app = App::new("school").job::<super::MigrateQuizJob>();
    let store = school(&[], 2);
    let ran = run(&app, &store, "--database x migrate");
    assert_eq!(ran.code, exit_code::DONE, "{ran:?}");
    assert!(ran.results.starts_with("migrate quiz: 2 rows"), "{}", ran.results);
}

#[test]
fn a_program_without_jobs_says_so() {
    let ran = run(&App::new("school"), &Probe::default(), "--database x census");
    let expect = "error: this program has no jobs\n  help: add `.job::<..>()` to the `App`\n";
    assert_eq!((ran.code, ran.errors.as_str()), (exit_code::USAGE, expect));
}

#[test]
fn a_database_that_cannot_be_opened_is_named_without_its_password() {
    for (kind, code) in [
        (StoreErrorKind::Misconfigured, exit_code::USAGE),
        (StoreErrorKind::Transient, exit_code::INTERRUPTED),
        (StoreErrorKind::Corrupt, exit_code::FINDINGS),
    ] {
        let line = "--database sqlite://me:secret@here/x census";
        let ran = run_with(&app(), line, &StopFlag::default(), Err(store_error(kind)));
        assert_eq!((ran.code, ran.results.as_str()), (code, ""));
        let expect = "error: database `sqlite://me:***@here/x` cannot be opened\n  \
                      caused by: it is a directory\n  help: ";
        assert!(ran.errors.starts_with(expect), "{}", ran.errors);
    }
}

#[test]
fn help_and_version_are_no_mistakes() {
    let app = app().version("1.2.3");
    for (line, expect) in [
        ("--help", "Lessons and quizzes\n\nUsage: school"),
        ("migrate --help", "Bring stored entities to their latest schema versions\n"),
        ("help census", "Count which schema versions are stored\n"),
        ("--version", "school 1.2.3\n"),
    ] {
        let ran = run(&app, &Probe::default(), line);
        assert_eq!((ran.code, ran.errors.as_str()), (exit_code::DONE, ""));
        assert!(ran.results.starts_with(expect), "{line}: {}", ran.results);
        assert!(!ran.has_connected);
    }
}

#[test]
fn without_a_version_there_is_no_such_option() {
    check("--version", &["unexpected argument '--version'"]);
}
