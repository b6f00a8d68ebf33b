//! Parts of a schema for which no value is found.
//!
//! Layer: testkit. Invariant: the same schema gives the same answer; no choice here is drawn from outside.

use std::collections::BTreeSet;

use super::{
    compiled::{Compiled, ROOT},
    generate::Generator,
    limits::Limits,
    node::{Kinds, Node, NodeId},
    random::Random,
};

/// Values tried for one part: the least one, then others.
pub(super) const ATTEMPTS: u32 = 9;
/// Tries within one of them; parts are small, and a schema may have many.
const TRIES_MAX: usize = 2_000;

/// The innermost part that is needed for this one and has no value; `None` if this one has a value.
pub(super) fn without_document(schema: &Compiled, limits: Limits, id: NodeId) -> Option<NodeId> {
    if has_value(schema, limits, id) {
        return None;
    }
    let (mut innermost, mut seen) = (id, BTreeSet::from([id]));
    let limits = Limits { tries_max: TRIES_MAX, ..limits };
    loop {
        let mut needed = needed(schema.node(innermost)).into_iter();
        let next = needed.find(|id| seen.insert(*id) && !has_value(schema, limits, *id));
        let Some(next) = next else { return Some(innermost) };
        innermost = next;
    }
}

/// Pointers of all parts that documents may have but that have no value, the innermost ones.
pub(super) fn barren_parts(schema: &Compiled, limits: Limits) -> BTreeSet<String> {
    let limits = Limits { tries_max: TRIES_MAX, ..limits };
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::from([ROOT]));
    let mut open = vec![ROOT];
    while let Some(id) = open.pop() {
        let node = schema.node(id);
        open.extend(possible(node).into_iter().filter(|next| seen.insert(*next)));
        if !node.is_never
            && let Some(innermost) = without_document(schema, limits, id)
            && !schema.node(innermost).is_never
        {
            found.insert(schema.node(innermost).pointer.clone());
        }
    }
    found
}

fn has_value(schema: &Compiled, limits: Limits, id: NodeId) -> bool {
    let drawn = (1..ATTEMPTS).map(|seed| Random::seeded(seed.into()));
    std::iter::once(Random::least())
        .chain(drawn)
        .any(|source| Generator::new(schema, limits, source).value(&[id], 0).is_some())
}

/// The parts without which a node has no value.
fn needed(node: &Node) -> Vec<NodeId> {
    let mut ids = node.all.clone();
    if node.kinds == Kinds::OBJECT {
        ids.extend(node.object.required.iter().flat_map(|name| node.object.member(name)));
    }
    if node.kinds == Kinds::ARRAY {
        let count = node.array.count_min.min(node.array.prefix.len() + 1);
        ids.extend((0..count).filter_map(|index| node.array.element(index)));
    }
    ids
}

/// The parts that say what a value may be; `not`, `if` and names only refuse.
fn possible(node: &Node) -> Vec<NodeId> {
    let condition = node.condition.into_iter();
    let condition = condition.flat_map(|it| it.then.into_iter().chain(it.otherwise));
    let contains = node.array.contains.filter(|contains| contains.count_max != Some(0));
    let lists = [&node.all, &node.any, &node.one, &node.array.prefix];
    lists
        .into_iter()
        .flatten()
        .copied()
        .chain(condition)
        .chain(node.array.items)
        .chain(contains.map(|contains| contains.node))
        .chain(node.object.properties.values().copied())
        .chain(node.object.patterns.iter().map(|(_, id)| *id))
        .chain(node.object.additional)
        .chain(node.object.unevaluated)
        .collect()
}
