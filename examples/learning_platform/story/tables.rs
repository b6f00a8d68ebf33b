//! What reports look like in the story: one table for all places, instead of a report for each.

use std::{collections::BTreeMap, error::Error};

use versioned_jobs::{
    Align, CensusReport, CensusRow, Counts, EntityFailure, JobReport, LossCount, Outcome, TextTable,
};

/// Which versions are stored, and in how many rows: a line per version field.
pub(super) fn census(models: &[CensusReport], snapshots: &[CensusReport]) -> TextTable {
    let columns = ["entity", "version field", "in models", "in snapshots"];
    let mut table = TextTable::new(&columns.map(|name| (name, Align::Left))).indent(2);
    for (models, snapshots) in models.iter().zip(snapshots) {
        let in_snapshots = by_field(snapshots);
        for (field, in_models) in &by_field(models) {
            let in_snapshots = in_snapshots.get(field).map_or("", String::as_str);
            table.row([models.entity, field, in_models, in_snapshots]);
        }
    }
    table
}

/// For each version field, how many rows have which version.
fn by_field(census: &CensusReport) -> BTreeMap<&'static str, String> {
    let mut stored = BTreeMap::<_, Vec<String>>::new();
    for CensusRow { version_field, stored: version, rows, .. } in &census.versions {
        stored.entry(*version_field).or_default().push(format!("{version}: {rows}"));
    }
    stored.into_iter().map(|(field, stored)| (field, stored.join("  "))).collect()
}

/// How many rows had which outcome: a line per place, and their sum.
pub(super) fn counts(reports: &[JobReport], migrated: &str) -> TextTable {
    let shown: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| {
            matches!(outcome, Outcome::Migrated | Outcome::Current)
                || reports.iter().any(|report| report.counts().get(*outcome) > 0)
        })
        .collect();
    let names = shown.iter().map(|outcome| match outcome {
        Outcome::Migrated => migrated,
        other => other.as_str(),
    });
    let columns = ["rows"].into_iter().chain(names).map(|name| (name, Align::Right));
    let columns: Vec<_> = [("place", Align::Left)].into_iter().chain(columns).collect();
    let mut table = TextTable::new(&columns).indent(2);
    for report in reports {
        table.row(line(report.entity(), &shown, |counts| counts(report.counts())));
    }
    table.row(line("all", &shown, |count| reports.iter().map(|it| count(it.counts())).sum()));
    table
}

fn line(
    name: &str,
    shown: &[Outcome],
    sum: impl Fn(&dyn Fn(&Counts) -> u64) -> u64,
) -> Vec<String> {
    let outcomes = shown.iter().map(|outcome| sum(&|counts| counts.get(*outcome)));
    let numbers = [sum(&|counts| counts.scanned)].into_iter().chain(outcomes);
    let numbers = numbers.map(|number| number.to_string());
    [name.to_owned()].into_iter().chain(numbers).collect()
}

/// What failed: which, where, and the innermost reason.
pub(super) fn failures(reports: &[JobReport]) -> TextTable {
    let columns = ["entity", "where", "reason"];
    let mut table = TextTable::new(&columns.map(|name| (name, Align::Left))).indent(2);
    for failure in reports.iter().flat_map(JobReport::failures) {
        let which = format!("{} {}", failure.entity, failure.id);
        let reason = failure.causes().pop().unwrap_or_default();
        table.row([which, place(failure), reason]);
    }
    table
}

/// How much conversions have dropped, at the paths that are declared as losses. What was replaced in
/// its place counts as nothing.
pub(super) fn losses(reports: &[JobReport]) -> TextTable {
    let columns = ["lost in", "step", "path"].map(|name| (name, Align::Left));
    let columns: Vec<_> = columns.into_iter().chain([("count", Align::Right)]).collect();
    let mut table = TextTable::new(&columns).indent(2);
    for report in reports {
        for LossCount { field, step, path, nodes, .. } in report.losses() {
            let place = format!("{} {field}", report.entity());
            let step = format!("{step} to {}", step.get() + 1);
            if nodes > 0 {
                table.row([place, step, path.to_owned(), nodes.to_string()]);
            }
        }
    }
    table
}

/// The field, the step and the place in it.
fn place(failure: &EntityFailure) -> String {
    let Some(field) = failure.field() else { return "rules".to_owned() };
    let step = failure.step().map(|(from, to)| format!(" {from} to {to}"));
    let pointer = failure.pointer().filter(|pointer| !pointer.as_str().is_empty());
    let pointer = pointer.map(|pointer| format!(" at {}", pointer.as_str()));
    format!("{field}{}{}", step.unwrap_or_default(), pointer.unwrap_or_default())
}

/// An error with its causes, as lines.
pub(super) fn chain(error: &dyn Error, help: Option<&str>) -> String {
    let mut text = format!("  refused: {error}\n");
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!("    because: {cause}\n");
        source = cause.source();
    }
    text + &help.map(|help| format!("    help: {help}\n")).unwrap_or_default()
}
