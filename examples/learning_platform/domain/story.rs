//! Stories: chapters in order, each of which is an exploration.
//!
//! The conversions are in `story_steps.rs`.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::valid::{Invalid, Rules, Validate};

/// A story.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "story")]
pub(crate) struct Story {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) language_code: String,
    pub(crate) corresponding_topic_id: String,
    #[versioned(version_field = "story_contents_schema_version", min = 1, max = 4)]
    #[versioned(
        context(id, fetched(thumbnail_sizes: BTreeMap<String, u32>)),
        loss(step = 3, path = "/initial_node_id"),
        loss(step = 3, path = "/nodes/*/destination_node_ids/*")
    )]
    pub(crate) story_contents: StoryContents,
    pub(crate) story_contents_schema_version: SchemaVersion,
}

/// The chapters at version 4.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryContents {
    /// In the order in which they are told.
    pub(crate) nodes: Vec<StoryNode>,
    pub(crate) initial_node_id: Option<String>,
    pub(crate) next_node_id: String,
}

/// A chapter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryNode {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) outline: String,
    pub(crate) exploration_id: Option<String>,
    pub(crate) destination_node_ids: Vec<String>,
    pub(crate) acquired_skill_ids: Vec<String>,
    pub(crate) prerequisite_skill_ids: Vec<String>,
    pub(crate) thumbnail_filename: Option<String>,
    pub(crate) thumbnail_bg_color: Option<String>,
    pub(crate) thumbnail_size_in_bytes: Option<u32>,
}

impl Validate for Story {
    fn validate(&self, strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "story", id: &self.id };
        rules.require(!self.title.is_empty(), "title", "a story needs a title")?;
        let mut ids = BTreeSet::new();
        for (index, node) in self.story_contents.nodes.iter().enumerate() {
            let place = format!("story_contents/nodes/{index}");
            rules.require(ids.insert(&node.id), &place, "no two chapters have the same id")?;
            let is_told = node.exploration_id.is_some() || !strict;
            rules.require(is_told, place, "a chapter that learners see has an exploration")?;
        }
        Ok(())
    }
}
