//! What a verb reports when something is wrong: what, why, and what to do.

use std::fmt;

/// A problem as its reader needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    why: String,
    fix: String,
}

impl Failure {
    pub(crate) fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), why: why.into(), fix: fix.into() }
    }

    /// The same with another way out.
    pub(crate) fn with_fix(self, fix: impl Into<String>) -> Self {
        Self { fix: fix.into(), ..self }
    }

    /// A file or folder that could not be read.
    pub(crate) fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(
            format!("cannot read `{}`", path.display()),
            error.to_string(),
            "check that it exists and that you may read it",
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}\n  why: {}\n  fix: {}", self.what, self.why, self.fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_why_and_the_fix() {
        let text = Failure::new("no part is named `unti`", "a typing error", "write `unit`");
        assert_eq!(
            text.to_string(),
            "error: no part is named `unti`\n  why: a typing error\n  fix: write `unit`"
        );
    }
}
