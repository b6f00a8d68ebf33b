//! What can go wrong at a call of a store.
//!
//! Layer: testkit.

use std::fmt;

use versioned_store::{StoreError, StoreErrorKind};

/// Something that goes wrong at one call of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "tests build it")]
pub struct Fault {
    /// Number of the call, from 1, in the order in which the job makes them.
    pub call: u64,
    /// Whether it strikes before or after the call has its effect.
    pub moment: Moment,
    /// What happens.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = match self.moment {
            Moment::Before => "before",
            Moment::After => "after",
        };
        match self.kind {
            FaultKind::Fail(kind) => write!(formatter, "fail ({kind:?})"),
            FaultKind::Delay { polls } => write!(formatter, "delay by {polls} polls"),
            FaultKind::Duplicate => formatter.write_str("duplicate"),
            FaultKind::Kill => formatter.write_str("kill"),
        }?;
        write!(formatter, " {moment} call {}", self.call)
    }
}

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third moment")]
pub enum Moment {
    /// Before the call has its effect.
    Before,
    /// After the call has had its effect; the caller does not get its answer, or gets it late.
    After,
}

impl Moment {
    /// Both moments.
    pub const BOTH: [Self; 2] = [Self::Before, Self::After];
}

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The call fails with an error of this kind; later calls succeed.
    Fail(StoreErrorKind),
    /// The future of the call is polled this often before it goes on, so that others go first.
    Delay {
        /// How often.
        polls: u32,
    },
    /// The call takes place twice, as when a driver repeats in silence what it believes lost. With [`Moment::Before`] the
    /// caller gets the answer of the second one, with [`Moment::After`] that of the first.
    Duplicate,
    /// Nothing reaches the store any more: this call and all later ones fail, as if the process had died. With
    /// [`Moment::After`] this call still has its effect.
    Kill,
}

impl FaultKind {
    /// What [`FaultHarness`](super::FaultHarness) tries unless told otherwise. Errors that a store gives before it has
    /// looked at the data (`Unsupported`, `Misconfigured`) are left out.
    pub const ALL: [Self; 8] = [
        Self::Fail(StoreErrorKind::Transient),
        Self::Fail(StoreErrorKind::Conflict),
        Self::Fail(StoreErrorKind::Corrupt),
        Self::Fail(StoreErrorKind::Rejected),
        Self::Fail(StoreErrorKind::Other),
        Self::Delay { polls: 3 },
        Self::Duplicate,
        Self::Kill,
    ];
}

/// The cause inside a [`StoreError`] that a fault has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The fault was to fail here.
    #[error("a fault was injected at call {call}")]
    #[non_exhaustive]
    Injected {
        /// Number of the call.
        call: u64,
    },

    /// The store is out of reach since the kill.
    #[error("call {call} came after the process was killed at call {killed_at}")]
    #[non_exhaustive]
    Killed {
        /// Number of the call.
        call: u64,
        /// Number of the call at which the process was killed.
        killed_at: u64,
    },
}

impl FaultError {
    pub(super) fn into_store_error(
        self,
        kind: StoreErrorKind,
        operation: &'static str,
        target: &str,
    ) -> StoreError {
        StoreError::new(kind, operation, target, self)
    }
}
