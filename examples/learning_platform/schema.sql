-- The tables of the application. Those of histories are created by the store, which knows their shape.
-- `$KEY`, `$JSON`, `$TEXT` and `$FLAG` are types that each database calls otherwise.

CREATE TABLE IF NOT EXISTS explorations (
    id $KEY NOT NULL PRIMARY KEY,
    title $TEXT NOT NULL,
    category $TEXT NOT NULL,
    language_code $TEXT NOT NULL,
    publication $TEXT NOT NULL,
    init_state_name $TEXT NOT NULL,
    states $JSON NOT NULL,
    states_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS questions (
    id $KEY NOT NULL PRIMARY KEY,
    language_code $TEXT NOT NULL,
    question_state_data $JSON NOT NULL,
    question_state_data_schema_version INTEGER,
    linked_skill_ids $JSON NOT NULL,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS skills (
    id $KEY NOT NULL PRIMARY KEY,
    description $TEXT NOT NULL,
    language_code $TEXT NOT NULL,
    skill_contents $JSON NOT NULL,
    skill_contents_schema_version INTEGER,
    misconceptions $JSON NOT NULL,
    misconceptions_schema_version INTEGER,
    rubrics $JSON NOT NULL,
    rubric_schema_version INTEGER,
    next_misconception_id INTEGER NOT NULL,
    needs_study_guide BOOLEAN,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS stories (
    id $KEY NOT NULL PRIMARY KEY,
    title $TEXT NOT NULL,
    language_code $TEXT NOT NULL,
    corresponding_topic_id $TEXT NOT NULL,
    story_contents $JSON NOT NULL,
    story_contents_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS topics (
    id $KEY NOT NULL PRIMARY KEY,
    name $TEXT NOT NULL,
    language_code $TEXT NOT NULL,
    subtopics $JSON NOT NULL,
    subtopic_schema_version INTEGER,
    canonical_stories $JSON NOT NULL,
    additional_stories $JSON NOT NULL,
    story_schema_version INTEGER,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);
-- The whole document lies in one column, and its version in the document.
CREATE TABLE IF NOT EXISTS collections (
    id $KEY NOT NULL PRIMARY KEY,
    document $JSON NOT NULL,
    version INTEGER NOT NULL,
    deleted $FLAG NOT NULL
);

-- What is written with an entity.
CREATE TABLE IF NOT EXISTS exploration_summaries (
    id $KEY NOT NULL PRIMARY KEY, summary $JSON NOT NULL, is_listed $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS skill_summaries (
    id $KEY NOT NULL PRIMARY KEY, summary $JSON NOT NULL, is_listed $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS story_summaries (
    id $KEY NOT NULL PRIMARY KEY, summary $JSON NOT NULL, is_listed $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS topic_summaries (
    id $KEY NOT NULL PRIMARY KEY, summary $JSON NOT NULL, is_listed $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS collection_summaries (
    id $KEY NOT NULL PRIMARY KEY, summary $JSON NOT NULL, is_listed $FLAG NOT NULL
);
CREATE TABLE IF NOT EXISTS exploration_statistics (
    exploration_id $KEY NOT NULL,
    version INTEGER NOT NULL,
    statistics $JSON NOT NULL,
    PRIMARY KEY (exploration_id, version)
);
