//! A sample entity, for tests that need something to store and no Rust type.
//!
//! Layer: testkit. Its chains return their input unchanged.

use versioned_core::{
    __private::ChainOutput, ContextAttribute, Declaration, OtherAttribute, OtherKind,
    SchemaVersion, Scope, SideOutputAttribute, VersionedAttribute,
};
use versioned_store::{ColumnValue, EntityKey, Row, StorageModel};

/// An entity with two versioned fields, one of which has context and a side output.
///
/// Its columns are those of [`SampleColumn`], in that order.
pub static SAMPLE: Declaration = Declaration {
    entity: "sample",
    type_name: "versioned_testkit::Sample",
    versioned: &[
        VersionedAttribute {
            field: "states",
            key: "states",
            version_field: "states_version",
            version_key: "statesVersion",
            max: SchemaVersion::new(3),
            context: &[ContextAttribute { field: "title", key: "title", version: None }],
            side_outputs: &[SideOutputAttribute {
                step: SchemaVersion::new(2),
                field: "next_index",
                key: "nextIndex",
            }],
            ..FIELD
        },
        VersionedAttribute {
            field: "notes",
            key: "notes",
            version_field: "notes_version",
            version_key: "notesVersion",
            max: SchemaVersion::new(2),
            ..FIELD
        },
    ],
    others: &[
        other("states_version", "statesVersion", OtherKind::Version),
        other("notes_version", "notesVersion", OtherKind::Version),
        other("title", "title", OtherKind::Plain),
        other("next_index", "nextIndex", OtherKind::Plain),
        other("params", "params", OtherKind::Unversioned),
        other("comment", "comment", OtherKind::Plain),
    ],
};

/// An entity that has one version for the whole document.
pub static SAMPLE_DOCUMENT: Declaration = Declaration {
    entity: "sample_document",
    type_name: "versioned_testkit::SampleDocument",
    versioned: &[VersionedAttribute { scope: Scope::Document, ..FIELD }],
    others: &[other("version", "version", OtherKind::Version)],
};

/// The storage model of [`SAMPLE`] with a text id, a model version and a deleted flag.
#[must_use]
pub fn sample_model() -> StorageModel {
    StorageModel::columns("samples").id("id").model_version("version").deleted("deleted")
}

const FIELD: VersionedAttribute = VersionedAttribute {
    field: "document",
    key: "",
    version_field: "version",
    version_key: "version",
    min: SchemaVersion::new(1),
    max: SchemaVersion::new(3),
    missing_version: None,
    scope: Scope::Field,
    optional: false,
    context: &[],
    side_outputs: &[],
    constants: &[],
    element_key: false,
    fetched: &[],
    losses: &[],
    moves: &[],
    run: |run| Ok(ChainOutput { json: run.text.json().to_owned(), side_outputs: Vec::new() }),
    check: None,
};

const fn other(field: &'static str, key: &'static str, kind: OtherKind) -> OtherAttribute {
    OtherAttribute { field, key, kind }
}

/// The column of a field of [`SAMPLE`], as an index into the columns of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the sample is what it is")]
pub enum SampleColumn {
    /// Version of `states`.
    StatesVersion,
    /// Version of `notes`.
    NotesVersion,
    /// Versioned; JSON.
    States,
    /// Versioned; JSON.
    Notes,
    /// Plain; context of `states`.
    Title,
    /// Plain; side output of `states`.
    NextIndex,
    /// Unversioned; JSON. No migration needs it.
    Params,
    /// Plain. No migration needs it.
    Comment,
}

/// A row of [`SAMPLE`].
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "tests change single values of it")]
pub struct Sample {
    /// The row.
    pub row: Row,
}

impl Sample {
    /// A row in which both fields are at version 1, model version 7, not deleted.
    #[must_use]
    pub fn stale(key: impl Into<EntityKey>) -> Self {
        let text = |text: &str| ColumnValue::Text(text.to_owned());
        let values = vec![
            ColumnValue::Integer(1),
            ColumnValue::Integer(1),
            text(r#"{"a": 1.0}"#),
            text("[]"),
            text("title"),
            ColumnValue::Null,
            text("{}"),
            text("comment"),
        ];
        let values = values.into_iter().map(Some).collect();
        Self {
            row: Row {
                key: key.into(),
                model_version: Some(7),
                deleted: false,
                values,
                stamp: None,
            },
        }
    }

    /// A row in which both fields are at their latest versions.
    #[must_use]
    pub fn current(key: impl Into<EntityKey>) -> Self {
        Self::stale(key)
            .with(SampleColumn::StatesVersion, ColumnValue::Integer(3))
            .with(SampleColumn::NotesVersion, ColumnValue::Integer(2))
    }

    /// Replaces a value.
    #[must_use]
    pub fn with(mut self, column: SampleColumn, value: ColumnValue) -> Self {
        self.row.values[column as usize] = Some(value);
        self
    }
}
