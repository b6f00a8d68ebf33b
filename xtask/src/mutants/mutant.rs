//! A mistake as edits of text.
//!
//! Invariant: an edit whose text does not stand in its file exactly once is an error of the list, never a mistake that passes.

use crate::failure::Failure;

/// A mistake.
#[derive(Debug)]
pub(super) struct Mutant {
    pub(super) name: &'static str,
    /// What kind of mistake it is.
    pub(super) kind: &'static str,
    pub(super) edits: &'static [Edit],
}

/// A replacement of text.
#[derive(Debug)]
pub(super) struct Edit {
    /// Below the workspace.
    pub(super) file: &'static str,
    /// What stands in the file exactly once.
    pub(super) needle: &'static str,
    pub(super) replacement: &'static str,
}

impl Mutant {
    /// The file that it is in, or the first of them.
    pub(super) fn file(&self) -> &'static str {
        self.edits.first().map_or("", |edit| edit.file)
    }

    /// Whether each edit applies to the text of its file, after those before it.
    pub(super) fn check(
        &self,
        read: &dyn Fn(&str) -> Result<String, Failure>,
    ) -> Result<(), Failure> {
        for file in self.files() {
            self.mutated(file, &read(file)?)?;
        }
        Ok(())
    }

    /// The files that it changes, each once.
    pub(super) fn files(&self) -> Vec<&'static str> {
        let mut files: Vec<&str> = self.edits.iter().map(|edit| edit.file).collect();
        files.sort_unstable();
        files.dedup();
        files
    }

    /// The text of a file with the mistake.
    pub(super) fn mutated(&self, file: &str, text: &str) -> Result<String, Failure> {
        let mut text = text.to_owned();
        for edit in self.edits.iter().filter(|edit| edit.file == file) {
            let found = text.matches(edit.needle).count();
            if found != 1 || edit.needle == edit.replacement {
                return Err(Failure::new(
                    format!("mutant `{}` does not apply to `{file}`", self.name),
                    format!("{found} places have the text `{}`", edit.needle),
                    "change its entry in `xtask/src/mutants/list` as the example has changed",
                ));
            }
            text = text.replacen(edit.needle, edit.replacement, 1);
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUTANT: Mutant = Mutant {
        name: "swap",
        kind: "swapped",
        edits: &[Edit { file: "a.rs", needle: "true", replacement: "false" }],
    };

    #[test]
    fn an_edit_applies_exactly_once_or_is_an_error() {
        assert_eq!(MUTANT.mutated("a.rs", "if true {}").unwrap(), "if false {}");
        assert_eq!(MUTANT.mutated("b.rs", "true").unwrap(), "true");
        assert!(MUTANT.mutated("a.rs", "true true").is_err());
        let failure = MUTANT.check(&|_| Ok("if yes {}".to_owned())).unwrap_err().to_string();
        assert!(failure.contains("mutant `swap` does not apply to `a.rs`"), "{failure}");
        assert!(failure.contains("0 places"), "{failure}");
    }
}
