//! Allocations and allocated bytes of a conversion, counted by a program of its own.

use std::process::Command;

use crate::{
    count::ALLOCATIONS,
    measure::{Line, Session},
};

pub(crate) fn run(session: &Session) {
    print_counted(session, ALLOCATIONS);
}

/// Starts the program that counts and prints its lines as ours.
pub(crate) fn print_counted(session: &Session, bench: &str) {
    match counted(bench) {
        Ok(lines) => lines.iter().for_each(|line| session.print(line)),
        Err(reason) => session.skip(bench, "allocations", &reason),
    }
}

fn counted(bench: &str) -> Result<Vec<Line>, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let counter = program.with_file_name("benches-count");
    let output = Command::new(&counter).arg(bench).output();
    let output = output.map_err(|error| format!("`benches-count` did not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    lines.map_err(|error| format!("`benches-count` printed something else: {error}"))
}
