//! The text files of the workspace.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// A text file.
#[derive(Debug)]
pub(super) struct TextFile {
    /// Relative to the workspace root, with `/` between folders.
    pub(super) path: String,
    pub(super) text: String,
}

impl TextFile {
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

const EXTENSIONS: &[&str] = &["json", "md", "rs", "sh", "sql", "stderr", "toml", "yaml", "yml"];
const SKIPPED_FOLDERS: &[&str] = &[".git", "target"];
/// Folders of the source tree are not deeper than this; links could make them endless.
const DEPTH_MAX: usize = 16;

/// All text files below `root`, sorted; what was built is left out.
pub(super) fn text_files(root: &Path) -> Result<Vec<TextFile>, Failure> {
    let mut paths = Vec::new();
    collect(root, 0, &mut paths)?;
    paths.sort();
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        match fs::read_to_string(&path) {
            Ok(text) => files.push(TextFile { path: parts.join("/"), text }),
            // An editor's temporary file may be gone by now.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::unreadable(&path, &error)),
        }
    }
    Ok(files)
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if depth > DEPTH_MAX {
        return Ok(());
    }
    let unreadable = |error| Failure::unreadable(folder, &error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if kind.is_dir() && !SKIPPED_FOLDERS.contains(&name.as_ref()) {
            collect(&path, depth + 1, paths)?;
        } else if kind.is_file() && is_text(&path) {
            paths.push(path);
        }
    }
    Ok(())
}

fn is_text(path: &Path) -> bool {
    match path.extension() {
        Some(extension) => EXTENSIONS.iter().any(|&known| extension == known),
        // Scripts such as `.ci/run`, licences.
        None => path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_documents_and_scripts_are_text() {
        for name in ["src/lib.rs", "README.md", ".ci/run", "LICENSE-MIT", "ui/gap.stderr"] {
            assert!(is_text(Path::new(name)), "{name}");
        }
        for name in ["Cargo.lock", "logo.png", ".gitignore", "store.sqlite"] {
            assert!(!is_text(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn this_file_is_found_and_built_files_are_not() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = text_files(root).unwrap();
        assert!(files.iter().any(|file| file.path == "src/tidy/tree.rs" && file.is_rust()));
        assert!(files.iter().all(|file| !file.path.starts_with("target/")));
    }
}
