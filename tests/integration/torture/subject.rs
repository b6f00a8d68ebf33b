//! What is stored, in the SQL of the applications that own the tables.

use std::path::PathBuf;

/// Rows at the start.
pub(super) const ROWS: u32 = 2_000;

/// Every so many rows, one cannot be migrated.
const FAILING_EVERY: u32 = 100;

/// An application whose migration is killed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// Lessons with a column per field.
    Columns,
    /// Lessons as documents.
    Documents,
    /// Notebooks, by the binary of the example.
    Notebooks(PathBuf),
}

/// The SQL of a subject. Keys are bound as `?1`. A row keeps how often it was edited in a member that conversions leave
/// alone, and has a model version that every write raises by one.
#[derive(Debug)]
pub(super) struct Sql {
    pub(super) create_table: &'static str,
    /// Inserts a row with 0 edits at model version 1; by its kind.
    pub(super) insert: [&'static str; 4],
    /// (model version, edits)
    pub(super) read: &'static str,
    /// `?2` is the number of edits, `?3` the model version that was read.
    pub(super) edit: &'static str,
    /// `?2` is the model version that was read.
    pub(super) delete: &'static str,
    /// Puts old content into current rows, one in `?1` of them beginning with `?2`, and gives their
    /// keys.
    pub(super) make_stale: &'static str,
    /// (key, model version, edits), by key.
    pub(super) all: &'static str,
    /// Rows that are not at their latest versions.
    pub(super) stale_keys: &'static str,
}

/// What a row is when it is inserted; an index into [`Sql::insert`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    Oldest,
    Older,
    Current,
    Failing,
}

impl RowKind {
    /// The kind of a row at the start.
    pub(super) fn of_number(number: u32) -> Self {
        match number % 3 {
            _ if number % FAILING_EVERY == FAILING_EVERY / 2 => Self::Failing,
            0 => Self::Oldest,
            1 => Self::Older,
            _ => Self::Current,
        }
    }
}

/// The key of a row.
pub(super) fn key(number: u32) -> String {
    format!("row {number:05}")
}

impl Subject {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Columns => "lessons in columns",
            Self::Documents => "lessons as documents",
            Self::Notebooks(_) => "notebooks",
        }
    }

    /// The word by which a started process is told its subject.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Documents => "documents",
            Self::Notebooks(_) => "notebooks",
        }
    }

    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "columns" => Self::Columns,
            "documents" => Self::Documents,
            "notebooks" => Self::Notebooks(PathBuf::new()),
            other => panic!("no subject is called `{other}`"),
        }
    }

    pub(super) fn sql(&self) -> &'static Sql {
        match self {
            Self::Columns => &COLUMNS,
            Self::Documents => &DOCUMENTS,
            Self::Notebooks(_) => &NOTEBOOKS,
        }
    }
}

static COLUMNS: Sql = Sql {
    create_table: "CREATE TABLE lessons (id TEXT PRIMARY KEY NOT NULL, version INTEGER,
        deleted INTEGER, title, scenes TEXT, scenes_schema_version INTEGER, notes TEXT,
        notes_schema_version INTEGER, next_index)",
    insert: [
        r#"INSERT INTO lessons VALUES
           (?1, 1, 0, 'edit 0', '{"a": "hello", "b": "bye"}', 1, '"one;two"', NULL, 0)"#,
        r#"INSERT INTO lessons VALUES
           (?1, 1, 0, 'edit 0', '{"a": {"text": "x", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES
           (?1, 1, 0, 'edit 0', '{ "a": {"text":"x", "lesson":"y", "kind":"z"} }', 3, '[ ]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES
           (?1, 1, 0, 'edit 0', '{"a": {"text": "refuse me", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
    ],
    read: "SELECT version, CAST(substr(title, 6) AS INTEGER) FROM lessons WHERE id = ?1",
    edit: "UPDATE lessons SET title = 'edit ' || ?2, version = version + 1
           WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lessons WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lessons SET scenes = '{"a": "again"}', scenes_schema_version = 1,
                   notes = '"again"', notes_schema_version = 1, version = version + 1
                   WHERE scenes_schema_version = 3 AND notes_schema_version = 2
                   AND (rowid + ?2) % ?1 = 0 RETURNING id"#,
    all: "SELECT id, version, CAST(substr(title, 6) AS INTEGER) FROM lessons ORDER BY id",
    stale_keys: "SELECT id FROM lessons
                 WHERE scenes_schema_version IS NOT 3 OR notes_schema_version IS NOT 2",
};

static DOCUMENTS: Sql = Sql {
    create_table: "CREATE TABLE lesson_documents
        (id TEXT PRIMARY KEY NOT NULL, version INTEGER, deleted INTEGER, body)",
    insert: [
        r#"INSERT INTO lesson_documents VALUES (?1, 1, 0, '{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": "hello"}, "notes": "one;two", "next_index": 0,
           "scenes_schema_version": 1}')"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, 0, '{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y"}}, "notes": ["one"],
           "next_index": 0, "scenes_schema_version": 2, "notes_schema_version": 2}')"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, 0, '{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y", "kind": "z"}},
           "notes": [ ], "next_index": 0, "scenes_schema_version": 3,
           "notes_schema_version": 2}')"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, 0, '{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "refuse me", "lesson": "y"}},
           "notes": ["one"], "next_index": 0, "scenes_schema_version": 2,
           "notes_schema_version": 2}')"#,
    ],
    read: "SELECT version, CAST(substr(body ->> '$.title', 6) AS INTEGER)
           FROM lesson_documents WHERE id = ?1",
    edit: "UPDATE lesson_documents SET body = json_set(body, '$.title', 'edit ' || ?2),
           version = version + 1 WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lesson_documents WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lesson_documents SET body = json_set(body,
                   '$.scenes', json('{"a": "again"}'), '$.scenes_schema_version', 1,
                   '$.notes', 'again', '$.notes_schema_version', 1), version = version + 1
                   WHERE body ->> '$.scenes_schema_version' = 3
                   AND body ->> '$.notes_schema_version' = 2
                   AND (rowid + ?2) % ?1 = 0 RETURNING id"#,
    all: "SELECT id, version, CAST(substr(body ->> '$.title', 6) AS INTEGER)
          FROM lesson_documents ORDER BY id",
    stale_keys: "SELECT id FROM lesson_documents
                 WHERE body ->> '$.scenes_schema_version' IS NOT 3
                 OR body ->> '$.notes_schema_version' IS NOT 2",
};

static NOTEBOOKS: Sql = Sql {
    create_table: "CREATE TABLE notebooks (file TEXT NOT NULL PRIMARY KEY, notebook TEXT NOT NULL,
        notebook_schema_version INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 1)",
    insert: [
        r#"INSERT INTO notebooks VALUES (?1, '{"metadata": {"name": "x", "edit": 0}, "nbformat": 3,
           "nbformat_minor": 0, "worksheets": [{"metadata": {}, "cells": [
           {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Waves"]},
           {"cell_type": "code", "collapsed": false, "input": ["1 + 1"], "language": "python",
            "metadata": {}, "prompt_number": 1, "outputs": [{"output_type": "pyout",
            "metadata": {}, "prompt_number": 1, "text": ["2"]}]}]}]}', 3, 1)"#,
        r#"INSERT INTO notebooks VALUES (?1, '{"metadata": {"edit": 0}, "nbformat": 4,
           "nbformat_minor": 4, "cells": [
           {"cell_type": "markdown", "metadata": {}, "source": ["Waves"]},
           {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [],
            "source": ["1 + 1"]}]}', 4, 1)"#,
        r#"INSERT INTO notebooks VALUES (?1, '{"metadata": {"edit": 0}, "nbformat": 4,
           "nbformat_minor": 5, "cells": [
           {"id": "a", "cell_type": "markdown", "metadata": {}, "source": ["Waves"]}]}', 5, 1)"#,
        r#"INSERT INTO notebooks VALUES (?1, '{"metadata": {"name": "x", "edit": 0}, "nbformat": 3,
           "nbformat_minor": 0, "worksheets": [{"metadata": {}, "cells": [
           {"cell_type": "code", "input": ["1 + 1"], "language": "python", "metadata": {}}
           ]}]}', 3, 1)"#,
    ],
    read: "SELECT version, notebook ->> '$.metadata.edit' FROM notebooks WHERE file = ?1",
    edit: "UPDATE notebooks SET notebook = json_set(notebook, '$.metadata.edit', ?2),
           version = version + 1 WHERE file = ?1 AND version = ?3",
    delete: "DELETE FROM notebooks WHERE file = ?1 AND version = ?2",
    make_stale: r#"UPDATE notebooks SET notebook = json_object(
                   'metadata', json_object('edit', notebook -> '$.metadata.edit'), 'nbformat', 4,
                   'nbformat_minor', 0, 'cells', json('[{"cell_type": "markdown",
                   "metadata": {}, "source": ["again"]}]')), notebook_schema_version = 4,
                   version = version + 1
                   WHERE notebook_schema_version = 5 AND (rowid + ?2) % ?1 = 0 RETURNING file"#,
    all: "SELECT file, version, notebook ->> '$.metadata.edit' FROM notebooks ORDER BY file",
    stale_keys: "SELECT file FROM notebooks WHERE notebook_schema_version IS NOT 5",
};
