//! Whether the corpus is compared by the build that users get.
//!
//! Cargo builds a dependency once, with the features of all who ask for it, dev-dependencies
//! included. A feature such as serde_json's `preserve_order`, switched on by a test tool, would
//! let tests pass that fail for users.

use std::collections::BTreeSet;

use crate::{
    command,
    failure::Failure,
    workspace::{ROOT_PACKAGE, Workspace},
};

/// The dependency whose features change what our code does.
const WATCHED: &str = "serde_json";

pub(super) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let published = workspace
        .members
        .iter()
        .filter(|member| member.is_published && member.has_library)
        .flat_map(|member| ["--package", member.name.as_str()])
        .collect::<Vec<&str>>();
    let users = resolved(workspace, &[&["--edges", "no-dev"], published.as_slice()].concat())?;
    let corpus = in_corpus(workspace)?;
    let tests = resolved(workspace, &[])?;
    println!("features: {WATCHED} for users:      {}", listed(&users));
    println!("features: {WATCHED} in corpus:      {}", listed(&corpus));
    println!("features: {WATCHED} in other tests: {}", listed(&tests));
    let dev_only: BTreeSet<String> = tests.difference(&users).cloned().collect();
    println!("features: {WATCHED} only in other tests: {}", listed(&dev_only));
    compare(&users, &corpus)
}

/// The features that the corpus is compared with, in words.
pub(super) fn listed_for_corpus(workspace: &Workspace) -> Result<String, Failure> {
    Ok(format!("{WATCHED} with {}", listed(&in_corpus(workspace)?)))
}

fn in_corpus(workspace: &Workspace) -> Result<BTreeSet<String>, Failure> {
    resolved(workspace, &["--package", ROOT_PACKAGE])
}

/// The features that one selection of packages gives the watched dependency.
fn resolved(workspace: &Workspace, selection: &[&str]) -> Result<BTreeSet<String>, Failure> {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args(["tree", "--invert", WATCHED, "--depth", "0", "--prefix", "none"]);
    let printed = command::captured(cargo.args(["--format", "{p} {f}"]).args(selection))?;
    parse(&printed).ok_or_else(|| {
        Failure::new(
            format!("cannot find the features of {WATCHED}"),
            format!("`{}` does not name them", command::line(&cargo)),
            "check that the dependency is still in use",
        )
    })
}

/// Reads a line such as `serde_json v1.0.154 default,std`.
fn parse(printed: &str) -> Option<BTreeSet<String>> {
    let line = printed.lines().find(|line| line.starts_with(WATCHED))?;
    let features = line.split(' ').nth(2).unwrap_or_default();
    Some(features.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn compare(users: &BTreeSet<String>, corpus: &BTreeSet<String>) -> Result<(), Failure> {
    if users == corpus {
        return Ok(());
    }
    let more = corpus.difference(users).cloned().collect();
    let fewer = users.difference(corpus).cloned().collect();
    Err(Failure::new(
        format!("the corpus is compared with other features of {WATCHED} than users get"),
        format!("more: {}; fewer: {}", listed(&more), listed(&fewer)),
        format!("drop the dev-dependency of `{ROOT_PACKAGE}` that brings them"),
    ))
}

fn listed(features: &BTreeSet<String>) -> String {
    if features.is_empty() {
        return "none".to_owned();
    }
    features.iter().map(String::as_str).collect::<Vec<&str>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn resolved_features_are_read_from_the_tree() {
        let printed = "serde_json v1.0.154 std,default\n[dev-dependencies]\n";
        assert_eq!(parse(printed), Some(set(&["default", "std"])));
        assert_eq!(parse("serde_json v1.0.154 \n"), Some(set(&[])));
        assert_eq!(parse("serde v1.0.229 std\n"), None);
    }

    #[test]
    fn a_feature_that_users_do_not_get_is_named() {
        let users = set(&["std"]);
        assert_eq!(compare(&users, &users), Ok(()));
        let failure = compare(&users, &set(&["std", "preserve_order"])).unwrap_err();
        assert!(failure.to_string().contains("more: preserve_order; fewer: none"), "{failure}");
    }
}
