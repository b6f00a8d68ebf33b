//! The workspace, as `cargo metadata` describes it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{command, failure::Failure};

/// Name of the root package, which owns examples and integration tests.
pub(crate) const ROOT_PACKAGE: &str = "versioned";

/// The workspace and its members.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace manifest.
    pub(crate) root: PathBuf,
    /// The members, sorted by name.
    pub(crate) members: Vec<Member>,
}

/// A package of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    pub(crate) is_published: bool,
    pub(crate) has_library: bool,
    pub(crate) examples: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
    /// What the features switch on, as the manifest writes it.
    pub(crate) feature_values: Vec<String>,
}

/// A dependency of a member on another package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) is_optional: bool,
}

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

impl Workspace {
    pub(crate) fn load() -> Result<Self, Failure> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let text = command::captured(command::cargo(&here).args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        parse(&text).ok_or_else(|| {
            Failure::new(
                "cannot understand the output of `cargo metadata`",
                "a member that this program needs is missing in it",
                "use the Rust toolchain that the workspace manifest names",
            )
        })
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// A path as readers of messages know it.
    pub(crate) fn relative<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }
}

fn parse(text: &str) -> Option<Workspace> {
    let value: Value = serde_json::from_str(text).ok()?;
    let root = PathBuf::from(value.get("workspace_root")?.as_str()?);
    let packages = value.get("packages")?.as_array()?;
    let mut members = packages.iter().map(member).collect::<Option<Vec<Member>>>()?;
    members.sort_by(|left, right| left.name.cmp(&right.name));
    Some(Workspace { root, members })
}

fn member(package: &Value) -> Option<Member> {
    let targets = package.get("targets")?.as_array()?;
    let of_kind = |kind: &str| {
        let kind = kind.to_owned();
        targets.iter().filter(move |target| texts(target.get("kind")).any(|found| found == kind))
    };
    let features = package.get("features")?.as_object()?;
    Some(Member {
        name: package.get("name")?.as_str()?.to_owned(),
        manifest: PathBuf::from(package.get("manifest_path")?.as_str()?),
        is_published: package.get("publish")?.as_array().is_none_or(|allowed| !allowed.is_empty()),
        has_library: of_kind("lib").chain(of_kind("proc-macro")).next().is_some(),
        examples: of_kind("example")
            .filter_map(|target| target.get("name")?.as_str().map(str::to_owned))
            .collect(),
        dependencies: package
            .get("dependencies")?
            .as_array()?
            .iter()
            .map(dependency)
            .collect::<Option<Vec<Dependency>>>()?,
        feature_values: features
            .values()
            .flat_map(|values| texts(Some(values)))
            .map(str::to_owned)
            .collect(),
    })
}

fn dependency(value: &Value) -> Option<Dependency> {
    let kind = match value.get("kind")?.as_str() {
        None => Kind::Normal,
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        Some(_) => return None,
    };
    Some(Dependency {
        name: value.get("name")?.as_str()?.to_owned(),
        kind,
        is_optional: value.get("optional")?.as_bool()?,
    })
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_into_members() {
        let text = r#"{"workspace_root": "/house", "packages": [{
            "name": "store", "manifest_path": "/house/store/Cargo.toml", "publish": [],
            "targets": [{"kind": ["lib"], "name": "store"}, {"kind": ["example"], "name": "tour"}],
            "features": {"default": ["dep:core"]},
            "dependencies": [{"name": "core", "kind": null, "optional": true},
                             {"name": "kit", "kind": "dev", "optional": false}]}]}"#;
        let workspace = parse(text).unwrap();
        assert_eq!(workspace.root, Path::new("/house"));
        let store = workspace.member("store").unwrap();
        assert!(store.has_library && !store.is_published);
        assert_eq!(store.examples, ["tour"]);
        assert_eq!(store.feature_values, ["dep:core"]);
        assert_eq!(
            store.dependencies,
            [
                Dependency { name: "core".to_owned(), kind: Kind::Normal, is_optional: true },
                Dependency { name: "kit".to_owned(), kind: Kind::Dev, is_optional: false },
            ]
        );
        assert_eq!(workspace.relative(&store.manifest), Path::new("store/Cargo.toml"));
    }

    #[test]
    fn metadata_of_another_form_is_refused() {
        assert!(parse("{}").is_none());
        assert!(parse(r#"{"workspace_root": "/house", "packages": [{"name": "x"}]}"#).is_none());
    }
}
