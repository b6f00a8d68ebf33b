//! How a private server is started.
//!
//! Layer: testkit.

use std::time::Duration;

/// How a private server treats its disk, what else it is set to, and how long it may take to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerOptions {
    is_durable: bool,
    has_checksums: bool,
    settings: Vec<(String, String)>,
    start_timeout: Duration,
}

impl ServerOptions {
    /// A server that never waits for its disk.
    ///
    /// What it has committed survives the server's death, and not the machine's.
    #[must_use]
    pub fn fast() -> Self {
        Self {
            is_durable: false,
            has_checksums: false,
            settings: Vec::new(),
            start_timeout: Duration::from_secs(60),
        }
    }

    /// A server that treats its disk as it would in production, for tests that kill it and for benchmarks.
    #[must_use]
    pub fn durable() -> Self {
        Self { is_durable: true, ..Self::fast() }
    }

    /// Sets one of the server's own settings, such as `lock_timeout` or `max_connections`.
    ///
    /// It comes after the settings made here, and so wins over them.
    #[must_use]
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// A server whose pages have checksums, which it compares whenever it reads one; MariaDB's always have.
    #[must_use]
    pub fn with_checksums(mut self) -> Self {
        self.has_checksums = true;
        self
    }

    /// How long a start, recovery included, may take; a minute unless told.
    #[must_use]
    pub fn with_start_timeout(mut self, start_timeout: Duration) -> Self {
        self.start_timeout = start_timeout;
        self
    }

    /// Whether commits wait for the disk.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.is_durable
    }

    /// Whether pages have checksums where a server leaves the choice.
    #[must_use]
    pub fn has_checksums(&self) -> bool {
        self.has_checksums
    }

    pub(super) fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    pub(super) fn start_timeout(&self) -> Duration {
        self.start_timeout
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self::fast()
    }
}
