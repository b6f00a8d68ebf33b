//! Collections: explorations that belong together.
//!
//! The conversions are in `collection_steps.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::{
    exploration::Publication,
    valid::{Invalid, Rules, Validate},
};

/// A collection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "collection")]
pub(crate) struct Collection {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) language_code: String,
    pub(crate) publication: Publication,
    /// What was a field of its own before version 2 of the contents; no longer written.
    #[serde(default)]
    #[versioned(unversioned)]
    pub(crate) nodes: Vec<NodeV1>,
    #[versioned(version_field = "schema_version", min = 1, max = 4)]
    #[versioned(
        context(nodes),
        moved(step = 2, from = "/nodes/*/prerequisite_skills/*", to = "/skills/*/name"),
        moved(step = 2, from = "/nodes/*/acquired_skills/*", to = "/skills/*/name"),
        loss(step = 3, path = "/skills/*"),
        loss(step = 3, path = "/next_skill_id"),
        loss(step = 3, path = "/nodes/*/prerequisite_skill_ids"),
        loss(step = 3, path = "/nodes/*/acquired_skill_ids")
    )]
    pub(crate) collection_contents: CollectionContents,
    pub(crate) schema_version: SchemaVersion,
}

/// An exploration with the names of the skills that it needs and teaches, as in versions 1 and 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NodeV1 {
    pub(crate) exploration_id: String,
    pub(crate) prerequisite_skills: Vec<String>,
    pub(crate) acquired_skills: Vec<String>,
}

/// What is in a collection, at version 4.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionContents {
    /// In the order in which they are played.
    pub(crate) nodes: Vec<CollectionNode>,
}

/// An exploration of a collection.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectionNode {
    pub(crate) exploration_id: String,
}

impl Validate for Collection {
    fn is_strict(&self) -> bool {
        self.publication == Publication::Public
    }

    fn validate(&self, strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "collection", id: &self.id };
        rules.require(!self.title.is_empty() || !strict, "title", "learners need a title")?;
        let mut ids: Vec<&str> = self
            .collection_contents
            .nodes
            .iter()
            .map(|node| node.exploration_id.as_str())
            .collect();
        ids.sort_unstable();
        let is_unique = ids.is_sorted_by(|one, next| one < next);
        rules.require(is_unique, "collection_contents/nodes", "an exploration is in it once")
    }
}
