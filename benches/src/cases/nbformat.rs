//! The Python package over the same notebooks, validation off on both sides.
//!
//! A Python process converts all notebooks once for every line that it reads, and answers with the time that it took, so
//! that it has its turns like any other side.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::Value;

use crate::{
    measure::{Better, Line, Session, megabytes_per_second, turn_of},
    subjects::corpus::{self, StoredNotebook},
};

const BENCH: &str = "nbformat";
const CASE: &str = "notebooks_to_4.5";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/python/convert_notebooks.py");
/// Rounds; Python takes long enough for each to be timed well.
const ROUNDS: usize = 5;
/// How Python writes: as the package does, and as compactly and quickly as it can.
const WRITERS: [&str; 2] = ["package", "compact"];

pub(crate) fn run(session: &Session) {
    if let Err(reason) = compare(session) {
        session.skip(BENCH, CASE, &reason);
    }
}

fn compare(session: &Session) -> Result<(), String> {
    let Some(corpus) = &session.corpus else {
        return Err("VERSIONED_CORPUS does not name a folder with notebooks".to_owned());
    };
    let notebooks = corpus::notebooks(corpus, 2..=4);
    let mut peer = Peer::start(&python()?, &notebooks)?;
    if cells(&notebooks) != peer.cells {
        return Err(format!("the package finds {} cells, and we do not", peer.cells));
    }
    let bytes: usize = notebooks.iter().map(|notebook| notebook.text.len()).sum();
    let convert = || notebooks.iter().map(|notebook| notebook.migrate().len()).sum::<usize>();
    for writer in WRITERS {
        let (mut this, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            other.push(peer.convert(writer)? * 1e9);
            this.push(turn_of(convert));
        }
        let mut ratios: Vec<f64> =
            other.iter().zip(&this).map(|(other, this)| other / this).collect();
        session.print(&Line {
            bench: BENCH.to_owned(),
            case: format!("{CASE}/{writer}_writer_{}", peer.version),
            this: megabytes_per_second(bytes, middle(&mut this)),
            other: megabytes_per_second(bytes, middle(&mut other)),
            unit: "MB/s".to_owned(),
            ratio: middle(&mut ratios),
            better: Better::Higher,
        });
    }
    Ok(())
}

fn middle(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// How many cells the converted notebooks have: what both sides must agree on.
fn cells(notebooks: &[StoredNotebook]) -> usize {
    let count = |notebook: &StoredNotebook| {
        let converted: Value = serde_json::from_str(&notebook.migrate()).ok()?;
        Some(converted["cells"].as_array()?.len())
    };
    notebooks.iter().filter_map(count).sum()
}

/// The Python process.
struct Peer {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    version: String,
    cells: usize,
}

impl Peer {
    fn start(python: &Path, notebooks: &[StoredNotebook]) -> Result<Self, String> {
        let list = python.with_file_name("notebooks.txt");
        let mut paths = String::new();
        for notebook in notebooks {
            paths.push_str(&notebook.path.to_string_lossy());
            paths.push('\n');
        }
        std::fs::File::create(&list)
            .and_then(|mut file| file.write_all(paths.as_bytes()))
            .map_err(|error| format!("cannot write `{}`: {error}", list.display()))?;
        let mut process = Command::new(python)
            .arg(SCRIPT)
            .arg(&list)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Python did not start: {error}"))?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("Python has no pipes".to_owned());
        };
        let answers = BufReader::new(answers);
        let requests = Some(requests);
        let mut peer = Self { process, requests, answers, version: String::new(), cells: 0 };
        let ready = peer.answer()?;
        let (version, cells) = ready.split_once(' ').unwrap_or_default();
        peer.version = version.to_owned();
        peer.cells = cells.parse().map_err(|_| format!("Python said `{ready}`"))?;
        Ok(peer)
    }

    /// One pass over all notebooks, in seconds.
    fn convert(&mut self, writer: &str) -> Result<f64, String> {
        if let Some(requests) = &mut self.requests {
            requests
                .write_all(format!("{writer}\n").as_bytes())
                .and_then(|()| requests.flush())
                .map_err(|error| format!("Python has stopped: {error}"))?;
        }
        let answer = self.answer()?;
        answer.parse().map_err(|_| format!("Python said `{answer}`"))
    }

    fn answer(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) => Err("Python has stopped".to_owned()),
            Ok(_) => Ok(line.trim().to_owned()),
            Err(error) => Err(format!("Python cannot be read: {error}")),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input is what it waits for.
        drop(self.requests.take());
        if let Err(error) = self.process.wait() {
            eprintln!("warning: Python was left behind: {error}");
        }
    }
}

/// A Python that has the package: one of its own in the target folder.
fn python() -> Result<PathBuf, String> {
    let folder = super::target_folder()?.join("nbformat-venv");
    let python = folder.join("bin/python");
    let has_package = |python: &Path| {
        Command::new(python)
            .args(["-c", "import nbformat"])
            .output()
            .is_ok_and(|it| it.status.success())
    };
    if has_package(&python) {
        return Ok(python);
    }
    run_to_end(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut install = Command::new(&python);
    run_to_end(install.args(["-m", "pip", "install", "--quiet", "nbformat"]))?;
    if has_package(&python) { Ok(python) } else { Err("nbformat was not installed".to_owned()) }
}

fn run_to_end(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("`{name}` did not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{name}` failed: {}", text.lines().last().unwrap_or_default()))
}
