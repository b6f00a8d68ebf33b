//! Topics: stories about one subject, and its parts.
//!
//! The conversions are in `topic_steps.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use versioned_core::{BaseVersionedDomainObject, SchemaVersion};

use super::valid::{Invalid, Rules, Validate};

/// A topic.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, BaseVersionedDomainObject)]
#[versioned(entity = "topic")]
pub(crate) struct Topic {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) language_code: String,
    #[versioned(version_field = "subtopic_schema_version", min = 1, max = 4, each)]
    #[versioned(
        context(id),
        moved(step = 3, from = "/thumbnail_filename", to = "/thumbnail/filename"),
        moved(step = 3, from = "/thumbnail_bg_color", to = "/thumbnail/bg_color")
    )]
    pub(crate) subtopics: Vec<Subtopic>,
    pub(crate) subtopic_schema_version: SchemaVersion,
    #[versioned(version_field = "story_schema_version", min = 1, max = 3, each)]
    pub(crate) canonical_stories: Vec<StoryReference>,
    #[versioned(version_field = "story_schema_version", chain = Topic::canonical_stories, each)]
    pub(crate) additional_stories: Vec<StoryReference>,
    pub(crate) story_schema_version: SchemaVersion,
}

/// A part of a topic, at version 4.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subtopic {
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) url_fragment: String,
    pub(crate) skill_ids: Vec<String>,
    pub(crate) thumbnail: Option<Thumbnail>,
}

/// A picture and what is behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thumbnail {
    pub(crate) filename: String,
    pub(crate) bg_color: String,
}

/// A story of the topic, at version 3.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryReference {
    pub(crate) story_id: String,
    pub(crate) story_is_published: bool,
}

impl Topic {
    /// The ids of its stories.
    pub(crate) fn into_story_ids(self) -> impl Iterator<Item = String> {
        let stories = self.canonical_stories.into_iter().chain(self.additional_stories);
        stories.map(|reference| reference.story_id)
    }
}

impl Validate for Topic {
    fn validate(&self, _strict: bool) -> Result<(), Invalid> {
        let rules = Rules { entity: "topic", id: &self.id };
        rules.require(!self.name.is_empty(), "name", "a topic needs a name")?;
        let canonical = self.canonical_stories.iter();
        let mut stories: Vec<&str> = canonical
            .chain(&self.additional_stories)
            .map(|reference| reference.story_id.as_str())
            .collect();
        let references = stories.len();
        stories.sort_unstable();
        stories.dedup();
        let place = "additional_stories";
        rules.require(stories.len() == references, place, "a topic names a story once")?;
        for (index, subtopic) in self.subtopics.iter().enumerate() {
            let place = format!("subtopics/{index}/url_fragment");
            let is_unique = self.subtopics[..index]
                .iter()
                .all(|earlier| earlier.url_fragment != subtopic.url_fragment);
            rules.require(is_unique, place, "no two subtopics have the same address")?;
        }
        Ok(())
    }
}
