//! The rules of the conversions, and what becomes of the seeds.

mod chains;
mod collection;
mod documented;
mod exploration;
mod golden;
mod laws;
mod lines;
mod lock;
mod losses;
mod question;
mod reading;
mod seeds;
mod servers;
mod skill;
mod stored;
mod story;
mod summaries;
mod telling;
mod topic;

use std::{error::Error, future::Future};

use serde_json::{Map, Value};
use versioned_core::{
    BaseVersionedDomainObject, MigrationError, MigrationOptions, SchemaVersion,
    document::{Member, MemberValue},
};

use versioned_sql::SqlStore;

use crate::{
    database, files, schema,
    seeds::{Seed, seeds as seeds_of},
};

/// Converts the value of a field by one step, beside these siblings.
fn convert<D: BaseVersionedDomainObject>(
    field: &str,
    from: u32,
    value: &Value,
    siblings: &[(&str, Value)],
) -> Result<Value, MigrationError> {
    let texts: Vec<(&str, String)> =
        siblings.iter().map(|(key, value)| (*key, value.to_string())).collect();
    let members: Vec<Member<'_>> =
        texts.iter().map(|(key, text)| Member { key, value: MemberValue::Json(text) }).collect();
    let step = SchemaVersion::new(from)..=SchemaVersion::new(from + 1);
    let declaration = D::schema_versioned_attributes();
    let converted = declaration.convert(field, &value.to_string(), step, &members)?;
    Ok(serde_json::from_str(&converted).unwrap())
}

fn check<D: BaseVersionedDomainObject>(field: &str, from: u32, value: &Value, expect: &Value) {
    assert_eq!(&convert::<D>(field, from, value, &siblings()).unwrap(), expect);
}

/// The siblings that every kind has, and what is fetched.
fn siblings() -> [(&'static str, Value); 3] {
    let nothing = Value::Object(Map::new());
    [("id", "it".into()), ("init_state_name", "Start".into()), ("thumbnail_sizes", nothing)]
}

/// Says where and why a conversion refuses.
fn refusal(error: &MigrationError) -> (String, String) {
    let pointer = error.pointer().map(|pointer| pointer.as_str().to_owned()).unwrap_or_default();
    (pointer, error.source().unwrap().to_string())
}

fn check_refused<D: BaseVersionedDomainObject>(
    field: &str,
    from: u32,
    value: &Value,
    expect_pointer: &str,
    expect_reason: &str,
) {
    let error = convert::<D>(field, from, value, &siblings()).unwrap_err();
    assert_eq!(refusal(&error), (expect_pointer.to_owned(), expect_reason.to_owned()));
}

/// The stored document with all fields at their latest versions.
fn upgraded<D: BaseVersionedDomainObject>(document: &Value) -> Value {
    let stored = document.to_string();
    let sizes = sizes();
    let fetched = fetched(&sizes);
    let options = MigrationOptions::new().with_fetched(&fetched);
    let migrated = D::migrate_to_latest_schema_versions_with(&stored, &options).unwrap();
    serde_json::from_str(migrated.document()).unwrap()
}

/// The sizes of all thumbnails, as JSON.
fn sizes() -> String {
    serde_json::to_string(&block_on(files::sizes_below("story/"))).unwrap()
}

/// What is fetched for conversions; those that do not need it do not see it.
fn fetched(sizes: &str) -> [Member<'_>; 1] {
    [Member { key: "thumbnail_sizes", value: MemberValue::Json(sizes) }]
}

/// The seed with this id.
fn seed(entity: &str, id: &str) -> Seed {
    let mut seeds = seeds_of(entity).unwrap().into_iter();
    seeds.find(|seed| seed.document["id"] == id).unwrap()
}

/// The snapshot of a seed as of a model version.
fn snapshot(entity: &str, id: &str, model_version: i64) -> Value {
    let mut snapshots = seed(entity, id).snapshots.into_iter();
    snapshots.find(|snapshot| snapshot.model_version == model_version).unwrap().document
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(1).enable_all().build().unwrap().block_on(future)
}

/// A database as older programs have left it.
async fn filled() -> SqlStore {
    let store = database::private().await.unwrap();
    schema::create(&store).await.unwrap();
    store
}
