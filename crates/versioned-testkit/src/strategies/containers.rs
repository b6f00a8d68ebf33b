//! Arrays and objects.
//!
//! Layer: testkit. What is made here has what is required; the caller's check has the last word.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{
    compiled::ENDLESS,
    generate::{Flat, Generator},
    node::NodeId,
    number::same,
    scalars,
};

/// Containers that must have more elements or members than this are not made.
const COUNT_MAX: usize = 4096;
/// Elements that are made anew because they stand in the list already.
const DUPLICATES_MAX: usize = 12;
/// Members with free names are at most so many more than needed.
const MEMBERS_MORE: usize = 4;

impl<'s> Generator<'s> {
    pub(super) fn array(&mut self, flat: &Flat<'s>, depth: u32) -> Option<Vec<Value>> {
        let rules = || flat.nodes.iter().map(|node| &node.array);
        let contained: Vec<_> = rules().filter_map(|rules| rules.contains).collect();
        let wanted: usize = contained.iter().map(|contains| contains.count_min).sum();
        let least = rules().map(|rules| rules.count_min).max().unwrap_or(0);
        let most = rules().filter_map(|rules| rules.count_max).min().unwrap_or(usize::MAX);
        if least > most || least.max(wanted) > COUNT_MAX {
            return None;
        }
        let least_here = least.max(wanted.min(most));
        let more = if self.is_at_end(depth) {
            0
        } else if self.random.once_in(12) {
            self.random.below(10)
        } else {
            self.random.below(4)
        };
        let count = least_here.saturating_add(more).min(most);
        // Places of the elements that `contains` asks for; one may serve two nodes.
        let mut places: BTreeMap<usize, Vec<NodeId>> = BTreeMap::new();
        for contains in &contained {
            let mut free: Vec<usize> = (0..count).collect();
            for _ in 0..contains.count_min.min(count) {
                let index = self.random.below(free.len());
                places.entry(free.swap_remove(index)).or_default().push(contains.node);
            }
        }
        let is_unique = rules().any(|rules| rules.is_unique);
        let mut elements: Vec<Value> = Vec::new();
        for index in 0..count {
            let mut goal: Vec<NodeId> = rules().filter_map(|it| it.element(index)).collect();
            goal.extend(places.get(&index).into_iter().flatten());
            let made = self.element(&goal, depth, if is_unique { &elements } else { &[] });
            match made {
                Some(element) => elements.push(element),
                None if index >= least_here => break,
                None => return None,
            }
        }
        Some(elements)
    }

    /// A value for the goal that is none of `others`.
    fn element(&mut self, goal: &[NodeId], depth: u32, others: &[Value]) -> Option<Value> {
        (0..DUPLICATES_MAX).find_map(|_| {
            let value = self.value(goal, depth + 1);
            let is_new = |value: &Value| !others.iter().any(|other| same(other, value));
            if value.is_none() { Some(None) } else { value.filter(is_new).map(Some) }
        })?
    }

    pub(super) fn object(&mut self, flat: &Flat<'s>, depth: u32) -> Option<Map<String, Value>> {
        let rules = || flat.nodes.iter().map(|node| &node.object);
        let required: BTreeSet<&String> = rules().flat_map(|rules| &rules.required).collect();
        let least = rules().map(|rules| rules.count_min).max().unwrap_or(0);
        let most = rules().filter_map(|rules| rules.count_max).min().unwrap_or(usize::MAX);
        if required.len() > most || least > most || least > COUNT_MAX {
            return None;
        }
        let mut members = Map::new();
        for name in &required {
            let goal = self.member(flat, name)?;
            members.insert((*name).clone(), self.value(&goal, depth + 1)?);
        }
        let mut optional: Vec<&String> = rules()
            .flat_map(|rules| rules.properties.keys())
            .filter(|name| !required.contains(name))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        while !optional.is_empty() && members.len() < most {
            let is_needed = members.len() < least;
            let index = match (is_needed, self.is_at_end(depth)) {
                (true, true) => self.flattest(flat, &optional),
                (true, false) => self.random.below(optional.len()),
                (false, _) => 0,
            };
            let name = optional.remove(index);
            // Few in some objects, many in others.
            if is_needed || (!self.is_at_end(depth) && !self.random.once_in(3)) {
                let goal = self.member(flat, name);
                if let Some(value) = goal.and_then(|goal| self.value(&goal, depth + 1)) {
                    members.insert(name.clone(), value);
                }
            }
        }
        self.free_members(flat, depth, (least, most), &mut members);
        Some(members)
    }

    /// The index of the name whose member needs the least nesting.
    fn flattest(&self, flat: &Flat<'s>, names: &[&String]) -> usize {
        let height = |name: &str| {
            let goal = self.member(flat, name)?;
            goal.iter().map(|id| self.schema.heights[*id]).max().or(Some(0))
        };
        let heights = names.iter().map(|name| height(name).unwrap_or(ENDLESS)).enumerate();
        heights.min_by_key(|(_, height)| *height).map_or(0, |(index, _)| index)
    }

    /// Adds members whose names the schema leaves open.
    fn free_members(
        &mut self,
        flat: &Flat<'s>,
        depth: u32,
        (least, most): (usize, usize),
        members: &mut Map<String, Value>,
    ) {
        let rules = || flat.nodes.iter().map(|node| &node.object);
        let is_map = rules().any(|rules| rules.is_map() || rules.unevaluated.is_some())
            || rules().all(|rules| rules.properties.is_empty() && rules.required.is_empty());
        let has_unknown = self.limits.has_unknown_members && self.random.once_in(3);
        let more = if self.is_at_end(depth) || !(is_map || has_unknown) {
            0
        } else {
            self.random.below(MEMBERS_MORE)
        };
        let missing = least.saturating_sub(members.len());
        let wanted = missing.max(more).min(most.saturating_sub(members.len()));
        // A name may be taken or refused; as many again are tried.
        for _ in 0..3 * wanted {
            if members.len() >= most || members.len() >= least && members.len() >= least + more {
                return;
            }
            let Some(name) = self.name(flat) else { return };
            if members.contains_key(&name) {
                continue;
            }
            let goal = self.member(flat, &name);
            if let Some(value) = goal.and_then(|goal| self.value(&goal, depth + 1)) {
                members.insert(name, value);
            }
        }
    }

    /// A name that no node declares.
    fn name(&mut self, flat: &Flat<'s>) -> Option<String> {
        let rules = || flat.nodes.iter().map(|node| &node.object);
        let patterns: Vec<_> = rules().flat_map(|rules| &rules.patterns).collect();
        let names: Vec<NodeId> = rules().filter_map(|rules| rules.names).collect();
        let is_closed =
            rules().any(|rules| rules.additional.is_some_and(|id| self.schema.is_hopeless(id)));
        if !patterns.is_empty() && (is_closed || self.random.once_in(2) || self.random.is_least()) {
            return self.random.pick(&patterns).map(|(pattern, _)| pattern.text(&mut self.random));
        }
        if is_closed {
            return None;
        }
        if names.is_empty() {
            let any = Flat {
                nodes: vec![self.schema.node(self.schema.any_text)],
                kinds: self.schema.kinds[self.schema.any_text],
            };
            return scalars::text(&any, &mut self.random);
        }
        let goal: Vec<NodeId> = std::iter::once(self.schema.any_text).chain(names).collect();
        match self.value(&goal, 0)? {
            Value::String(name) => Some(name),
            _ => None,
        }
    }

    /// The goal of the member with this name; `None` if it cannot be.
    pub(super) fn member(&self, flat: &Flat<'s>, name: &str) -> Option<Vec<NodeId>> {
        let mut goal: Vec<NodeId> =
            flat.nodes.iter().flat_map(|node| node.object.member(name)).collect();
        if goal.is_empty() {
            goal.extend(flat.nodes.iter().filter_map(|node| node.object.unevaluated));
        }
        let is_possible = !goal.iter().any(|id| self.schema.is_hopeless(*id));
        is_possible.then_some(goal)
    }
}
