//! A schema that is ready for use: its nodes, and what follows from them for every node.
//!
//! Layer: testkit. Invariant: `kinds` holds at least the kinds of values that a node accepts; `height` is the nesting that
//! its documents need at least, so that generating can always go where it ends.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    SchemaError,
    node::{Kinds, Node, NodeId},
    parse,
};

/// Stands for: no document ends.
pub(super) const ENDLESS: u32 = u32::MAX;

/// A schema that is ready for use.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) nodes: Vec<Node>,
    pub(super) kinds: Vec<Kinds>,
    pub(super) heights: Vec<u32>,
    pub(super) ignored_formats: BTreeMap<String, usize>,
    /// A node that accepts every text; names of members are generated with it.
    pub(super) any_text: NodeId,
}

/// The node of the whole schema.
pub(super) const ROOT: NodeId = 0;

impl Compiled {
    pub(super) fn new(schema: &Value) -> Result<Self, SchemaError> {
        let parsed = parse::parse(schema)?;
        let mut nodes = parsed.nodes;
        refuse_endless(&nodes)?;
        let any_text = nodes.len();
        let mut text = Node::new("");
        text.kinds = Kinds::STRING;
        nodes.push(text);
        let kinds = possible_kinds(&nodes);
        let heights = heights(&nodes);
        Ok(Self { nodes, kinds, heights, ignored_formats: parsed.ignored_formats, any_text })
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// Whether the node accepts nothing, as far as can be told without trying.
    pub(super) fn is_hopeless(&self, id: NodeId) -> bool {
        self.heights[id] == ENDLESS || self.kinds[id].is_none()
    }
}

/// Refuses a schema that comes back to itself without going into the document.
fn refuse_endless(nodes: &[Node]) -> Result<(), SchemaError> {
    // Nodes whose edges all lead to finished ones are finished; what is left over lies on, or before, a cycle.
    let mut finished = BTreeSet::new();
    let mut open: Vec<NodeId> = (0..nodes.len()).collect();
    loop {
        let before = open.len();
        open.retain(|id| {
            let is_finished = nodes[*id].in_place().all(|next| finished.contains(&next));
            if is_finished {
                finished.insert(*id);
            }
            !is_finished
        });
        match open.first() {
            None => return Ok(()),
            Some(first) if open.len() == before => {
                return Err(SchemaError::EndlessReference {
                    pointer: nodes[*first].pointer.clone(),
                });
            }
            Some(_) => {}
        }
    }
}

/// From everything downwards, until nothing changes.
fn possible_kinds(nodes: &[Node]) -> Vec<Kinds> {
    let mut kinds = vec![Kinds::ALL; nodes.len()];
    loop {
        let mut has_changed = false;
        for (id, node) in nodes.iter().enumerate() {
            let mut now = if node.is_never { Kinds::NONE } else { node.kinds };
            if let Some(fixed) = &node.fixed {
                let of_fixed = fixed.iter().map(Kinds::of).fold(Kinds::NONE, Kinds::or);
                now = now.and(of_fixed);
            }
            for next in &node.all {
                now = now.and(kinds[*next]);
            }
            for branches in [&node.any, &node.one] {
                if !branches.is_empty() {
                    let either = branches.iter().map(|next| kinds[*next]);
                    now = now.and(either.fold(Kinds::NONE, Kinds::or));
                }
            }
            has_changed |= now != kinds[id];
            kinds[id] = now;
        }
        if !has_changed {
            return kinds;
        }
    }
}

/// From endless downwards, until nothing changes.
fn heights(nodes: &[Node]) -> Vec<u32> {
    let mut heights = vec![ENDLESS; nodes.len()];
    loop {
        let mut has_changed = false;
        for (id, node) in nodes.iter().enumerate() {
            let now = height(node, &heights);
            has_changed |= now < heights[id];
            heights[id] = heights[id].min(now);
        }
        if !has_changed {
            return heights;
        }
    }
}

fn height(node: &Node, heights: &[u32]) -> u32 {
    if node.is_never || node.fixed.as_ref().is_some_and(Vec::is_empty) {
        return ENDLESS;
    }
    let mut height = if node.fixed.is_some() { 0 } else { own_height(node, heights) };
    for next in &node.all {
        height = height.max(heights[*next]);
    }
    for branches in [&node.any, &node.one] {
        let least = branches.iter().map(|next| heights[*next]).min();
        height = height.max(least.unwrap_or(0));
    }
    if let Some(condition) = node.condition {
        let of = |part: Option<NodeId>| part.map_or(0, |part| heights[part]);
        height = height.max(of(condition.then).min(of(condition.otherwise)));
    }
    height
}

/// The least over the kinds that the node names.
fn own_height(node: &Node, heights: &[u32]) -> u32 {
    let scalars = Kinds::NULL.or(Kinds::BOOLEAN).or(Kinds::NUMBER).or(Kinds::STRING);
    if node.kinds.meets(scalars) {
        return 0;
    }
    let mut least = ENDLESS;
    if node.kinds.meets(Kinds::ARRAY) {
        let needed = (0..node.array.count_min.min(node.array.prefix.len() + 1))
            .filter_map(|index| node.array.element(index))
            .chain(node.array.contains.filter(|contains| contains.count_min > 0).map(|it| it.node))
            .map(|next| heights[next]);
        least = least.min(needed.max().unwrap_or(0).saturating_add(1));
    }
    if node.kinds.meets(Kinds::OBJECT) {
        let needed = node
            .object
            .required
            .iter()
            .flat_map(|name| node.object.member(name))
            .map(|next| heights[next]);
        least = least.min(needed.max().unwrap_or(0).saturating_add(1));
    }
    least
}
