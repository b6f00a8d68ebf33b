//! The files in which mistakes are made.

pub(super) const COLLECTION: &str = "examples/learning_platform/domain/collection.rs";
pub(super) const COLLECTION_STEPS: &str = "examples/learning_platform/domain/collection_steps.rs";
pub(super) const EXPLORATION: &str = "examples/learning_platform/domain/exploration.rs";
pub(super) const QUESTION: &str = "examples/learning_platform/domain/question.rs";
pub(super) const SKILL: &str = "examples/learning_platform/domain/skill.rs";
pub(super) const SKILL_STEPS: &str = "examples/learning_platform/domain/skill_steps.rs";
pub(super) const STATE: &str = "examples/learning_platform/domain/state.rs";
pub(super) const STATE_STEPS: &str = "examples/explorations/state_steps.rs";
pub(super) const STORY: &str = "examples/learning_platform/domain/story.rs";
pub(super) const STORY_STEPS: &str = "examples/learning_platform/domain/story_steps.rs";
pub(super) const TOPIC: &str = "examples/learning_platform/domain/topic.rs";
pub(super) const TOPIC_STEPS: &str = "examples/learning_platform/domain/topic_steps.rs";
