//! What is written beside entities.

use serde_json::json;

use super::{reading::read, seed};
use crate::{
    domain::{Collection, Exploration, Publication, Skill, Story, Topic, Validate},
    statistics::{ExplorationStatistics, StateStatistics},
    summary::{CollectionSummary, ExplorationSummary, SkillSummary, StorySummary, TopicSummary},
};

fn object<D>(entity: &str, id: &str) -> D
where
    D: versioned_core::BaseVersionedDomainObject + Validate,
{
    read(&seed(entity, id).document).unwrap().0
}

#[test]
fn a_summary_of_an_exploration_counts_states_and_checkpoints() {
    let summary = ExplorationSummary::from(&object::<Exploration>("exploration", "fractions"));
    assert_eq!(
        (summary.states, summary.checkpoints, summary.publication),
        (2, 1, Publication::Public)
    );
}

#[test]
fn summaries_are_made_of_what_the_latest_versions_say() {
    let skill = SkillSummary::from(&object::<Skill>("skill", "halving"));
    assert_eq!((skill.misconceptions, skill.to_be_addressed), (2, 1));
    let story = StorySummary::from(&object::<Story>("story", "baker"));
    assert_eq!(story.chapters, ["Flour", "Oven", "Bread"]);
    let topic = serde_json::to_value(TopicSummary::from(&object::<Topic>("topic", "numbers")));
    assert_eq!(
        topic.unwrap(),
        json!({"id": "numbers", "name": "Numbers", "language_code": "en", "subtopics": 2,
            "canonical_stories": 2, "additional_stories": 1, "skills": 3})
    );
    let collection = CollectionSummary::from(&object::<Collection>("collection", "basics"));
    assert_eq!(collection.explorations, 2);
}

#[test]
fn statistics_of_a_new_version_have_its_states() {
    let exploration = object::<Exploration>("exploration", "fractions");
    let statistics = ExplorationStatistics::of(&exploration, 4);
    assert_eq!((statistics.model_version, statistics.starts), (4, 0));
    let zero = StateStatistics::default();
    assert_eq!(statistics.states, [("End".to_owned(), zero), ("Halves".to_owned(), zero)].into());
}
