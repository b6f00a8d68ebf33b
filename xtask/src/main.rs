//! Tests, tidy rules and further checks of this workspace: `cargo xtask VERB`.
//!
//! Layer: outside the product; sees the workspace as files and as what `cargo` says of it.
//! Invariant: every verb exits 0 where all is well and 1 otherwise (2 where it says that a check found something), and says
//! what to do next.
#![expect(clippy::print_stdout, reason = "a command line talks to its user")]
#![expect(clippy::print_stderr, reason = "a command line talks to its user")]

mod bench;
mod ci;
mod command;
mod failure;
mod faults;
mod flags;
mod laws;
mod mutants;
mod stopwatch;
mod test;
mod tidy;
mod torture;
mod workspace;

use std::process::ExitCode;

use crate::{failure::Failure, workspace::Workspace};

/// One verb of the command line.
struct Verb {
    name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    run: fn(&Workspace, &[String]) -> Result<(), Failure>,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "test",
        arguments: "[NAME..] [--without NAME[,NAME..]]",
        summary: "run all parts of the tests, or the named ones; servers can be left out too",
        run: test::run,
    },
    Verb {
        name: "tidy",
        arguments: "",
        summary: "check the rules that no compiler checks (also a part of `test`)",
        run: tidy::run,
    },
    Verb {
        name: "ci",
        arguments: "JOB [-- ARGUMENT..]",
        summary: "run one further check; arguments go to its tool",
        run: ci::run,
    },
    Verb {
        name: "bench",
        arguments: "[BENCH..] [--json] [--seconds S] [--database NAMES]",
        summary: "run the benchmarks; `--json` prints a line for each case",
        run: bench::run,
    },
    Verb {
        name: "faults",
        arguments: "[--database NAMES] [--json]",
        summary: "run every job under every fault; on `memory` and `sqlite` unless told",
        run: faults::run,
    },
    Verb {
        name: "laws",
        arguments: "[--documents N] [--json]",
        summary: "generate documents from JSON Schemas and validate them",
        run: laws::run,
    },
    Verb {
        name: "mutants",
        arguments: "[--only NAME[,NAME..]] [--json]",
        summary: "seed mistakes in an example's chains; each must be caught",
        run: mutants::run,
    },
    Verb {
        name: "torture",
        arguments: "[--database NAMES] [--seconds N] [--seed N] [--json]",
        summary: "kill migrations, and servers, at random moments while others write",
        run: torture::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), Failure> {
    let (name, rest) = match arguments.split_first() {
        None => ("help", &[][..]),
        Some((name, rest)) => (name.as_str(), rest),
    };
    if matches!(name, "help" | "--help" | "-h") || flags::asks_for_help(rest) {
        print!("{}", help());
        return Ok(());
    }
    let Some(verb) = VERBS.iter().find(|verb| verb.name == name) else {
        let names: Vec<&str> = VERBS.iter().map(|verb| verb.name).collect();
        return Err(Failure::new(
            format!("no verb is named `{name}`"),
            format!("the verbs are {} and help", names.join(", ")),
            "see `cargo xtask help`",
        ));
    };
    (verb.run)(&Workspace::load()?, rest)
}

/// The text of `cargo xtask help`.
fn help() -> String {
    let mut text = String::from("cargo xtask VERB: tests and checks of this workspace\n\nverbs\n");
    for verb in VERBS {
        let call = format!("{} {}", verb.name, verb.arguments);
        text.push_str(&format!("  {:<60} {}\n", call.trim_end(), verb.summary));
    }
    text.push_str(&format!("  {:<60} {}\n", "help", "print this text"));
    text.push_str("\nparts of `test`, in order\n");
    for part in test::PARTS.iter().chain(test::NAMED_PARTS) {
        text.push_str(&format!("  {:<13} {}\n", part.name, part.summary));
    }
    text.push_str("\njobs of `ci`\n");
    for job in ci::JOBS {
        text.push_str(&format!("  {:<13} {}\n", job.name, job.summary));
    }
    text.push_str(&format!(
        "\nenvironment\n  {}  absolute path of the folder with real documents, for `corpus`\n",
        test::CORPUS_VARIABLE
    ));
    text.push_str(&test::servers::help());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_verb_part_and_job() {
        let text = help();
        let names = VERBS
            .iter()
            .map(|verb| verb.name)
            .chain(test::PARTS.iter().map(|part| part.name))
            .chain(ci::JOBS.iter().map(|job| job.name));
        for name in names {
            assert!(text.contains(&format!("\n  {name}")), "`{name}` is missing in:\n{text}");
        }
    }

    #[test]
    fn an_unknown_verb_is_refused_with_the_list_of_verbs() {
        let failure = dispatch(&["tset".to_owned()]).unwrap_err().to_string();
        assert!(failure.contains("`tset`"), "{failure}");
        assert!(
            failure.contains("test, tidy, ci, bench, faults, laws, mutants, torture and help"),
            "{failure}"
        );
    }
}
