//! Benchmarks of the versioned crates: `cargo run --release -p benches`.
//!
//! Layer: outside the product. Every case runs our code and what one would write without it on the
//! same input, in turns, and reports the median of each.
//! Invariant: both sides of a case give the same result, which is checked before they are timed.
#![expect(clippy::print_stdout, reason = "a command line talks to its user")]
#![expect(clippy::print_stderr, reason = "a command line talks to its user")]

mod cases;
mod harness;
mod lesson;
mod report;

use std::process::ExitCode;

use crate::harness::Options;

const USAGE: &str = "\
usage: cargo run --release -p benches -- [--json] [--rounds N] [FILTER]

  --json      one line of JSON for each case instead of the table
  --rounds N  timed rounds of each side, from 1 to 1000 (15)
  FILTER      only cases with this in their name
";

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    json: bool,
    help: bool,
    options: Options,
    filter: String,
}

fn main() -> ExitCode {
    let flags = match parse(std::env::args().skip(1)) {
        Ok(flags) => flags,
        Err(problem) => {
            eprint!("error: {problem}\n\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    if flags.help {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) {
        eprintln!("warning: without `--release`, these times say nothing about the crates");
    }
    let mut lines = Vec::new();
    for mut case in cases::all() {
        if case.name().contains(&flags.filter) {
            let medians = harness::measure(&mut case, flags.options);
            lines.push(report::Line { bench: case.bench, case: case.case, medians });
        }
    }
    if lines.is_empty() {
        eprintln!("error: no case has `{}` in its name", flags.filter);
        return ExitCode::FAILURE;
    }
    print!("{}", if flags.json { report::json(&lines) } else { report::table(&lines) });
    ExitCode::SUCCESS
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Flags, String> {
    let mut flags = Flags::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => flags.json = true,
            "--help" | "-h" => flags.help = true,
            "--rounds" => {
                let number = arguments.next().unwrap_or_default();
                let rounds = number.parse().ok().filter(|rounds| (1..=1000).contains(rounds));
                flags.options.rounds = rounds
                    .ok_or_else(|| format!("`--rounds {number}` is no number from 1 to 1000"))?;
            }
            unknown if unknown.starts_with('-') => {
                return Err(format!("the argument `{unknown}` is unknown"));
            }
            filter if flags.filter.is_empty() => flags.filter = filter.to_owned(),
            second => return Err(format!("`{second}` is a second filter")),
        }
    }
    Ok(flags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &str, expect: &Flags) {
        let words = arguments.split_whitespace().map(str::to_owned);
        assert_eq!(parse(words).as_ref(), Ok(expect), "{arguments}");
    }

    #[test]
    fn flags_are_read() {
        check("", &Flags::default());
        check("--json text", &Flags { json: true, filter: "text".to_owned(), ..Flags::default() });
        check("--rounds 3", &Flags { options: Options { rounds: 3 }, ..Flags::default() });
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for arguments in ["--rounds 0", "--rounds", "--jsno", "one two"] {
            let words = arguments.split_whitespace().map(str::to_owned);
            assert!(parse(words).is_err(), "{arguments}");
        }
    }
}
