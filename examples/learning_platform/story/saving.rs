//! What the application does between the jobs: it reads, saves and reverts, and sees what follows.

use std::fmt;

use serde_json::Value;
use versioned_cli::VerbError;
use versioned_core::FieldChange;
use versioned_jobs::{Align, Commit, Stored, TextTable, VersionedModel, deliver};
use versioned_store::{EntityKey, ModelVersion};

use super::{Story, tables};
use crate::{
    database::sql::{Sql, Transaction},
    models::Explorations,
    statistics::ExplorationStatistics,
};

/// Documents, as texts: the libraries of some servers would want them read as documents.
const STATISTICS: Sql = Sql {
    sqlite: "SELECT statistics FROM exploration_statistics WHERE exploration_id = ?
        ORDER BY version",
    postgres: "SELECT statistics::text FROM exploration_statistics WHERE exploration_id = ?
        ORDER BY version",
    mysql: "SELECT statistics FROM exploration_statistics WHERE exploration_id = ?
        ORDER BY version",
};
const SUMMARY: Sql = Sql {
    sqlite: "SELECT summary FROM exploration_summaries WHERE id = ?",
    postgres: "SELECT summary::text FROM exploration_summaries WHERE id = ?",
    mysql: "SELECT summary FROM exploration_summaries WHERE id = ?",
};

impl Story<'_> {
    /// Reads an old exploration, a current one, an old snapshot, and one that is refused.
    pub(super) async fn read(&self) -> Result<(), VerbError> {
        for id in ["fractions", "rivers"] {
            let read = Explorations::open(self.store, &id.into()).await?;
            self.output.line(format_args!("  {id}: {}", upgraded(&read)));
        }
        let (key, version) = (EntityKey::from("fractions"), ModelVersion::FIRST);
        let then = Explorations::get_version(self.store, &key, version).await?;
        let first = &then.states[&then.init_state_name];
        self.output.line(format_args!(
            "  fractions as of model version {version}: it began at `{}`, {}",
            then.init_state_name,
            if first.card_is_checkpoint { "which is its checkpoint" } else { "no checkpoint" },
        ));
        if let Err(error) = Explorations::get(self.store, &"damaged".into()).await {
            self.show(tables::chain(&error, error.help()));
        }
        Ok(())
    }

    /// Two authors open one exploration. The second one to save loses, and is told so.
    pub(super) async fn race(&self) -> Result<(), VerbError> {
        let key = EntityKey::from("colours");
        let mut of_ana = Explorations::open(self.store, &key).await?;
        let mut of_ben = Explorations::open(self.store, &key).await?;
        self.output.line(format_args!("  both open colours: {}", upgraded(&of_ana)));
        "Sorting three colours".clone_into(&mut of_ana.title);
        "Colours, sorted".clone_into(&mut of_ben.title);
        let commit = Commit::by("ana").message("one colour more");
        let version = Explorations::save(self.store, &of_ana, commit).await?;
        self.output.line(format_args!("  ana saves model version {}", shown(version)));
        let commit = Commit::by("ben").message("a better title");
        if let Err(error) = Explorations::save(self.store, &of_ben, commit).await {
            self.output.line("  ben saves:");
            self.show(tables::chain(&error, error.help()));
        }
        Ok(())
    }

    /// The history of one exploration, its rows in other tables, and the messages.
    pub(super) async fn follow(&self) -> Result<(), VerbError> {
        self.history("fractions").await?;
        let mut transaction = Transaction::begin(self.store).await?;
        let (dialect, id) = (transaction.dialect(), ["fractions".into()]);
        self.output.line("");
        for text in transaction.texts(STATISTICS.of(dialect), &id).await? {
            let ExplorationStatistics { model_version, states, .. } = serde_json::from_str(&text)?;
            let states = serde_json::to_value(states)?;
            self.output
                .line(format_args!("  statistics of model version {model_version}: {states}"));
        }
        for text in transaction.texts(SUMMARY.of(dialect), &id).await? {
            let summary: Value = serde_json::from_str(&text)?;
            self.output.line(format_args!("  summary: {summary}"));
        }
        transaction.commit().await?;

        let mut forgotten = Vec::new();
        let delivered = deliver(self.store, |entry| {
            forgotten.push(entry.message.payload);
            async { Ok(()) }
        })
        .await?;
        self.output.line(format_args!("  {delivered} entities are dropped from the cache:"));
        self.output.line(format_args!("    {}", forgotten.join(" ")));
        Ok(())
    }

    async fn history(&self, id: &str) -> Result<(), VerbError> {
        let commits = Explorations::history(self.store, &id.into(), None).await?;
        let columns = [
            (id, Align::Right),
            ("kind", Align::Left),
            ("committer", Align::Left),
            ("message", Align::Left),
        ];
        let mut table = TextTable::new(&columns).indent(2);
        for commit in commits {
            let record = commit.record;
            let version = commit.model_version.to_string();
            table.row([version, record.kind.as_str().to_owned(), record.committer, record.message]);
        }
        self.show(table);
        Ok(())
    }

    /// One revert takes place; two are refused, each for its reason.
    pub(super) async fn revert(&self) -> Result<(), VerbError> {
        let (key, to) = (EntityKey::from("fractions"), ModelVersion::new(2));
        let commit = Commit::by("ana").message("it was better before");
        let version = Explorations::revert(self.store, &key, to, commit).await?;
        self.output.line(format_args!("  fractions is at model version {}\n", shown(version)));
        self.history("fractions").await?;

        for id in ["rivers", "kites"] {
            self.output.line(format_args!("\n  {id}, to model version 1:"));
            let commit = Commit::by("ana").message("as it was in the beginning");
            let key = EntityKey::from(id);
            let done = Explorations::revert(self.store, &key, ModelVersion::FIRST, commit).await;
            if let Err(error) = done {
                self.show(tables::chain(&error, error.help()));
            }
        }
        Ok(())
    }
}

/// What was brought to its latest version when it was read.
fn upgraded<D>(read: &Stored<D>) -> String {
    let change = |change: &FieldChange| {
        format!("{} upgraded from version {} to {}", change.field, change.from, change.to)
    };
    match read.upgraded() {
        [] => "is current".to_owned(),
        changes => changes.iter().map(change).collect::<Vec<_>>().join(", "),
    }
}

fn shown<T: fmt::Display>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
