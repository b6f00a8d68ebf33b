//! One run of the benchmarks: its settings, and printing as results come.

use std::path::PathBuf;

use serde_json::json;

use super::{
    line::{Better, Line},
    machine,
    turns::{Rounds, Side, in_turns},
};
use crate::flags::Flags;

/// Settings of a run.
#[derive(Debug)]
pub(crate) struct Session {
    json: bool,
    pub(crate) seconds: f64,
    /// Names of databases; empty for what needs no server.
    pub(crate) databases: Vec<String>,
    /// Folder with real documents.
    pub(crate) corpus: Option<PathBuf>,
}

impl Session {
    /// Prints the machine and the head of the table.
    pub(crate) fn start(flags: &Flags) -> Self {
        let databases = flags.databases.clone();
        let session =
            Self { json: flags.json, seconds: flags.seconds, databases, corpus: corpus() };
        let machine = machine::describe();
        if session.json {
            println!("{machine}");
        } else {
            for (key, value) in machine["machine"].as_object().into_iter().flatten() {
                println!("{key}: {}", value.to_string().trim_matches('"'));
            }
            let documents = session.corpus.as_ref().map_or("generated", |_| "real, and generated");
            println!("documents: {documents}\n\n{}", Line::head());
        }
        session
    }

    pub(crate) fn print(&self, line: &Line) {
        println!("{}", if self.json { line.json() } else { line.row() });
    }

    /// Says that a case could not be measured here, and why.
    pub(crate) fn skip(&self, bench: &str, case: &str, reason: &str) {
        if self.json {
            println!("{}", json!({"bench": bench, "case": case, "skipped": reason}));
        } else {
            println!("{bench:<13} {case:<54} skipped: {reason}");
        }
    }

    pub(crate) fn in_turns(&self, sides: &mut [Side<'_>]) -> Rounds {
        in_turns(sides, self.seconds)
    }

    /// Prints side `this` against side `other` as throughput of so many bytes a call.
    pub(crate) fn throughput(
        &self,
        (bench, case): (&str, &str),
        bytes: usize,
        rounds: &Rounds,
        (this, other): (usize, usize),
    ) {
        let rate = |side| megabytes_per_second(bytes, rounds.nanoseconds(side));
        self.print(&Line {
            bench: bench.to_owned(),
            case: case.to_owned(),
            this: rate(this),
            other: rate(other),
            unit: "MB/s".to_owned(),
            // Throughput is the inverse of time.
            ratio: rounds.ratio(other, this),
            better: Better::Higher,
        });
    }

    /// Prints side `this` against side `other` as time for each of so many entities a call.
    pub(crate) fn time(
        &self,
        (bench, case): (&str, &str),
        entities: usize,
        rounds: &Rounds,
        (this, other): (usize, usize),
    ) {
        let time = |side| rounds.nanoseconds(side) / as_f64(entities);
        self.print(&Line {
            bench: bench.to_owned(),
            case: case.to_owned(),
            this: time(this),
            other: time(other),
            unit: "ns".to_owned(),
            ratio: rounds.ratio(this, other),
            better: Better::Lower,
        });
    }
}

/// Bytes a call to megabytes (of a million bytes) a second.
pub(crate) fn megabytes_per_second(bytes: usize, nanoseconds: f64) -> f64 {
    as_f64(bytes) / nanoseconds * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "figures are rounded when they are printed")]
pub(crate) fn as_f64(count: usize) -> f64 {
    count as f64
}

fn corpus() -> Option<PathBuf> {
    std::env::var_os("VERSIONED_CORPUS").filter(|path| !path.is_empty()).map(PathBuf::from)
}
