//! `history`: the commits of one entity.
//!
//! Layer: cli.

use serde::Serialize;
use serde_json::Value;
use versioned_jobs::{Align, Printable, TextTable};
use versioned_store::{CommitEntry, EntityKey, HistoryStore};

use crate::{Output, VerbError, error::UsageError, exit_code, job::AnyJob};

#[derive(Serialize)]
struct CommitLine<'a> {
    entity: &'static str,
    id: String,
    model_version: i64,
    kind: &'static str,
    committer: &'a str,
    at_ms: i64,
    message: &'a str,
    commands: Vec<Value>,
}

/// Lists the commits of one entity, oldest first.
pub(crate) async fn history<S: HistoryStore>(
    job: &dyn AnyJob<S>,
    store: &S,
    key: &EntityKey,
    output: &Output,
) -> Result<u8, VerbError> {
    let (entity, mut table, mut after) = (job.name(), table(), None);
    loop {
        let commits = job.history(store, key, after).await?;
        let Some(last) = commits.last() else { break };
        after = Some(last.number);
        commits.iter().for_each(|commit| show(entity, commit, &mut table, output));
    }
    if after.is_none() {
        return Err(UsageError::HistoryEmpty { entity, id: key.to_string() }.into());
    }
    if !output.is_json() {
        output.text(table);
    }
    Ok(exit_code::DONE)
}

fn table() -> TextTable {
    TextTable::new(&[
        ("version", Align::Right),
        ("kind", Align::Left),
        ("committer", Align::Left),
        ("time (UTC)", Align::Left),
        ("message", Align::Left),
    ])
}

fn show(entity: &'static str, commit: &CommitEntry, table: &mut TextTable, output: &Output) {
    let CommitEntry { key, model_version, record, .. } = commit;
    if output.is_json() {
        output.json_line(
            "commit",
            &CommitLine {
                entity,
                id: key.to_string(),
                model_version: model_version.number(),
                kind: record.kind.as_str(),
                committer: &record.committer,
                at_ms: record.at_ms,
                message: &record.message,
                commands: record.commands.iter().map(|command| command.to_json()).collect(),
            },
        );
        return;
    }
    table.row([
        model_version.to_string(),
        record.kind.as_str().to_owned(),
        Printable(&record.committer).to_string(),
        utc(record.at_ms),
        Printable(&record.message).to_string(),
    ]);
}

/// A time as `2026-03-01 12:00:00`, by the proleptic Gregorian calendar.
fn utc(at_ms: i64) -> String {
    let (days, seconds) = (at_ms.div_euclid(86_400_000), at_ms.rem_euclid(86_400_000) / 1000);
    // Days since 1 March of the year 0, so that a leap day is the last one of its year.
    let day = days + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates_of_the_calendar() {
        for (at_ms, expect) in [
            (0, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
            (951_782_399_000, "2000-02-28 23:59:59"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_709_251_199_999, "2024-02-29 23:59:59"),
            (1_709_251_200_000, "2024-03-01 00:00:00"),
            (4_107_542_400_000, "2100-03-01 00:00:00"),
        ] {
            assert_eq!(utc(at_ms), expect);
        }
    }
}
