//! SQL of applications over MariaDB.

use super::Sql;

pub(in crate::torture) static COLUMNS: Sql = Sql {
    create_table: "CREATE TABLE lessons (
        id varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
        version bigint, deleted boolean, title varchar(100), scenes json,
        scenes_schema_version integer, notes json, notes_schema_version integer,
        next_index integer)",
    insert: [
        r#"INSERT INTO lessons VALUES
           (?1, 1, false, 'edit 0', '{"a": "hello", "b": "bye"}', 1, '"one;two"', NULL, 0)"#,
        r#"INSERT INTO lessons VALUES
           (?1, 1, false, 'edit 0', '{"a": {"text": "x", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES (?1, 1, false, 'edit 0',
           '{ "a": {"text":"x", "lesson":"y", "kind":"z"} }', 3, '[ ]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES (?1, 1, false, 'edit 0',
           '{"a": {"text": "refuse me", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
    ],
    read: "SELECT version, CAST(substr(title, 6) AS SIGNED) FROM lessons WHERE id = ?1",
    edit: "UPDATE lessons SET title = concat('edit ', ?2), version = version + 1
           WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lessons WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lessons SET scenes = '{"a": "again"}', scenes_schema_version = 1,
                   notes = json_quote(?3), notes_schema_version = 1, version = version + 1
                   WHERE scenes_schema_version = 3 AND notes_schema_version = 2
                   AND CAST(substr(id, 5) AS SIGNED) % ?1 = ?2"#,
    with_text: "SELECT id FROM lessons WHERE notes LIKE ?1",
    all: "SELECT id, version, CAST(substr(title, 6) AS SIGNED) FROM lessons ORDER BY id",
    stale_keys: "SELECT id FROM lessons WHERE NOT scenes_schema_version <=> 3
                 OR NOT notes_schema_version <=> 2",
};

pub(in crate::torture) static DOCUMENTS: Sql = Sql {
    create_table: "CREATE TABLE lesson_documents (
        id varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
        version bigint, deleted boolean, body longtext CHARACTER SET utf8mb4)",
    insert: [
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, concat('{"id": "', ?1, '",
           "title": "edit 0", "scenes": {"a": "hello"}, "notes": "one;two", "next_index": 0,
           "scenes_schema_version": 1}'))"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, concat('{"id": "', ?1, '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y"}}, "notes": ["one"],
           "next_index": 0, "scenes_schema_version": 2, "notes_schema_version": 2}'))"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, concat('{"id": "', ?1, '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y", "kind": "z"}},
           "notes": [ ], "next_index": 0, "scenes_schema_version": 3,
           "notes_schema_version": 2}'))"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, concat('{"id": "', ?1, '",
           "title": "edit 0", "scenes": {"a": {"text": "refuse me", "lesson": "y"}},
           "notes": ["one"], "next_index": 0, "scenes_schema_version": 2,
           "notes_schema_version": 2}'))"#,
    ],
    read: "SELECT version, CAST(substr(json_value(body, '$.title'), 6) AS SIGNED)
           FROM lesson_documents WHERE id = ?1",
    edit: "UPDATE lesson_documents SET body = json_set(body, '$.title', concat('edit ', ?2)),
           version = version + 1 WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lesson_documents WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lesson_documents SET body = json_set(body,
                   '$.scenes', json_object('a', 'again'), '$.scenes_schema_version', 1,
                   '$.notes', ?3, '$.notes_schema_version', 1), version = version + 1
                   WHERE json_value(body, '$.scenes_schema_version') = 3
                   AND json_value(body, '$.notes_schema_version') = 2
                   AND CAST(substr(id, 5) AS SIGNED) % ?1 = ?2"#,
    with_text: "SELECT id FROM lesson_documents WHERE body LIKE ?1",
    all: "SELECT id, version, CAST(substr(json_value(body, '$.title'), 6) AS SIGNED)
          FROM lesson_documents ORDER BY id",
    stale_keys: "SELECT id FROM lesson_documents
                 WHERE NOT json_value(body, '$.scenes_schema_version') <=> 3
                 OR NOT json_value(body, '$.notes_schema_version') <=> 2",
};
