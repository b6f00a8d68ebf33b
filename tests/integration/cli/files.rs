//! The command line on SQLite files, and what it says where there is none.

use std::{fs, path::PathBuf};

use versioned_cli::{App, Output, exit_code};
use versioned_jobs::StopFlag;
use versioned_sql::SqliteStore;

use crate::jobs::{
    backend::SqliteFile,
    block_on,
    lesson::{Layout, MigrateLessonColumnsJob, REFUSED, StoredLesson},
    probe::Probe,
};

/// Runs words on a database; gives the exit code, the results and the errors.
fn run(database: &str, words: &[&str]) -> (u8, String, String) {
    let app = App::new("school").job::<MigrateLessonColumnsJob>();
    let mut output = Output::captured();
    let args = ["school", "--database", database].into_iter().chain(words.iter().copied());
    let stop = StopFlag::default();
    let connect = async |url: versioned_cli::DatabaseUrl| SqliteStore::connect(url.as_str()).await;
    let code = block_on(app.run(args, &mut output, &stop, connect));
    (code, output.captured_results(), output.captured_errors())
}

fn lessons() -> Probe<SqliteFile> {
    let refused = StoredLesson::with_text("c", REFUSED);
    Probe::with(Layout::Columns, &[StoredLesson::old("a"), StoredLesson::current("b"), refused])
}

#[test]
fn an_operator_takes_a_file_to_the_latest_versions() {
    let store = lessons();
    let path = store.backend().path();
    let (code, results, _) = run(&path, &["check"]);
    assert_eq!(code, exit_code::DONE, "{results}");
    assert!(results.ends_with("1 table: no problems\n"), "{results}");

    let (code, audited, _) = run(&path, &["audit"]);
    assert_eq!(code, exit_code::FINDINGS);
    let (code, migrated, _) = run(&path, &["migrate", "--no-ledger"]);
    assert_eq!(code, exit_code::FINDINGS);
    // The audit has said what the migration did, in the same words.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains(" rows in "));
        let lines = lines.map(|line| line.replace("to migrate", "migrated"));
        lines.map(|line| line.split_whitespace().collect()).collect()
    };
    assert_eq!(words(&audited), words(&migrated));
    assert!(migrated.contains("migrated     1"), "{migrated}");

    let (code, results, _) = run(&path, &["census", "--json"]);
    assert_eq!(code, exit_code::DONE);
    assert!(results.contains(r#""stored":3,"state":"current","rows":2"#), "{results}");
}

/// Runs a census on a path that cannot be opened; gives the lines after the first.
fn refused(path: &str) -> String {
    let (code, results, errors) = run(path, &["census"]);
    assert_eq!((code, results.as_str()), (exit_code::USAGE, ""), "{errors}");
    let first = format!("error: database `{path}` cannot be opened\n");
    errors.strip_prefix(&first).unwrap_or_else(|| panic!("{errors}")).to_owned()
}

#[test]
fn a_file_that_is_not_there_is_named_and_not_created() {
    let store = lessons();
    let folder = PathBuf::from(store.backend().path()).parent().unwrap().to_owned();
    let path = folder.join("scool.db");
    let shown = path.display();
    let expect = format!(
        "  caused by: there is no file `{shown}`, and none was created\n  \
         help: check the path, or run what creates the database first\n"
    );
    assert_eq!(refused(path.to_str().unwrap()), expect);
    assert_eq!(refused(&format!("sqlite:{shown}")), expect);
    assert!(!path.exists());

    let below = folder.join("gone").join("x.db");
    let expect = format!(
        "  caused by: there is no folder `{}`, so no file was created in it\n  \
         help: check the path, or create the folder\n",
        folder.join("gone").display()
    );
    assert_eq!(refused(below.to_str().unwrap()), expect);

    let expect = format!(
        "  caused by: `{}` is a folder\n  help: name the database file in it\n",
        folder.display()
    );
    assert_eq!(refused(folder.to_str().unwrap()), expect);
}

#[test]
fn what_is_no_database_says_what_to_name() {
    let store = lessons();
    let text = PathBuf::from(store.backend().path()).with_file_name("text.db");
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), &text).unwrap();
    let errors = refused(text.to_str().unwrap());
    assert!(errors.ends_with("help: name the file of an SQLite database\n"), "{errors}");
    let errors = refused("sqlite:x.db?moode=ro");
    assert_eq!(errors.matches("unknown query parameter `moode`").count(), 1, "{errors}");
    assert!(errors.ends_with("help: correct the address of the database\n"), "{errors}");
    let errors = refused(":memory:");
    assert!(errors.ends_with("help: name a file\n"), "{errors}");
}
