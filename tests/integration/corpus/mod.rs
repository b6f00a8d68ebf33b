//! The examples' domain objects against real documents, and against small ones written for each of
//! their rules.
//!
//! The real documents lie outside the repository, in the folder that the environment variable
//! `VERSIONED_CORPUS` names: notebooks and explorations as published, with what independent
//! converters made of them. Without the variable only the small documents are looked at.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests, and their helpers")]

mod difference;
mod examples;
mod exploration_rules;
mod explorations;
mod normalise;
mod notebook_rules;
mod notebooks;
mod stored;
mod untouched;

#[path = "../../../examples/explorations/exploration.rs"]
mod exploration;
#[path = "../../../examples/notebooks/folder.rs"]
mod files;
#[path = "../../../examples/notebooks/notebook/mod.rs"]
mod notebook;

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Once,
};

use serde_json::Value;

/// The folder with the real documents; `None`, and a word about it, where none was asked for.
fn folder() -> Option<PathBuf> {
    static NOT_REQUESTED: Once = Once::new();

    let folder = env::var_os("VERSIONED_CORPUS").filter(|folder| !folder.is_empty());
    if folder.is_none() {
        NOT_REQUESTED.call_once(|| println!("corpus: not requested"));
    }
    folder.map(PathBuf::from)
}

/// The lines of a file of JSON lines.
fn json_lines(path: &Path) -> Vec<Value> {
    read(path).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| {
        panic!(
            "cannot read {}: {error}; VERSIONED_CORPUS must name the folder as an absolute path",
            path.display()
        )
    })
}
