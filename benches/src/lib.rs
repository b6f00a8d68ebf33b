//! Benchmarks of the versioned crates: `cargo xtask bench`.
//!
//! Layer: outside the product. Every case runs our code and what one would use without it on the same input, and prints
//! how they compare. Two programs are made of it: one that times, and one that counts allocations, because counting takes
//! time.
//! Invariant: both sides of a case give the same result, which is checked before they are measured.
#![expect(clippy::print_stdout, reason = "a command line talks to its user")]
#![expect(clippy::print_stderr, reason = "a command line talks to its user")]

mod cases;
mod count;
mod flags;
mod measure;
mod subjects;

pub use count::{Counts, count};

use std::process::ExitCode;

use crate::{
    cases::{BENCHES, memory, scale},
    flags::{Flags, USAGE},
    measure::Session,
};

/// The program that times.
#[must_use]
pub fn time() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The program starts itself to have a process of its own for each side.
    if let [flag, side] = arguments.as_slice()
        && flag == memory::CHILD_FLAG
    {
        return memory::child(side);
    }
    if let [flag, rest @ ..] = arguments.as_slice()
        && flag == scale::FLAG
    {
        return scale::run_child(rest);
    }
    let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
    let flags = match Flags::parse(arguments.into_iter(), &names) {
        Ok(flags) => flags,
        Err(problem) => {
            eprint!("error: {problem}\n\n{USAGE}\nbenches: {}\n", names.join(", "));
            return ExitCode::FAILURE;
        }
    };
    if flags.help {
        print!("{USAGE}\nbenches: {}\n", names.join(", "));
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        eprintln!("warning: without optimisation, these times say nothing about the crates");
    }
    let session = Session::start(&flags);
    for bench in BENCHES.iter().filter(|bench| flags.selects(bench.name)) {
        (bench.run)(&session);
    }
    ExitCode::SUCCESS
}
