//! What has become of the rows of a run so far, which a ledger keeps for the run that goes on with it.
//!
//! Layer: jobs. Pure. Invariant: its size depends on the declaration, not on the table.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use versioned_core::{Declaration, Loss, LossAttribute, SchemaVersion};
use versioned_store::{RunCounts, WriteOutcome};

use crate::{
    Counts, EntityFailure, Outcome,
    content::text_hash,
    convert::{BatchPlan, RowPlan},
};

/// Counts and changes of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    pub(crate) changes: BTreeMap<(&'static str, SchemaVersion, SchemaVersion), u64>,
    pub(crate) side_outputs: BTreeMap<&'static str, u64>,
    /// What was dropped at declared paths: nodes, and entities for which it cannot be told.
    pub(crate) losses: BTreeMap<(&'static str, SchemaVersion, &'static str), (u64, u64)>,
    /// The sum of the hashes of all failures, in whatever order they came.
    pub(crate) errors: u128,
}

impl Tally {
    /// Counts what became of each row of a batch.
    pub(crate) fn add(&mut self, plan: &BatchPlan, outcomes: &[WriteOutcome], failure: Outcome) {
        self.counts.scanned += u64::try_from(plan.rows.len()).unwrap_or(u64::MAX);
        let mut outcomes = outcomes.iter();
        for row in &plan.rows {
            let outcome = match row {
                RowPlan::Current => Outcome::Current,
                RowPlan::Skipped => Outcome::Skipped,
                RowPlan::Deleted => Outcome::Deleted,
                RowPlan::Failed(failed) => {
                    self.errors = self.errors.wrapping_add(failure_hash(&failed.failure));
                    failure
                }
                RowPlan::Write(changed) => match outcomes.next() {
                    Some(WriteOutcome::Written) => {
                        for change in &changed.fields {
                            let key = (change.field, change.from, change.to);
                            *self.changes.entry(key).or_default() += 1;
                        }
                        for field in &changed.side_outputs {
                            *self.side_outputs.entry(field).or_default() += 1;
                        }
                        for Loss { field, step, path, count, .. } in &changed.losses {
                            let (nodes, untold) =
                                self.losses.entry((field, *step, path)).or_default();
                            *nodes += count.unwrap_or(0);
                            *untold += u64::from(count.is_none());
                        }
                        Outcome::Migrated
                    }
                    Some(WriteOutcome::Gone) => Outcome::Deleted,
                    // Whatever else a store may say one day, the row was not written as planned.
                    Some(_) | None => Outcome::Conflict,
                },
            };
            self.counts.add(outcome);
        }
    }

    /// The counts, as ledgers store them.
    pub(crate) fn run_counts(&self) -> RunCounts {
        let counts = &self.counts;
        RunCounts {
            scanned: counts.scanned,
            migrated: counts.migrated,
            current: counts.current,
            skipped: counts.skipped,
            deleted: counts.deleted,
            conflict: counts.conflict,
            quarantined: counts.quarantined + counts.failed,
        }
    }

    /// The rest, as ledgers store it.
    pub(crate) fn detail(&self) -> String {
        let changes = self.changes.iter();
        let changes =
            changes.map(|((field, from, to), entities)| json!([field, from, to, entities]));
        let side_outputs = self.side_outputs.iter().map(|(field, count)| json!([field, count]));
        let losses = self.losses.iter();
        let losses = losses.map(|((field, step, path), (nodes, untold))| {
            json!([field, step, path, nodes, untold])
        });
        json!({
            "losses": losses.collect::<Vec<_>>(),
            "changes": changes.collect::<Vec<_>>(),
            "side_outputs": side_outputs.collect::<Vec<_>>(),
            "errors": format!("{:032x}", self.errors),
        })
        .to_string()
    }

    /// What a ledger has stored. Fields that the declaration does not have any more are left out.
    pub(crate) fn of(counts: RunCounts, detail: &str, declaration: &Declaration) -> Self {
        let mut tally = Self { counts: Counts::of(counts), ..Self::default() };
        let detail: Value = serde_json::from_str(detail).unwrap_or_default();
        let field = |name: &Value| {
            let name = name.as_str()?;
            let versioned = declaration.versioned.iter().map(|attribute| attribute.field);
            let mut all = versioned.chain(declaration.others.iter().map(|other| other.field));
            all.find(|known| *known == name)
        };
        let version = |value: &Value| SchemaVersion::try_from(value.as_i64()?).ok();
        for change in detail["changes"].as_array().into_iter().flatten() {
            let key = (field(&change[0]), version(&change[1]), version(&change[2]));
            if let (Some(field), Some(from), Some(to)) = key {
                tally.changes.insert((field, from, to), change[3].as_u64().unwrap_or(0));
            }
        }
        for output in detail["side_outputs"].as_array().into_iter().flatten() {
            if let Some(field) = field(&output[0]) {
                tally.side_outputs.insert(field, output[1].as_u64().unwrap_or(0));
            }
        }
        for loss in detail["losses"].as_array().into_iter().flatten() {
            let declared = declaration.versioned.iter().find(|it| loss[0] == it.field);
            let losses =
                declared.into_iter().flat_map(|it| it.losses.iter().map(|of| (it.field, of)));
            let of = |(_, of): &(_, &LossAttribute)| {
                loss[2] == of.path && loss[1].as_u64() == Some(of.step.get().into())
            };
            if let Some((field, of)) = losses.into_iter().find(of) {
                let counted = (loss[3].as_u64().unwrap_or(0), loss[4].as_u64().unwrap_or(0));
                tally.losses.insert((field, of.step, of.path), counted);
            }
        }
        tally.errors = stored_errors(&detail);
        tally
    }
}

/// The errors of a run, from what a ledger has stored.
pub(crate) fn errors_of(detail: &str) -> u128 {
    stored_errors(&serde_json::from_str(detail).unwrap_or_default())
}

fn stored_errors(detail: &Value) -> u128 {
    let digits = detail["errors"].as_str().unwrap_or_default();
    u128::from_str_radix(digits, 16).unwrap_or(0)
}

fn failure_hash(failure: &EntityFailure) -> u128 {
    let causes = failure.causes();
    text_hash(std::iter::once(failure.id.as_str()).chain(causes.iter().map(String::as_str)))
}
