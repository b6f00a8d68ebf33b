//! Counting what the declared losses of a run dropped.
//!
//! Invariant: every text that is looked at is scanned once, whatever the number of paths.

use std::cell::RefCell;

use super::{Loss, matches::Nodes, pattern::PathPattern};
use crate::{
    SchemaVersion, VersionedAttribute,
    chain::{ChainOutput, ChainRun, Watch},
    json::Limits,
    lazy::Tape,
};

/// Counts the losses of one run; of all elements together where the chain converts elements.
pub(crate) struct LossCounter {
    attribute: &'static VersionedAttribute,
    watched: RefCell<Vec<Watched>>,
}

/// A declared loss whose step the run has.
struct Watched {
    step: SchemaVersion,
    path: &'static str,
    pattern: PathPattern<'static>,
    /// Where declared moves of the step put what is at the path.
    arrivals: Vec<PathPattern<'static>>,
    progress: Progress,
    count: Option<u64>,
}

/// How far a run has come at one loss.
enum Progress {
    /// The step has not begun.
    Waiting,
    /// This was found before the step; `None` where its input could not be looked at.
    Before(Option<Found>),
    /// The step is over.
    Counted,
}

/// What was found before the step: at the path, and where moves end.
struct Found {
    lost: Nodes,
    arrived: Vec<Nodes>,
}

impl LossCounter {
    /// `None` if no step of the run declares a loss.
    pub(crate) fn new(
        attribute: &'static VersionedAttribute,
        from: SchemaVersion,
        to: SchemaVersion,
    ) -> Option<Self> {
        let declared = attribute.losses.iter().filter(|loss| from <= loss.step && loss.step < to);
        let watched: Vec<Watched> = declared
            .filter_map(|loss| {
                let pattern = PathPattern::parse(loss.path)?;
                let moves = attribute.moves.iter().filter(|moved| moved.step == loss.step);
                let arrivals = moves.filter_map(|moved| {
                    let ends = (PathPattern::parse(moved.from)?, PathPattern::parse(moved.to)?);
                    pattern.moved(&ends.0, &ends.1)
                });
                let arrivals = arrivals.collect();
                let (step, path) = (loss.step, loss.path);
                let progress = Progress::Waiting;
                Some(Watched { step, path, pattern, arrivals, progress, count: Some(0) })
            })
            .collect();
        (!watched.is_empty()).then(|| Self { attribute, watched: RefCell::new(watched) })
    }

    /// Runs the chain on one value and watches it.
    pub(crate) fn watch<'a, E>(
        &'a self,
        run: ChainRun<'a>,
        chain: impl FnOnce(ChainRun<'a>) -> Result<ChainOutput, E>,
    ) -> Result<ChainOutput, E> {
        let (text, from, to) = (run.text.json(), run.from.get(), run.to.get());
        self.see(from, Some(text));
        let output = chain(ChainRun { watch: Some(self), ..run })?;
        self.see(to, Some(&output.json));
        for watched in self.watched.borrow_mut().iter_mut() {
            // A chain written by hand may show nothing of its steps.
            if !matches!(
                std::mem::replace(&mut watched.progress, Progress::Waiting),
                Progress::Counted
            ) {
                watched.count = None;
            }
        }
        Ok(output)
    }

    /// What was counted, in the order of the steps.
    pub(crate) fn into_losses(self) -> impl Iterator<Item = Loss> {
        let field = self.attribute.field;
        self.watched.into_inner().into_iter().map(move |watched| {
            let Watched { step, path, count, .. } = watched;
            Loss { field, step, path, count }
        })
    }
}

impl Watch for LossCounter {
    fn wants(&self, version: u32) -> bool {
        self.watched.borrow().iter().any(|watched| watched.is_at(version))
    }

    fn see(&self, version: u32, json: Option<&str>) {
        let mut watched = self.watched.borrow_mut();
        if !watched.iter().any(|one| one.is_at(version)) {
            return;
        }
        let tape = json.and_then(|json| Tape::scan(json, &Limits::DEFAULT).ok());
        for watched in watched.iter_mut().filter(|one| one.is_at(version)) {
            watched.see(version, tape.as_ref());
        }
    }
}

impl Watched {
    /// Whether the step of the loss starts from this version or ends in it.
    fn is_at(&self, version: u32) -> bool {
        let step = self.step.get();
        version == step || version.checked_sub(1) == Some(step)
    }

    fn see(&mut self, version: u32, tape: Option<&Tape<'_>>) {
        let found = tape.map(|tape| Found {
            lost: Nodes::find(tape, &self.pattern),
            arrived: self.arrivals.iter().map(|pattern| Nodes::find(tape, pattern)).collect(),
        });
        if version == self.step.get() {
            self.progress = Progress::Before(found);
            return;
        }
        let before = match std::mem::replace(&mut self.progress, Progress::Counted) {
            Progress::Before(found) => found,
            Progress::Waiting | Progress::Counted => None,
        };
        let lost = before.zip(found).map(|(before, after)| before.lost_until(&after));
        self.count = self.count.zip(lost).map(|(count, lost)| count.saturating_add(lost));
    }
}

impl Found {
    fn lost_until(&self, after: &Self) -> u64 {
        let gone = self.lost.missing_from(&after.lost);
        let ends = self.arrived.iter().zip(&after.arrived);
        let arrived: u64 = ends.map(|(before, after)| after.missing_from(before)).sum();
        gone.saturating_sub(arrived)
    }
}
