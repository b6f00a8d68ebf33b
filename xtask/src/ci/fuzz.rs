//! `cargo xtask ci fuzz`: every fuzz target for a while, a line for each.
//!
//! Invariant: what fuzzing leaves behind lies below `fuzz/target`, where neither git nor `tidy`
//! looks: corpora and inputs that broke something are files of any bytes.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use super::tool;
use crate::{command, failure::Failure, workspace::Workspace};

/// How long a target runs unless told otherwise.
const SECONDS_DEFAULT: u32 = 60;
/// What libFuzzer is told beside its folders and the time: inputs of at most so many bytes, and a
/// finding for one that takes longer than so many seconds.
const SETTINGS: [&str; 3] = ["-max_len=4096", "-timeout=10", "-print_final_stats=1"];
/// How many lines of a failed run are shown.
const LINES_SHOWN: usize = 40;

/// Runs all targets; `arguments` are those after the dashes.
pub(super) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let seconds = seconds(arguments)?;
    let folder = workspace.root.join("fuzz");
    let targets = targets(&folder.join("fuzz_targets"))?;
    // Without a sanitizer the stable toolchain does, and there is no `unsafe` for one to watch.
    command::run(tool(workspace).args([
        "fuzz",
        "build",
        "--fuzz-dir",
        "fuzz",
        "--sanitizer",
        "none",
    ]))?;
    for target in &targets {
        let executions = run_one(workspace, &folder, target, seconds)?;
        println!("{target}: {executions} executions in {seconds} s, 0 crashes");
    }
    Ok(())
}

fn run_one(
    workspace: &Workspace,
    folder: &Path,
    target: &str,
    seconds: u32,
) -> Result<u64, Failure> {
    let corpus = folder.join("target/corpus").join(target);
    let artifacts = folder.join("target/artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder).map_err(|error| Failure::unreadable(folder, &error))?;
    }
    let mut fuzzer = tool(workspace);
    fuzzer.args(["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none", target]);
    fuzzer.arg(&corpus).arg(folder.join("seeds").join(target)).arg("--").args(SETTINGS);
    fuzzer.arg(format!("-max_total_time={seconds}"));
    fuzzer.arg(format!("-dict={}", folder.join("json.dict").display()));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let output = started(&mut fuzzer)?;
    let text = String::from_utf8_lossy(&output.stderr);
    match executions(&text) {
        Some(executions) if output.status.success() => Ok(executions),
        _ => {
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(LINES_SHOWN)..] {
                eprintln!("{line}");
            }
            Err(finding(target, &text, folder))
        }
    }
}

fn started(fuzzer: &mut Command) -> Result<Output, Failure> {
    println!("$ {}", command::line(fuzzer));
    fuzzer.output().map_err(|error| {
        Failure::new(
            format!("`{}` could not be run", command::line(fuzzer)),
            error.to_string(),
            "check that Rust's `cargo` is installed and on the path",
        )
    })
}

/// The targets, by name.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let unreadable = |error| Failure::unreadable(folder, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if let (Some(name), Some("rs")) =
            (path.file_stem(), path.extension().and_then(|extension| extension.to_str()))
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn seconds(arguments: &[String]) -> Result<u32, Failure> {
    let text = match arguments {
        [] => return Ok(SECONDS_DEFAULT),
        [flag, text] if flag == "--seconds" => text.as_str(),
        [argument] => argument.strip_prefix("--seconds=").unwrap_or_default(),
        _ => "",
    };
    match text.parse() {
        Ok(seconds) if seconds > 0 => Ok(seconds),
        _ => Err(Failure::new(
            format!("the job `fuzz` does not know the arguments `{}`", arguments.join(" ")),
            "it takes a number of seconds for each target and nothing else",
            "write for example `cargo xtask ci fuzz -- --seconds 600`",
        )),
    }
}

/// How many inputs libFuzzer says that it has run.
fn executions(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    line?.trim().parse().ok()
}

fn finding(target: &str, text: &str, folder: &Path) -> Failure {
    let what = format!("the fuzz target `{target}` failed");
    match text.split("Test unit written to ").nth(1).and_then(|rest| rest.lines().next()) {
        Some(input) => Failure::new(
            what,
            format!("`{}` breaks it", relative(input, folder)),
            format!(
                "run `cargo fuzz run --fuzz-dir fuzz --sanitizer none {target} {}`, repair the \
                 crate, and keep the input as a seed",
                relative(input, folder)
            ),
        ),
        None => Failure::new(what, "it ended without an input that breaks it", "see above"),
    }
}

/// A path as readers of messages know it.
fn relative<'a>(path: &'a str, folder: &Path) -> &'a str {
    let root = folder.parent().map(|root| format!("{}/", root.display())).unwrap_or_default();
    path.strip_prefix(&root).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_time_is_a_positive_number_of_seconds() {
        assert_eq!(seconds(&[]), Ok(SECONDS_DEFAULT));
        assert_eq!(seconds(&words("--seconds 600")), Ok(600));
        assert_eq!(seconds(&words("--seconds=5")), Ok(5));
        for text in
            ["600", "--seconds", "--seconds 0", "--seconds x", "--seconds 1 2", "--second=1"]
        {
            assert!(seconds(&words(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn executions_are_read_from_the_final_statistics() {
        let text = "#8 DONE\nstat::number_of_executed_units: 1234\nstat::peak_rss_mb: 3\n";
        assert_eq!(executions(text), Some(1234));
        assert_eq!(executions("no statistics"), None);
    }

    #[test]
    fn a_finding_names_the_input_that_breaks_the_target() {
        let folder = Path::new("/house/fuzz");
        let text = "x\nartifact_prefix='a/'; Test unit written to /house/fuzz/target/crash-1\ny";
        let failure = finding("scan", text, folder).to_string();
        assert!(failure.contains("`fuzz/target/crash-1` breaks it"), "{failure}");
        assert!(finding("scan", "", folder).to_string().contains("`scan` failed"));
    }

    #[test]
    fn every_target_has_seeds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let targets = targets(&folder.join("fuzz_targets")).unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            let seeds = fs::read_dir(folder.join("seeds").join(&target));
            assert!(seeds.is_ok_and(|mut seeds| seeds.next().is_some()), "{target}");
        }
    }
}
