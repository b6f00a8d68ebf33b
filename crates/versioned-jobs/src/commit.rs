//! What a save says of itself.
//!
//! Layer: jobs.

use std::time::Duration;

use serde_json::Value;
use versioned_store::{CommitCommand, CommitKind, CommitRecord};

use crate::{Clock, SystemClock};

/// What a save says of itself: who made it, why, and what was done, for the history of the model.
///
/// In a table without a history it is not kept.
///
/// # Examples
///
/// ```
/// use versioned_jobs::Commit;
///
/// let commit = Commit::by("ana")
///     .message("better names")
///     .command("rename_state", serde_json::json!({"from": "A", "to": "Start"}));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Commit {
    committer: String,
    message: String,
    commands: Vec<CommitCommand>,
    at_ms: Option<i64>,
}

impl Commit {
    /// A commit by somebody, without a message.
    #[must_use]
    pub fn by(committer: impl Into<String>) -> Self {
        Self {
            committer: committer.into(),
            message: String::new(),
            commands: Vec::new(),
            at_ms: None,
        }
    }

    /// Sets why, in words for people.
    #[must_use]
    pub fn message(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// Adds a command of the application's own: a typed record of one change.
    #[must_use]
    pub fn command(mut self, name: impl Into<String>, parameters: Value) -> Self {
        self.commands.push(CommitCommand::Application { name: name.into(), parameters });
        self
    }

    /// Sets when, as the time since the beginning of 1970. Default: the system's time at the save.
    #[must_use]
    pub fn at(self, since_1970: Duration) -> Self {
        Self { at_ms: Some(millis(since_1970)), ..self }
    }

    /// The record of a commit of this kind, with commands that come before the application's own.
    pub(crate) fn into_record(
        self,
        kind: CommitKind,
        mut commands: Vec<CommitCommand>,
    ) -> CommitRecord {
        commands.extend(self.commands);
        let at_ms = self.at_ms.unwrap_or_else(|| millis(SystemClock::new().since_1970()));
        CommitRecord { kind, committer: self.committer, message: self.message, commands, at_ms }
    }
}

fn millis(since_1970: Duration) -> i64 {
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}
