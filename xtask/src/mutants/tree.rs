//! The copy of the example in which mistakes are made: a package of its own with the domain and what checks it.
//!
//! Invariant: the workspace itself is never changed. The copy has no SQL and no command line, so a mistake is one short build.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use super::mutant::Mutant;
use crate::{failure::Failure, workspace::Workspace};

/// What is copied: the domain, the files that its checks read, and what these share with another example.
const COPIED: &[&str] = &["examples/learning_platform", "examples/explorations"];

/// The test target of the package.
pub(super) const TARGET: &str = "checks";

/// Dependencies besides those of this workspace, in versions of its manifest.
const DEPENDENCIES: &[&str] = &["proptest", "schemars", "serde", "serde_json", "thiserror"];

/// What runs for thousands of documents; everything else is built as quickly as it can be.
const OPTIMISED: &[&str] = &[
    "proptest",
    "rand_chacha",
    "regex-automata",
    "serde_json",
    "versioned-core",
    "versioned-testkit",
];

/// The domain, and its `check_all!` with what no schema says: no other test of the example's.
const CHECKS: &str = "\
//! The domain of an example and what checks it.
#![allow(dead_code, unused)]

#[path = \"examples/learning_platform/domain/mod.rs\"]
mod domain;

#[path = \"examples/learning_platform/tests/laws.rs\"]
mod laws;
";

/// The copy.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) root: PathBuf,
    /// Where it is built; kept from run to run.
    pub(super) target: PathBuf,
}

impl Tree {
    /// Copies the example; what an earlier run left of it is gone.
    pub(super) fn create(workspace: &Workspace) -> Result<Self, Failure> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = target.unwrap_or_else(|| workspace.root.join("target")).join("mutants");
        let tree = Self { root: target.join("tree"), target: target.join("target") };
        if tree.root.exists() {
            fs::remove_dir_all(&tree.root).map_err(|error| unwritable(&tree.root, &error))?;
        }
        for folder in COPIED {
            copy(&workspace.root.join(folder), &tree.root.join(folder))?;
        }
        let read = |path: &Path| {
            fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))
        };
        let manifest = read(&workspace.root.join("Cargo.toml"))?;
        write(&tree.root.join("Cargo.toml"), &tree_manifest(&manifest, &workspace.root)?)?;
        write(&tree.root.join("Cargo.lock"), &read(&workspace.root.join("Cargo.lock"))?)?;
        write(&tree.root.join(format!("{TARGET}.rs")), CHECKS)?;
        Ok(tree)
    }

    /// The text of a file of the copy.
    pub(super) fn text(&self, file: &str) -> Result<String, Failure> {
        let path = self.root.join(file);
        fs::read_to_string(&path).map_err(|error| Failure::unreadable(&path, &error))
    }

    /// Makes a mistake, and remembers what was there.
    pub(super) fn apply(&self, mutant: &Mutant) -> Result<(), Failure> {
        for file in mutant.files() {
            let text = self.text(file)?;
            write(&self.root.join(format!("{file}.before")), &text)?;
            write(&self.root.join(file), &mutant.mutated(file, &text)?)?;
        }
        Ok(())
    }

    /// Takes the mistake back.
    pub(super) fn restore(&self, mutant: &Mutant) -> Result<(), Failure> {
        mutant.files().into_iter().try_for_each(|file| {
            let before = self.text(&format!("{file}.before"))?;
            write(&self.root.join(file), &before)
        })
    }
}

fn tree_manifest(workspace: &str, root: &Path) -> Result<String, Failure> {
    let mut manifest = format!(
        "[workspace]\n\n[package]\nname = \"mutants\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
         publish = false\nautoexamples = false\nautotests = false\n\n[[test]]\nname = \"{TARGET}\"\npath = \"{TARGET}.rs\"\n\n\
         [dev-dependencies]\n"
    );
    for (name, folder, features) in [
        ("versioned-core", "versioned-core", "schema"),
        ("versioned-testkit", "crates/versioned-testkit", "strategies"),
    ] {
        let path = root.join(folder);
        let path = path.display();
        manifest
            .push_str(&format!("{name} = {{ path = '{path}', features = [\"{features}\"] }}\n"));
    }
    for name in DEPENDENCIES {
        let line = workspace.lines().find(|line| line.starts_with(&format!("{name} = ")));
        manifest.push_str(line.ok_or_else(|| {
            Failure::new(
                format!("the workspace does not have the dependency `{name}`"),
                "the copy of the example needs it",
                "change `DEPENDENCIES` in `xtask/src/mutants/tree.rs`",
            )
        })?);
        manifest.push('\n');
    }
    manifest.push_str("\n[profile.dev]\ndebug = false\n");
    for name in OPTIMISED {
        manifest.push_str(&format!("\n[profile.dev.package.{name}]\nopt-level = 2\n"));
    }
    Ok(manifest)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let unreadable = |error| Failure::unreadable(from, &error);
    fs::create_dir_all(to).map_err(|error| unwritable(to, &error))?;
    for entry in fs::read_dir(from).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(|error| unwritable(&to, &error))?;
        }
    }
    Ok(())
}

/// Writes a file of the copy, which nobody else reads meanwhile.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = fs::File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("cannot write `{}`", path.display()),
        error.to_string(),
        "check that there is room and that you may write there",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_has_its_dependencies_in_the_versions_of_the_workspace() {
        let workspace = "proptest = \"9\"\nschemars = \"1.2\"\nserde = { version = \"1\" }\n\
                         serde_json = \"1\"\nthiserror = \"2\"\n";
        let manifest = tree_manifest(workspace, Path::new("/house")).unwrap();
        assert!(manifest.contains("\nserde = { version = \"1\" }\n"), "{manifest}");
        let core = "versioned-core = { path = '/house/versioned-core', features = [\"schema\"] }";
        assert!(manifest.contains(core), "{manifest}");
        assert!(tree_manifest("serde = \"1\"", Path::new("/house")).is_err());
    }
}
