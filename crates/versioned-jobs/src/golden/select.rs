//! Which documents of a table are sampled.
//!
//! Layer: jobs. Pure. Invariant: the choice depends on the documents alone, not on the order in which they come; memory is
//! bounded, whatever the table holds.

use std::collections::{BTreeMap, BTreeSet};

use versioned_store::EntityKey;

/// Most combinations of versions that are told apart.
const COMBINATIONS_MAX: usize = 1_000;

/// Most shapes that are remembered of a combination.
const SHAPES_MAX: usize = 64;

/// A document that may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// A hash of the key: an order that has nothing to do with the content.
    pub(super) order: u128,
    pub(super) key: EntityKey,
    pub(super) bytes: usize,
    pub(super) shape: u128,
}

/// The choice among the documents seen so far.
#[derive(Debug, Default)]
pub(super) struct Choice {
    combinations: BTreeMap<String, Combination>,
    /// How many documents were of combinations beyond the bound.
    pub(super) beyond: u64,
}

/// What is remembered of the documents of one combination of versions.
#[derive(Debug, Default)]
struct Combination {
    documents: u64,
    smallest: Option<Candidate>,
    largest: Option<Candidate>,
    /// The first document of each shape, in the order of hashes.
    by_shape: BTreeMap<u128, Candidate>,
    /// The first documents in the order of hashes, whatever their shapes.
    first: BTreeSet<Candidate>,
}

impl Choice {
    pub(super) fn add(&mut self, versions: String, candidate: Candidate, wanted: usize) {
        let is_full = self.combinations.len() >= COMBINATIONS_MAX;
        if is_full && !self.combinations.contains_key(&versions) {
            self.beyond += 1;
            return;
        }
        self.combinations.entry(versions).or_default().add(candidate, wanted);
    }

    /// The chosen documents by combination, and of how many documents each was chosen.
    pub(super) fn chosen(&self, wanted: usize) -> Vec<(&str, u64, Vec<EntityKey>)> {
        let combinations = self.combinations.iter();
        combinations.map(|(name, it)| (name.as_str(), it.documents, it.chosen(wanted))).collect()
    }
}

impl Combination {
    fn add(&mut self, candidate: Candidate, wanted: usize) {
        self.documents += 1;
        let size = |it: &Candidate| (it.bytes, it.order);
        if self.smallest.as_ref().is_none_or(|it| size(&candidate) < size(it)) {
            self.smallest = Some(candidate.clone());
        }
        if self.largest.as_ref().is_none_or(|it| size(&candidate) > size(it)) {
            self.largest = Some(candidate.clone());
        }
        self.first.insert(candidate.clone());
        if self.first.len() > wanted {
            self.first.pop_last();
        }
        let of_shape = self.by_shape.entry(candidate.shape).or_insert_with(|| candidate.clone());
        if candidate < *of_shape {
            *of_shape = candidate;
        }
        if self.by_shape.len() > SHAPES_MAX {
            self.by_shape.pop_last();
        }
    }

    /// The smallest and the largest one, then one of each further shape, then what comes first.
    fn chosen(&self, wanted: usize) -> Vec<EntityKey> {
        let mut chosen: Vec<&Candidate> = Vec::new();
        let mut others: Vec<&Candidate> = self.by_shape.values().collect();
        others.sort();
        let extremes = self.smallest.iter().chain(&self.largest);
        for candidate in extremes.chain(others) {
            let is_extreme = chosen.len() < 2;
            let is_known = chosen
                .iter()
                .any(|it| it.key == candidate.key || (!is_extreme && it.shape == candidate.shape));
            if !is_known {
                chosen.push(candidate);
            }
        }
        for candidate in &self.first {
            if !chosen.iter().any(|it| it.key == candidate.key) {
                chosen.push(candidate);
            }
        }
        chosen.into_iter().take(wanted).map(|it| it.key.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(order: u128, bytes: usize, shape: u128) -> Candidate {
        Candidate { order, key: EntityKey::from(order.to_string().as_str()), bytes, shape }
    }

    fn check(wanted: usize, expect: &[&str]) {
        let candidates = [
            candidate(1, 20, 7),
            candidate(2, 10, 7),
            candidate(3, 90, 7),
            candidate(4, 30, 8),
            candidate(5, 30, 8),
            candidate(6, 40, 9),
        ];
        let expect: Vec<EntityKey> = expect.iter().map(|key| EntityKey::from(*key)).collect();
        for turn in 0..candidates.len() {
            let mut choice = Choice::default();
            for candidate in candidates[turn..].iter().chain(&candidates[..turn]) {
                choice.add("1".to_owned(), candidate.clone(), wanted);
            }
            assert_eq!(choice.chosen(wanted), [("1", 6, expect.clone())], "turn {turn}");
        }
    }

    #[test]
    fn the_extremes_come_first_then_other_shapes_whatever_the_order_of_the_rows() {
        check(1, &["2"]);
        check(2, &["2", "3"]);
        check(3, &["2", "3", "4"]);
        check(4, &["2", "3", "4", "6"]);
        check(9, &["2", "3", "4", "6", "1", "5"]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut choice = Choice::default();
        for number in 0..3_000_u128 {
            choice.add((number % 1_500).to_string(), candidate(number, 5, number), 2);
        }
        assert_eq!(choice.beyond, 1_000);
        assert_eq!(choice.combinations.len(), COMBINATIONS_MAX);
        for number in 0..1_000 {
            choice.add("1".to_owned(), candidate(number, 5, number), 2);
        }
        assert_eq!(choice.combinations["1"].by_shape.len(), SHAPES_MAX);
        assert_eq!(choice.combinations["1"].first.len(), 2);
    }
}
