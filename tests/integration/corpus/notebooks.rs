//! Notebooks of formats 2.0 to 4.99 against what an independent converter made of them.

use std::path::Path;

use serde_json::{Map, Value};
use versioned_core::{BaseVersionedDomainObject, MigrationError, SchemaVersion};

use super::{
    difference::first_difference,
    folder, json_lines,
    normalise::{join_texts, remove_transient},
    notebook::{Cell, Format, Notebook, NotebookDocument},
    read,
};

#[test]
fn notebooks_become_what_the_independent_converter_makes_of_them() {
    let Some(folder) = folder() else { return };
    let folder = folder.join("notebooks");

    let (mut documents, mut refusals, mut differences) = (0, 0, Vec::new());
    for line in json_lines(&folder.join("expected.ndjson")) {
        let file = line["file"].as_str().unwrap();
        match (compare(&folder, file, &line), line["refused"].is_string()) {
            (Ok(()), false) => documents += 1,
            (Ok(()), true) => refusals += 1,
            (Err(difference), _) => differences.push(format!("{file}{difference}")),
        }
    }

    println!(
        "notebooks: {} compared ({documents} documents, {refusals} refusals), {} different",
        documents + refusals + differences.len(),
        differences.len(),
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(documents > 0, "{} holds no notebook", folder.display());
}

fn compare(folder: &Path, file: &str, line: &Value) -> Result<(), String> {
    let json = read(&folder.join(file));
    let stored = stored_document(file, &json);
    let migrated = Notebook::migrate_to_latest_schema_versions(&stored);

    if let Some(reason) = line["refused"].as_str() {
        return match (migrated, reason.split_once(':').map_or(reason, |(kind, _)| kind)) {
            (Err(MigrationError::TooNew { .. }), "newer than known") => Ok(()),
            (Err(error @ MigrationError::StepFailed { .. }), "malformed")
                if error.pointer().is_some() =>
            {
                Ok(())
            }
            (Err(error), _) => Err(format!(": refused as `{error}`, expected `{reason}`")),
            (Ok(_), _) => Err(format!(": accepted, expected `{reason}`")),
        };
    }

    let migrated = migrated.map_err(|error| format!(": refused as `{error}`"))?;
    let object =
        migrated.to_object().map_err(|error| format!(": `{error}` at {:?}", error.pointer()))?;
    if migrated.is_current() && migrated.document() != stored {
        return Err(": is current, yet its bytes have changed".to_owned());
    }
    let again = Notebook::migrate_to_latest_schema_versions(&stored);
    if again.map_or(true, |again| again.document() != migrated.document()) {
        return Err(": two conversions of it are different".to_owned());
    }

    let mut document: Value = serde_json::from_str(migrated.document()).unwrap();
    let mut found = document["notebook"].take();
    let mut expected = line["expected"].clone();
    remove_transient(&mut found, &serde_json::from_str(&json).unwrap());
    join_texts(&mut found);
    join_texts(&mut expected);
    if let Some(difference) = first_difference(&found, &expected) {
        return Err(difference);
    }
    check_object(&object, file, &expected)
}

/// Compares what a reader of the typed object sees.
fn check_object(object: &Notebook, file: &str, expected: &Value) -> Result<(), String> {
    if object.file != file || object.notebook_schema_version != SchemaVersion::new(5) {
        return Err(": the object has another id or version".to_owned());
    }
    let NotebookDocument { metadata, cells } = &object.notebook;
    let expected_cells = expected["cells"].as_array().unwrap();
    if cells.len() != expected_cells.len() {
        return Err("/cells: not all cells are read".to_owned());
    }
    if metadata.len() < expected["metadata"].as_object().unwrap().len() {
        return Err("/metadata: not all members are read".to_owned());
    }
    match cells.iter().zip(expected_cells).position(|(cell, expected)| !is_read(cell, expected)) {
        Some(index) => Err(format!("/cells/{index}: read as something else")),
        None => Ok(()),
    }
}

fn is_read(cell: &Cell, expected: &Value) -> bool {
    let outputs = expected["outputs"].as_array().map_or(&[][..], Vec::as_slice);
    cell.id == expected["id"]
        && cell.cell_type == expected["cell_type"]
        && cell.source == expected["source"]
        && cell.metadata.len() >= expected["metadata"].as_object().unwrap().len()
        && cell.outputs.len() == outputs.len()
        && cell.outputs.iter().zip(outputs).all(|(output, expected)| {
            output.output_type == expected["output_type"]
                && output.data.len() == expected["data"].as_object().map_or(0, Map::len)
        })
}

/// The file as the application stores it.
fn stored_document(file: &str, json: &str) -> String {
    let version = Format::of_file(json).unwrap().schema_version();
    format!(r#"{{"file":"{file}","notebook_schema_version":{version},"notebook":{json}}}"#)
}
