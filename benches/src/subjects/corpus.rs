//! Real documents, from the folder that the environment names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::value::RawValue;
use versioned_core::{
    BaseVersionedDomainObject as _,
    document::{Member, MemberValue, WriteValue},
};

use super::{
    exploration::Exploration,
    notebook::{Format, Notebook},
};

/// An exploration as it lies in columns.
#[derive(Debug)]
pub(crate) struct StoredExploration {
    id: String,
    init_state_name: String,
    language_code: String,
    pub(crate) version: i64,
    pub(crate) states: String,
}

/// A notebook as it lies in columns.
#[derive(Debug)]
pub(crate) struct StoredNotebook {
    pub(crate) path: PathBuf,
    pub(crate) version: u32,
    pub(crate) text: String,
}

/// All explorations of the folder.
///
/// # Panics
///
/// When the folder does not hold what it should.
pub(crate) fn explorations(corpus: &Path) -> Vec<StoredExploration> {
    #[derive(Deserialize)]
    struct Row<'a> {
        id: String,
        init_state_name: String,
        language_code: String,
        states_schema_version: i64,
        #[serde(borrow)]
        states: &'a RawValue,
    }
    let path = corpus.join("explorations/states-41-45.ndjson");
    let row = |line: &str| match serde_json::from_str::<Row<'_>>(line) {
        Ok(row) => StoredExploration {
            id: row.id,
            init_state_name: row.init_state_name,
            language_code: row.language_code,
            version: row.states_schema_version,
            states: row.states.get().to_owned(),
        },
        Err(error) => panic!("{}: {error}", path.display()),
    };
    read(&path).lines().map(row).collect()
}

/// The notebooks of these schema versions that can be brought to the latest one, sorted by path.
///
/// # Panics
///
/// When the folder cannot be read.
pub(crate) fn notebooks(
    corpus: &Path,
    versions: std::ops::RangeInclusive<u32>,
) -> Vec<StoredNotebook> {
    let folder = corpus.join("notebooks/input");
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => panic!("{}: {error}", folder.display()),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let text = read(&path);
        let Ok(format) = Format::of_file(&text) else { continue };
        let version = format.schema_version().get();
        let notebook = StoredNotebook { path, version, text };
        if versions.contains(&version) && notebook.try_migrate().is_some() {
            found.push(notebook);
        }
    }
    found
}

impl StoredExploration {
    /// Brings the column to the latest version, as the job does.
    pub(crate) fn migrate(&self) -> String {
        let members = [
            Member { key: "init_state_name", value: MemberValue::Text(&self.init_state_name) },
            Member { key: "states", value: MemberValue::Json(&self.states) },
            Member { key: "states_schema_version", value: MemberValue::Integer(self.version) },
        ];
        match Exploration::migrate_members_to_latest_schema_versions(&members) {
            Ok(migrated) => json_of(migrated.writes.into_iter().map(|write| write.value)),
            Err(error) => panic!("exploration {}: {error}", self.id),
        }
    }

    pub(crate) fn by_hand(&self) -> String {
        match super::by_hand::exploration::convert(
            &self.states,
            self.version,
            &self.init_state_name,
        ) {
            Ok(states) => states,
            Err(error) => panic!("exploration {}: {error}", self.id),
        }
    }

    /// The same exploration as one document.
    pub(crate) fn document(&self) -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        format!(
            r#"{{"id":{},"init_state_name":{},"language_code":{},"states_schema_version":{},"states":{}}}"#,
            text(&self.id),
            text(&self.init_state_name),
            text(&self.language_code),
            self.version,
            self.states
        )
    }
}

impl StoredNotebook {
    /// Brings the column to the latest version, as the job does.
    pub(crate) fn migrate(&self) -> String {
        self.try_migrate().unwrap_or_default()
    }

    fn try_migrate(&self) -> Option<String> {
        let members = [
            Member { key: "notebook", value: MemberValue::Json(&self.text) },
            Member {
                key: "notebook_schema_version",
                value: MemberValue::Integer(i64::from(self.version)),
            },
        ];
        let migrated = Notebook::migrate_members_to_latest_schema_versions(&members).ok()?;
        Some(json_of(migrated.writes.into_iter().map(|write| write.value)))
    }

    pub(crate) fn by_hand(&self) -> String {
        match super::by_hand::notebook::convert(&self.text, self.version) {
            Ok(notebook) => notebook,
            Err(error) => panic!("{}: {error}", self.path.display()),
        }
    }
}

/// An exploration as one document, with the library.
///
/// # Panics
///
/// When it is refused.
pub(crate) fn migrate_document(document: &str) -> String {
    match Exploration::migrate_to_latest_schema_versions(document) {
        Ok(migrated) => migrated.into_document().into_owned(),
        Err(error) => panic!("an exploration was refused: {error}"),
    }
}

/// The same without it.
///
/// # Panics
///
/// When it is refused.
pub(crate) fn document_by_hand(document: &str) -> String {
    match super::by_hand::exploration::convert_document(document) {
        Ok(document) => document,
        Err(error) => panic!("an exploration was refused: {error}"),
    }
}

/// The one JSON text among the writes; the other one is the version.
pub(crate) fn json_of(writes: impl Iterator<Item = WriteValue>) -> String {
    let json = writes.filter_map(|write| match write {
        WriteValue::Json(json) => Some(json),
        _ => None,
    });
    json.into_iter().next().unwrap_or_default()
}

fn read(path: &Path) -> String {
    match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => panic!("{}: {error}", path.display()),
    }
}
