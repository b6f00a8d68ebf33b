//! A document beside its schema: which nodes speak of each place, and which keywords decided on it.
//!
//! Layer: testkit. Invariant: only branches that accept the value are walked, so the keywords of others do not count.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    accept::Mode,
    compiled::{Compiled, ROOT},
    format,
    generate::Flat,
    node::{Kinds, Node, NodeId},
};

impl Compiled {
    /// All nodes that speak of a value of which these nodes speak.
    pub(super) fn located<'s>(&'s self, goal: &[NodeId], value: &Value) -> Flat<'s> {
        let mut flat = Flat { nodes: Vec::new(), kinds: Kinds::ALL };
        let mut seen = BTreeSet::new();
        let mut open = goal.to_vec();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                let node = self.node(id);
                flat.kinds = flat.kinds.and(self.kinds[id]);
                flat.nodes.push(node);
                open.extend(self.applied(node, value, Mode::Possibly));
            }
        }
        flat
    }

    /// The goal of an element.
    pub(super) fn element_goal(flat: &Flat<'_>, index: usize) -> Vec<NodeId> {
        flat.nodes.iter().filter_map(|node| node.array.element(index)).collect()
    }

    /// The goal of a member.
    pub(super) fn member_goal(flat: &Flat<'_>, name: &str) -> Vec<NodeId> {
        let mut goal: Vec<NodeId> =
            flat.nodes.iter().flat_map(|node| node.object.member(name)).collect();
        if goal.is_empty() {
            goal.extend(flat.nodes.iter().filter_map(|node| node.object.unevaluated));
        }
        goal
    }

    /// The keywords that decided on a document.
    pub(super) fn reached(&self, document: &Value) -> BTreeSet<&'static str> {
        let mut keywords = BTreeSet::new();
        let mut open: Vec<(Vec<NodeId>, &Value)> = vec![(vec![ROOT], document)];
        while let Some((goal, value)) = open.pop() {
            let flat = self.located(&goal, value);
            for node in &flat.nodes {
                let decides = |keyword: &&&'static str| self.decides(node, keyword, value);
                keywords.extend(node.keywords.iter().filter(decides));
            }
            match value {
                Value::Array(elements) => open.extend(
                    elements
                        .iter()
                        .enumerate()
                        .map(|(index, element)| (Self::element_goal(&flat, index), element)),
                ),
                Value::Object(members) => open.extend(
                    members.iter().map(|(name, member)| (Self::member_goal(&flat, name), member)),
                ),
                _ => {}
            }
        }
        keywords
    }

    /// Whether a keyword of the node has a say in this value.
    fn decides(&self, node: &Node, keyword: &str, value: &Value) -> bool {
        match (keyword, value) {
            ("then", _) => self.passes_test(node, value),
            ("else", _) => !self.passes_test(node, value),
            (
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf",
                value,
            ) => value.is_number(),
            ("minLength" | "maxLength" | "pattern", value) => value.is_string(),
            ("contains" | "minContains" | "maxContains", value) => value.is_array(),
            ("minItems" | "maxItems", value) => value.is_array(),
            ("uniqueItems", Value::Array(elements)) => elements.len() > 1,
            ("prefixItems", Value::Array(elements)) => !elements.is_empty(),
            ("items", Value::Array(elements)) => elements.len() > node.array.prefix.len(),
            ("uniqueItems" | "prefixItems" | "items", _) => false,
            ("required" | "minProperties" | "maxProperties", value) => value.is_object(),
            (
                "properties"
                | "patternProperties"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "propertyNames",
                Value::Object(members),
            ) => self.decides_on_members(node, keyword, members),
            (
                "properties"
                | "patternProperties"
                | "additionalProperties"
                | "unevaluatedProperties"
                | "propertyNames",
                _,
            ) => false,
            (keyword, value) if keyword.starts_with("format: ") => {
                format::kinds(keyword).meets(Kinds::of(value))
            }
            _ => true,
        }
    }

    fn passes_test(&self, node: &Node, value: &Value) -> bool {
        let test = node.condition.map(|condition| condition.test);
        test.is_some_and(|test| self.accepts(test, value, Mode::Surely))
    }

    fn decides_on_members(&self, node: &Node, keyword: &str, members: &Map<String, Value>) -> bool {
        let rules = &node.object;
        let is_by_pattern =
            |name: &String| rules.patterns.iter().any(|(pattern, _)| pattern.is_match(name));
        let is_closed = |id: Option<NodeId>| id.is_some_and(|id| self.node(id).is_never);
        match keyword {
            "properties" => members.keys().any(|name| rules.properties.contains_key(name)),
            "patternProperties" => members.keys().any(is_by_pattern),
            // `false` decides on every object: that it has no more members.
            "additionalProperties" => {
                is_closed(rules.additional)
                    || members
                        .keys()
                        .any(|name| !rules.properties.contains_key(name) && !is_by_pattern(name))
            }
            "unevaluatedProperties" => {
                is_closed(rules.unevaluated)
                    || members.keys().any(|name| rules.member(name).is_empty())
            }
            _ => !members.is_empty(),
        }
    }
}
