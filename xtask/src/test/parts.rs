//! The parts of the tests.
//!
//! All parts but `examples` share a debug build: an optimised one of all integration tests takes longer than the corpus.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use self::Run::{Alone, WithServers};
use super::{features, servers::Given};
use crate::{
    command,
    failure::Failure,
    tidy,
    workspace::{ROOT_PACKAGE, Workspace},
};

/// Names the folder with real documents.
pub(crate) const CORPUS_VARIABLE: &str = "VERSIONED_CORPUS";

/// One part.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(super) run: Run,
}

/// How a part is run.
pub(super) enum Run {
    Alone(fn(&Workspace) -> Result<(), Failure>),
    WithServers(fn(&Workspace, &Given) -> Result<(), Failure>),
}

pub(crate) const PARTS: &[Part] = &[
    Part { name: "tidy", summary: "rules that no compiler checks", run: Alone(tidy::check) },
    Part {
        name: "unit",
        summary: "tests beside the code, also with all features",
        run: Alone(unit),
    },
    Part { name: "integration", summary: "stories over all crates", run: WithServers(integration) },
    Part { name: "ui", summary: "what the derive accepts and refuses", run: Alone(ui) },
    Part { name: "doc", summary: "the code in the documentation", run: Alone(doc) },
    Part { name: "examples", summary: "every example, without arguments", run: Alone(examples) },
    Part { name: "corpus", summary: "real documents against known results", run: Alone(corpus) },
    Part { name: "features", summary: "the builds that users get", run: Alone(features::check) },
];

/// Parts that run only where they are named, because another part contains them.
pub(crate) const NAMED_PARTS: &[Part] = &[Part {
    name: "conformance",
    summary: "one suite on every database; a part of `integration`",
    run: WithServers(conformance),
}];

fn unit(workspace: &Workspace) -> Result<(), Failure> {
    test(workspace, &["--lib", "--bins"])?;
    let mut cargo = tests(workspace, &["--examples"]);
    // Their stories on servers are a part of `integration`.
    cargo.args(["--", "--skip", "::postgres", "--skip", "::mariadb"]);
    command::run(&mut cargo)?;
    test(workspace, &["--package", "versioned-core", "--all-features", "--lib"])?;
    test(workspace, &["--package", "versioned-testkit", "--all-features", "--lib"])
}

fn integration(workspace: &Workspace, given: &Given) -> Result<(), Failure> {
    let mut cargo = tests(workspace, &["--test", "integration"]);
    given.set_variables(&mut cargo);
    cargo.arg("--").args(given.skips());
    command::run(&mut cargo)?;
    let mut cargo = tests(workspace, &["--examples"]);
    given.set_variables(&mut cargo);
    cargo.args(["--", "::postgres", "::mariadb"]).args(given.skips());
    command::run(&mut cargo)
}

/// The tests of the stores, and how many passed on which of them.
fn conformance(workspace: &Workspace, given: &Given) -> Result<(), Failure> {
    let mut cargo = tests(workspace, &["--test", "integration"]);
    given.set_variables(&mut cargo);
    cargo.args(["store::", "--"]).args(given.skips());
    let printed = command::run_shown(&mut cargo)?;
    for (name, count) in passed_by_store(&printed) {
        println!("conformance: {name}: {count} passed");
    }
    Ok(())
}

/// How many tests passed of each module below `store`.
fn passed_by_store(printed: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for line in printed.lines().filter(|line| line.ends_with("ok")) {
        let name = line.strip_prefix("test store::").and_then(|rest| rest.split_once("::"));
        if let Some((name, _)) = name {
            *counts.entry(name).or_default() += 1;
        }
    }
    counts
}

fn ui(workspace: &Workspace) -> Result<(), Failure> {
    test(workspace, &["--test", "ui"])
}

fn doc(workspace: &Workspace) -> Result<(), Failure> {
    test(workspace, &["--doc"])?;
    test(workspace, &["--package", "versioned-testkit", "--all-features", "--doc"])
}

fn test(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    command::run(&mut tests(workspace, arguments))
}

/// The corpus is compared by its own part only.
fn tests(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = command::cargo(&workspace.root);
    cargo.arg("test").args(arguments).env_remove(CORPUS_VARIABLE);
    cargo
}

fn examples(workspace: &Workspace) -> Result<(), Failure> {
    let names = workspace.member(ROOT_PACKAGE).map(|root| root.examples.as_slice());
    let names = names.unwrap_or_default();
    if names.is_empty() {
        return Err(Failure::new(
            "there is no example to run",
            format!("the package `{ROOT_PACKAGE}` declares none"),
            "declare examples in the workspace manifest",
        ));
    }
    command::run(command::cargo(&workspace.root).args(["build", "--release", "--examples"]))?;
    for name in names {
        let mut cargo = command::cargo(&workspace.root);
        cargo.args(["run", "--release", "--example", name]);
        println!("$ {}", command::line(&cargo));
        let told = command::captured(&mut cargo)?;
        if told.trim().is_empty() {
            return Err(Failure::new(
                format!("the example `{name}` printed nothing"),
                "without arguments, an example tells its story",
                format!("see `examples/{name}`"),
            ));
        }
        println!("{name}: {} lines, exit 0", told.lines().count());
    }
    Ok(())
}

fn corpus(workspace: &Workspace) -> Result<(), Failure> {
    let Some(folder) = std::env::var_os(CORPUS_VARIABLE).filter(|folder| !folder.is_empty()) else {
        println!("corpus: not requested");
        return Ok(());
    };
    let folder = corpus_folder(Path::new(&folder))?;
    // The root package alone: features that only dev-dependencies of other members switch on stay
    // off, which the part `features` proves.
    println!("corpus: {}", features::listed_for_corpus(workspace)?);
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["test", "--package", ROOT_PACKAGE, "--test", "integration"]);
    cargo.args(["corpus", "--", "--nocapture"]).env(CORPUS_VARIABLE, folder);
    let printed = command::run_shown(&mut cargo)?;
    if passed(&printed) == 0 {
        return Err(Failure::new(
            "no test compared the corpus",
            "no integration test has `corpus` in its name",
            "see `tests/integration/main.rs` for the module `corpus`",
        ));
    }
    Ok(())
}

/// The absolute path of the corpus.
fn corpus_folder(folder: &Path) -> Result<PathBuf, Failure> {
    match folder.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        other => Err(Failure::new(
            format!("there is no corpus in `{}`", folder.display()),
            match other {
                Ok(_) => "it is no folder".to_owned(),
                Err(error) => error.to_string(),
            },
            format!("set {CORPUS_VARIABLE} to the absolute path of the folder, or unset it"),
        )),
    }
}

/// How many tests passed, by the closing lines of test binaries.
fn passed(printed: &str) -> u64 {
    let counts = printed.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    counts.filter_map(|counts| counts.split(' ').next()?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_summed_over_binaries() {
        let printed = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored\n\
                       running 0 tests\ntest result: ok. 0 passed; 0 failed; 0 ignored\n";
        assert_eq!(passed(printed), 2);
        assert_eq!(passed("running 0 tests\n"), 0);
    }

    #[test]
    fn passed_tests_are_counted_by_store() {
        let printed = "test store::sqlite::a ... ok\ntest store::sqlite::b ... ok\n\
                       test store::memory::a ... ok\ntest store::memory::b ... FAILED\n\
                       test jobs::sqlite::a ... ok\n";
        let counts: Vec<_> = passed_by_store(printed).into_iter().collect();
        assert_eq!(counts, [("memory", 1), ("sqlite", 2)]);
    }

    // A mistyped path must not look like a comparison that found nothing different.
    #[test]
    fn a_corpus_that_is_absent_or_no_folder_is_refused() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(corpus_folder(&manifest).is_err());
        assert!(corpus_folder(&manifest.join("absent")).is_err());
        assert!(corpus_folder(Path::new(env!("CARGO_MANIFEST_DIR"))).is_ok());
    }
}
