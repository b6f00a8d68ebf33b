//! Where the command line writes: the two standard streams, or buffers that a test reads.
//!
//! Layer: cli. Invariant: a reader that went away (`census | head`) neither panics nor stops a migration.

use std::{
    error::Error,
    fmt,
    io::{self, IsTerminal, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use versioned_jobs::Printable;

/// Where results and errors are written.
///
/// # Examples
///
/// ```
/// use versioned_cli::Output;
///
/// let output = Output::captured();
/// output.line("3 files imported");
/// assert_eq!(output.captured_results(), "3 files imported\n");
/// assert_eq!(output.captured_errors(), "");
/// ```
#[derive(Debug)]
pub struct Output {
    results: Sink,
    errors: Sink,
    is_json: bool,
    failed: Mutex<Option<io::Error>>,
}

#[derive(Debug)]
enum Sink {
    Stdout,
    Stderr,
    Buffer(Mutex<Vec<u8>>),
}

/// A JSON line with its type.
#[derive(Serialize)]
struct Line<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    members: &'a T,
}

impl Output {
    /// Standard output and standard error.
    #[must_use]
    pub fn standard() -> Self {
        Self::of(Sink::Stdout, Sink::Stderr)
    }

    /// Two buffers.
    #[must_use]
    pub fn captured() -> Self {
        Self::of(Sink::Buffer(Mutex::default()), Sink::Buffer(Mutex::default()))
    }

    fn of(results: Sink, errors: Sink) -> Self {
        Self { results, errors, is_json: false, failed: Mutex::default() }
    }

    /// What was written as results; empty for the standard streams.
    #[must_use]
    pub fn captured_results(&self) -> String {
        self.results.captured()
    }

    /// What was written as errors; empty for the standard streams.
    #[must_use]
    pub fn captured_errors(&self) -> String {
        self.errors.captured()
    }

    /// Whether `--json` was given.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    pub(crate) fn set_json(&mut self, is_json: bool) {
        self.is_json = is_json;
    }

    /// Whether somebody watches standard error.
    pub(crate) fn is_watched(&self) -> bool {
        matches!(self.errors, Sink::Stderr) && io::stderr().is_terminal()
    }

    /// Writes a line of text to the results.
    pub fn line(&self, text: impl fmt::Display) {
        self.write(&self.results, &format!("{text}\n"));
    }

    /// Writes text that ends its own lines to the results.
    pub(crate) fn text(&self, text: impl fmt::Display) {
        self.write(&self.results, &text.to_string());
    }

    /// Writes one JSON object as a line of the results; `members` must serialise as an object.
    pub fn json_line<T: Serialize>(&self, kind: &'static str, members: &T) {
        match serde_json::to_string(&Line { kind, members }) {
            Ok(json) => self.line(json),
            Err(error) => self.remember(io::Error::other(error)),
        }
    }

    /// Writes a line of text to the errors.
    pub fn error_line(&self, text: impl fmt::Display) {
        self.write(&self.errors, &format!("{text}\n"));
    }

    /// Writes text that ends its own lines to the errors.
    pub(crate) fn error_text(&self, text: impl fmt::Display) {
        self.write(&self.errors, &text.to_string());
    }

    /// Writes an error with its causes and what to do; with `--json` also as a line of the results.
    pub fn error(&self, error: &(dyn Error + 'static), help: Option<&str>, exit_code: u8) {
        #[derive(Serialize)]
        struct ErrorLine<'a> {
            causes: &'a [String],
            help: Option<&'a str>,
            exit_code: u8,
        }
        let causes = causes(error);
        if self.is_json {
            self.json_line("error", &ErrorLine { causes: &causes, help, exit_code });
        }
        self.error_text(chain("error", &causes, help));
    }

    /// The first error of writing that was not just a reader that went away.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        lock(&self.failed).take()
    }

    fn write(&self, sink: &Sink, text: &str) {
        let written = match sink {
            Sink::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            }
            Sink::Stderr => io::stderr().lock().write_all(text.as_bytes()),
            Sink::Buffer(buffer) => lock(buffer).write_all(text.as_bytes()),
        };
        if let Err(error) = written {
            self.remember(error);
        }
    }

    fn remember(&self, error: io::Error) {
        if error.kind() != io::ErrorKind::BrokenPipe {
            lock(&self.failed).get_or_insert(error);
        }
    }
}

impl Sink {
    fn captured(&self) -> String {
        match self {
            Self::Buffer(buffer) => String::from_utf8_lossy(&lock(buffer)).into_owned(),
            Self::Stdout | Self::Stderr => String::new(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An error and its sources as text, outermost first.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> Vec<String> {
    let mut causes = vec![error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        causes.push(error.to_string());
        source = error.source();
    }
    causes
}

/// Causes as lines: what happened after a word such as `error`, its causes, and what to do.
pub(crate) fn chain(word: &str, causes: &[String], help: Option<&str>) -> String {
    let mut text = String::new();
    for (index, cause) in causes.iter().enumerate() {
        let label = if index == 0 { word } else { "  caused by" };
        text.push_str(&format!("{label}: {}\n", Printable(cause)));
    }
    if let Some(help) = help {
        text.push_str(&format!("  help: {help}\n"));
    }
    text
}
