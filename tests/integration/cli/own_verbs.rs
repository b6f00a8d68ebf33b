//! Verbs that an application adds beside ours.

use versioned_cli::{
    App, VerbError,
    clap::{Arg, Command},
    exit_code,
};
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress};

use super::{MigrateQuizJob, Ran, app, run, school};
use crate::jobs::probe::Probe;

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
    store.fail_at(0, versioned_store::StoreErrorKind::Transient);
    let ran = run(&with_import(), &store, "--database x import here");
    assert_eq!(ran.code, exit_code::INTERRUPTED);
    assert!(ran.errors.contains("help: run again"), "{}", ran.errors);
}

#[test]
#[should_panic(expected = "the verb `census` exists already")]
fn a_verb_of_ours_cannot_be_replaced_in_silence() {
    let _app = app().verb(Command::new("census"), async |_| Ok(exit_code::DONE));
}
