//! Ways to make a document simpler at one place.
//!
//! Layer: testkit. What cuts most comes first. An edit may break the document; who applies it checks.

use serde_json::{Map, Value};

use super::{
    compiled::{Compiled, ROOT},
    generate::{Flat, Generator},
    limits::Limits,
    node::NodeId,
    number::{Amount, same},
    random::Random,
    simpler,
};

/// A step from a value to one in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Element(usize),
}

#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    RemoveMembers(Vec<String>),
    RemoveElements { start: usize, count: usize },
    Rename { from: String, to: String },
}

/// One way to make a document simpler.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    path: Vec<Step>,
    change: Change,
}

impl Edit {
    /// The document after the edit; `None` if its place is not there.
    pub(super) fn applied_to(&self, document: &Value) -> Option<Value> {
        let mut document = document.clone();
        let mut place = &mut document;
        for step in &self.path {
            place = match step {
                Step::Member(name) => place.get_mut(name)?,
                Step::Element(index) => place.get_mut(index)?,
            };
        }
        match (&self.change, &mut *place) {
            (Change::Replace(value), place) => *place = value.clone(),
            (Change::RemoveMembers(names), Value::Object(members)) => {
                members.retain(|name, _| !names.contains(name));
            }
            (Change::RemoveElements { start, count }, Value::Array(elements)) => {
                let end = (start + count).min(elements.len());
                drop(elements.drain(*start..end));
            }
            (Change::Rename { from, to }, Value::Object(members)) if !members.contains_key(to) => {
                let value = members.remove(from)?;
                members.insert(to.clone(), value);
            }
            _ => return None,
        }
        Some(document)
    }
}

/// Collects the edits of a document.
pub(super) fn edits(schema: &Compiled, limits: Limits, document: &Value) -> Vec<Edit> {
    let mut edits = Edits { schema, limits, found: Vec::new() };
    let mut level: Vec<(Vec<Step>, Vec<NodeId>, &Value)> = vec![(Vec::new(), vec![ROOT], document)];
    // From the top downwards, so that whole parts go before their leaves.
    while !level.is_empty() {
        let mut next = Vec::new();
        for (path, goal, value) in level {
            let flat = schema.located(&goal, value);
            edits.of_place(&path, &goal, &flat, value);
            if flat.nodes.iter().any(|node| node.fixed.is_some()) {
                continue;
            }
            let below = |step: Step| path.iter().cloned().chain([step]).collect::<Vec<Step>>();
            match value {
                Value::Array(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        let goal = Compiled::element_goal(&flat, index);
                        next.push((below(Step::Element(index)), goal, element));
                    }
                }
                Value::Object(members) => {
                    for (name, member) in members {
                        let goal = Compiled::member_goal(&flat, name);
                        next.push((below(Step::Member(name.clone())), goal, member));
                    }
                }
                _ => {}
            }
        }
        level = next;
    }
    // Removals first: they cut most, and leave fewer places for the other edits.
    edits.found.sort_by_key(|(rank, _)| *rank);
    edits.found.into_iter().map(|(_, edit)| edit).collect()
}

struct Edits<'s> {
    schema: &'s Compiled,
    limits: Limits,
    found: Vec<(u8, Edit)>,
}

impl Edits<'_> {
    fn push(&mut self, rank: u8, path: &[Step], change: Change) {
        self.found.push((rank, Edit { path: path.to_vec(), change }));
    }

    fn of_place(&mut self, path: &[Step], goal: &[NodeId], flat: &Flat<'_>, value: &Value) {
        if let Some(fixed) = flat.nodes.iter().find_map(|node| node.fixed.as_ref()) {
            let earlier = fixed.iter().take_while(|other| !same(other, value));
            for other in earlier.filter(|other| self.schema.all_accept(goal, other)) {
                self.push(2, path, Change::Replace(other.clone()));
            }
        }
        let least = Generator::new(self.schema, self.limits, Random::least()).value(goal, 0);
        if let Some(least) = least.filter(|least| is_simpler(least, value)) {
            self.push(0, path, Change::Replace(least));
        }
        // As short as an empty text, but simpler to read.
        if !value.is_null() && self.schema.all_accept(goal, &Value::Null) {
            self.push(0, path, Change::Replace(Value::Null));
        }
        match value {
            Value::Null => {}
            Value::Bool(flag) => {
                if *flag {
                    self.push(3, path, Change::Replace(Value::Bool(false)));
                }
            }
            Value::Number(number) => {
                let least = simpler::nearest_zero(flat);
                for amount in simpler::numbers(Amount::of(number), least, flat) {
                    if let Some(value) = amount.to_json() {
                        self.push(3, path, Change::Replace(value));
                    }
                }
            }
            Value::String(text) => {
                for text in simpler::texts(text) {
                    self.push(3, path, Change::Replace(Value::String(text)));
                }
            }
            Value::Array(elements) => {
                self.parts(path, goal, elements.iter());
                let mut count = elements.len();
                while count > 0 {
                    for start in (0..elements.len()).step_by(count) {
                        self.push(1, path, Change::RemoveElements { start, count });
                    }
                    count /= 2;
                }
            }
            Value::Object(members) => {
                self.parts(path, goal, members.values());
                self.of_members(path, flat, members);
            }
        }
    }

    fn of_members(&mut self, path: &[Step], flat: &Flat<'_>, members: &Map<String, Value>) {
        let is_required =
            |name: &&String| flat.nodes.iter().any(|node| node.object.required.contains(*name));
        let names: Vec<String> =
            members.keys().filter(|name| !is_required(name)).cloned().collect();
        let mut count = names.len();
        while count > 0 {
            for chunk in names.chunks(count) {
                self.push(1, path, Change::RemoveMembers(chunk.to_vec()));
            }
            count /= 2;
        }
        let is_declared =
            |name: &String| flat.nodes.iter().any(|node| node.object.properties.contains_key(name));
        for from in names.iter().filter(|name| !is_declared(name)) {
            for to in simpler::texts(from) {
                self.push(4, path, Change::Rename { from: from.clone(), to });
            }
        }
    }

    /// A part may stand for the whole, as in a tree.
    fn parts<'v>(
        &mut self,
        path: &[Step],
        goal: &[NodeId],
        children: impl Iterator<Item = &'v Value>,
    ) {
        for child in children.filter(|child| child.is_array() || child.is_object()) {
            let grandchildren: Vec<&Value> = match child {
                Value::Array(elements) => elements.iter().collect(),
                Value::Object(members) => members.values().collect(),
                _ => Vec::new(),
            };
            for part in std::iter::once(child).chain(grandchildren) {
                if (part.is_array() || part.is_object()) && self.schema.all_accept(goal, part) {
                    self.push(1, path, Change::Replace(part.clone()));
                }
            }
        }
    }
}

/// Whether a value has fewer parts, or as many and less text.
fn is_simpler(value: &Value, than: &Value) -> bool {
    simpler::size(value) < simpler::size(than)
}
