//! When a run that meets failures goes on, and when it ends.
//!
//! Layer: jobs.

/// What a run does about entities that fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Policy {
    /// It goes on; failed entities are left as they are.
    #[default]
    Continue,
    /// It writes nothing if an audit before it finds a failure. A failure or a conflict while it writes ends it, and what it
    /// has written is put back. Whatever the options say, it keeps what it replaces.
    AllOrNothing,
}

impl Policy {
    /// The name, as ledgers store it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::AllOrNothing => "all-or-nothing",
        }
    }
}

/// How many failures a run bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailureLimit {
    percent: u8,
    after_rows: u64,
}

impl FailureLimit {
    /// Ends a run once more than this share of its rows has failed, looked at after each batch once so many rows were
    /// read; a percentage above 100 counts as 100.
    #[must_use]
    pub fn percent(percent: u8, after_rows: u64) -> Self {
        Self { percent: percent.min(100), after_rows }
    }

    /// The share in percent.
    #[must_use]
    pub fn as_percent(self) -> u8 {
        self.percent
    }

    pub(crate) fn is_passed(self, failed: u64, scanned: u64) -> bool {
        scanned >= self.after_rows.max(1)
            && u128::from(failed) * 100 > u128::from(scanned) * u128::from(self.percent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_passed_above_its_share_and_not_before_its_rows() {
        let limit = FailureLimit::percent(10, 20);
        assert!(!limit.is_passed(19, 19));
        assert!(!limit.is_passed(2, 20));
        assert!(limit.is_passed(3, 20));
        assert!(FailureLimit::percent(0, 0).is_passed(1, 1_000_000));
        assert!(!FailureLimit::percent(0, 0).is_passed(0, 0));
    }
}
