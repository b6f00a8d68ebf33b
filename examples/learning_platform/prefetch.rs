//! What stories need from elsewhere: sizes of files for their conversions, and their topic for a
//! check. It is fetched before either runs, on every way: reads, saves, reverts and jobs.

use serde::Deserialize;
use versioned_jobs::{FetchError, Fetched, HookError, Saved, Stale, VersionedModel};
use versioned_store::ModelStore;

use crate::{
    domain::{Story, Topic},
    files,
    models::Topics,
};

/// The name of the value that the check needs: the ids of the stories that the topic names.
pub(crate) const STORIES_OF_TOPIC: &str = "stories_of_topic";

/// Fetches what each of these stories needs.
pub(crate) async fn for_stories<S: ModelStore>(
    store: &S,
    stories: &[Stale<'_>],
) -> Result<Vec<Fetched>, HookError> {
    let mut fetched = Vec::new();
    for story in stories {
        let mut values = Fetched::default();
        if story.needs().contains(&"thumbnail_sizes") {
            let key = story.key();
            let key = key.of_snapshot().map_or_else(|| key.clone(), |(model, _)| model);
            let sizes = files::sizes_below(&format!("story/{key}/")).await;
            values = values.with("thumbnail_sizes", &sizes)?;
        }
        if story.needs().contains(&STORIES_OF_TOPIC) {
            values = values.with(STORIES_OF_TOPIC, &stories_of_topic(store, story).await?)?;
        }
        fetched.push(values);
    }
    Ok(fetched)
}

/// A story that learners find belongs to a topic that names it.
pub(crate) fn is_named_by_its_topic(
    saved: &Saved<'_, Story>,
    fetched: &Fetched,
) -> Result<(), HookError> {
    let stories: Vec<String> = fetched.get(STORIES_OF_TOPIC)?;
    if stories.contains(&saved.object.id) {
        return Ok(());
    }
    let Story { id, corresponding_topic_id: topic, .. } = saved.object;
    Err(format!("story `{id}` belongs to topic `{topic}`, which does not name it").into())
}

/// What the topic of a story names; nothing where it is absent or of no use.
async fn stories_of_topic<S: ModelStore>(
    store: &S,
    story: &Stale<'_>,
) -> Result<Vec<String>, HookError> {
    /// What a story of any version says of its topic.
    #[derive(Deserialize)]
    struct OfTopic {
        corresponding_topic_id: String,
    }
    let Some(document) = story.document() else { return Ok(Vec::new()) };
    let of: OfTopic = serde_json::from_str(&document)?;
    match Topics::find(store, &of.corresponding_topic_id.as_str().into()).await {
        Ok(topic) => Ok(topic.into_iter().flat_map(Topic::into_story_ids).collect()),
        Err(FetchError::Entity { .. }) => Ok(Vec::new()),
        Err(failed) => Err(failed.into()),
    }
}
