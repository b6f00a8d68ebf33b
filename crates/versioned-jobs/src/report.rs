//! What a run did: counts, changes and failures, as text and as JSON.
//!
//! Layer: jobs. Invariant: its size does not grow with the table, whatever fails.

use std::{fmt, time::Duration};

use serde::{Serialize, Serializer, ser::SerializeStruct};
use versioned_store::{OpenedRun, RunId};

use crate::{
    Align, ChangeCount, Counts, EntityFailure, LossCount, Mode, Outcome, Printable,
    SideOutputCount, TextTable, Validity, error::count_of, tally::Tally,
};

/// The shortest run whose rate means anything; the text of a shorter one leaves it out.
const SHORTEST_WITH_RATE: Duration = Duration::from_millis(100);

/// What one run did, or would do.
///
/// As JSON: `entity`, `mode`, `run`, `resumed_after`, `counts`, `changes`, `side_outputs`, `losses`, `failures`, `failures_not_kept`, `elapsed_ms`,
/// `rows_per_second`; and `validity` where values are checked: `values_checked`, `findings`, `findings_not_kept`, `unchecked`.
#[derive(Debug)]
pub struct JobReport {
    entity: &'static str,
    mode: Mode,
    tally: Tally,
    validity: Option<Validity>,
    run: Option<RunId>,
    resumed_after: Option<u64>,
    superseded: Option<RunId>,
    failures: Vec<EntityFailure>,
    failures_kept_max: usize,
    elapsed: Duration,
}

impl JobReport {
    pub(crate) fn new(entity: &'static str, mode: Mode, failures_kept_max: usize) -> Self {
        Self {
            entity,
            mode,
            tally: Tally::default(),
            validity: None,
            run: None,
            resumed_after: None,
            superseded: None,
            failures: Vec::new(),
            failures_kept_max,
            elapsed: Duration::ZERO,
        }
    }

    /// Name of the entity kind.
    #[must_use]
    pub fn entity(&self) -> &'static str {
        self.entity
    }

    /// Whether the run wrote.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// How many rows had which outcome.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.tally.counts
    }

    /// What was changed in the entities that count as migrated, by field and versions.
    #[must_use]
    pub fn changes(&self) -> impl ExactSizeIterator<Item = ChangeCount> {
        self.tally.changes.iter().map(|((field, from, to), entities)| ChangeCount {
            field,
            from: *from,
            to: *to,
            entities: *entities,
        })
    }

    /// Which siblings conversions have set in the entities that count as migrated.
    #[must_use]
    pub fn side_outputs(&self) -> impl ExactSizeIterator<Item = SideOutputCount> {
        self.tally
            .side_outputs
            .iter()
            .map(|(field, entities)| SideOutputCount { field, entities: *entities })
    }

    /// What conversions have dropped in the entities that count as migrated, at the paths that are declared as losses.
    #[must_use]
    pub fn losses(&self) -> impl ExactSizeIterator<Item = LossCount> {
        self.tally.losses.iter().map(|((field, step, path), (nodes, untold_entities))| LossCount {
            field,
            step: *step,
            path,
            nodes: *nodes,
            untold_entities: *untold_entities,
        })
    }

    /// What the checks of values found, in an audit that has them.
    #[must_use]
    pub fn validity(&self) -> Option<&Validity> {
        self.validity.as_ref()
    }

    /// The first failures in the order of keys, as many as [`JobOptions`](crate::JobOptions) keeps.
    #[must_use]
    pub fn failures(&self) -> &[EntityFailure] {
        &self.failures
    }

    /// How many failures are counted but no longer in [`failures`](Self::failures).
    #[must_use]
    pub fn failures_not_kept(&self) -> u64 {
        self.counts()
            .failures()
            .saturating_sub(u64::try_from(self.failures.len()).unwrap_or(u64::MAX))
    }

    /// How long the run took, by the clock in its options.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Rows scanned per second, without those that were done when the run was gone on with; `None` where no time has
    /// passed.
    #[must_use]
    pub fn rows_per_second(&self) -> Option<u64> {
        let millis = self.elapsed.as_millis();
        let scanned = self.tally.counts.scanned.saturating_sub(self.resumed_after.unwrap_or(0));
        let rows = u128::from(scanned) * 1000;
        rows.checked_div(millis).map(|rate| u64::try_from(rate).unwrap_or(u64::MAX))
    }

    /// The number of the run in its ledger; `None` without a ledger.
    #[must_use]
    pub fn run(&self) -> Option<RunId> {
        self.run
    }

    /// How many rows were done when the run was gone on with; `None` if it was new. The counts hold these rows too, the
    /// failures do not.
    #[must_use]
    pub fn resumed_after(&self) -> Option<u64> {
        self.resumed_after
    }

    /// An unfinished run with another declaration or other settings, whose place this one took.
    #[must_use]
    pub fn superseded(&self) -> Option<RunId> {
        self.superseded
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    pub(crate) fn set_tally(&mut self, tally: Tally) {
        self.tally = tally;
    }

    pub(crate) fn set_run(&mut self, opened: &OpenedRun) {
        self.run = Some(opened.run.id);
        self.superseded = opened.superseded;
        self.resumed_after = opened.is_resumed.then_some(opened.run.checkpoint.counts.scanned);
    }

    /// Adds what the checks of a batch found.
    pub(crate) fn add_validity(&mut self, of_batch: Validity) {
        self.validity.get_or_insert_default().append(of_batch);
    }

    pub(crate) fn add_failure(&mut self, failure: EntityFailure) {
        if self.failures.len() < self.failures_kept_max {
            self.failures.push(failure);
        }
    }

    pub(crate) fn set_elapsed(&mut self, elapsed: Duration) {
        self.elapsed = elapsed;
    }

    fn outcome_name(&self, outcome: Outcome) -> &'static str {
        match (self.mode, outcome) {
            (Mode::Audit, Outcome::Migrated) => "to migrate",
            _ => outcome.as_str(),
        }
    }
}

impl JobReport {
    fn write_losses(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tally.losses.is_empty() {
            return Ok(());
        }
        let columns = [
            ("lost in", Align::Left),
            ("step", Align::Left),
            ("path", Align::Left),
            ("count", Align::Right),
        ];
        let mut table = TextTable::new(&columns).indent(2);
        for LossCount { field, step, path, nodes, untold_entities } in self.losses() {
            let count = match untold_entities {
                0 => nodes.to_string(),
                untold => format!("{nodes}, not told for {}", count_of(untold, "row")),
            };
            let step = format!("{step} to {}", step.get().saturating_add(1));
            table.row([field.to_owned(), step, Printable(path).to_string(), count]);
        }
        write!(formatter, "\n{table}")
    }
}

impl Serialize for JobReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("JobReport", 13)?;
        report.serialize_field("entity", self.entity)?;
        report.serialize_field("mode", &self.mode)?;
        report.serialize_field("run", &self.run.map(RunId::number))?;
        report.serialize_field("resumed_after", &self.resumed_after)?;
        report.serialize_field("counts", self.counts())?;
        report.serialize_field("changes", &self.changes().collect::<Vec<_>>())?;
        report.serialize_field("side_outputs", &self.side_outputs().collect::<Vec<_>>())?;
        report.serialize_field("losses", &self.losses().collect::<Vec<_>>())?;
        match &self.validity {
            Some(validity) => report.serialize_field("validity", validity)?,
            None => report.skip_field("validity")?,
        }
        report.serialize_field("failures", &self.failures)?;
        report.serialize_field("failures_not_kept", &self.failures_not_kept())?;
        let elapsed_ms = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX);
        report.serialize_field("elapsed_ms", &elapsed_ms)?;
        report.serialize_field("rows_per_second", &self.rows_per_second())?;
        report.end()
    }
}

/// A headline and aligned tables; without the failures, which have a display of their own.
impl fmt::Display for JobReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scanned = self.tally.counts.scanned;
        let rows = if scanned == 1 { "row" } else { "rows" };
        write!(formatter, "{} {}: {scanned} {rows}", self.mode.as_str(), Printable(self.entity))?;
        write!(formatter, " in {:.1} s", self.elapsed.as_secs_f64())?;
        let rate = self.rows_per_second().filter(|_| self.elapsed >= SHORTEST_WITH_RATE);
        if let Some(rate) = rate.filter(|rate| *rate > 0) {
            write!(formatter, ", {rate} rows/s")?;
        }
        writeln!(formatter)?;
        if let Some(run) = self.run {
            write!(formatter, "  run {run}")?;
            if let Some(rows) = self.resumed_after {
                write!(formatter, ", resumed after {}", count_of(rows, "row"))?;
            }
            if let Some(other) = self.superseded {
                write!(formatter, ", in place of run {other}, which had other settings")?;
            }
            writeln!(formatter)?;
        }

        // Migrated, current and failed are what one looks for, so they are shown even where they are 0.
        let failed = if self.run.is_some() { Outcome::Quarantined } else { Outcome::Failed };
        let always = [Outcome::Migrated, Outcome::Current, failed];
        let mut outcomes =
            TextTable::new(&[("outcome", Align::Left), ("rows", Align::Right)]).indent(2);
        for outcome in Outcome::ALL {
            let rows = self.tally.counts.get(outcome);
            if rows > 0 || always.contains(&outcome) {
                outcomes.row([self.outcome_name(outcome).to_owned(), rows.to_string()]);
            }
        }
        write!(formatter, "{outcomes}")?;

        if !self.tally.changes.is_empty() {
            let columns = [
                ("field", Align::Left),
                ("from", Align::Right),
                ("to", Align::Right),
                ("rows", Align::Right),
            ];
            let mut changes = TextTable::new(&columns).indent(2);
            for change in self.changes() {
                let ChangeCount { field, from, to, entities } = change;
                changes.row([
                    field.to_owned(),
                    from.to_string(),
                    to.to_string(),
                    entities.to_string(),
                ]);
            }
            write!(formatter, "\n{changes}")?;
        }
        if !self.tally.side_outputs.is_empty() {
            let columns = [("set beside them", Align::Left), ("rows", Align::Right)];
            let mut table = TextTable::new(&columns).indent(2);
            for SideOutputCount { field, entities } in self.side_outputs() {
                table.row([field.to_owned(), entities.to_string()]);
            }
            write!(formatter, "\n{table}")?;
        }
        self.write_losses(formatter)?;
        match &self.validity {
            Some(validity) => write!(formatter, "\n{validity}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use versioned_core::SchemaVersion;

    use super::*;

    fn report() -> JobReport {
        let mut report = JobReport::new("exploration", Mode::Audit, 100);
        let mut tally = Tally::default();
        tally.counts.scanned = 3;
        for outcome in [Outcome::Migrated, Outcome::Migrated, Outcome::Deleted] {
            tally.counts.add(outcome);
        }
        tally.changes.insert(("states", SchemaVersion::new(9), SchemaVersion::new(10)), 2);
        tally.side_outputs.insert("next_index", 1);
        tally.losses.insert(("states", SchemaVersion::new(9), "/*/html"), (3, 1));
        report.set_tally(tally);
        report.set_elapsed(Duration::from_millis(1500));
        report
    }

    #[test]
    fn counts_are_balanced_when_every_row_has_an_outcome() {
        let mut report = report();
        assert!(report.counts().is_balanced());
        report.tally.counts.scanned += 1;
        assert!(!report.counts().is_balanced());
    }

    #[test]
    fn the_text_shows_what_an_operator_asks_for() {
        let expect = "\
audit exploration: 3 rows in 1.5 s, 2 rows/s
  outcome     rows
  to migrate     2
  current        0
  deleted        1
  failed         0

  field   from  to  rows
  states     9  10     2

  set beside them  rows
  next_index          1

  lost in  step     path                     count
  states   9 to 10  /*/html  3, not told for 1 row
";
        assert_eq!(report().to_string(), expect);
    }

    #[test]
    fn the_text_of_a_very_short_run_has_no_rate() {
        let mut report = report();
        report.set_elapsed(Duration::from_millis(99));
        assert!(report.to_string().starts_with("audit exploration: 3 rows in 0.1 s\n"));
        assert_eq!(report.rows_per_second(), Some(30));
        report.resumed_after = Some(2);
        assert_eq!(report.rows_per_second(), Some(10));
        report.resumed_after = None;
        report.set_elapsed(Duration::from_millis(100));
        assert!(report.to_string().starts_with("audit exploration: 3 rows in 0.1 s, 30 rows/s\n"));
    }

    #[test]
    fn the_names_in_json_are_stable() {
        let expect = concat!(
            r#"{"entity":"exploration","mode":"audit","run":null,"resumed_after":null,"counts":{"scanned":3,"migrated":2,"#,
            r#""current":0,"skipped":0,"deleted":1,"conflict":0,"quarantined":0,"failed":0},"#,
            r#""changes":[{"field":"states","from":9,"to":10,"entities":2}],"#,
            r#""side_outputs":[{"field":"next_index","entities":1}],"#,
            r#""losses":[{"field":"states","step":9,"path":"/*/html","nodes":3,"untold_entities":1}],"failures":[],"#,
            r#""failures_not_kept":0,"elapsed_ms":1500,"rows_per_second":2}"#,
        );
        assert_eq!(serde_json::to_string(&report()).unwrap(), expect);
    }
}
