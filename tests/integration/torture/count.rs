//! What was counted, and what of it is wrong.

use std::time::Duration;

use serde_json::{Value, json};

use super::{database::Kind, log::Operations, server::Disturbances, subject::Subject};

/// What happened to one subject.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    /// Processes that were killed.
    pub(super) kills: u64,
    /// Processes that were asked to end, and said that they can go on.
    pub(super) terminated: u64,
    /// Migrations that were undone, and replays that came to their end.
    pub(super) undos: u64,
    pub(super) replays: u64,
    /// Rows that were put back and migrated again, as their model versions say.
    pub(super) undone_rows: u64,
    /// Processes that came to their end.
    pub(super) completed: u64,
    /// Times when everything was made stale again.
    pub(super) rounds: u64,
    pub(super) operations: Operations,
    /// Processes that ended by themselves because the server or a connection was lost, and said that they can go on.
    pub(super) interrupted: u64,
    /// What was done to the server, where there is one.
    pub(super) disturbances: Option<Disturbances>,
    /// How fast the other programs wrote, where there is a server.
    pub(super) rates: Option<Rates>,
    pub(super) rows: u64,
    pub(super) failing: u64,
    pub(super) elapsed: Duration,
    pub(super) wrong: Wrong,
}

/// How fast the other programs wrote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    /// Operations in a second that the idle server sustains.
    pub(super) idle: u64,
    /// Operations in a second that were asked for.
    pub(super) asked_for: u64,
    /// Operations that were made while everything was disturbed, and how long that was.
    pub(super) operations: u64,
    pub(super) time: Duration,
}

impl Rates {
    #[expect(clippy::cast_precision_loss, reason = "it is a rate of some thousands at most")]
    pub(super) fn asked_for_rate(&self) -> f64 {
        self.asked_for as f64
    }

    /// Operations in a second while the server was up.
    #[expect(clippy::cast_precision_loss, reason = "figures are rounded when they are printed")]
    fn reached(&self, down: Duration) -> f64 {
        self.operations as f64 / self.time.saturating_sub(down).as_secs_f64()
    }
}

/// What must never happen; each number counts rows, reports or processes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wrong {
    /// Edits that are not there, or rows that nobody deleted.
    pub(super) lost_updates: u64,
    /// Rows that were deleted and are there.
    pub(super) resurrected: u64,
    /// Rows that were not migrated exactly once for each time when they were stale.
    pub(super) model_versions: u64,
    /// Reports whose outcomes do not add up, or that are not what is stored.
    pub(super) counts: u64,
    /// Runs, counts and quarantined rows in the ledger that are not what is stored.
    pub(super) ledger: u64,
    /// Rows below their latest versions, those apart that cannot be migrated.
    pub(super) below_latest: u64,
    /// Processes that ended with another exit code than done or findings.
    pub(super) ended_badly: u64,
    /// What the database's own check says, where it is not `ok`.
    pub(super) integrity: Option<String>,
}

impl Tally {
    pub(super) const NOTHING_WRONG: Wrong = Wrong {
        lost_updates: 0,
        resurrected: 0,
        model_versions: 0,
        counts: 0,
        ledger: 0,
        below_latest: 0,
        ended_badly: 0,
        integrity: None,
    };

    pub(super) fn wrong(&self) -> Wrong {
        self.wrong.clone()
    }

    /// Operations in a second of the other programs while the server was up.
    pub(super) fn reached(&self) -> Option<f64> {
        Some(self.rates?.reached(self.disturbances?.down))
    }

    pub(super) fn to_json(&self, kind: Kind, subject: &Subject, seed: u64) -> Value {
        let Operations { edits, deletes, creates, stalings, lost_races, .. } = self.operations;
        let wrong = &self.wrong;
        let mut line = json!({
            "database": kind.name(),
            "subject": subject.name(),
            "seed": seed,
            "kills": self.kills,
            "terminated": self.terminated,
            "completed": self.completed,
            "undos": self.undos,
            "undone_rows": self.undone_rows,
            "replays": self.replays,
            "rounds": self.rounds,
            "writer": {
                "operations": edits + deletes + creates + stalings,
                "edits": edits, "deletes": deletes, "creates": creates,
                "made_stale": stalings, "lost_races": lost_races,
            },
            "rows": self.rows,
            "failing_rows": self.failing,
            "lost_updates": wrong.lost_updates,
            "resurrected_rows": wrong.resurrected,
            "model_version_mismatches": wrong.model_versions,
            "count_mismatches": wrong.counts,
            "ledger_mismatches": wrong.ledger,
            "rows_below_latest": wrong.below_latest,
            "ended_badly": wrong.ended_badly,
            "integrity_check": wrong.integrity.as_deref().unwrap_or("ok"),
            "seconds": self.elapsed.as_secs_f64(),
        });
        if let Some(server) = self.server_to_json() {
            line["server"] = server;
        }
        line
    }

    fn server_to_json(&self) -> Option<Value> {
        let (done, rates, reached) = (self.disturbances?, self.rates?, self.reached()?);
        let Operations { lost_answers, made_without_answer, .. } = self.operations;
        Some(json!({
            "kills": done.server_kills,
            "cut_connections": done.cut_connections,
            "seconds_down": done.down.as_secs_f64(),
            "interrupted_processes": self.interrupted,
            "lost_answers": lost_answers,
            "made_without_answer": made_without_answer,
            "idle_writer_operations_per_second": rates.idle,
            "asked_writer_operations_per_second": rates.asked_for,
            "writer_operations_per_second": reached.round(),
            "writer_operations_of_asked": reached / rates.asked_for_rate(),
        }))
    }
}
