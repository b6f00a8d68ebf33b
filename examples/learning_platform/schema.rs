//! The database as six ages of the application have left it: rows and snapshots at old versions,
//! written by plain SQL, as programs did that knew of no migration.

use serde_json::Value;
use versioned_cli::VerbError;
use versioned_jobs::VersionedModel;
use versioned_sql::{
    SqliteStore,
    sqlx::{self, SqliteConnection},
};

use crate::{
    models::{Collections, Explorations, Questions, Skills, Stories, Topics},
    seeds::{Seed, seeds},
};

/// How the programs of old stored a kind.
struct Statements {
    entity: &'static str,
    /// Parameters: the document, the model version, whether it was deleted.
    model: &'static str,
    /// Parameters: id, model version, document.
    snapshot: &'static str,
    /// Parameters: id, model version, kind, message, commands.
    commit: &'static str,
}

/// The statements of a kind, whose row is made of these expressions over the document `d`.
macro_rules! statements {
    ($entity:literal, $table:literal, $columns:literal, $values:literal) => {
        Statements {
            entity: $entity,
            model: concat!(
                "INSERT OR IGNORE INTO ",
                $table,
                " (",
                $columns,
                ", version, deleted) ",
                "SELECT ",
                $values,
                ", ?2, ?3 FROM (SELECT ?1 AS d)"
            ),
            snapshot: concat!(
                "INSERT OR IGNORE INTO ",
                $entity,
                "_snapshots (id, version, content) ",
                "VALUES (?1, ?2, ?3)"
            ),
            commit: concat!(
                "INSERT OR IGNORE INTO ",
                $entity,
                "_commits ",
                "(id, version, kind, committer, message, commands, at_ms) ",
                "VALUES (?1, ?2, ?3, 'ana', ?4, ?5, 1500000000000 + ?2 * 86400000)"
            ),
        }
    };
}

const EXPLORATIONS: Statements = statements!(
    "exploration",
    "explorations",
    "id, title, category, language_code, publication, init_state_name, states,
     states_schema_version",
    "d ->> 'id', d ->> 'title', d ->> 'category', d ->> 'language_code', d ->> 'publication',
     d ->> 'init_state_name', d -> 'states', d ->> 'states_schema_version'"
);
const QUESTIONS: Statements = statements!(
    "question",
    "questions",
    "id, language_code, question_state_data, question_state_data_schema_version,
     linked_skill_ids",
    "d ->> 'id', d ->> 'language_code', d -> 'question_state_data',
     d ->> 'question_state_data_schema_version', d -> 'linked_skill_ids'"
);
const SKILLS: Statements = statements!(
    "skill",
    "skills",
    "id, description, language_code, skill_contents, skill_contents_schema_version,
     misconceptions, misconceptions_schema_version, rubrics, rubric_schema_version,
     next_misconception_id, needs_study_guide",
    "d ->> 'id', d ->> 'description', d ->> 'language_code', d -> 'skill_contents',
     d ->> 'skill_contents_schema_version', d -> 'misconceptions',
     d ->> 'misconceptions_schema_version', d -> 'rubrics', d ->> 'rubric_schema_version',
     d ->> 'next_misconception_id', d ->> 'needs_study_guide'"
);
const STORIES: Statements = statements!(
    "story",
    "stories",
    "id, title, language_code, corresponding_topic_id, story_contents,
     story_contents_schema_version",
    "d ->> 'id', d ->> 'title', d ->> 'language_code', d ->> 'corresponding_topic_id',
     d -> 'story_contents', d ->> 'story_contents_schema_version'"
);
const TOPICS: Statements = statements!(
    "topic",
    "topics",
    "id, name, language_code, subtopics, subtopic_schema_version, canonical_stories,
     additional_stories, story_schema_version",
    "d ->> 'id', d ->> 'name', d ->> 'language_code', d -> 'subtopics',
     d ->> 'subtopic_schema_version', d -> 'canonical_stories',
     d -> 'additional_stories', d ->> 'story_schema_version'"
);
const COLLECTIONS: Statements =
    statements!("collection", "collections", "id, document", "d ->> 'id', d");

/// Creates the tables and fills them; what is there already stays as it is.
pub(crate) async fn create(store: &SqliteStore) -> Result<(), VerbError> {
    sqlx::raw_sql(include_str!("schema.sql")).execute(store.pool()).await?;
    fill::<Explorations>(store, &EXPLORATIONS).await?;
    fill::<Questions>(store, &QUESTIONS).await?;
    fill::<Skills>(store, &SKILLS).await?;
    fill::<Stories>(store, &STORIES).await?;
    fill::<Topics>(store, &TOPICS).await?;
    fill::<Collections>(store, &COLLECTIONS).await
}

async fn fill<M: VersionedModel>(
    store: &SqliteStore,
    statements: &Statements,
) -> Result<(), VerbError> {
    store.create_history_tables(&M::table()?).await?;
    let mut transaction = store.pool().begin().await?;
    for seed in seeds(statements.entity)? {
        insert(&mut transaction, statements, &seed).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn insert(
    connection: &mut SqliteConnection,
    statements: &Statements,
    seed: &Seed,
) -> Result<(), VerbError> {
    sqlx::query(statements.model)
        .bind(seed.document.to_string())
        .bind(seed.model_version)
        .bind(seed.deleted)
        .execute(&mut *connection)
        .await?;
    let id = seed.document["id"].as_str();
    for (model_version, document) in versions(seed) {
        sqlx::query(statements.snapshot)
            .bind(id)
            .bind(model_version)
            .bind(document.to_string())
            .execute(&mut *connection)
            .await?;
        let (kind, message, commands) = match model_version {
            1 => ("create", "begin", r#"[{"cmd":"create"}]"#),
            _ => ("edit", "go on", "[]"),
        };
        sqlx::query(statements.commit)
            .bind(id)
            .bind(model_version)
            .bind(kind)
            .bind(message)
            .bind(commands)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Every model version of which there is a snapshot; the last one is what the row holds too.
fn versions(seed: &Seed) -> impl Iterator<Item = (i64, &Value)> {
    let snapshots = seed.snapshots.iter();
    let older = snapshots.map(|snapshot| (snapshot.model_version, &snapshot.document));
    older.chain([(seed.model_version, &seed.document)])
}
