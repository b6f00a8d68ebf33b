//! What a harness has found.
//!
//! Layer: testkit.

use std::fmt;

use super::Fault;

/// What became of a job under every fault. As text: a line of numbers, then one per difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultReport {
    pub(super) operations: Vec<&'static str>,
    pub(super) points: u64,
    pub(super) runs: u64,
    pub(super) differences: Vec<Difference>,
}

/// A fault after which something was not as it is without it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The fault.
    pub fault: Fault,
    /// The method that it struck in the undisturbed run.
    pub operation: &'static str,
    /// What was different.
    pub what: String,
}

impl FaultReport {
    /// Methods that the undisturbed run called, in the order of calls.
    #[must_use]
    pub fn operations(&self) -> &[&'static str] {
        &self.operations
    }

    /// How many faults were tried: calls times moments times kinds.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.points
    }

    /// How often the job was run, resumed runs included.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// Faults after which something was different; at most one entry per fault.
    #[must_use]
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
}

impl fmt::Display for FaultReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, points, runs) = (self.operations.len(), self.points, self.runs);
        let differing = self.differences.len();
        write!(formatter, "{calls} calls, {points} faults, {runs} runs, {differing} differ")?;
        for Difference { fault, operation, what } in &self.differences {
            write!(formatter, "\n  {fault} (`{operation}`): {what}")?;
        }
        Ok(())
    }
}
