//! Runs in the ledger: what they are, how far they have come, and which states follow each other.
//!
//! Layer: store. Invariant: a run changes its state only along [`RunState::may_become`].

use std::fmt;

use crate::Lease;

/// The number of a run in its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunId(i64);

impl RunId {
    /// The run with this number.
    #[must_use]
    pub fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunKind {
    /// It brings models to their latest versions.
    Migrate,
    /// It tries the quarantined entities again.
    Replay,
    /// It puts back what another run replaced.
    Undo,
}

impl RunKind {
    const ALL: [Self; 3] = [Self::Migrate, Self::Replay, Self::Undo];

    /// The name, as ledgers store it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Migrate => "migrate",
            Self::Replay => "replay",
            Self::Undo => "undo",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunState {
    /// It works, or its process was killed while it did.
    Running,
    /// It ended early and goes on with the next start.
    Interrupted,
    /// It has come to its last row.
    Finished,
    /// Its policy ended it; the next start is a new run.
    Stopped,
    /// Somebody ended it; the next start is a new run.
    Cancelled,
    /// A run with another declaration or other settings took its place.
    Superseded,
    /// What it wrote was put back.
    Undone,
}

impl RunState {
    const ALL: [Self; 7] = [
        Self::Running,
        Self::Interrupted,
        Self::Finished,
        Self::Stopped,
        Self::Cancelled,
        Self::Superseded,
        Self::Undone,
    ];

    /// The name, as ledgers store it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::Undone => "undone",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the next start goes on with the run.
    #[must_use]
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Running | Self::Interrupted)
    }

    /// Whether a run in this state may come into the next one.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        use RunState::{Cancelled, Finished, Interrupted, Running, Stopped, Superseded, Undone};
        match self {
            // A killed process leaves its run behind as running, so whatever an interrupted run may become follows
            // here too; running again is what a resumed run does.
            // A run that puts itself back becomes undone in one step, so that nothing can come between.
            Running => true,
            Interrupted => matches!(next, Running | Cancelled | Superseded),
            // What is over can be put back, and nothing else: a finished run is never resumed.
            Finished | Stopped | Cancelled | Superseded => next == Undone,
            // To migrate again is a new run.
            Undone => false,
        }
    }
}

/// A run that somebody wants to start or to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct RunRequest {
    /// Name of the entity kind.
    pub entity: String,
    /// Name of the table.
    pub table: String,
    /// What it does.
    pub kind: RunKind,
    /// The run that is undone.
    pub target: Option<RunId>,
    /// The latest versions of the declaration, the policy and whatever else must be the same for a run to be resumed.
    pub settings: String,
    /// Whether a run with other settings may not take its place once it has written something.
    pub must_finish: bool,
    /// Who starts it.
    pub who: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A run that was started or is gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct OpenedRun {
    /// The run, in state running.
    pub run: RunRecord,
    /// Whether it had begun before.
    pub is_resumed: bool,
    /// An unfinished run with other settings, whose place it took.
    pub superseded: Option<RunId>,
}

/// A run, as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct RunRecord {
    /// The number.
    pub id: RunId,
    /// With what it was started.
    pub request: RunRequest,
    /// Where it stands.
    pub state: RunState,
    /// How far it has come.
    pub checkpoint: Checkpoint,
    /// Who works on it.
    pub lease: Lease,
}

/// How far a run has come, durable together with the writes of the batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Checkpoint {
    /// How many checkpoints there were before it and with it. A batch must have the number after the stored one, which
    /// refuses a batch that was committed already, and a second process on the same run.
    pub number: u64,
    /// The last key or place that is done; what it means is the job's affair.
    pub position: Option<String>,
    /// Rows per outcome so far.
    pub counts: RunCounts,
    /// What else the job wants back when it goes on, as text of its own.
    pub detail: String,
}

/// Rows per outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct RunCounts {
    /// Rows that were read.
    pub scanned: u64,
    /// Rows that were written.
    pub migrated: u64,
    /// Rows that were at their latest versions.
    pub current: u64,
    /// Rows on the skip list.
    pub skipped: u64,
    /// Rows that are gone or marked as deleted.
    pub deleted: u64,
    /// Rows that changed meanwhile.
    pub conflict: u64,
    /// Rows that failed.
    pub quarantined: u64,
}

/// A change of state: who, when, why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Transition {
    /// The run.
    pub run: RunId,
    /// The state that it has; `None` for a run that is new.
    pub from: Option<RunState>,
    /// The state that it gets.
    pub to: RunState,
    /// Who changes it.
    pub who: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Why.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_states_and_kinds() {
        for state in RunState::ALL {
            assert_eq!(RunState::from_name(state.as_str()), Some(state));
        }
        for kind in RunKind::ALL {
            assert_eq!(RunKind::from_name(kind.as_str()), Some(kind));
        }
        assert_eq!(RunState::from_name("Running"), None);
    }

    #[test]
    fn what_is_over_is_never_resumed_and_what_is_undone_stays_so() {
        for state in RunState::ALL.into_iter().filter(|state| !state.is_unfinished()) {
            assert!(!state.may_become(RunState::Running), "{state:?}");
            assert_eq!(state.may_become(RunState::Undone), state != RunState::Undone);
        }
        assert!(!RunState::Interrupted.may_become(RunState::Undone), "cancel it first");
        assert!(RunState::Running.may_become(RunState::Undone), "a run may put itself back");
    }
}
