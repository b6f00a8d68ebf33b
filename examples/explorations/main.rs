//! Explorations: one entity with a versioned field, from its declaration to a migrated database.
//!
//! ```text
//! cargo run --example explorations                         on a private database
//! cargo run --example explorations -- --database URL       on a file, PostgreSQL or MariaDB
//! cargo run --example explorations -- --help               census, audit, migrate ..
//! ```
//!
//! `exploration.rs` has the declaration and the conversions, `state_steps.rs` what they do to one
//! state: the part to copy.

#[path = "../database/mod.rs"]
#[expect(dead_code, reason = "the examples share it")]
mod database;
mod exploration;

use std::process::ExitCode;

use database::sql::{Param, Transaction};
use exploration::Exploration;
use serde_json::{Value, json};
use versioned_cli::{App, Output, VerbCall, VerbError, clap::Command, exit_code};
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress, VersionedModel};
use versioned_sql::SqlStore;
use versioned_store::StorageModel;

/// The entity kind: which domain object, and how it is stored.
struct Explorations;

impl VersionedModel for Explorations {
    type DomainObject = Exploration;

    fn storage_model() -> StorageModel {
        StorageModel::columns("explorations").id("id").model_version("version")
    }
}

/// The job over it.
struct MigrateExplorationJob;

impl BaseMigrateVersionedModelJob for MigrateExplorationJob {
    type Model = Explorations;
}

fn main() -> ExitCode {
    App::new("explorations")
        .about("Keeps explorations and brings their states to version 45")
        .job::<MigrateExplorationJob>()
        .unconnected_verb(Command::new("story").about("Tell the story (the default)"), story)
        .default_verb("story")
        .main(database::open)
}

async fn story(call: VerbCall<'_, ()>) -> Result<u8, VerbError> {
    let database = &database::open_or_private(&call).await?;
    let output = call.output;
    store_explorations(database).await?;

    output.line(format!("== Stored ==\n{}", MigrateExplorationJob::census(database).await?));

    output.line("== Read: upgraded on the way, while the row stays as it is ==");
    show(database, "fractions", output).await?;

    let options = JobOptions::default();
    let audit = MigrateExplorationJob::audit(database, &options, &NoProgress).await?;
    output.line(format!("== Audit: what a migration would do ==\n{audit}"));

    let migrated = MigrateExplorationJob::migrate(database, &options, &NoProgress).await?;
    output.line(format!("== Migrate ==\n{migrated}"));

    let census = MigrateExplorationJob::census(database).await?.to_string();
    output.line(format!("== Migrated ==\n{}", census.trim_end()));
    Ok(exit_code::DONE)
}

async fn show(database: &SqlStore, id: &str, output: &Output) -> Result<(), VerbError> {
    let exploration = Explorations::find(database, &id.into()).await?;
    let Some(exploration) = exploration else {
        output.line(format!("`{id}` is gone"));
        return Ok(());
    };
    let (id, language) = (&exploration.id, &exploration.language_code);
    let version = exploration.states_schema_version;
    output.line(format!("`{id}` ({language}) read at version {version}:"));
    for (name, state) in &exploration.states {
        let mark = if state.card_is_checkpoint { ", a checkpoint" } else { "" };
        output.line(format!("  {name}: {}{mark}", state.interaction["id"]));
    }
    output.line("");
    Ok(())
}

/// Three explorations, as three ages of the application wrote them.
async fn store_explorations(database: &SqlStore) -> Result<(), VerbError> {
    let mut transaction = Transaction::begin(database).await?;
    transaction
        .define(
            "CREATE TABLE IF NOT EXISTS explorations (
                id $KEY NOT NULL PRIMARY KEY,
                init_state_name $TEXT NOT NULL,
                language_code $TEXT NOT NULL,
                states $JSON NOT NULL,
                states_schema_version INTEGER NOT NULL,
                version INTEGER NOT NULL DEFAULT 1
            )",
        )
        .await?;

    let halves = json!({"Halves": state("NumericExpressionInput"), "End": state("EndExploration")});
    let colours = json!({"Colours": sorting_state(), "End": state("EndExploration")});
    let mut kites = json!({"Kites": state("TextInput")});
    kites["Kites"]["card_is_checkpoint"] = true.into();
    for (id, first_state, version, states) in [
        ("fractions", "Halves", 41, halves),
        ("colours", "Colours", 41, colours),
        ("kites", "Kites", 44_i64, kites),
    ] {
        let row = [
            ("id", id.into()),
            ("init_state_name", first_state.into()),
            ("language_code", "en".into()),
            ("states", Param::Json(states.to_string())),
            ("states_schema_version", version.into()),
        ];
        transaction.insert("explorations", &row).await?;
    }
    transaction.commit().await
}

/// A state as version 41 has it.
fn state(interaction: &str) -> Value {
    json!({
        "content": {"content_id": "content", "html": "<p>Have a look.</p>"},
        "interaction": {
            "id": interaction, "customization_args": {}, "answer_groups": [], "solution": null,
        },
        "param_changes": [],
        "classifier_model_id": null,
        "recorded_voiceovers": {},
        "written_translations": {},
        "solicit_answer_details": false,
        "next_content_id_index": 3,
    })
}

/// A state whose answers name choices by their HTML, as version 41 does.
fn sorting_state() -> Value {
    let mut state = state("DragAndDropSortInput");
    state["interaction"]["customization_args"]["choices"] = json!({"value": [
        {"content_id": "ca_choices_1", "html": "<p>red</p>"},
        {"content_id": "ca_choices_2", "html": "<p>blue</p>"},
    ]});
    state["interaction"]["answer_groups"] = json!([{"rule_specs": [{
        "rule_type": "IsEqualToOrdering",
        "inputs": {"x": [["<p>blue</p>"], ["<p>red</p>"]]},
    }]}]);
    state
}
