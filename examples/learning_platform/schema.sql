-- The tables of the application. Those of histories are created by the store, which knows their shape.

CREATE TABLE IF NOT EXISTS explorations (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    category TEXT NOT NULL,
    language_code TEXT NOT NULL,
    publication TEXT NOT NULL,
    init_state_name TEXT NOT NULL,
    states TEXT NOT NULL,
    states_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS questions (
    id TEXT NOT NULL PRIMARY KEY,
    language_code TEXT NOT NULL,
    question_state_data TEXT NOT NULL,
    question_state_data_schema_version INTEGER,
    linked_skill_ids TEXT NOT NULL,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS skills (
    id TEXT NOT NULL PRIMARY KEY,
    description TEXT NOT NULL,
    language_code TEXT NOT NULL,
    skill_contents TEXT NOT NULL,
    skill_contents_schema_version INTEGER,
    misconceptions TEXT NOT NULL,
    misconceptions_schema_version INTEGER,
    rubrics TEXT NOT NULL,
    rubric_schema_version INTEGER,
    next_misconception_id INTEGER NOT NULL,
    needs_study_guide BOOLEAN,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS stories (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    language_code TEXT NOT NULL,
    corresponding_topic_id TEXT NOT NULL,
    story_contents TEXT NOT NULL,
    story_contents_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS topics (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    language_code TEXT NOT NULL,
    subtopics TEXT NOT NULL,
    subtopic_schema_version INTEGER,
    canonical_stories TEXT NOT NULL,
    additional_stories TEXT NOT NULL,
    story_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);
-- The whole document lies in one column, and its version in the document.
CREATE TABLE IF NOT EXISTS collections (
    id TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    version INTEGER NOT NULL,
    deleted INTEGER NOT NULL
);

-- What is written with an entity.
CREATE TABLE IF NOT EXISTS exploration_summaries (
    id TEXT NOT NULL PRIMARY KEY, summary TEXT NOT NULL, is_listed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS skill_summaries (
    id TEXT NOT NULL PRIMARY KEY, summary TEXT NOT NULL, is_listed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS story_summaries (
    id TEXT NOT NULL PRIMARY KEY, summary TEXT NOT NULL, is_listed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS topic_summaries (
    id TEXT NOT NULL PRIMARY KEY, summary TEXT NOT NULL, is_listed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS collection_summaries (
    id TEXT NOT NULL PRIMARY KEY, summary TEXT NOT NULL, is_listed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS exploration_statistics (
    exploration_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    statistics TEXT NOT NULL,
    PRIMARY KEY (exploration_id, version)
);
