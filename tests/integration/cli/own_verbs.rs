//! Verbs that an application adds beside ours.

use versioned_cli::{
    App, VerbError,
    clap::{Arg, Command},
    exit_code,
};
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress, VersionedModel};
use versioned_store::StoreErrorKind;

use super::{MigrateQuizJob, Ran, app, run, school, store_error};
use crate::jobs::{
    lesson::{LessonColumns, REFUSED, StoredLesson},
    probe::Probe,
};

fn with_import() -> App<Probe> {
    let import =
        Command::new("import").about("Imports files").arg(Arg::new("folder").required(true));
    app().verb(import, async |call| {
        let folder = call.matches.get_one::<String>("folder").unwrap();
        if folder == "gone" {
            let error = VerbError::from(std::io::Error::other("no such folder"));
            return Err(error.with_help("name a folder that exists"));
        }
        if folder == "odd" {
            return Ok(exit_code::FINDINGS);
        }
        let options = JobOptions::default();
        let report = MigrateQuizJob::migrate(call.store, &options, &NoProgress).await?;
        call.output.line(format!("imported {folder}, migrated {}", report.counts().migrated));
        Ok(exit_code::DONE)
    })
}

fn import(line: &str) -> Ran {
    run(&with_import(), &school(&[], 2), line)
}

#[test]
fn an_own_verb_gets_its_arguments_and_the_store() {
    let ran = import("--database x import here");
    assert_eq!(ran.results, "imported here, migrated 1\n");
    assert_eq!((ran.code, ran.has_connected), (exit_code::DONE, true));
    assert_eq!(import("--database x import odd").code, exit_code::FINDINGS);
}

#[test]
fn an_own_verb_stands_in_the_help_and_needs_a_database_like_ours() {
    assert!(import("--help").results.contains("Imports files"));
    let ran = import("import here");
    assert_eq!((ran.code, ran.has_connected), (exit_code::USAGE, false));
    assert!(ran.errors.starts_with("error: `import` needs a database\n"));
    assert_eq!(import("--database x import").code, exit_code::USAGE);
}

#[test]
fn an_error_of_an_own_verb_is_printed_like_ours() {
    let ran = import("--database x import gone");
    let expect = "error: no such folder\n  help: name a folder that exists\n";
    assert_eq!((ran.code, ran.errors.as_str()), (exit_code::USAGE, expect));
}

#[test]
fn an_error_of_a_job_keeps_its_exit_code_in_an_own_verb() {
    let store = school(&[], 2);
    store.fail_at(0, StoreErrorKind::Transient);
    let ran = run(&with_import(), &store, "--database x import here");
    assert_eq!(ran.code, exit_code::INTERRUPTED);
    assert!(ran.errors.contains("help: run again"), "{}", ran.errors);
}

#[test]
#[should_panic(expected = "the verb `census` exists already")]
fn a_verb_of_ours_cannot_be_replaced_in_silence() {
    let _app = app().verb(Command::new("census"), async |_| Ok(exit_code::DONE));
}

#[test]
fn an_entity_that_cannot_be_read_is_a_finding_with_its_help() {
    let show = Command::new("show").arg(Arg::new("id").required(true));
    let app = app().verb(show, async |call| {
        let id = call.matches.get_one::<String>("id").unwrap();
        let lesson = LessonColumns::find(call.store, &id.as_str().into()).await?;
        call.output.line(if lesson.is_some() { "there" } else { "not there" });
        Ok(exit_code::DONE)
    });
    let store = school(&[StoredLesson::old("a"), StoredLesson::with_text("b", REFUSED)], 0);
    let show = |id: &str| run(&app, &store, &format!("--database x show {id}"));
    assert_eq!(show("a").results, "there\n");
    assert_eq!(show("nobody").results, "not there\n");
    let ran = show("b");
    assert_eq!(ran.code, exit_code::FINDINGS);
    assert!(ran.errors.contains("  caused by: the text is on the list"), "{}", ran.errors);
    assert!(ran.errors.contains("  help: repair the document"), "{}", ran.errors);
    store.fail_at(0, StoreErrorKind::Transient);
    assert_eq!(show("a").code, exit_code::INTERRUPTED);
}

fn with_unconnected() -> App<Probe> {
    let create = Command::new("create").about("Creates the database");
    let greet = Command::new("greet").about("Says hello");
    let app = app().unconnected_verb(create, async |call| {
        let url = call.open(async |url| match url.as_str() {
            "bad" => Err(store_error(StoreErrorKind::Misconfigured)),
            "busy" => Err(store_error(StoreErrorKind::Transient)),
            _ => Ok(url),
        });
        call.output.line(format!("created {}", url.await?));
        Ok(exit_code::DONE)
    });
    app.unconnected_verb(greet, async |call| {
        call.output.line(format!("hello {:?}", call.database));
        Ok(exit_code::DONE)
    })
}

fn unconnected(app: &App<Probe>, line: &str) -> Ran {
    let ran = run(app, &Probe::default(), line);
    assert!(!ran.has_connected, "{line}");
    ran
}

#[test]
fn an_unconnected_verb_runs_without_a_database() {
    let ran = unconnected(&with_unconnected(), "greet");
    assert_eq!((ran.code, ran.results.as_str()), (exit_code::DONE, "hello None\n"));
    let ran = unconnected(&with_unconnected(), "greet --database x.db");
    assert_eq!(ran.results, "hello Some(DatabaseUrl(x.db))\n");
}

#[test]
fn an_unconnected_verb_opens_a_database_in_its_own_way_with_the_same_errors() {
    let ran = unconnected(&with_unconnected(), "create --database x.db");
    assert_eq!((ran.code, ran.results.as_str()), (exit_code::DONE, "created x.db\n"));
    let ran = unconnected(&with_unconnected(), "create");
    let expect = "error: `create` needs a database\n  help: add `--database URL`\n";
    assert_eq!((ran.code, ran.errors.as_str()), (exit_code::USAGE, expect));
    let ran = unconnected(&with_unconnected(), "create --database bad");
    let expect = "error: database `bad` cannot be opened\n  caused by: it is a directory\n";
    assert_eq!(ran.code, exit_code::USAGE);
    assert!(ran.errors.starts_with(expect), "{}", ran.errors);
    let ran = unconnected(&with_unconnected(), "create --database busy");
    assert_eq!(ran.code, exit_code::INTERRUPTED);
}

#[test]
fn a_line_without_a_verb_runs_the_default_one() {
    let app = with_unconnected().default_verb("greet");
    assert_eq!(unconnected(&app, "").results, "hello None\n");
    let ran = unconnected(&app, "--database x");
    assert_eq!(ran.results, "hello Some(DatabaseUrl(x))\n");
    assert_eq!(unconnected(&app, "create --database x").results, "created x\n");
    assert_eq!(unconnected(&app, "great").code, exit_code::USAGE);
    let ran = unconnected(&app, "--help");
    assert!(ran.results.contains("Says hello"), "{}", ran.results);
}

#[test]
fn a_verb_of_ours_may_be_the_default_one() {
    let app = app().default_verb("census");
    let ran = run(&app, &school(&[], 1), "--database x");
    assert!(ran.results.contains("quiz: 1 row"), "{ran:?}");
    let ran = unconnected(&app, "");
    assert!(ran.errors.starts_with("error: `census` needs a database\n"), "{}", ran.errors);
}

#[test]
#[should_panic(expected = "there is no verb `greed`")]
fn a_default_verb_that_does_not_exist_is_a_mistake_of_the_program() {
    let _app = with_unconnected().default_verb("greed");
}
