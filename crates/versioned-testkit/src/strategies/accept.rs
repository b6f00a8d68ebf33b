//! Whether a schema accepts a value.
//!
//! Layer: testkit. Invariant: what is accepted `Surely` every validator that asserts formats accepts, and what is not accepted
//! `Possibly` none does. `not` and `oneOf` turn one question into the other, so that a doubt never passes for a yes.

use std::{
    cell::RefCell,
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
};

use serde_json::{Map, Value};

use super::{
    compiled::Compiled,
    format,
    node::{ArrayRules, Kinds, Node, NodeId, ObjectRules, TextRules},
    number::{Amount, same},
};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Surely,
    Possibly,
}

impl Mode {
    fn opposite(self) -> Self {
        match self {
            Self::Surely => Self::Possibly,
            Self::Possibly => Self::Surely,
        }
    }
}

impl Compiled {
    /// Whether the node accepts the value.
    pub(super) fn accepts(&self, id: NodeId, value: &Value, mode: Mode) -> bool {
        Check::new(self).accepts(id, value, mode)
    }

    /// Whether all nodes surely accept the value.
    pub(super) fn all_accept(&self, ids: &[NodeId], value: &Value) -> bool {
        let check = Check::new(self);
        ids.iter().all(|id| check.accepts(*id, value, Mode::Surely))
    }

    /// The nodes that are applied in place and accept the value.
    pub(super) fn applied(&self, node: &Node, value: &Value, mode: Mode) -> Vec<NodeId> {
        Check::new(self).applied(node, value, mode)
    }
}

/// One check, with what it has answered already: branches ask for the same parts again and again, at every level.
///
/// Values are known by their addresses, so they must outlive the check.
struct Check<'s, 'v> {
    schema: &'s Compiled,
    known: RefCell<BTreeMap<(NodeId, *const Value, Mode), bool>>,
    values: PhantomData<&'v Value>,
}

impl<'s, 'v> Check<'s, 'v> {
    fn new(schema: &'s Compiled) -> Self {
        Self { schema, known: RefCell::default(), values: PhantomData }
    }

    fn accepts(&self, id: NodeId, value: &'v Value, mode: Mode) -> bool {
        let node = self.schema.node(id);
        if node.is_never || !node.kinds.meets(Kinds::of(value)) {
            return false;
        }
        let is_costly = value.is_array() || value.is_object() || node.in_place().next().is_some();
        if !is_costly {
            return self.answer(node, value, mode);
        }
        let key = (id, std::ptr::from_ref(value), mode);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let answer = self.answer(node, value, mode);
        self.known.borrow_mut().insert(key, answer);
        answer
    }

    fn answer(&self, node: &Node, value: &'v Value, mode: Mode) -> bool {
        node.fixed.as_ref().is_none_or(|fixed| fixed.iter().any(|it| same(it, value)))
            && self.accepts_by_kind(node, value, mode)
            && self.accepts_in_place(node, value, mode)
    }

    fn accepts_by_kind(&self, node: &Node, value: &'v Value, mode: Mode) -> bool {
        match value {
            Value::Null | Value::Bool(_) => true,
            Value::Number(number) => accepts_number(node, Amount::of(number), mode),
            Value::String(text) => accepts_text(&node.text, node.format, text, mode),
            Value::Array(elements) => self.accepts_array(&node.array, elements, mode),
            Value::Object(members) => {
                self.accepts_object(&node.object, members, mode)
                    && self.accepts_unevaluated(node, value, members, mode)
            }
        }
    }

    fn accepts_in_place(&self, node: &Node, value: &'v Value, mode: Mode) -> bool {
        let is_accepted = |id: &NodeId| self.accepts(*id, value, mode);
        node.all.iter().all(is_accepted)
            && (node.any.is_empty() || node.any.iter().any(is_accepted))
            && (node.one.is_empty() || self.accepts_one(&node.one, value, mode))
            && !node.not.is_some_and(|id| self.accepts(id, value, mode.opposite()))
            && self.accepts_condition(node, value, mode)
    }

    fn accepts_one(&self, branches: &[NodeId], value: &'v Value, mode: Mode) -> bool {
        let count = |mode| {
            let accepting = branches.iter().filter(|id| self.accepts(**id, value, mode));
            accepting.take(2).count()
        };
        match mode {
            Mode::Surely => count(Mode::Possibly) == 1 && count(Mode::Surely) == 1,
            Mode::Possibly => count(Mode::Possibly) > 0 && count(Mode::Surely) < 2,
        }
    }

    fn accepts_condition(&self, node: &Node, value: &'v Value, mode: Mode) -> bool {
        let Some(condition) = node.condition else { return true };
        let part = |id: Option<NodeId>| id.is_none_or(|id| self.accepts(id, value, mode));
        let is_sure = self.accepts(condition.test, value, Mode::Surely);
        let is_possible = self.accepts(condition.test, value, Mode::Possibly);
        match (is_sure, is_possible, mode) {
            (true, _, _) => part(condition.then),
            (false, false, _) => part(condition.otherwise),
            (false, true, Mode::Surely) => part(condition.then) && part(condition.otherwise),
            (false, true, Mode::Possibly) => part(condition.then) || part(condition.otherwise),
        }
    }

    fn accepts_array(&self, rules: &ArrayRules, elements: &'v [Value], mode: Mode) -> bool {
        let count = elements.len();
        let has_count =
            rules.count_min <= count && rules.count_max.is_none_or(|most| count <= most);
        let has_elements = || {
            elements.iter().enumerate().all(|(index, element)| {
                rules.element(index).is_none_or(|id| self.accepts(id, element, mode))
            })
        };
        let has_contained = || {
            let Some(contains) = rules.contains else { return true };
            let count = |mode| {
                let found = elements.iter().filter(|it| self.accepts(contains.node, it, mode));
                found.count()
            };
            contains.count_min <= count(mode)
                && contains.count_max.is_none_or(|most| count(mode.opposite()) <= most)
        };
        has_count && has_elements() && (!rules.is_unique || is_unique(elements)) && has_contained()
    }

    fn accepts_object(
        &self,
        rules: &ObjectRules,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> bool {
        let count = members.len();
        rules.count_min <= count
            && rules.count_max.is_none_or(|most| count <= most)
            && rules.required.iter().all(|name| members.contains_key(name))
            && members.iter().all(|(name, value)| {
                rules.member(name).into_iter().all(|id| self.accepts(id, value, mode))
                    && rules.names.is_none_or(|id| {
                        self.schema.accepts(id, &Value::String(name.clone()), mode)
                    })
            })
    }

    fn accepts_unevaluated(
        &self,
        node: &Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
    ) -> bool {
        let Some(unevaluated) = node.object.unevaluated else { return true };
        let mut evaluated = BTreeSet::new();
        self.evaluated(node, value, members, mode, &mut evaluated);
        members
            .iter()
            .filter(|(name, _)| !evaluated.contains(name.as_str()))
            .all(|(_, member)| self.accepts(unevaluated, member, mode))
    }

    /// Collects the names of members that the node, or one that it applies in place, speaks of.
    fn evaluated(
        &self,
        node: &Node,
        value: &'v Value,
        members: &'v Map<String, Value>,
        mode: Mode,
        names: &mut BTreeSet<&'v str>,
    ) {
        let own = members.keys().filter(|name| !node.object.member(name).is_empty());
        names.extend(own.map(String::as_str));
        for id in self.applied(node, value, mode) {
            let next = self.schema.node(id);
            if next.object.unevaluated.is_some() {
                names.extend(members.keys().map(String::as_str));
            }
            self.evaluated(next, value, members, mode, names);
        }
    }

    /// The nodes that are applied in place and accept the value.
    fn applied(&self, node: &Node, value: &'v Value, mode: Mode) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = node.all.clone();
        ids.extend(node.any.iter().chain(&node.one));
        if let Some(condition) = node.condition {
            if self.accepts(condition.test, value, mode) {
                ids.push(condition.test);
                ids.extend(condition.then);
            } else {
                ids.extend(condition.otherwise);
            }
        }
        ids.retain(|id| self.accepts(*id, value, mode));
        ids
    }
}

fn accepts_number(node: &Node, amount: Amount, mode: Mode) -> bool {
    let rules = &node.number;
    let is_beyond = |bound: Option<Amount>, beyond: Ordering| {
        bound.is_some_and(|bound| amount.compare(bound) == beyond)
    };
    let reaches = |bound: Option<Amount>, inside: Ordering| {
        bound.is_none_or(|bound| amount.compare(bound) == inside)
    };
    // Validators pass over these formats, so they restrict only what is generated.
    let of_format = node.format.filter(|_| mode == Mode::Surely).and_then(format::bounds);
    let is_multiple = rules
        .multiple_of
        .is_none_or(|unit| amount.is_multiple_of(unit).unwrap_or(mode == Mode::Possibly));
    !is_beyond(rules.least, Ordering::Less)
        && !is_beyond(rules.greatest, Ordering::Greater)
        && reaches(rules.above, Ordering::Greater)
        && reaches(rules.below, Ordering::Less)
        && !of_format.is_some_and(|(least, greatest)| {
            is_beyond(Some(least), Ordering::Less) || is_beyond(Some(greatest), Ordering::Greater)
        })
        && is_multiple
}

fn accepts_text(rules: &TextRules, format: Option<&str>, text: &str, mode: Mode) -> bool {
    let is_limited = rules.length_min > 0 || rules.length_max.is_some();
    let length = if is_limited { text.chars().count() } else { 0 };
    rules.length_min <= length
        && rules.length_max.is_none_or(|most| length <= most)
        && rules.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
        && format.is_none_or(|format| match mode {
            Mode::Surely => format::surely(format, text),
            Mode::Possibly => format::possibly(format, text),
        })
}

fn is_unique(elements: &[Value]) -> bool {
    let mut rest = elements;
    while let Some((first, after)) = rest.split_first() {
        if after.iter().any(|other| same(first, other)) {
            return false;
        }
        rest = after;
    }
    true
}
