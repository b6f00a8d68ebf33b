//! The data that the example starts from: what six ages of the application have left behind.
//!
//! The files hold entities at mixed old versions: current ones and old ones, published and private
//! ones, some that were deleted and are kept, some that no conversion accepts, and some that are
//! converted and then break a rule. Old snapshots have versions of their own.

use serde::Deserialize;
use serde_json::Value;

/// A stored entity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seed {
    /// What is special about it.
    pub(crate) about: String,
    /// Its model version.
    pub(crate) model_version: i64,
    /// Whether it was deleted and is kept.
    #[serde(default)]
    pub(crate) deleted: bool,
    /// The members of the entity.
    pub(crate) document: Value,
    /// Its snapshots below the model version; that of the model version is the document.
    #[serde(default)]
    pub(crate) snapshots: Vec<SnapshotSeed>,
}

/// What an entity was as of an older commit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotSeed {
    /// The model version that the commit made.
    pub(crate) model_version: i64,
    /// The members of the entity.
    pub(crate) document: Value,
}

/// The kinds with their seeds.
const FILES: [(&str, &str); 6] = [
    ("exploration", include_str!("explorations.json")),
    ("question", include_str!("questions.json")),
    ("skill", include_str!("skills.json")),
    ("story", include_str!("stories.json")),
    ("topic", include_str!("topics.json")),
    ("collection", include_str!("collections.json")),
];

/// The seeds of a kind.
///
/// # Errors
///
/// The file is not what it should be, or there is none for this kind: it is empty then.
pub(crate) fn seeds(entity: &str) -> Result<Vec<Seed>, serde_json::Error> {
    let file = FILES.iter().find(|(kind, _)| *kind == entity);
    serde_json::from_str(file.map_or("", |(_, text)| text))
}
