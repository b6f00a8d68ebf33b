//! `cargo xtask torture`: migrations whose process is killed at random moments, while another one writes; and servers that
//! are killed with them.
//!
//! The integration tests do the work, for a number of seconds and on the example's binary as well; their lines are shown
//! here.

use std::path::PathBuf;

use serde_json::Value;

use crate::{
    command,
    failure::Failure,
    faults::{json_line, none_is_a_failure},
    flags,
    test::servers,
    workspace::{ROOT_PACKAGE, Workspace},
};

const SECONDS: &str = "VERSIONED_TORTURE_SECONDS";
const SEED: &str = "VERSIONED_TORTURE_SEED";
const NOTEBOOKS: &str = "VERSIONED_TORTURE_NOTEBOOKS";

/// The example that is killed.
const EXAMPLE: &str = "notebooks";

/// Where the tests are; the name of a database follows.
const TESTS: &str = "torture::";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::torture(arguments)?;
    let given = servers::provide_among(&flags.databases)?;
    let mut ended = Ok(());
    for database in &flags.databases {
        let mut cargo = command::cargo(&workspace.root);
        cargo.args(["test", "--quiet", "--package", ROOT_PACKAGE, "--test", "integration"]);
        cargo.arg("--").arg(format!("{TESTS}{database}")).arg("--nocapture");
        cargo.env(SECONDS, flags.seconds.to_string()).env(SEED, flags.seed.to_string());
        given.set_variables(&mut cargo);
        if *database == "sqlite" {
            cargo.env(NOTEBOOKS, build_example(workspace)?);
        }
        let mut shown = 0;
        let run = command::run_with_lines(&mut cargo, &mut |line| {
            if let Some(line) = json_line(line) {
                shown += 1;
                println!("{}", if flags.is_json { line.to_string() } else { sentence(&line) });
            }
        });
        let run = run.map_err(|failure| failure.with_fix("see what the test found wrong above"));
        let run = run.and_then(|()| none_is_a_failure(shown, "torture"));
        // One database that fails does not keep the others from being tried.
        ended = ended.and(run);
    }
    ended
}

/// The path of the example's binary, built in release.
fn build_example(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["build", "--quiet", "--release", "--package", ROOT_PACKAGE]);
    cargo.args(["--example", EXAMPLE, "--message-format", "json-render-diagnostics"]);
    let messages = command::captured(&mut cargo)?;
    executable(&messages).ok_or_else(|| {
        Failure::new(
            format!("cargo did not say where the example `{EXAMPLE}` is"),
            "none of its messages names an executable of that name",
            "check that the workspace manifest declares the example",
        )
    })
}

fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().filter_map(json_line).find_map(|message| {
        let is_example = message["target"]["name"] == EXAMPLE;
        message["executable"].as_str().filter(|_| is_example).map(PathBuf::from)
    })
}

fn sentence(line: &Value) -> String {
    let of_the_server = match line.get("server") {
        Some(server) => format!(
            "; the server killed {} times and down for {:.1} s, {} connections cut, {} processes \
             interrupted by that, {} changes without an answer, {} of them made; {} operations a \
             second while it was up, of {} asked for and {} that the idle server sustains",
            server["kills"],
            server["seconds_down"].as_f64().unwrap_or_default(),
            server["cut_connections"],
            server["interrupted_processes"],
            server["lost_answers"],
            server["made_without_answer"],
            server["writer_operations_per_second"],
            server["asked_writer_operations_per_second"],
            server["idle_writer_operations_per_second"],
        ),
        None => String::new(),
    };
    format!(
        "{}, {}, seed {}: {} kills, {} polite ends, {} runs to their end with {} undos and {} replays, \
         {} operations of the writer{of_the_server}; {} lost updates, {} rows came back, {} model \
         versions, {} counts and {} things in the ledger are wrong, {} rows are below their latest \
         versions, integrity {}, {:.1} s",
        line["database"].as_str().unwrap_or("?"),
        line["subject"].as_str().unwrap_or("?"),
        line["seed"],
        line["kills"],
        line["terminated"],
        line["completed"],
        line["undos"],
        line["replays"],
        line["writer"]["operations"],
        line["lost_updates"],
        line["resurrected_rows"],
        line["model_version_mismatches"],
        line["count_mismatches"],
        line["ledger_mismatches"],
        line["rows_below_latest"],
        line["integrity_check"].as_str().unwrap_or("?"),
        line["seconds"].as_f64().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_of_the_example_is_found_among_the_messages() {
        let messages = r#"{"target": {"name": "serde"}, "executable": null}
{"target": {"name": "notebooks"}, "executable": "/built/notebooks"}
{"reason": "build-finished"}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/built/notebooks")));
        assert_eq!(executable(r#"{"target": {"name": "x"}, "executable": "/built/x"}"#), None);
    }

    #[test]
    fn a_line_is_told_as_a_sentence() {
        let line = serde_json::json!({
            "database": "postgres", "subject": "lessons", "seed": 7, "kills": 12,
            "server": {"kills": 3, "cut_connections": 9},
        });
        let sentence = sentence(&line);
        assert!(sentence.starts_with("postgres, lessons, seed 7: 12 kills, "), "{sentence}");
        assert!(sentence.contains("killed 3 times"), "{sentence}");
    }
}
