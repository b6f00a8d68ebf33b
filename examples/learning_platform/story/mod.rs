//! The story: a database that six ages of an application have filled, from the first census to the
//! last.

mod places;
mod repairs;
mod saving;
mod tables;

use std::fmt;

use versioned_cli::{Output, VerbCall, VerbError, exit_code};
use versioned_jobs::{Align, JobOptions, JobReport, TextTable};
use versioned_sql::SqlStore;
use versioned_store::{EntityKey, JobLedger, QuarantineRequest};

use self::{
    places::{MODELS, Place, Run, SNAPSHOTS},
    repairs::{
        FIRST_STATE_REPAIRED, REPAIR_FIRST_STATE, REPAIR_RUBRIC, REPAIR_TITLE, TITLE_REPAIRED,
    },
};
use crate::{
    database::{
        self,
        sql::{Sql, Transaction},
    },
    schema::{self, Filled},
    seeds,
};

/// The name of the verb.
pub(crate) const VERB: &str = "story";

/// Tells the story.
pub(crate) async fn run(call: VerbCall<'_, ()>) -> Result<u8, VerbError> {
    let store = &database::open_or_private(&call).await?;
    Story { store, output: call.output }.tell().await
}

/// The story, told about a database.
pub(crate) struct Story<'a> {
    pub(crate) store: &'a SqlStore,
    pub(crate) output: &'a Output,
}

impl Story<'_> {
    /// Tells it; the exit code says whether everything added up.
    pub(crate) async fn tell(&self) -> Result<u8, VerbError> {
        let filled = schema::create(self.store).await?;
        self.chapter("Stored", "Six kinds of entities, as older programs have left them.");
        self.stored(filled)?;
        self.chapter("Census", "Which versions are stored, and in how many rows.");
        self.census().await?;
        self.chapter("Read", "Whatever is read comes at its latest versions. Nothing is written.");
        self.read().await?;
        self.chapter("Audit", "What the jobs would do: the jobs themselves, writes off.");
        self.audit().await?;
        self.chapter("Save", "The application works on. Two authors open one old exploration.");
        self.race().await?;
        self.chapter("Repair", "Some of what the audit has found can be put right.");
        self.repair().await?;
        self.chapter("Migrate models", "Each model that changes gets a commit by the job.");
        let models = self.migrate(&MODELS).await?;
        self.chapter("What follows", "Written with each migrated model, in one transaction.");
        self.follow().await?;
        self.chapter("Replay", "A row is repaired later, and leaves the quarantine.");
        self.replay().await?;
        self.chapter("Migrate snapshots", "Old snapshots are rewritten in place, without commits.");
        let snapshots = self.migrate(&SNAPSHOTS).await?;
        self.chapter("Revert", "An old model version becomes the latest one, as a new commit.");
        self.revert().await?;
        self.chapter(
            "Census",
            "What is not at its latest versions is deleted, quarantined or on the skip list.",
        );
        self.census().await?;
        let balanced = models.iter().chain(&snapshots).all(|report| report.counts().is_balanced());
        let accounted = self.account().await?;
        Ok(if balanced && accounted { exit_code::DONE } else { exit_code::FINDINGS })
    }

    fn chapter(&self, title: &str, what: &str) {
        self.output.line(format_args!("\n== {title} ==\n{what}\n"));
    }

    fn show(&self, text: impl fmt::Display) {
        self.output.line(text.to_string().trim_end());
    }

    /// The explorations, one by one; of the other kinds there are as many.
    fn stored(&self, Filled { stored, present }: Filled) -> Result<(), VerbError> {
        let columns = [("exploration", Align::Left), ("commits", Align::Right), ("", Align::Left)];
        let mut table = TextTable::new(&columns).indent(2);
        for seed in seeds::seeds("exploration")? {
            let id = seed.document["id"].as_str().unwrap_or_default().to_owned();
            table.row([id, seed.model_version.to_string(), seed.about]);
        }
        self.show(table);
        if present > 0 {
            self.output.line(format_args!(
                "\n  {present} entities were there already and stay as they are, {stored} are new: \
                 the story was told\n  on this database before, and goes on with what it has left"
            ));
        }
        Ok(())
    }

    async fn census(&self) -> Result<(), VerbError> {
        let (mut models, mut snapshots) = (Vec::new(), Vec::new());
        for (model, snapshot) in MODELS.iter().zip(&SNAPSHOTS) {
            models.push((model.census)(self.store).await?);
            snapshots.push((snapshot.census)(self.store).await?);
        }
        self.show(tables::census(&models, &snapshots));
        Ok(())
    }

    async fn audit(&self) -> Result<(), VerbError> {
        let options = JobOptions::default();
        let mut reports = self.run_all(&MODELS, |place| place.audit, &options).await?;
        reports.extend(self.run_all(&SNAPSHOTS, |place| place.audit, &options).await?);
        self.show(tables::counts(&reports, "to migrate"));
        self.output.line("");
        self.show(tables::failures(&reports));
        Ok(())
    }

    /// Two rows are repaired; one is left alone from now on, for its author gave it up.
    async fn repair(&self) -> Result<(), VerbError> {
        for (what, statement) in
            [(TITLE_REPAIRED, REPAIR_TITLE), (FIRST_STATE_REPAIRED, REPAIR_FIRST_STATE)]
        {
            let done = self.execute(statement).await?;
            let before = if done == 0 { ", repaired before" } else { "" };
            self.output.line(format_args!("  {what}{before}"));
        }
        self.output.line("  exploration damaged: on the skip list, its author has given it up");
        Ok(())
    }

    async fn migrate(&self, places: &[Place]) -> Result<Vec<JobReport>, VerbError> {
        let reports = self.run_all(places, |place| place.migrate, &options()).await?;
        self.show(tables::counts(&reports, "migrated"));
        let losses = tables::losses(&reports);
        if !losses.is_empty() {
            self.output.line("");
            self.show(losses);
        }
        Ok(reports)
    }

    async fn replay(&self) -> Result<(), VerbError> {
        self.execute(REPAIR_RUBRIC).await?;
        let reports = self.run_all(&MODELS, |place| place.replay, &options()).await?;
        self.show(tables::counts(&reports, "migrated"));
        Ok(())
    }

    /// Whether each row is current, or known not to be.
    async fn account(&self) -> Result<bool, VerbError> {
        let mut reports = self.run_all(&MODELS, |place| place.audit, &options()).await?;
        reports.extend(self.run_all(&SNAPSHOTS, |place| place.audit, &options()).await?);
        self.output.line("");
        self.show(tables::counts(&reports, "to migrate"));
        let rest: u64 = reports.iter().map(|report| report.counts().migrated).sum();
        let failed: u64 = reports.iter().map(|report| report.counts().failed).sum();
        let request = QuarantineRequest { entity: None, after: None, limit: 1000 };
        let quarantined = self.store.quarantined(&request).await?.len();
        let adds_up = reports.iter().all(|report| report.counts().is_balanced())
            && rest == 0
            && u64::try_from(quarantined) == Ok(failed);
        let verdict = if adds_up { "every row is accounted for" } else { "they do not" };
        self.output.line(format_args!("\n  in quarantine, with their reasons: {quarantined}"));
        self.output.line(format_args!("  the counts add up: {verdict}"));
        Ok(adds_up)
    }

    /// What somebody does to the database by hand; says how many rows it concerned.
    async fn execute(&self, statement: Sql) -> Result<u64, VerbError> {
        let mut transaction = Transaction::begin(self.store).await?;
        let done = transaction.execute(statement.of(transaction.dialect()), &[]).await?;
        transaction.commit().await?;
        Ok(done)
    }

    async fn run_all(
        &self,
        places: &[Place],
        job: fn(&Place) -> Run,
        options: &JobOptions,
    ) -> Result<Vec<JobReport>, VerbError> {
        let mut reports = Vec::new();
        for place in places {
            reports.push(job(place)(self.store, options).await?);
        }
        Ok(reports)
    }
}

/// The jobs keep a ledger, and leave one exploration alone.
fn options() -> JobOptions {
    JobOptions::default()
        .with_ledger("ada")
        .with_skipped([EntityKey::from("damaged").to_entity_id()])
}
