//! Making a document: choices first, then a check, then another try.
//!
//! Layer: testkit. A goal is a list of nodes that must all accept a value. Its branches are chosen, what they say is taken
//! together, and a value is made that follows most of it; what is left (`not`, `oneOf`, `uniqueItems`, ..) the check decides.
//! Invariant: a value that is returned was accepted; tries are counted over the whole document, so the search ends.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    compiled::Compiled,
    limits::Limits,
    node::{Kinds, Node, NodeId},
    random::Random,
    scalars,
};

/// Tries of one value at its place.
const TRIES: usize = 24;
/// Deeper documents are not made: the stack holds them, and serde_json reads them back.
pub(super) const NESTING_MAX: u32 = 100;

/// Makes documents of one schema.
#[derive(Debug)]
pub(super) struct Generator<'s> {
    pub(super) schema: &'s Compiled,
    pub(super) limits: Limits,
    pub(super) random: Random,
    /// How many values may still be made before only the least ones are.
    pub(super) room: usize,
    /// How many tries are left for the whole document.
    fuel: usize,
}

/// A goal after its branches are chosen.
#[derive(Debug)]
pub(super) struct Flat<'s> {
    pub(super) nodes: Vec<&'s Node>,
    pub(super) kinds: Kinds,
}

impl<'s> Generator<'s> {
    pub(super) fn new(schema: &'s Compiled, limits: Limits, random: Random) -> Self {
        let room = if random.is_least() { 0 } else { 1 + limits.values_max };
        Self { schema, limits, random, room, fuel: limits.tries_max }
    }

    /// A value that all nodes of the goal accept, if one is found.
    pub(super) fn value(&mut self, goal: &[NodeId], depth: u32) -> Option<Value> {
        if depth > NESTING_MAX || goal.iter().any(|id| self.schema.is_hopeless(*id)) {
            return None;
        }
        self.room = self.room.saturating_sub(1);
        let mut kinds_left = Kinds::ALL;
        for attempt in 0..TRIES {
            self.fuel = self.fuel.checked_sub(1)?;
            if attempt == 1 && self.random.is_least() {
                // The least value is refused; others are drawn, always the same ones.
                self.random = Random::seeded(0);
            }
            let Some(flat) = self.flatten(goal, depth) else { continue };
            let found = self.candidate(goal, &flat, depth, &mut kinds_left);
            if let Some(value) = found.filter(|value| self.schema.all_accept(goal, value)) {
                return Some(value);
            }
        }
        None
    }

    /// Whether only the least value is wanted from here on.
    pub(super) fn is_at_end(&self, depth: u32) -> bool {
        self.room == 0
            || depth >= self.limits.depth_max
            || self.random.is_least()
            || self.fuel < self.limits.tries_max / 4
    }

    /// Chooses branches; `None` if they contradict each other by their kinds.
    fn flatten(&mut self, goal: &[NodeId], depth: u32) -> Option<Flat<'s>> {
        let mut flat = Flat { nodes: Vec::new(), kinds: Kinds::ALL };
        let mut seen = BTreeSet::new();
        let mut open: Vec<NodeId> = goal.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let node = self.schema.node(id);
            flat.kinds = flat.kinds.and(self.schema.kinds[id]);
            if flat.kinds.is_none() {
                return None;
            }
            flat.nodes.push(node);
            open.extend(node.all.iter().rev());
            for branches in [&node.any, &node.one] {
                if !branches.is_empty() {
                    open.push(self.branch(branches, flat.kinds, depth)?);
                }
            }
            if let Some(condition) = node.condition {
                if self.random.once_in(2) && !self.schema.is_hopeless(condition.test) {
                    open.push(condition.test);
                    open.extend(condition.then);
                } else {
                    open.extend(condition.otherwise);
                }
            }
        }
        Some(flat)
    }

    fn branch(&mut self, branches: &[NodeId], kinds: Kinds, depth: u32) -> Option<NodeId> {
        let schema = self.schema;
        let mut open: Vec<NodeId> = branches
            .iter()
            .copied()
            .filter(|id| !schema.is_hopeless(*id) && schema.kinds[*id].meets(kinds))
            .collect();
        if self.is_at_end(depth) {
            let least = open.iter().map(|id| schema.heights[*id]).min()?;
            open.retain(|id| schema.heights[*id] == least);
        }
        self.random.pick(&open).copied()
    }

    fn candidate(
        &mut self,
        goal: &[NodeId],
        flat: &Flat<'s>,
        depth: u32,
        kinds_left: &mut Kinds,
    ) -> Option<Value> {
        let fixed = flat.nodes.iter().filter_map(|node| node.fixed.as_ref());
        if let Some(fixed) = fixed.min_by_key(|fixed| fixed.len()) {
            let schema = self.schema;
            let open: Vec<&Value> =
                fixed.iter().filter(|value| schema.all_accept(goal, value)).collect();
            return self.random.pick(&open).map(|value| (*value).clone());
        }
        let kind = self.kind(flat.kinds, *kinds_left, depth)?;
        let made = match kind {
            Kinds::NULL => Some(Value::Null),
            Kinds::BOOLEAN => Some(Value::Bool(self.random.once_in(2))),
            Kinds::STRING => scalars::text(flat, &mut self.random).map(Value::String),
            Kinds::ARRAY => self.array(flat, depth).map(Value::Array),
            Kinds::OBJECT => self.object(flat, depth).map(Value::Object),
            _ => scalars::number(flat, kind, &mut self.random),
        };
        if made.is_none() && !self.random.is_least() {
            // Another kind may be possible; a kind that failed is tried again only after all others.
            let others = Kinds::ALL.without(kind).and(*kinds_left);
            *kinds_left = if others.meets(flat.kinds) { others } else { Kinds::ALL };
        }
        made
    }

    fn kind(&mut self, kinds: Kinds, left: Kinds, depth: u32) -> Option<Kinds> {
        let scalars = [Kinds::NULL, Kinds::BOOLEAN, Kinds::INTEGER, Kinds::FRACTION, Kinds::STRING];
        let containers = [Kinds::ARRAY, Kinds::OBJECT];
        let open = if kinds.meets(left) { kinds.and(left) } else { kinds };
        let of = |list: &[Kinds]| -> Vec<Kinds> {
            list.iter().copied().filter(|kind| open.meets(*kind)).collect()
        };
        let (scalars, containers) = (of(&scalars), of(&containers));
        let is_free = scalars.len() == 5;
        let goes_down = scalars.is_empty()
            || !containers.is_empty()
                && !self.is_at_end(depth)
                && self.random.once_in(if is_free { 4 } else { 2 });
        let list = if goes_down { containers } else { scalars };
        self.random.pick(&list).copied()
    }
}
