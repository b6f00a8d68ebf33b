//! SQL of applications over PostgreSQL, with JSON as `jsonb`.

use super::Sql;

pub(in crate::torture) static COLUMNS: Sql = Sql {
    create_table: "CREATE TABLE lessons (id text PRIMARY KEY, version bigint, deleted boolean,
        title text, scenes jsonb, scenes_schema_version integer, notes jsonb,
        notes_schema_version integer, next_index integer)",
    insert: [
        r#"INSERT INTO lessons VALUES
           (?1, 1, false, 'edit 0', '{"a": "hello", "b": "bye"}', 1, '"one;two"', NULL, 0)"#,
        r#"INSERT INTO lessons VALUES
           (?1, 1, false, 'edit 0', '{"a": {"text": "x", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES (?1, 1, false, 'edit 0',
           '{"a": {"text": "x", "lesson": "y", "kind": "z"}}', 3, '[]', 2, 0)"#,
        r#"INSERT INTO lessons VALUES (?1, 1, false, 'edit 0',
           '{"a": {"text": "refuse me", "lesson": "y"}}', 2, '["one"]', 2, 0)"#,
    ],
    read: "SELECT version, substr(title, 6)::bigint FROM lessons WHERE id = ?1",
    edit: "UPDATE lessons SET title = 'edit ' || ?2::bigint, version = version + 1
           WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lessons WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lessons SET scenes = '{"a": "again"}', scenes_schema_version = 1,
                   notes = to_jsonb(?3::text), notes_schema_version = 1, version = version + 1
                   WHERE scenes_schema_version = 3 AND notes_schema_version = 2
                   AND substr(id, 5)::bigint % ?1 = ?2"#,
    with_text: "SELECT id FROM lessons WHERE notes::text LIKE ?1",
    all: "SELECT id, version, substr(title, 6)::bigint FROM lessons ORDER BY id",
    stale_keys: "SELECT id FROM lessons WHERE scenes_schema_version IS DISTINCT FROM 3
                 OR notes_schema_version IS DISTINCT FROM 2",
};

pub(in crate::torture) static DOCUMENTS: Sql = Sql {
    create_table: "CREATE TABLE lesson_documents
        (id text PRIMARY KEY, version bigint, deleted boolean, body jsonb)",
    insert: [
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, ('{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": "hello"}, "notes": "one;two", "next_index": 0,
           "scenes_schema_version": 1}')::jsonb)"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, ('{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y"}}, "notes": ["one"],
           "next_index": 0, "scenes_schema_version": 2, "notes_schema_version": 2}')::jsonb)"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, ('{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "x", "lesson": "y", "kind": "z"}},
           "notes": [], "next_index": 0, "scenes_schema_version": 3,
           "notes_schema_version": 2}')::jsonb)"#,
        r#"INSERT INTO lesson_documents VALUES (?1, 1, false, ('{"id": "' || ?1 || '",
           "title": "edit 0", "scenes": {"a": {"text": "refuse me", "lesson": "y"}},
           "notes": ["one"], "next_index": 0, "scenes_schema_version": 2,
           "notes_schema_version": 2}')::jsonb)"#,
    ],
    read: "SELECT version, substr(body ->> 'title', 6)::bigint
           FROM lesson_documents WHERE id = ?1",
    edit: "UPDATE lesson_documents
           SET body = jsonb_set(body, '{title}', to_jsonb('edit ' || ?2::bigint)),
           version = version + 1 WHERE id = ?1 AND version = ?3",
    delete: "DELETE FROM lesson_documents WHERE id = ?1 AND version = ?2",
    make_stale: r#"UPDATE lesson_documents SET body = body || jsonb_build_object(
                   'scenes', '{"a": "again"}'::jsonb, 'scenes_schema_version', 1,
                   'notes', ?3::text, 'notes_schema_version', 1), version = version + 1
                   WHERE body -> 'scenes_schema_version' = '3'
                   AND body -> 'notes_schema_version' = '2'
                   AND substr(id, 5)::bigint % ?1 = ?2"#,
    with_text: "SELECT id FROM lesson_documents WHERE body::text LIKE ?1",
    all: "SELECT id, version, substr(body ->> 'title', 6)::bigint
          FROM lesson_documents ORDER BY id",
    stale_keys: "SELECT id FROM lesson_documents
                 WHERE body -> 'scenes_schema_version' IS DISTINCT FROM '3'
                 OR body -> 'notes_schema_version' IS DISTINCT FROM '2'",
};
