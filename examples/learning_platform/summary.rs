//! Summaries: what lists of entities show, in tables of their own, written with each entity.

use serde::Serialize;

use crate::domain::{Collection, Exploration, Publication, Skill, Story, Topic};

/// What the library page shows of an exploration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ExplorationSummary {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) language_code: String,
    pub(crate) publication: Publication,
    pub(crate) states: usize,
    pub(crate) checkpoints: usize,
}

impl From<&Exploration> for ExplorationSummary {
    fn from(exploration: &Exploration) -> Self {
        let states = exploration.states.values();
        Self {
            id: exploration.id.clone(),
            title: exploration.title.clone(),
            category: exploration.category.clone(),
            language_code: exploration.language_code.clone(),
            publication: exploration.publication,
            states: exploration.states.len(),
            checkpoints: states.filter(|state| state.card_is_checkpoint).count(),
        }
    }
}

/// What the dashboard shows of a skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct SkillSummary {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) language_code: String,
    pub(crate) misconceptions: usize,
    /// How many misconceptions a question has to address.
    pub(crate) to_be_addressed: usize,
}

impl From<&Skill> for SkillSummary {
    fn from(skill: &Skill) -> Self {
        let misconceptions = skill.misconceptions.iter();
        Self {
            id: skill.id.clone(),
            description: skill.description.clone(),
            language_code: skill.language_code.clone(),
            misconceptions: skill.misconceptions.len(),
            to_be_addressed: misconceptions.filter(|one| one.must_be_addressed).count(),
        }
    }
}

/// What a topic's page shows of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StorySummary {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) language_code: String,
    /// Titles of the chapters in order.
    pub(crate) chapters: Vec<String>,
}

impl From<&Story> for StorySummary {
    fn from(story: &Story) -> Self {
        let nodes = story.story_contents.nodes.iter();
        Self {
            id: story.id.clone(),
            title: story.title.clone(),
            language_code: story.language_code.clone(),
            chapters: nodes.map(|node| node.title.clone()).collect(),
        }
    }
}

/// What the list of topics shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TopicSummary {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) language_code: String,
    pub(crate) subtopics: usize,
    pub(crate) canonical_stories: usize,
    pub(crate) additional_stories: usize,
    /// How many skills the subtopics have together.
    pub(crate) skills: usize,
}

impl From<&Topic> for TopicSummary {
    fn from(topic: &Topic) -> Self {
        Self {
            id: topic.id.clone(),
            name: topic.name.clone(),
            language_code: topic.language_code.clone(),
            subtopics: topic.subtopics.len(),
            canonical_stories: topic.canonical_stories.len(),
            additional_stories: topic.additional_stories.len(),
            skills: topic.subtopics.iter().map(|subtopic| subtopic.skill_ids.len()).sum(),
        }
    }
}

/// What the library page shows of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CollectionSummary {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) category: String,
    pub(crate) language_code: String,
    pub(crate) explorations: usize,
}

impl From<&Collection> for CollectionSummary {
    fn from(collection: &Collection) -> Self {
        Self {
            id: collection.id.clone(),
            title: collection.title.clone(),
            category: collection.category.clone(),
            language_code: collection.language_code.clone(),
            explorations: collection.collection_contents.nodes.len(),
        }
    }
}
