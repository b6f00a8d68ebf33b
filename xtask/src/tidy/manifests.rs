//! Rules about manifests and about the pages that newcomers read first.

use std::{collections::BTreeSet, path::Path};

use super::{Finding, tree::TextFile};
use crate::{command, failure::Failure, workspace::Workspace};

/// Crates that a user of `versioned-core` builds, itself included, with its default features.
const CORE_CRATES_MAX: usize = 24;

/// The whole set-up, as the first page promises it.
const README_COMMANDS: &[&str] = &["cargo run --release --example notebooks", "cargo xtask test"];

pub(super) fn check(workspace: &Workspace, files: &[TextFile]) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for member in &workspace.members {
        let path = workspace.relative(&member.manifest);
        let text = std::fs::read_to_string(&member.manifest)
            .map_err(|error| Failure::unreadable(&member.manifest, &error))?;
        findings.extend(lints_table(path, &text));
    }
    findings.extend(readme(files));
    let tree = command::captured(command::cargo(&workspace.root).args([
        "tree",
        "--package",
        "versioned-core",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--no-dedupe",
    ]))?;
    let count = count_crates(&tree);
    println!("tidy: {count} crates are built for versioned-core, of at most {CORE_CRATES_MAX}");
    findings.extend(core_crates(count));
    Ok(findings)
}

/// Every member takes the lints of the workspace.
fn lints_table(path: &Path, manifest: &str) -> Option<Finding> {
    let lines = manifest.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut in_lints = lines.skip_while(|line| *line != "[lints]").skip(1);
    let inherits = in_lints
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .any(|line| line.replace(' ', "") == "workspace=true");
    (!inherits).then(|| {
        Finding::in_file(
            path,
            "this member has lints of its own",
            "add the table `[lints]` with `workspace = true`",
        )
    })
}

fn readme(files: &[TextFile]) -> Vec<Finding> {
    let text = files.iter().find(|file| file.path == "README.md").map_or("", |file| &file.text);
    let missing = README_COMMANDS.iter().filter(|command| !text.contains(**command));
    missing
        .map(|command| {
            Finding::in_file(
                "README.md",
                format!("`{command}` is not shown"),
                "show the two commands that are all the set-up",
            )
        })
        .collect()
}

/// The crates in the output of `cargo tree`, each counted once.
fn count_crates(tree: &str) -> usize {
    tree.lines().filter(|line| !line.is_empty()).collect::<BTreeSet<&str>>().len()
}

fn core_crates(count: usize) -> Option<Finding> {
    (count > CORE_CRATES_MAX).then(|| {
        Finding::in_file(
            "versioned-core/Cargo.toml",
            format!("{count} crates are built for it, more than {CORE_CRATES_MAX}"),
            "drop a dependency or put it behind a feature",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_without_the_lints_of_the_workspace_is_found() {
        let check = |text| lints_table(Path::new("Cargo.toml"), text).is_none();
        assert!(check("[package]\n\n[lints]\nworkspace = true\n"));
        assert!(check("[lints]\nworkspace=true # all of them\n\n[features]\n"));
        assert!(!check("[package]\nworkspace = true\n"));
        assert!(!check("[lints]\n\n[lints.rust]\nworkspace = true\n"));
        assert!(!check("[lints]\n# workspace = true\n"));
    }

    #[test]
    fn a_first_page_without_the_two_commands_is_found() {
        let page = |text: &str| {
            readme(&[TextFile { path: "README.md".to_owned(), text: text.to_owned() }]).len()
        };
        assert_eq!(page("cargo run --release --example notebooks\ncargo xtask test\n"), 0);
        assert_eq!(page("cargo xtask test\n"), 1);
        assert_eq!(readme(&[]).len(), 2);
    }

    #[test]
    fn crates_are_counted_once_each() {
        assert_eq!(count_crates("core v1.0.0\nserde v1.0.0\n\nserde v1.0.0\n"), 2);
        assert_eq!(core_crates(CORE_CRATES_MAX), None);
        assert!(core_crates(CORE_CRATES_MAX + 1).is_some());
    }
}
