//! `cargo xtask bench`: the benchmarks, which no other build contains.

use crate::{command, failure::Failure, workspace::Workspace};

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let arguments = match arguments {
        [separator, rest @ ..] if separator == "--" => rest,
        all => all,
    };
    // Standard output belongs to the benchmarks alone, so that `--json` can be piped.
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["run", "--quiet", "--release", "--package", "benches", "--"]).args(arguments);
    command::run_silently(&mut cargo)
}
