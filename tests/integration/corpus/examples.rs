//! The documents that the notebooks example carries, and how it finds files.

use std::{fs, path::PathBuf};

use versioned_core::BaseVersionedDomainObject;

use super::{
    files::notebook_files,
    notebook::{Format, Notebook},
};

fn documents() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/notebooks/documents"))
}

#[test]
fn all_documents_of_the_example_are_upgraded_but_the_damaged_one() {
    for file in notebook_files(&documents()).unwrap() {
        let json = fs::read_to_string(&file.path).unwrap();
        let format = Format::of_file(&json).unwrap();
        // The name of each document says which format it has.
        assert!(file.name.ends_with(&format!("-{format}.ipynb")), "{}", file.name);
        let (name, version) = (&file.name, format.schema_version());
        let stored =
            format!(r#"{{"file":"{name}","notebook":{json},"notebook_schema_version":{version}}}"#);
        let migrated = Notebook::migrate_to_latest_schema_versions(&stored);
        if name.starts_with("damaged") {
            let error = migrated.unwrap_err();
            let pointer = error.pointer().map(|pointer| pointer.as_str());
            assert_eq!(pointer, Some("/worksheets/0/cells/1"));
            let reason = std::error::Error::source(&error).unwrap().to_string();
            assert_eq!(reason, "member `outputs` is missing");
        } else {
            assert!(!migrated.unwrap().to_object().unwrap().notebook.cells.is_empty());
        }
    }
}

#[test]
fn notebook_files_are_found_in_every_folder_below_and_sorted_by_name() {
    let folder = documents().join("..").join("..");
    let names: Vec<String> =
        notebook_files(&folder).unwrap().into_iter().map(|file| file.name).collect();
    let expected =
        ["bees-2.0", "clouds-4.0", "damaged-3.0", "rivers-4.4", "stars-4.5", "tides-3.0"]
            .map(|name| format!("notebooks/documents/{name}.ipynb"));
    assert_eq!(names, expected);
}

#[test]
fn a_folder_that_is_not_there_is_an_error_that_names_it() {
    let error = notebook_files(&documents().join("absent")).unwrap_err();
    assert!(error.to_string().ends_with("documents/absent`"), "{error}");
    assert!(error.help().contains("exists"));
}
