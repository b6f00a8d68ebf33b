//! Explorations of states versions 41 to 45 against what the original's own converters made of
//! them, version by version.

use serde_json::Value;
use versioned_core::{
    BaseVersionedDomainObject, SchemaVersion,
    document::{Member, MemberValue},
};

use super::{difference::first_difference, exploration::Exploration, folder, json_lines};

#[test]
fn explorations_become_what_the_original_makes_of_them_at_every_version() {
    let Some(folder) = folder() else { return };

    let (mut compared, mut versions, mut differences) = (0, 0, Vec::new());
    for line in json_lines(&folder.join("explorations/states-41-45.ndjson")) {
        compared += 1;
        let id = line["id"].as_str().unwrap();
        match compare(&line) {
            Ok(count) => versions += count,
            Err(difference) => differences.push(format!("{id} {difference}")),
        }
    }

    println!(
        "explorations: {compared} compared ({versions} intermediate versions), {} different",
        differences.len(),
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared > 0, "{} holds no exploration", folder.display());
}

/// Compares every version above the stored one, and the whole document at last; returns how many
/// versions there were.
fn compare(line: &Value) -> Result<usize, String> {
    let declaration = Exploration::schema_versioned_attributes();
    let siblings = [Member {
        key: "init_state_name",
        value: MemberValue::Text(line["init_state_name"].as_str().unwrap()),
    }];
    let stored = line["states"].to_string();
    let from: SchemaVersion =
        serde_json::from_value(line["states_schema_version"].clone()).unwrap();
    let latest: SchemaVersion = serde_json::from_value(line["expected_latest"].clone()).unwrap();

    let mut expected = &line["states"];
    let mut versions = 0;
    for to in from.get() + 1..=latest.get() {
        // A version that is not listed is one whose step changes nothing.
        expected = line["expected"].get(to.to_string()).unwrap_or(expected);
        let found = declaration
            .convert("states", &stored, from..=SchemaVersion::new(to), &siblings)
            .map_err(|error| format!("version {to}: refused as `{error}`"))?;
        let found = serde_json::from_str(&found).unwrap();
        if let Some(difference) = first_difference(&found, expected) {
            return Err(format!("version {to}: {difference}"));
        }
        versions += 1;
    }

    let stored = line.to_string();
    let migrated = Exploration::migrate_to_latest_schema_versions(&stored)
        .map_err(|error| format!("refused as `{error}`"))?;
    migrated.to_object().map_err(|error| format!("`{error}` at {:?}", error.pointer()))?;
    let document: Value = serde_json::from_str(migrated.document()).unwrap();
    match first_difference(&document["states"], expected) {
        Some(difference) => Err(format!("as a whole: {difference}")),
        None => Ok(versions),
    }
}
