//! A progress bar with rate and time left, and the failures as they come.
//!
//! Layer: cli. Invariant: the bar is drawn on standard error only where somebody watches it, and never within a line of
//! a result.

use std::{fmt, sync::OnceLock};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use versioned_jobs::{Counts, EntityFailure, Mode, Progress};

use crate::Output;

/// Shows one run.
pub(crate) struct RunProgress<'a> {
    output: &'a Output,
    bar: Option<OnceLock<ProgressBar>>,
}

impl<'a> RunProgress<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        let has_bar = output.is_watched() && !output.is_json();
        Self { output, bar: has_bar.then(OnceLock::new) }
    }

    fn shown_bar(&self) -> Option<&ProgressBar> {
        self.bar.as_ref().and_then(OnceLock::get)
    }
}

impl Drop for RunProgress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = self.shown_bar() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for RunProgress<'_> {
    fn wants_total(&self) -> bool {
        self.bar.is_some()
    }

    fn started(&self, entity: &'static str, mode: Mode, rows: Option<u64>) {
        if let Some(bar) = &self.bar {
            bar.get_or_init(|| new_bar(entity, mode, rows));
        }
    }

    fn advanced(&self, counts: &Counts) {
        if let Some(bar) = self.shown_bar() {
            // Rows that were added meanwhile must not push the bar beyond its end.
            bar.set_length(bar.length().unwrap_or(0).max(counts.scanned));
            bar.set_position(counts.scanned);
            if counts.failures() > 0 {
                bar.set_message(format!(", {} failed", counts.failures()));
            }
        }
    }

    fn failed(&self, failure: &EntityFailure) {
        if self.output.is_json() {
            self.output.json_line("failure", failure);
            return;
        }
        match self.shown_bar() {
            Some(bar) => bar.suspend(|| self.output.line(failure)),
            None => self.output.line(failure),
        }
    }
}

fn new_bar(entity: &str, mode: Mode, rows: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::new(rows.unwrap_or(0));
    let template = "{prefix} [{bar:30}] {pos}/{len} rows, {rate}, {left} left{msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        let style =
            style.progress_chars("=> ").with_key("rate", write_rate).with_key("left", write_left);
        bar.set_style(style);
    }
    bar.set_prefix(format!("{} {entity}", mode.as_str()));
    bar
}

// A bar that cannot be written is no reason to stop, so the results of writing are dropped.

fn write_rate(state: &ProgressState, text: &mut dyn fmt::Write) {
    write!(text, "{:.0} rows/s", state.per_sec()).ok();
}

fn write_left(state: &ProgressState, text: &mut dyn fmt::Write) {
    // Before the first batch nobody knows.
    let seconds = (state.pos() > 0).then(|| state.eta().as_secs());
    match seconds {
        None => write!(text, "?").ok(),
        Some(seconds @ 0..60) => write!(text, "{seconds} s").ok(),
        Some(seconds @ 60..3600) => write!(text, "{} min {} s", seconds / 60, seconds % 60).ok(),
        Some(seconds) => write!(text, "{} h {} min", seconds / 3600, seconds / 60 % 60).ok(),
    };
}
