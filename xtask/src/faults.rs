//! `cargo xtask faults`: every job under every fault at every call of its store.
//!
//! The integration tests do the work and print a line per job, layout and store; here they are asked for every kind of
//! fault, and their lines are shown.

use serde_json::Value;

use crate::{command, failure::Failure, flags, workspace::ROOT_PACKAGE, workspace::Workspace};

/// Asks the tests for every kind of fault.
const ALL_KINDS: &str = "VERSIONED_FAULTS_ALL_KINDS";

/// Where the tests are; the name of a store follows.
const TESTS: &str = "faults::exhaustive::";

/// How many tests run at once.
const THREADS: &str = "12";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::faults(arguments)?;
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "--quiet", "--package", ROOT_PACKAGE, "--test", "integration", "--"]);
    cargo.arg(format!("{TESTS}{}", flags.database.unwrap_or_default()));
    // Each test waits for its store most of the time, so many run side by side; each prints a whole line in the end.
    cargo.args(["--nocapture", "--test-threads", THREADS]).env(ALL_KINDS, "1");
    let mut shown = 0;
    let ended = command::run_with_lines(&mut cargo, &mut |line| {
        if let Some(line) = json_line(line) {
            shown += 1;
            println!("{}", if flags.is_json { line.to_string() } else { sentence(&line) });
        }
    });
    ended.map_err(|failure| failure.with_fix("see the faults that the tests name above"))?;
    none_is_a_failure(shown, "faults")
}

/// A run that compared nothing must not look like one that found nothing.
pub(crate) fn none_is_a_failure(shown: u64, verb: &str) -> Result<(), Failure> {
    match shown {
        0 => Err(Failure::new(
            format!("`cargo xtask {verb}` ran nothing"),
            "no integration test printed a line of its own",
            "see `tests/integration/main.rs` for the module that it runs",
        )),
        _ => Ok(()),
    }
}

/// The object in a line of a test, which may begin with what the test runner says.
pub(crate) fn json_line(line: &str) -> Option<Value> {
    serde_json::from_str(&line[line.find('{')?..]).ok().filter(Value::is_object)
}

fn sentence(line: &Value) -> String {
    let text = |key: &str| line[key].as_str().unwrap_or("?").to_owned();
    format!(
        "{}, {} layout, {}: {} call points, {} faults, {} runs, {} end differently, {:.1} s",
        text("job"),
        text("layout"),
        text("store"),
        line["call_points"],
        line["faults"],
        line["runs"],
        line["differing"],
        line["seconds"].as_f64().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_are_told_from_those_of_the_runner() {
        assert_eq!(json_line("running 12 tests"), None);
        assert_eq!(json_line("thread panicked at {closure}"), None);
        let line = json_line(r#"test a ... {"job": "audit", "layout": "columns", "runs": 3}"#);
        let sentence = sentence(&line.unwrap());
        assert!(sentence.starts_with("audit, columns layout, ?: "), "{sentence}");
        assert!(sentence.contains(" 3 runs"), "{sentence}");
    }

    #[test]
    fn a_run_without_a_line_is_a_failure() {
        assert!(none_is_a_failure(0, "faults").is_err());
        assert!(none_is_a_failure(1, "faults").is_ok());
    }
}
