//! `cargo xtask bench`: the benchmarks, which no other build contains.

use crate::{command, failure::Failure, workspace::Workspace};

/// The profile of the root manifest that benchmarks are built with.
const PROFILE: &str = "measure";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let arguments = match arguments {
        [separator, rest @ ..] if separator == "--" => rest,
        all => all,
    };
    // The program that times starts the one that counts, so both have to be there.
    let package = ["--quiet", "--profile", PROFILE, "--package", "benches"];
    command::run_silently(
        command::cargo(&workspace.root).arg("build").args(package).arg("--bins"),
    )?;
    // Standard output belongs to the benchmarks alone, so that `--json` can be piped.
    let mut cargo = command::cargo(&workspace.root);
    cargo.arg("run").args(package).args(["--bin", "benches", "--"]).args(arguments);
    command::run_silently(&mut cargo)
}
