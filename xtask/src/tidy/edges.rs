//! Which member may depend on which: arrows point down only.

use std::path::Path;

use super::Finding;
use crate::workspace::{Dependency, Kind, ROOT_PACKAGE, Workspace};

/// The libraries that users add, from the bottom up.
const LIBRARIES: &[&str] = &[
    "versioned-derive",
    "versioned-core",
    "versioned-store",
    "versioned-jobs",
    "versioned-sql",
    "versioned-testkit",
    "versioned-cli",
];

/// What a member may depend on, in its product and, beyond that, in its tests.
struct Allowed {
    member: &'static str,
    normal: &'static [&'static str],
    dev: &'static [&'static str],
}

const TESTKIT: &[&str] = &["versioned-testkit"];

/// A member that is not named here may depend on no other member.
const EDGES: &[Allowed] = &[
    // The derive's tests compile what it generates, which names core.
    Allowed { member: "versioned-derive", normal: &[], dev: &["versioned-core"] },
    Allowed { member: "versioned-core", normal: &["versioned-derive"], dev: TESTKIT },
    Allowed { member: "versioned-store", normal: &["versioned-core"], dev: TESTKIT },
    Allowed {
        member: "versioned-jobs",
        normal: &["versioned-core", "versioned-store"],
        dev: TESTKIT,
    },
    Allowed {
        member: "versioned-sql",
        normal: &["versioned-core", "versioned-store"],
        dev: TESTKIT,
    },
    Allowed {
        member: "versioned-testkit",
        normal: &["versioned-core", "versioned-store", "versioned-jobs"],
        dev: &[],
    },
    // A front end gets its store from the application, so it knows no driver.
    Allowed {
        member: "versioned-cli",
        normal: &["versioned-core", "versioned-store", "versioned-jobs"],
        dev: TESTKIT,
    },
    Allowed { member: "unreferenced", normal: &["versioned-core"], dev: &[] },
    Allowed { member: "benches", normal: LIBRARIES, dev: LIBRARIES },
];

pub(super) fn check(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for member in &workspace.members {
        let manifest = workspace.relative(&member.manifest);
        for dependency in &member.dependencies {
            if workspace.member(&dependency.name).is_some() {
                findings.extend(check_edge(manifest, &member.name, dependency));
            }
        }
        findings.extend(weak_features(manifest, &member.feature_values));
    }
    findings
}

fn check_edge(manifest: &Path, from: &str, dependency: &Dependency) -> Option<Finding> {
    let to = dependency.name.as_str();
    if !is_allowed(from, to, dependency.kind) {
        return Some(Finding::in_file(
            manifest,
            format!("`{from}` must not depend on `{to}` ({:?})", dependency.kind),
            "move the code to the lower of the two crates, or pass it in from above",
        ));
    }
    let by_feature = from == "versioned-core" && to == "versioned-derive";
    (by_feature && !dependency.is_optional).then(|| {
        Finding::in_file(
            manifest,
            "`versioned-core` needs `versioned-derive` even without its feature `derive`",
            "add `optional = true`",
        )
    })
}

fn is_allowed(from: &str, to: &str, kind: Kind) -> bool {
    if from == ROOT_PACKAGE {
        let fixture = to == "unreferenced";
        return kind == Kind::Dev && (fixture || LIBRARIES.contains(&to));
    }
    EDGES.iter().filter(|allowed| allowed.member == from).any(|allowed| {
        allowed.normal.contains(&to) && kind != Kind::Build
            || allowed.dev.contains(&to) && kind == Kind::Dev
    })
}

/// `dependency?/feature` in one crate changes what another crate links, unseen.
fn weak_features(manifest: &Path, feature_values: &[String]) -> Vec<Finding> {
    let weak = feature_values.iter().filter(|value| value.contains("?/"));
    weak.map(|value| {
        Finding::in_file(
            manifest,
            format!("the feature value `{value}` is weak"),
            "let applications choose features of the crates that they add",
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, kind: Kind, expect: bool) {
        assert_eq!(is_allowed(from, to, kind), expect, "{from} -> {to} ({kind:?})");
    }

    #[test]
    fn arrows_point_down_only() {
        check("versioned-jobs", "versioned-store", Kind::Normal, true);
        check("versioned-store", "versioned-jobs", Kind::Normal, false);
        check("versioned-core", "versioned-store", Kind::Normal, false);
        check("versioned-core", "versioned-store", Kind::Dev, false);
        check("versioned-cli", "versioned-sql", Kind::Normal, false);
    }

    #[test]
    fn jobs_and_sql_do_not_know_each_other() {
        for kind in [Kind::Normal, Kind::Dev, Kind::Build] {
            check("versioned-jobs", "versioned-sql", kind, false);
            check("versioned-sql", "versioned-jobs", kind, false);
        }
    }

    #[test]
    fn the_testkit_is_a_dev_dependency_elsewhere() {
        check("versioned-jobs", "versioned-testkit", Kind::Dev, true);
        check("versioned-jobs", "versioned-testkit", Kind::Normal, false);
    }

    #[test]
    fn nothing_depends_on_tools_and_benchmarks() {
        for to in ["benches", "xtask", ROOT_PACKAGE] {
            for from in LIBRARIES.iter().copied().chain([ROOT_PACKAGE, "benches", "xtask"]) {
                check(from, to, Kind::Dev, false);
            }
        }
        check(ROOT_PACKAGE, "versioned-sql", Kind::Dev, true);
        check(ROOT_PACKAGE, "versioned-sql", Kind::Normal, false);
    }

    #[test]
    fn core_can_be_built_without_its_derive() {
        let edge = |is_optional| Dependency {
            name: "versioned-derive".to_owned(),
            kind: Kind::Normal,
            is_optional,
        };
        let manifest = Path::new("versioned-core/Cargo.toml");
        assert_eq!(check_edge(manifest, "versioned-core", &edge(true)), None);
        assert!(check_edge(manifest, "versioned-core", &edge(false)).is_some());
    }

    #[test]
    fn weak_feature_values_are_found() {
        let values = ["dep:schemars".to_owned(), "schemars?/uuid1".to_owned()];
        assert_eq!(weak_features(Path::new("Cargo.toml"), &values).len(), 1);
    }
}
