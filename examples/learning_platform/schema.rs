//! The database as six ages of the application have left it: rows and snapshots at old versions,
//! written by plain SQL, as programs did that knew of no migration.

use serde_json::Value;
use versioned_cli::VerbError;
use versioned_core::BaseVersionedDomainObject;
use versioned_jobs::VersionedModel;
use versioned_sql::SqlStore;
use versioned_store::{EntityTable, TableLayout};

use crate::{
    database::{
        self,
        sql::{Param, Transaction},
    },
    models::{Collections, Explorations, Questions, Skills, Stories, Topics},
    seeds::{Seed, seeds},
};

/// The day of a commit, in milliseconds, and when the first one was made.
const DAY_MS: i64 = 86_400_000;
const BEGIN_MS: i64 = 1_500_000_000_000;

/// How many models were stored, and how many were there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) stored: u64,
    pub(crate) present: u64,
}

/// Creates the tables and fills them; what is there already stays as it is.
pub(crate) async fn create(store: &SqlStore) -> Result<Filled, VerbError> {
    let mut transaction = Transaction::begin(store).await?;
    transaction.define(include_str!("schema.sql")).await?;
    transaction.commit().await?;
    let mut filled = Filled::default();
    fill::<Explorations>(store, &mut filled).await?;
    fill::<Questions>(store, &mut filled).await?;
    fill::<Skills>(store, &mut filled).await?;
    fill::<Stories>(store, &mut filled).await?;
    fill::<Topics>(store, &mut filled).await?;
    fill::<Collections>(store, &mut filled).await?;
    Ok(filled)
}

async fn fill<M: VersionedModel>(store: &SqlStore, filled: &mut Filled) -> Result<(), VerbError> {
    let table = M::table()?;
    database::check(store, &table).await?;
    store.create_history_tables(&table).await?;
    let mut transaction = Transaction::begin(store).await?;
    for seed in seeds(M::DomainObject::schema_versioned_attributes().entity)? {
        match insert(&mut transaction, &table, &seed).await? {
            true => filled.stored += 1,
            false => filled.present += 1,
        }
    }
    transaction.commit().await
}

/// Stores a model with its history; says whether it is new.
async fn insert(
    transaction: &mut Transaction,
    table: &EntityTable,
    seed: &Seed,
) -> Result<bool, VerbError> {
    let history = table.history_or_problem()?;
    let id = seed.document["id"].as_str().unwrap_or_default();
    let is_new = transaction.insert(table.name(), &columns(table, seed, id)).await?;
    for (model_version, document) in versions(seed) {
        let key = || vec![("id", id.into()), ("version", model_version.into())];
        let mut snapshot = key();
        snapshot.push(("content", Param::Text(document.to_string())));
        transaction.insert(history.snapshots_table(), &snapshot).await?;

        let (kind, message, commands) = match model_version {
            1 => ("create", "begin", r#"[{"cmd":"create"}]"#),
            _ => ("edit", "go on", "[]"),
        };
        let mut commit = key();
        commit.extend([
            ("kind", kind.into()),
            ("committer", "ana".into()),
            ("message", message.into()),
            ("commands", commands.into()),
            ("at_ms", (BEGIN_MS + model_version * DAY_MS).into()),
        ]);
        transaction.insert(history.commits_table(), &commit).await?;
    }
    Ok(is_new)
}

/// The columns of a row: a member each, or the whole document in one.
fn columns<'s>(table: &EntityTable, seed: &'s Seed, id: &'s str) -> Vec<(&'s str, Param)> {
    let mut columns = match table.layout() {
        TableLayout::Document => {
            vec![("id", id.into()), ("document", Param::Json(seed.document.to_string()))]
        }
        _ => {
            let members = seed.document.as_object().into_iter().flatten();
            members.filter_map(|(name, value)| Some((name.as_str(), param(value)?))).collect()
        }
    };
    columns.push(("version", seed.model_version.into()));
    columns.push(("deleted", Param::Flag(seed.deleted)));
    columns
}

/// A member as a parameter; `None` for a null, which no column needs to be told.
fn param(value: &Value) -> Option<Param> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => Param::Flag(*flag),
        Value::Number(number) => Param::Number(number.as_i64().unwrap_or_default()),
        Value::String(text) => text.as_str().into(),
        Value::Array(_) | Value::Object(_) => Param::Json(value.to_string()),
    })
}

/// Every model version of which there is a snapshot; the last one is what the row holds too.
fn versions(seed: &Seed) -> impl Iterator<Item = (i64, &Value)> {
    let snapshots = seed.snapshots.iter();
    let older = snapshots.map(|snapshot| (snapshot.model_version, &snapshot.document));
    older.chain([(seed.model_version, &seed.document)])
}
