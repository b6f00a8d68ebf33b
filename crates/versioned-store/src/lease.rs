//! Leases: who works on a run, and how a stale owner is known.
//!
//! Layer: store. Invariant: a token is given once, so an owner that was overtaken never commits again, however long it slept.
//! Time only decides who may take over; it never decides who may write.

use crate::{Checkpoint, RunId, RunRecord, RunRequest, RunState, StoreProblem, Transition};

/// By whom a run is claimed, and how long at first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "jobs build it")]
pub struct Claim {
    /// Who works, such that no two claims of one moment have the same text.
    pub owner: String,
    /// Until when nobody else may go on with the run, in milliseconds since 1970. Each batch puts it off.
    pub until_ms: i64,
    /// Whether the run is taken even if somebody else holds it.
    pub take_over: bool,
}

/// Who works on a run, until when nobody else may, and the token by which a stale owner is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Lease {
    /// It rises with each owner. What an owner with a lower one writes is refused, so an owner that sleeps longer than
    /// its lease does no harm.
    pub token: u64,
    /// Who works.
    pub owner: String,
    /// Since when, in milliseconds since 1970.
    pub since_ms: i64,
    /// Until when nobody else may go on with the run; 0 once it does not work any more.
    pub until_ms: i64,
}

impl Lease {
    /// The lease that follows this one.
    #[must_use]
    pub fn next(&self, request: &RunRequest, claim: &Claim) -> Self {
        let (owner, until_ms) = (claim.owner.clone(), claim.until_ms);
        Self { token: self.token.saturating_add(1), owner, since_ms: request.at_ms, until_ms }
    }
}

/// What becomes of an unfinished run when somebody asks for one of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "stores must do each of them")]
pub enum Opening {
    /// The claim is the one under which it works already, made twice: it stays as it is.
    Same,
    /// It goes on under the next lease.
    Resumed,
    /// It is closed, and a new one starts.
    Superseded,
}

impl RunRecord {
    /// A run that starts.
    #[must_use]
    pub fn started(id: RunId, request: &RunRequest, claim: &Claim) -> Self {
        let (request, lease) = (request.clone(), Lease::default().next(request, claim));
        let (state, checkpoint) = (RunState::Running, Checkpoint::default());
        Self { id, request, state, checkpoint, lease }
    }

    /// What becomes of this run, which is unfinished, when somebody asks for one of the same entity, table, kind and
    /// target.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::RunHeld`] if somebody else works on it, [`StoreProblem::RunMustFinish`] if no other run may take
    /// its place.
    pub fn opening(&self, request: &RunRequest, claim: &Claim) -> Result<Opening, StoreProblem> {
        let (run, lease) = (self.id, &self.lease);
        let is_same = self.request.settings == request.settings;
        let is_owner = (&lease.owner, lease.since_ms) == (&claim.owner, request.at_ms);
        if self.state == RunState::Running && is_same && is_owner {
            return Ok(Opening::Same);
        }
        if self.state == RunState::Running && lease.until_ms > request.at_ms && !claim.take_over {
            let owner = lease.owner.as_str().into();
            let (since, until) = (utc(lease.since_ms).into(), utc(lease.until_ms).into());
            return Err(StoreProblem::RunHeld { run, owner, since, until });
        }
        if is_same {
            return Ok(Opening::Resumed);
        }
        if self.request.must_finish && self.checkpoint.number > 0 {
            return Err(StoreProblem::RunMustFinish { run });
        }
        Ok(Opening::Superseded)
    }

    /// Checks that a batch may be written: the lease is the writer's, the run works, and the checkpoint is the next one.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::LeaseLost`] or [`StoreProblem::RunMoved`].
    pub fn check_batch(&self, token: u64, number: u64) -> Result<(), StoreProblem> {
        self.check_token(token)?;
        let (run, found) = (self.id, self.checkpoint.number);
        if self.state != RunState::Running || number.checked_sub(1) != Some(found) {
            let state = self.state.as_str();
            return Err(StoreProblem::RunMoved { run, state, found, number });
        }
        Ok(())
    }

    /// Checks that a change of state is legal.
    ///
    /// # Errors
    ///
    /// [`StoreProblem::LeaseLost`] or [`StoreProblem::TransitionIllegal`].
    pub fn check_change(&self, to: &Transition, token: Option<u64>) -> Result<(), StoreProblem> {
        token.map_or(Ok(()), |token| self.check_token(token))?;
        if Some(self.state) != to.from || !self.state.may_become(to.to) {
            let (run, state, to) = (self.id, self.state.as_str(), to.to.as_str());
            return Err(StoreProblem::TransitionIllegal { run, state, to });
        }
        Ok(())
    }

    fn check_token(&self, token: u64) -> Result<(), StoreProblem> {
        if self.lease.token == token {
            return Ok(());
        }
        let (owner, since) = (self.lease.owner.as_str().into(), utc(self.lease.since_ms).into());
        Err(StoreProblem::LeaseLost { run: self.id, owner, since })
    }
}

/// A time as people read it.
fn utc(at_ms: i64) -> String {
    const DAY: i64 = 86_400;
    let seconds = at_ms.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    // Years are counted from March, so that the day of a leap year comes last: 400 years have 146 097 days.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunKind;

    fn request(settings: &str, at_ms: i64) -> RunRequest {
        RunRequest {
            entity: "lesson".to_owned(),
            table: "lessons".to_owned(),
            kind: RunKind::Migrate,
            target: None,
            settings: settings.to_owned(),
            must_finish: true,
            who: "ada".to_owned(),
            at_ms,
        }
    }

    fn claim(owner: &str, take_over: bool) -> Claim {
        Claim { owner: owner.to_owned(), until_ms: 100, take_over }
    }

    #[test]
    fn a_run_is_held_until_its_lease_is_over() {
        let run = RunRecord::started(RunId::new(1), &request("a", 10), &claim("one", false));
        let opening = |owner: &str, at_ms: i64, take_over: bool| {
            run.opening(&request("a", at_ms), &claim(owner, take_over))
        };
        assert!(matches!(opening("two", 99, false), Err(StoreProblem::RunHeld { .. })));
        assert_eq!(opening("two", 99, true), Ok(Opening::Resumed));
        assert_eq!(opening("two", 100, false), Ok(Opening::Resumed));
        assert_eq!(opening("one", 10, false), Ok(Opening::Same));
    }

    #[test]
    fn a_run_that_must_finish_and_has_written_is_not_superseded() {
        let mut run = RunRecord::started(RunId::new(1), &request("a", 10), &claim("one", false));
        run.state = RunState::Interrupted;
        let opening = |run: &RunRecord| run.opening(&request("b", 20), &claim("two", false));
        assert_eq!(opening(&run), Ok(Opening::Superseded));
        run.checkpoint.number = 1;
        assert_eq!(opening(&run), Err(StoreProblem::RunMustFinish { run: run.id }));
        run.request.must_finish = false;
        assert_eq!(opening(&run), Ok(Opening::Superseded));
    }

    #[test]
    fn a_time_is_shown_as_date_and_time_of_day() {
        assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc(951_827_696_000), "2000-02-29 12:34:56 UTC");
        assert_eq!(utc(1_767_225_599_999), "2025-12-31 23:59:59 UTC");
        assert_eq!(utc(-1), "1969-12-31 23:59:59 UTC");
    }
}
