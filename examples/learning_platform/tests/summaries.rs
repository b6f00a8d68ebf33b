//! What is written beside entities.

use serde_json::json;

use super::seed;
use crate::{
    domain::{Collection, Exploration, Publication, Skill, Story, Topic, Validate},
    files,
    statistics::{ExplorationStatistics, StateStatistics},
    story::read,
    summary::{CollectionSummary, ExplorationSummary, SkillSummary, StorySummary, TopicSummary},
};

fn object<D>(entity: &str, id: &str) -> D
where
    D: versioned_core::BaseVersionedDomainObject + Validate,
{
    read(&files::with_thumbnail_sizes(&seed(entity, id).document)).unwrap().0
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
fn statistics_of_a_new_version_go_on_for_the_states_that_are_still_there() {
    let exploration = object::<Exploration>("exploration", "fractions");
    let mut before = ExplorationStatistics::of(&exploration, 3, None);
    assert!(before.states.values().all(|counted| *counted == StateStatistics::default()));

    let counted = StateStatistics { hits: 7, first_hits: 5 };
    before.starts = 6;
    before.states.insert("Halves".to_owned(), counted);
    before.states.insert("Removed".to_owned(), counted);
    let after = ExplorationStatistics::of(&exploration, 4, Some(&before));
    assert_eq!((after.model_version, after.starts), (4, 6));
    assert_eq!(after.states.keys().collect::<Vec<_>>(), ["End", "Halves"]);
    assert_eq!(after.states["Halves"], counted);
}
