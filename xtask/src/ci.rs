//! `cargo xtask ci JOB`: checks with tools that not every machine has.
//!
//! Invariant: a missing tool is a failure with its install line, never a check that was skipped.

mod fuzz;

use std::process::Command;

use crate::{
    command,
    failure::Failure,
    flags,
    workspace::{Member, Workspace},
};

/// One job.
pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    /// Prints the tool's version where it is installed.
    probe: &'static [&'static str],
    install: &'static str,
    check: Check,
}

/// How a job checks.
enum Check {
    /// By one call of `cargo` with these arguments; `None` where there is nothing to check.
    Call(fn(&Workspace) -> Result<Option<Vec<String>>, Failure>),
    /// By a function of its own, which takes the arguments after the dashes.
    Function(fn(&Workspace, &[String]) -> Result<(), Failure>),
}

pub(crate) const JOBS: &[Job] = &[
    Job {
        name: "deny",
        summary: "licences, advisories, banned and duplicate dependencies (cargo-deny)",
        probe: &["deny", "--version"],
        install: "cargo install --locked cargo-deny",
        check: Check::Call(|_| Ok(Some(words("deny check")))),
    },
    Job {
        name: "semver",
        summary: "public interfaces against the last release (cargo-semver-checks)",
        probe: &["semver-checks", "--version"],
        install: "cargo install --locked cargo-semver-checks",
        check: Check::Call(semver),
    },
    Job {
        name: "each-feature",
        summary: "every feature on its own, without dev-dependencies (cargo-hack)",
        probe: &["hack", "--version"],
        install: "cargo install --locked cargo-hack",
        check: Check::Call(|workspace| {
            // A check of libraries leaves dev-dependencies out (resolver 3). The tool's own
            // `--no-dev-deps` would rewrite the manifests while it runs.
            let check = words("hack check --each-feature --workspace");
            Ok(Some([check, exclude_unpublished(workspace)].concat()))
        }),
    },
    Job {
        name: "miri",
        summary: "undefined behaviour in the tests of versioned-core (Miri, nightly)",
        probe: &["+nightly", "miri", "--version"],
        install: "rustup toolchain install nightly --component miri",
        check: Check::Call(|_| {
            Ok(Some(words("+nightly miri test --package versioned-core --lib")))
        }),
    },
    Job {
        name: "fuzz",
        summary: "every fuzz target for a minute, or `-- --seconds N` (cargo-fuzz)",
        probe: &["fuzz", "--version"],
        install: "cargo install --locked cargo-fuzz",
        check: Check::Function(fuzz::run),
    },
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let flags = flags::ci(arguments)?;
    let job = find(flags.job)?;
    if !command::succeeds(tool(workspace).args(job.probe)) {
        return Err(missing(job));
    }
    match job.check {
        Check::Function(check) => check(workspace, flags.tool_arguments)?,
        Check::Call(arguments) => {
            let Some(arguments) = arguments(workspace)? else {
                println!(
                    "{}: nothing has been released yet, so there is nothing to compare with",
                    job.name
                );
                return Ok(());
            };
            command::run(tool(workspace).args(arguments).args(flags.tool_arguments))?;
        }
    }
    println!("{}: ok", job.name);
    Ok(())
}

/// The rustup proxy where there is one: a toolchain can be named, and tools on the path are found.
fn tool(workspace: &Workspace) -> Command {
    command::cargo_on_path(&workspace.root)
}

fn find(name: &str) -> Result<&'static Job, Failure> {
    JOBS.iter().find(|job| job.name == name).ok_or_else(|| {
        let names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
        Failure::new(
            format!("no job is named `{name}`"),
            format!("the jobs are {}", names.join(", ")),
            "see `cargo xtask help`",
        )
    })
}

fn missing(job: &Job) -> Failure {
    Failure::new(
        format!("the job `{}` cannot run", job.name),
        format!("`cargo {}` does not work on this machine", job.probe.join(" ")),
        format!("run `{}`", job.install),
    )
}

/// Compares with the last release tag.
fn semver(workspace: &Workspace) -> Result<Option<Vec<String>>, Failure> {
    let mut git = Command::new("git");
    git.args(["tag", "--list", "v[0-9]*", "--sort=-version:refname"]).current_dir(&workspace.root);
    let tags = command::captured(&mut git)?;
    Ok(tags.lines().next().map(|tag| {
        let check = words("semver-checks --workspace --baseline-rev");
        [check, words(tag), exclude_unpublished(workspace)].concat()
    }))
}

fn exclude_unpublished(workspace: &Workspace) -> Vec<String> {
    let is_unpublished = |member: &&Member| !member.is_published;
    let names = workspace.members.iter().filter(is_unpublished).map(|member| &member.name);
    names.flat_map(|name| ["--exclude".to_owned(), name.clone()]).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_a_failure_with_its_install_line() {
        for job in JOBS {
            let text = missing(job).to_string();
            assert!(text.contains(job.install), "{text}");
            assert!(text.contains(job.name), "{text}");
        }
    }

    #[test]
    fn an_unknown_job_is_refused_with_the_list_of_jobs() {
        let Err(failure) = find("miry") else { panic!("`miry` was found") };
        assert!(
            failure.to_string().contains("deny, semver, each-feature, miri, fuzz"),
            "{failure}"
        );
    }

    #[test]
    fn unpublished_members_are_left_out() {
        let member = |name: &str, is_published| Member {
            name: name.to_owned(),
            is_published,
            ..Member::default()
        };
        let members = vec![member("core", true), member("xtask", false)];
        let workspace = Workspace { root: "/house".into(), members };
        assert_eq!(exclude_unpublished(&workspace), ["--exclude", "xtask"]);
    }
}
