//! Clocks: where a run gets the time from.
//!
//! Layer: jobs. Invariant: nothing in this crate asks the system for the time, except [`SystemClock`].

use std::{fmt, time::Duration};

/// A clock; the time of [`now`](Self::now) never goes back.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time since a moment that stays the same for this clock.
    fn now(&self) -> Duration;

    /// The time since the beginning of 1970, for ledgers; may be set by an operator, and go back. Default: that of
    /// [`now`](Self::now).
    fn since_1970(&self) -> Duration {
        self.now()
    }
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: std::time::Instant,
}

impl SystemClock {
    /// A clock that starts now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn new() -> Self {
        Self { start: std::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn since_1970(&self) -> Duration {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.unwrap_or_default()
    }
}
