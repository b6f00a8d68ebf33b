//! What may catch a mistake, one after the other: the compiler, the lock, the laws, the golden documents.
//!
//! Invariant: what cannot be checked is a failure of the harness, not a mistake that was caught.

use std::{
    io::Read,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use super::tree::{TARGET, Tree};
use crate::{command, failure::Failure};

/// A check that takes longer does not end.
const CHECK_TIME_MAX: Duration = Duration::from_secs(300);

/// The same for a build, which begins with that of all dependencies.
const BUILD_TIME_MAX: Duration = Duration::from_secs(3600);

/// Characters of a message that are shown.
const SHOWN: usize = 200;

/// What caught a mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    Compiler,
    Lock,
    Law,
    Golden,
}

impl By {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Compiler => "compiler",
            Self::Lock => "lock",
            Self::Law => "law",
            Self::Golden => "golden",
        }
    }

    /// Which of them a test of the example's checks is.
    fn of_test(name: &str) -> Self {
        if name.contains("golden") {
            Self::Golden
        } else if name.contains("lock") {
            Self::Lock
        } else {
            Self::Law
        }
    }
}

/// How a mistake was caught.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Caught {
    pub(super) by: By,
    /// The code of the compiler's error, or the name of the test.
    pub(super) which: String,
    /// What it says.
    pub(super) detail: String,
}

/// The tests of the example's checks, in their order.
#[derive(Debug)]
pub(super) struct Checks {
    stages: Vec<(By, Vec<String>)>,
}

impl Checks {
    /// Builds the copy without a mistake and asks for its tests.
    pub(super) fn build(tree: &Tree) -> Result<Self, Failure> {
        let executable = match build(tree)? {
            Ok(executable) => executable,
            Err(caught) => {
                return Err(Failure::new(
                    "the copy of the example does not build",
                    caught.detail,
                    "see the package below `target/mutants/tree`",
                ));
            }
        };
        let mut list = Command::new(executable);
        list.current_dir(&tree.root).args(["--list", "--format", "terse"]);
        let text = run(&mut list, CHECK_TIME_MAX)?.text;
        let names = text.lines().filter_map(|line| line.strip_suffix(": test"));
        let mut stages: Vec<(By, Vec<String>)> = Vec::new();
        for name in names {
            let by = By::of_test(name);
            match stages.iter_mut().find(|(stage, _)| *stage == by) {
                Some((_, names)) => names.push(name.to_owned()),
                None => stages.push((by, vec![name.to_owned()])),
            }
        }
        stages.sort();
        Ok(Self { stages })
    }

    /// What catches the mistake that the copy has now, if anything does.
    pub(super) fn run(&self, tree: &Tree) -> Result<Option<Caught>, Failure> {
        let executable = match build(tree)? {
            Ok(executable) => executable,
            Err(caught) => return Ok(Some(caught)),
        };
        for (by, names) in &self.stages {
            let mut command = Command::new(&executable);
            command.current_dir(&tree.root).env("RUST_BACKTRACE", "0").arg("--exact").args(names);
            let ended = run(&mut command, CHECK_TIME_MAX)?;
            if !ended.is_success {
                // Paths are told as they are in the workspace.
                let root = format!("{}/", tree.root.display());
                return Ok(Some(failed_test(*by, &ended.text.replace(&root, ""))));
            }
        }
        Ok(None)
    }
}

/// Builds the copy: the path of its tests, or the compiler's first error.
fn build(tree: &Tree) -> Result<Result<PathBuf, Caught>, Failure> {
    let mut cargo = command::cargo(&tree.root);
    cargo.args(["test", "--quiet", "--offline", "--no-run", "--message-format", "json"]);
    cargo.env("CARGO_TARGET_DIR", &tree.target).env_remove("CARGO_MANIFEST_DIR");
    let ended = run(&mut cargo, BUILD_TIME_MAX)?;
    let messages = ended.text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let messages: Vec<Value> = messages.collect();
    if let Some(caught) = messages.iter().find_map(compiler_error) {
        return Ok(Err(caught));
    }
    let found = messages
        .iter()
        .find(|message| message["target"]["name"] == TARGET && message["executable"].is_string());
    match found.and_then(|message| message["executable"].as_str()) {
        Some(executable) if ended.is_success => Ok(Ok(executable.into())),
        _ => Err(Failure::new(
            "the copy of the example cannot be built",
            last_lines(&ended.errors),
            "see the package below `target/mutants/tree`",
        )),
    }
}

/// An error in the copy; one in what it depends on is none of a mistake's.
fn compiler_error(message: &Value) -> Option<Caught> {
    let is_of_copy = message["target"]["name"] == TARGET;
    let message = &message["message"];
    if !is_of_copy || message["level"] != "error" {
        return None;
    }
    let which = message["code"]["code"].as_str().unwrap_or("error").to_owned();
    let detail = shortened(message["message"].as_str().unwrap_or_default());
    Some(Caught { by: By::Compiler, which, detail })
}

/// The first test that failed, and what it says.
fn failed_test(by: By, text: &str) -> Caught {
    let failed = text.lines().find_map(|line| {
        line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" stdout ----"))
    });
    let Some(name) = failed else {
        // A process that was ended has no such lines.
        return Caught { by, which: "ended".to_owned(), detail: last_lines(text) };
    };
    let block = text.split_once(&format!("---- {name} stdout ----")).map_or("", |(_, rest)| rest);
    let block = block.split_once("\n---- ").map_or(block, |(block, _)| block);
    let said = block.split_once(" panicked at ").map_or(block, |(_, said)| said);
    // What follows the place of the panic.
    let said = said.split_once(":\n").map_or(said, |(_, said)| said);
    let said = said.split("note: run with").next().unwrap_or_default();
    // How many replay is said before what differs.
    let is_count = |line: &str| line.contains(" golden documents replay ");
    let said = match said.split_once('\n') {
        Some((first, differences)) if is_count(first) => differences,
        _ => said,
    };
    let name = name.rsplit("::").next().unwrap_or(name);
    Caught { by, which: name.to_owned(), detail: shortened(said) }
}

/// A message in one line.
fn shortened(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    shortened(&lines[lines.len().saturating_sub(4)..].join("; "))
}

/// How a program ended, and what it printed.
struct Ended {
    is_success: bool,
    text: String,
    errors: String,
}

/// Runs a program to its end, or ends it after the time that it has.
fn run(command: &mut Command, time_max: Duration) -> Result<Ended, Failure> {
    let name = command::line(command);
    let failed = |why: String| {
        Failure::new(
            format!("`{name}` could not be run"),
            why,
            "see `cargo xtask mutants` in its source",
        )
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let (done, ended) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = thread::spawn(move || read(stderr));
    thread::spawn(move || done.send(read(stdout)));
    let Ok(text) = ended.recv_timeout(time_max) else {
        end(&mut child);
        return Err(failed(format!("it did not end within {} s", time_max.as_secs())));
    };
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let errors = errors.join().unwrap_or_default();
    Ok(Ended { is_success: status.success(), text, errors })
}

fn end(child: &mut Child) {
    // It may have ended just now.
    child.kill().ok();
    child.wait().ok();
}

fn read(stream: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is shown all the same.
        stream.read_to_end(&mut bytes).ok();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failed_test_is_told_with_its_message() {
        let text = "running 2 tests\ntest a ... FAILED\n\nfailures:\n\n\
                    ---- checks::laws::nothing_is_lost stdout ----\n\
                    \nthread 'a' panicked at b.rs:1:2:\n`quiz`: gone\n  at /a\n\
                    note: run with `RUST_BACKTRACE=1`\n\n---- other stdout ----\nno";
        let caught = failed_test(By::Law, text);
        let detail = "`quiz`: gone at /a".to_owned();
        assert_eq!(caught, Caught { by: By::Law, which: "nothing_is_lost".to_owned(), detail });
        let text = "---- golden stdout ----\nthread 'b' panicked at c.rs:1:2:\n\
                    1 of 2 golden documents replay as they were recorded\na.golden: other\n";
        assert_eq!(failed_test(By::Golden, text).detail, "a.golden: other");
        let ended = failed_test(By::Law, "one\ntwo\n");
        assert_eq!((ended.which.as_str(), ended.detail.as_str()), ("ended", "one; two"));
    }

    #[test]
    fn errors_of_the_compiler_have_their_code() {
        let message = serde_json::json!({"target": {"name": TARGET},
            "message": {"level": "error", "code": {"code": "E0609"}, "message": "no field"}});
        let caught = compiler_error(&message).unwrap();
        assert_eq!((caught.by, caught.which.as_str()), (By::Compiler, "E0609"));
        let mut elsewhere = message.clone();
        elsewhere["target"]["name"] = "versioned_core".into();
        assert_eq!(compiler_error(&elsewhere), None);
        let mut warning = message;
        warning["message"]["level"] = "warning".into();
        assert_eq!(compiler_error(&warning), None);
    }

    #[test]
    fn tests_are_told_apart_by_their_names() {
        assert_eq!(By::of_test("checks::golden_documents_replay"), By::Golden);
        assert_eq!(By::of_test("checks::schema_lock_is_unbroken"), By::Lock);
        assert_eq!(By::of_test("checks::total"), By::Law);
    }
}
