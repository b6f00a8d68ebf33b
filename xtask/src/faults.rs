//! `cargo xtask faults`: every job under every fault at every call of its store.
//!
//! The integration tests do the work and print a line per job, layout and store; here they are asked for every kind of
//! fault, and their lines are shown.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    command,
    failure::Failure,
    flags,
    stopwatch::Stopwatch,
    test::servers,
    workspace::{ROOT_PACKAGE, Workspace},
};

/// Asks the tests for every kind of fault.
const ALL_KINDS: &str = "VERSIONED_FAULTS_ALL_KINDS";

/// Where the tests are; the name of a store follows.
const TESTS: &str = "faults::exhaustive::";

/// How many tests run at once.
const THREADS: &str = "12";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::faults(arguments)?;
    let given = servers::provide_among(&flags.databases)?;
    let mut ended = Ok(());
    for database in &flags.databases {
        let mut cargo = command::cargo(&workspace.root);
        cargo.args(["test", "--quiet", "--package", ROOT_PACKAGE, "--test", "integration", "--"]);
        cargo.arg(format!("{TESTS}{database}"));
        // Each test waits for its store most of the time, so many run side by side; each prints a whole line in the end.
        cargo.args(["--nocapture", "--test-threads", THREADS]).env(ALL_KINDS, "1");
        given.set_variables(&mut cargo);
        let (stopwatch, mut total) = (Stopwatch::start(), Total::default());
        let run = command::run_with_lines(&mut cargo, &mut |line| {
            if let Some(line) = json_line(line) {
                total.add(&line);
                println!("{}", if flags.is_json { line.to_string() } else { sentence(&line) });
            }
        });
        let line = total.to_json(database, stopwatch.elapsed().as_secs_f64());
        println!("{}", if flags.is_json { line.to_string() } else { total_sentence(&line) });
        let run =
            run.map_err(|failure| failure.with_fix("see the faults that the tests name above"));
        let run = run.and_then(|()| none_is_a_failure(total.cases, "faults"));
        // One database that fails does not keep the others from being tried.
        ended = ended.and(run);
    }
    ended
}

/// The sums over the cases of a database.
#[derive(Debug, Default)]
struct Total {
    cases: u64,
    sums: BTreeMap<&'static str, u64>,
}

impl Total {
    fn add(&mut self, line: &Value) {
        self.cases += 1;
        for key in ["call_points", "faults", "runs", "differing"] {
            *self.sums.entry(key).or_default() += line[key].as_u64().unwrap_or_default();
        }
    }

    fn to_json(&self, database: &str, seconds: f64) -> Value {
        let mut line = json!({"database": database, "cases": self.cases, "seconds": seconds});
        for (key, sum) in &self.sums {
            line[*key] = json!(sum);
        }
        line
    }
}

fn total_sentence(line: &Value) -> String {
    format!(
        "{}: {} cases, {} call points, {} faults, {} runs, {} end differently, {:.1} s",
        line["database"].as_str().unwrap_or("?"),
        line["cases"],
        line["call_points"],
        line["faults"],
        line["runs"],
        line["differing"],
        line["seconds"].as_f64().unwrap_or_default(),
    )
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
    fn cases_are_summed_up() {
        let mut total = Total::default();
        for _ in 0..2 {
            total.add(&json!({"call_points": 4, "faults": 8, "runs": 20, "differing": 1}));
        }
        let sentence = total_sentence(&total.to_json("memory", 1.0));
        let expect = "memory: 2 cases, 8 call points, 16 faults, 40 runs, 2 end differently, 1.0 s";
        assert_eq!(sentence, expect);
    }

    #[test]
    fn a_run_without_a_line_is_a_failure() {
        assert!(none_is_a_failure(0, "faults").is_err());
        assert!(none_is_a_failure(1, "faults").is_ok());
    }
}
