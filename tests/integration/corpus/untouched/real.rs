//! The real documents.

use serde::Deserialize;
use serde_json::value::RawValue;
use versioned_core::{BaseVersionedDomainObject, MigrationError};

use super::{
    super::{
        exploration::Exploration,
        folder, json_lines,
        notebook::{Format, Notebook},
        read,
    },
    Untouched,
    declared::{EXPLORATION, NOTEBOOK},
    steps::Step,
};

#[test]
fn explorations_keep_the_bytes_that_no_step_touches() {
    #[derive(Deserialize)]
    struct Line<'t> {
        id: &'t str,
        init_state_name: &'t str,
        states_schema_version: u32,
        #[serde(borrow)]
        states: &'t RawValue,
    }

    let Some(folder) = folder() else { return };
    let mut untouched = Untouched::default();
    for line in read(&folder.join("explorations/states-41-45.ndjson")).lines() {
        let line: Line<'_> = serde_json::from_str(line).unwrap();
        let (id, first, version) = (line.id, line.init_state_name, line.states_schema_version);
        let states = line.states.get();
        let stored = format!(
            r#"{{"id": "{id}", "init_state_name": "{first}", "language_code": "en",
            "states": {states} , "states_schema_version": {version}}}"#
        );
        let steps = since(&EXPLORATION, 41, version);
        untouched.add(compare_migrated::<Exploration>(&stored, steps).unwrap());
    }
    report("explorations", &untouched);
}

#[test]
fn notebooks_keep_the_bytes_that_no_step_touches() {
    let Some(folder) = folder() else { return };
    let folder = folder.join("notebooks");
    let mut untouched = Untouched::default();
    for line in json_lines(&folder.join("expected.ndjson")) {
        if line["refused"].is_string() {
            continue;
        }
        let file = line["file"].as_str().unwrap();
        let json = read(&folder.join(file));
        let version = Format::of_file(&json).unwrap().schema_version().get();
        let stored = format!(
            r#"{{"file": "{file}", "notebook_schema_version": {version}, "notebook": {json}}}"#
        );
        let steps = since(&NOTEBOOK, 2, version);
        untouched.add(compare_migrated::<Notebook>(&stored, steps).unwrap());
    }
    report("notebooks", &untouched);
}

/// The steps that a document of this version goes through.
pub(super) fn since(steps: &'static [Step], first: u32, version: u32) -> &'static [Step] {
    &steps[usize::try_from(version - first).unwrap()..]
}

/// Migrates a document and compares it with what it was.
pub(super) fn compare_migrated<D: BaseVersionedDomainObject>(
    stored: &str,
    steps: &[Step],
) -> Result<Untouched, MigrationError> {
    let migrated = D::migrate_to_latest_schema_versions(stored)?;
    Ok(Untouched::compare(stored, migrated.document(), steps))
}

fn report(documents: &str, untouched: &Untouched) {
    let Untouched { members, bytes, changed_bytes, differences } = untouched;
    println!(
        "{documents}: {members} members untouched ({bytes} bytes), {changed_bytes} changed bytes"
    );
    let shown: Vec<String> =
        differences.iter().take(10).map(|it| it.chars().take(300).collect()).collect();
    assert!(differences.is_empty(), "{}", shown.join("\n"));
    assert!(*members > 0);
}
