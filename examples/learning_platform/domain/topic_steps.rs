//! The conversions of topics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use versioned_core::{ConversionError, LazyValue, lazy};

use super::{
    members::members_of,
    topic::{StoryReference, Subtopic, Thumbnail, Topic, TopicSubtopicsContext},
};

/// A subtopic at version 3.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubtopicV3 {
    id: u64,
    title: String,
    url_fragment: String,
    skill_ids: Vec<String>,
    thumbnail_filename: Option<String>,
    thumbnail_bg_color: Option<String>,
}

impl Topic {
    /// Every subtopic has a thumbnail, which is not drawn yet.
    pub(super) fn _convert_subtopics_v1_to_v2(
        mut subtopic: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        subtopic.try_insert("thumbnail_filename", LazyValue::null())?;
        subtopic.try_insert("thumbnail_bg_color", LazyValue::null())?;
        Ok(subtopic)
    }

    /// A subtopic has an address of its own, made of its title.
    pub(super) fn _convert_subtopics_v2_to_v3<'a>(
        mut subtopic: LazyValue<'a>,
        context: &TopicSubtopicsContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        let title = subtopic.try_get("title")?;
        let address = url_fragment(&title.try_str()?).ok_or_else(|| {
            let topic = context.id;
            title.refuse(format!("nothing in the title can be in an address below `{topic}`"))
        })?;
        subtopic.try_insert("url_fragment", address)?;
        Ok(subtopic)
    }

    /// What belongs to a thumbnail is in one place; without a picture there is none.
    pub(super) fn _convert_subtopics_v3_to_v4(
        subtopic: SubtopicV3,
    ) -> Result<Subtopic, ConversionError> {
        let SubtopicV3 { id, title, url_fragment, skill_ids, .. } = subtopic;
        let thumbnail = match (subtopic.thumbnail_filename, subtopic.thumbnail_bg_color) {
            (Some(filename), Some(bg_color)) => Some(Thumbnail { filename, bg_color }),
            (None, None) => None,
            _ => return Err(ConversionError::new("a thumbnail has a file and a background")),
        };
        Ok(Subtopic { id, title, url_fragment, skill_ids, thumbnail })
    }

    /// A reference was nothing but the id.
    pub(super) fn _convert_canonical_stories_v1_to_v2(story_id: LazyValue<'_>) -> LazyValue<'_> {
        lazy!({ "story_id": story_id })
    }

    /// Whether a story is public, its author says again after the migration.
    pub(super) fn _convert_canonical_stories_v2_to_v3(
        mut reference: Value,
    ) -> Result<StoryReference, ConversionError> {
        members_of(&mut reference)?.insert("story_is_published".to_owned(), false.into());
        Ok(serde_json::from_value(reference)?)
    }
}

/// The small letters of the words of a title, with hyphens between; `None` if there is no letter.
fn url_fragment(title: &str) -> Option<String> {
    let lower = title.to_lowercase();
    let words = lower.split(|character: char| !character.is_ascii_lowercase());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("-"))
}
