//! What a verb reports when something is wrong: what, why, and what to do.

use std::fmt;

/// A problem as its reader needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    why: String,
    fix: String,
    has_findings: bool,
}

impl Failure {
    pub(crate) fn new(
        what: impl Into<String>,
        why: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), why: why.into(), fix: fix.into(), has_findings: false }
    }

    /// The same for a check that ran to its end and found something.
    pub(crate) fn with_findings(self) -> Self {
        Self { has_findings: true, ..self }
    }

    /// 2 where a check found something, 1 where it could not be made.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.has_findings { 2 } else { 1 }
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

    #[test]
    fn findings_have_an_exit_code_of_their_own() {
        let failure = Failure::new("a", "b", "c");
        assert_eq!(failure.exit_code(), 1);
        assert_eq!(failure.with_findings().exit_code(), 2);
    }
}
