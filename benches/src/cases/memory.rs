//! Peak memory beyond the input, for a document of 64 MB; each side in a process of its own.

use std::{fs, process::Command, process::ExitCode};

use super::inputs::{self, Inputs};
use crate::measure::{Better, Line, Session, as_f64};

/// With this and the name of a side, the program is a child that measures itself.
pub(crate) const CHILD_FLAG: &str = "--measure-peak-of";

const BENCH: &str = "memory";
const BYTES: usize = 64_000_000;
const SIDES: [&str; 2] = ["library", "by_hand"];

/// Layouts, each with steps that go into one level or into three.
const CASES: [(&str, u32); 4] =
    [("columns", 1), ("columns", 5), ("one_document", 1), ("one_document", 5)];

pub(crate) fn run(session: &Session) {
    for (layout, steps) in CASES {
        let [this, other] = SIDES.map(|side| peak_of(&format!("{side}/{layout}/{steps}")));
        print(session, &format!("64MB_{layout}_{steps}_steps_peak_beyond_input"), this, other);
    }
}

fn print(session: &Session, case: &str, this: Result<f64, String>, other: Result<f64, String>) {
    match (this, other) {
        (Ok(this), Ok(other)) => session.print(&Line {
            bench: BENCH.to_owned(),
            case: case.to_owned(),
            this,
            other,
            unit: "input sizes".to_owned(),
            ratio: this / other,
            better: Better::Lower,
        }),
        (Err(reason), _) | (_, Err(reason)) => session.skip(BENCH, case, &reason),
    }
}

/// Peak beyond the input, in sizes of the input.
fn peak_of(side: &str) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(program).args([CHILD_FLAG, side]).output();
    let output = output.map_err(|error| format!("the child did not start: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("the child printed `{}`", text.trim()))
}

/// The child: makes the input, converts it once, and prints by how much memory has peaked.
pub(crate) fn child(side: &str) -> ExitCode {
    let (side, case) = side.split_once('/').unwrap_or_default();
    let (layout, steps) = case.split_once('/').unwrap_or_default();
    let steps = steps.parse().unwrap_or(1);
    let inputs = |name: &str, bytes| match layout {
        "columns" => inputs::lesson(name, bytes, steps),
        _ => inputs::lesson_document(name, bytes, steps),
    };
    let convert = |inputs: &Inputs| {
        for input in &inputs.documents {
            let output = if side == SIDES[1] { input.by_hand() } else { input.migrate() };
            assert!(!output.is_empty(), "nothing came out");
        }
    };
    let inputs_measured = inputs("64MB", BYTES);
    // Once with a small one, so that what is resident now is the input and the program. The peak so far is hardly more, and
    // if it were, the figure would be too large and not too small.
    convert(&inputs("1KB", 1_000));
    let before = status("VmRSS:");
    convert(&inputs_measured);
    match (before, status("VmHWM:")) {
        (Some(before), Some(peak)) if peak > before => {
            println!("{:.4}", as_f64((peak - before) * 1024) / as_f64(inputs_measured.bytes()));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("/proc/self/status does not tell how much memory is in use");
            ExitCode::FAILURE
        }
    }
}

/// A line of the process's status, in kilobytes.
pub(super) fn status(key: &str) -> Option<usize> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
