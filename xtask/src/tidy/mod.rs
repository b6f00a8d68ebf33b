//! `cargo xtask tidy`: the rules of this workspace that no compiler checks.
//!
//! A rule is a function from what it looks at to findings; all findings are shown at once.

mod edges;
mod manifests;
mod sources;
mod tree;
mod words;

use std::{fmt, path::PathBuf};

use crate::{failure::Failure, flags, workspace::Workspace};

/// One breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    /// The file, and the line in it where there is one.
    place: (PathBuf, Option<usize>),
    what: String,
    fix: &'static str,
}

impl Finding {
    fn in_file(path: impl Into<PathBuf>, what: impl Into<String>, fix: &'static str) -> Self {
        Self { place: (path.into(), None), what: what.into(), fix }
    }

    fn at_line(
        path: impl Into<PathBuf>,
        line: usize,
        what: impl Into<String>,
        fix: &'static str,
    ) -> Self {
        Self { place: (path.into(), Some(line)), what: what.into(), fix }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, line) = &self.place;
        write!(formatter, "{}", path.display())?;
        if let Some(line) = line {
            write!(formatter, ":{line}")?;
        }
        write!(formatter, ": {}\n  fix: {}", self.what, self.fix)
    }
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    flags::none("tidy", arguments)?;
    check(workspace)?;
    println!("tidy: ok");
    Ok(())
}

/// Checks all rules.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    let files = tree::text_files(&workspace.root)?;
    let mut findings = edges::check(workspace);
    findings.extend(manifests::check(workspace, &files)?);
    findings.extend(sources::check(&files));
    findings.extend(words::check(&files));
    findings.sort_by(|left, right| left.place.cmp(&right.place));
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} members, {} files", workspace.members.len(), files.len());
        return Ok(());
    }
    Err(Failure::new(
        format!("{} breaches of the rules of this workspace", findings.len()),
        "each is listed above with its place",
        "follow the line `fix` under each of them",
    ))
}
