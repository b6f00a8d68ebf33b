//! What becomes of each stored entity. The story counts on it.

use versioned_core::BaseVersionedDomainObject;

use super::{
    reading::{Unusable, read},
    refusal, seeds_of,
};
use crate::domain::{Collection, Exploration, Question, Skill, Story, Topic, Validate};

/// How many entities of a kind are current, upgraded, refused and not valid.
#[derive(Debug, PartialEq, Eq, Default)]
struct Counts {
    current: usize,
    upgraded: usize,
    refused: Vec<(String, String)>,
    invalid: Vec<String>,
}

fn count<D>(entity: &str) -> Counts
where
    D: BaseVersionedDomainObject + Validate,
{
    let mut counts = Counts::default();
    for seed in seeds_of(entity).unwrap() {
        let id = seed.document["id"].as_str().unwrap();
        match read::<D>(&seed.document) {
            Ok((_, changes)) if changes.is_empty() => counts.current += 1,
            Ok(_) => counts.upgraded += 1,
            Err(Unusable::Unreadable { source }) => {
                counts.refused.push((id.to_owned(), refusal(&source).0));
            }
            Err(Unusable::Invalid { source }) => counts.invalid.push(source.id),
        }
    }
    counts
}

fn check<D>(
    entity: &str,
    (current, upgraded): (usize, usize),
    refused: &[(&str, &str)],
    invalid: &str,
) where
    D: BaseVersionedDomainObject + Validate,
{
    let refused = refused.iter().map(|(id, place)| ((*id).to_owned(), (*place).to_owned()));
    let expected =
        Counts { current, upgraded, refused: refused.collect(), invalid: vec![invalid.to_owned()] };
    assert_eq!(count::<D>(entity), expected);
}

#[test]
fn every_stored_entity_is_what_the_story_counts_on() {
    let damaged = ("damaged", "/Sort/interaction/customization_args");
    check::<Exploration>("exploration", (1, 5), &[damaged], "lost");
    check::<Question>("question", (1, 3), &[("uncounted", "")], "no_question");
    let skills = [("counting", "/0/difficulty"), ("doubling", "/0/id")];
    check::<Skill>("skill", (1, 4), &skills, "guessing");
    check::<Story>("story", (2, 5), &[("miner", "/nodes/0/thumbnail_filename")], "twins");
    check::<Topic>("topic", (1, 4), &[("years", "/0/title")], "trades");
    check::<Collection>("collection", (1, 4), &[("mixed", "/nodes")], "echo");
}

#[test]
fn every_kind_has_an_entity_that_was_deleted_and_one_with_snapshots() {
    for entity in ["exploration", "question", "skill", "story", "topic", "collection"] {
        let seeds = seeds_of(entity).unwrap();
        assert_eq!(seeds.iter().filter(|seed| seed.deleted).count(), 1, "{entity}");
        for seed in &seeds {
            let versions: Vec<i64> = seed.snapshots.iter().map(|one| one.model_version).collect();
            let expected: Vec<i64> = (1..seed.model_version).collect();
            assert!(versions.is_empty() || versions == expected, "{}", seed.document["id"]);
        }
        assert!(seeds.iter().any(|seed| !seed.snapshots.is_empty()), "{entity}");
    }
}

#[test]
fn a_snapshot_from_before_there_were_versions_is_no_guess() {
    let document = super::snapshot("exploration", "kites", 1);
    let Err(Unusable::Unreadable { source }) = read::<Exploration>(&document) else {
        panic!("a snapshot without a version was read")
    };
    assert_eq!(
        source.to_string(),
        "`exploration.states` has no schema version: member `states_schema_version` is absent"
    );
}
