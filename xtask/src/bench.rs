//! `cargo xtask bench`: the benchmarks, which no other build contains.

use crate::{command, failure::Failure, test::servers, workspace::Workspace};

/// The profile of the root manifest that benchmarks are built with.
const PROFILE: &str = "measure";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let arguments = match arguments {
        [separator, rest @ ..] if separator == "--" => rest,
        all => all,
    };
    let given = servers::provide_among(&databases(arguments))?;
    // The program that times starts the one that counts, so both have to be there.
    let package = ["--quiet", "--profile", PROFILE, "--package", "benches"];
    command::run_silently(
        command::cargo(&workspace.root).arg("build").args(package).arg("--bins"),
    )?;
    // Standard output belongs to the benchmarks alone, so that `--json` can be piped.
    let mut cargo = command::cargo(&workspace.root);
    cargo.arg("run").args(package).args(["--bin", "benches", "--"]).args(arguments);
    given.set_variables(&mut cargo);
    command::run_silently(&mut cargo)
}

/// What follows `--database`; the benchmarks refuse what they do not know.
fn databases(arguments: &[String]) -> Vec<&str> {
    let values = arguments.iter().zip(arguments.iter().skip(1));
    let values = values.filter(|(flag, _)| *flag == "--database");
    values.flat_map(|(_, names)| names.split(',')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_of_a_bench_are_those_that_it_is_told() {
        let arguments = ["scale", "--database", "postgres,sqlite", "--json"].map(str::to_owned);
        assert_eq!(databases(&arguments), ["postgres", "sqlite"]);
        assert_eq!(databases(&arguments[..2]), [""; 0]);
    }
}
