//! Explorations: one entity with a versioned field, from its declaration to a migrated database.
//!
//! ```text
//! cargo run --example explorations                         on a private database
//! cargo run --example explorations -- --database x.db      on a file
//! ```
//!
//! `exploration.rs` has the declaration and the conversions: the part to copy.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the example talks to its user")]

#[path = "../notebooks/database.rs"]
mod database;
mod exploration;

use std::{error::Error, process::ExitCode};

use exploration::Exploration;
use serde_json::{Value, json};
use versioned_jobs::{BaseMigrateVersionedModelJob, JobOptions, NoProgress};
use versioned_sql::{SqliteStore, sqlx};
use versioned_store::StorageModel;

/// The job: which domain object, and how it is stored.
struct MigrateExplorationJob;

impl BaseMigrateVersionedModelJob for MigrateExplorationJob {
    type DomainObject = Exploration;

    fn storage_model() -> StorageModel {
        StorageModel::columns("explorations").id("id").model_version("version")
    }
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  caused by: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    tokio::runtime::Runtime::new()?.block_on(run())
}

async fn run() -> Result<(), Box<dyn Error>> {
    let database = database::open(&database_url()?, true).await?;
    store_explorations(&database).await?;

    println!("== Stored ==\n{}", MigrateExplorationJob::census(&database).await?);

    println!("== Read: upgraded on the way, while the row stays as it is ==");
    show(&database, "fractions").await?;

    let options = JobOptions::default();
    let audit = MigrateExplorationJob::audit(&database, &options, &NoProgress).await?;
    println!("== Audit: what a migration would do ==\n{audit}");

    let migrated = MigrateExplorationJob::migrate(&database, &options, &NoProgress).await?;
    println!("== Migrate ==\n{migrated}");

    print!("== Migrated ==\n{}", MigrateExplorationJob::census(&database).await?);
    Ok(())
}

fn database_url() -> Result<String, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Ok(database::PRIVATE.to_owned()),
        ["--database", url] => Ok(url.to_owned()),
        _ => Err("usage: explorations [--database URL]".to_owned()),
    }
}

async fn show(database: &SqliteStore, id: &str) -> Result<(), Box<dyn Error>> {
    let exploration = MigrateExplorationJob::fetch(database, &id.into()).await?;
    let Some(exploration) = exploration else { return Ok(()) };
    let version = exploration.states_schema_version;
    println!("`{}` ({}) read at version {version}:", exploration.id, exploration.language_code);
    for (name, state) in &exploration.states {
        let mark = if state.card_is_checkpoint { ", a checkpoint" } else { "" };
        println!("  {name}: {}{mark}", state.interaction["id"]);
    }
    println!();
    Ok(())
}

/// Three explorations, as three ages of the application wrote them.
async fn store_explorations(database: &SqliteStore) -> Result<(), Box<dyn Error>> {
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS explorations (
            id TEXT NOT NULL PRIMARY KEY,
            init_state_name TEXT NOT NULL,
            language_code TEXT NOT NULL,
            states TEXT NOT NULL,
            states_schema_version INTEGER NOT NULL,
            version INTEGER NOT NULL DEFAULT 1
        )",
    )
    .execute(database.pool())
    .await?;

    let halves = json!({"Halves": state("NumericExpressionInput"), "End": state("EndExploration")});
    let colours = json!({"Colours": sorting_state(), "End": state("EndExploration")});
    let mut kites = json!({"Kites": state("TextInput")});
    kites["Kites"]["card_is_checkpoint"] = true.into();
    for (id, first_state, version, states) in [
        ("fractions", "Halves", 41, halves),
        ("colours", "Colours", 41, colours),
        ("kites", "Kites", 44, kites),
    ] {
        sqlx::query(
            "INSERT INTO explorations
                (id, init_state_name, language_code, states, states_schema_version)
             VALUES (?, ?, 'en', ?, ?) ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(first_state)
        .bind(states.to_string())
        .bind(version)
        .execute(database.pool())
        .await?;
    }
    Ok(())
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
