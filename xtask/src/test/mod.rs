//! `cargo xtask test`: all parts of the tests in order, or the named ones.
//!
//! Invariant: a part that fails does not keep the others from running, and the last two lines count
//! what passed and what failed, and name the servers that were left out.

mod features;
mod parts;
pub(crate) mod servers;

use std::time::Duration;

pub(crate) use self::parts::{CORPUS_VARIABLE, NAMED_PARTS, PARTS};
use self::{
    parts::{Part, Run},
    servers::Given,
};
use crate::{
    failure::Failure,
    flags::{self, TestFlags},
    stopwatch::Stopwatch,
    workspace::Workspace,
};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::test(arguments)?;
    let chosen = choose(&flags)?;
    let whole = Stopwatch::start();
    let given = if chosen.iter().any(|part| matches!(part.run, Run::WithServers(_))) {
        println!("\n== servers: what integration tests start");
        servers::provide(&flags.without)?
    } else {
        Given::default()
    };
    let mut failed = Vec::new();
    for part in &chosen {
        println!("\n== {}: {}", part.name, part.summary);
        let stopwatch = Stopwatch::start();
        let ended = match part.run {
            Run::Alone(run) => run(workspace),
            Run::WithServers(run) => run(workspace, &given),
        };
        match ended {
            Ok(()) => println!("{}: ok ({})", part.name, seconds(stopwatch.elapsed())),
            Err(failure) => {
                println!("{}: FAILED ({})", part.name, seconds(stopwatch.elapsed()));
                println!("{failure}");
                failed.push(part.name);
            }
        }
    }
    let passed = chosen.len() - failed.len();
    println!("\n{}", summary(passed, failed.len(), whole.elapsed()));
    let left_out = servers::left_out(&flags.without);
    println!("{passed} passed, {} failed{left_out}", failed.len());
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        format!("failed: {}", failed.join(", ")),
        "each part printed its reason above",
        format!("run one alone with `cargo xtask test {}`", failed[0]),
    ))
}

/// The parts to run, in the order of the table.
fn choose(flags: &TestFlags) -> Result<Vec<&'static Part>, Failure> {
    let parts = flags.without.iter().filter(|name| !servers::is_name(name));
    for name in flags.names.iter().chain(parts) {
        if !PARTS.iter().chain(NAMED_PARTS).any(|part| part.name == name) {
            let names: Vec<&str> = PARTS.iter().chain(NAMED_PARTS).map(|part| part.name).collect();
            return Err(Failure::new(
                format!("no part of the tests is named `{name}`"),
                format!("the parts are {}", names.join(", ")),
                "run `cargo xtask test` for all of them",
            ));
        }
    }
    let holds = |names: &[String], part: &Part| names.iter().any(|name| name == part.name);
    let chosen: Vec<&Part> = match flags.names.is_empty() {
        true => PARTS.iter().collect(),
        false => PARTS.iter().chain(NAMED_PARTS).filter(|part| holds(&flags.names, part)).collect(),
    };
    let chosen: Vec<&Part> =
        chosen.into_iter().filter(|part| !holds(&flags.without, part)).collect();
    if chosen.is_empty() {
        return Err(Failure::new(
            "no part of the tests is left to run",
            "`--without` names every part that was asked for",
            "name fewer parts after `--without`",
        ));
    }
    Ok(chosen)
}

fn summary(passed: usize, failed: usize, elapsed: Duration) -> String {
    let noun = if passed == 1 { "part" } else { "parts" };
    format!("test: {passed} {noun} passed, {failed} failed in {} s", elapsed.as_secs())
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expect: &[&str]) {
        let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
        let chosen = choose(&flags::test(&arguments).unwrap());
        let names = chosen.map(|parts| parts.iter().map(|part| part.name).collect::<Vec<_>>());
        assert_eq!(names.unwrap(), expect, "{arguments:?}");
    }

    #[test]
    fn parts_run_in_the_order_of_the_table() {
        let all: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        check(&[], &all);
        check(&["doc", "unit"], &["unit", "doc"]);
        check(&["doc", "unit", "--without", "unit"], &["doc"]);
        check(&["conformance", "unit"], &["unit", "conformance"]);
        check(&["--without", "postgres,mariadb"], &all);
    }

    #[test]
    fn an_unknown_part_is_refused_with_the_list_of_parts() {
        for flags in [
            TestFlags { names: vec!["unti".to_owned()], without: Vec::new() },
            TestFlags { names: Vec::new(), without: vec!["unti".to_owned()] },
        ] {
            let Err(failure) = choose(&flags) else { panic!("`unti` was found") };
            let text = failure.to_string();
            assert!(text.contains("`unti`") && text.contains("tidy, unit, integration"), "{text}");
        }
    }

    #[test]
    fn leaving_out_everything_is_refused() {
        let unit = vec!["unit".to_owned()];
        assert!(choose(&TestFlags { names: unit.clone(), without: unit }).is_err());
    }

    #[test]
    fn the_summary_counts_parts_and_whole_seconds() {
        let elapsed = Duration::from_millis(123_900);
        assert_eq!(summary(9, 0, elapsed), "test: 9 parts passed, 0 failed in 123 s");
        assert_eq!(summary(1, 2, elapsed), "test: 1 part passed, 2 failed in 123 s");
    }
}
