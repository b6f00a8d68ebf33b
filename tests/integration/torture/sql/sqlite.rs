//! SQL of applications over SQLite.

use super::Sql;

pub(in crate::torture) static COLUMNS: Sql = Sql {
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
    with_text: "",
    all: "SELECT id, version, CAST(substr(title, 6) AS INTEGER) FROM lessons ORDER BY id",
    stale_keys: "SELECT id FROM lessons
                 WHERE scenes_schema_version IS NOT 3 OR notes_schema_version IS NOT 2",
};

pub(in crate::torture) static DOCUMENTS: Sql = Sql {
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
    with_text: "",
    all: "SELECT id, version, CAST(substr(body ->> '$.title', 6) AS INTEGER)
          FROM lesson_documents ORDER BY id",
    stale_keys: "SELECT id FROM lesson_documents
                 WHERE body ->> '$.scenes_schema_version' IS NOT 3
                 OR body ->> '$.notes_schema_version' IS NOT 2",
};

pub(in crate::torture) static NOTEBOOKS: Sql = Sql {
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
    with_text: "",
    all: "SELECT file, version, notebook ->> '$.metadata.edit' FROM notebooks ORDER BY file",
    stale_keys: "SELECT file FROM notebooks WHERE notebook_schema_version IS NOT 5",
};
